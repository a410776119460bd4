// Changes to cases: asked for, shown at once, sent, and put back when the server refuses.

import { Trouble, wordsOf } from "../map/http.ts";
import { t } from "../map/words.ts";
import { askEnd, askException, askMove, askNote, askOfficer } from "./dialogs.ts";
import type { Change, Feed, Row, Start } from "./feed.ts";
import { titleOf } from "./listbox.ts";
import type { Ordering } from "./ordering.ts";
import { able, changed, commonMoves, mayExcept, mayTriage, waits } from "./rights.ts";
import type { Rows } from "./rows.ts";

export interface Around {
  say(message: string, manner?: "info" | "error"): void;
  /** Draw rows and panel again. */
  redraw(): void;
  /** Fetch again what a change touched; done when the rows are those of the server. */
  refresh(ids: readonly number[]): Promise<void>;
}

export type Act = "triage" | "move" | "assign" | "note" | "except";

export class Changing {
  /** The change on its way: the next one begins with the rows that this one leaves. */
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly feed: Feed,
    private readonly start: Start,
    private readonly ordering: Ordering,
    private readonly rows: Rows,
    private readonly district: string,
    private readonly today: string,
    private readonly around: Around,
  ) {}

  /** Which acts the account may do to the cases concerned at all. */
  may(act: Act): boolean {
    const rows = this.rows.of(this.ordering.concerned());
    return act === "except" ? mayExcept(rows, this.start, this.district) : mayTriage(rows, this.start, this.district);
  }

  /** Do an act to the ticked cases, else to the current one. */
  async act(act: Act): Promise<void> {
    const ids = this.ordering.concerned();
    if (ids.length === 0) return this.around.say(t("请先选中一个问题。"));
    await this.underWay;
    await this.rows.need(ids);
    const rows = this.rows.of(ids);
    if (rows.length < ids.length) return;
    if (!this.may(act)) return this.around.say(t("您的账号无权这样处理所选问题。"), "error");
    const change = await this.ask(act, rows);
    if (!change) return;
    this.underWay = this.send(rows, change);
    await this.underWay;
  }

  private ask(act: Act, rows: Row[]): Promise<Change | null> {
    const about = rows.length === 1 && rows[0] ? titleOf(rows[0]) : t("{count} 个问题", { count: rows.length });
    const moves = commonMoves(rows, this.start);
    if (act === "triage" && moves.includes("triaged") && rows.every((row) => row.state === "found"))
      return Promise.resolve({ action: "move", to: "triaged", text: "" });
    if (act === "triage" || act === "move") {
      if (moves.length === 0) {
        this.around.say(rows.length > 1 ? t("所选问题没有共同的下一步；请少选几个。") : t("这个状态不能由人变更。"));
        return Promise.resolve(null);
      }
      return askMove(about, moves.map((to) => [to, this.start.words.state?.[to] ?? to]));
    }
    if (act === "assign") return askOfficer(about, able(rows, this.start.officers, this.district), this.start.me);
    if (act === "note") return askNote(about);
    const excepted = rows.filter((row) => row.state === "excepted");
    if (excepted.length === 0) return askException(about, this.today);
    if (rows.length === 1) return askEnd(about);
    this.around.say(t("所选问题中有 {count} 个已是例外；请逐个终止。", { count: excepted.length }));
    return Promise.resolve(null);
  }

  private async send(rows: Row[], change: Change): Promise<void> {
    const ids = rows.map((row) => row.id);
    const versions = Object.fromEntries(rows.map((row) => [row.id, row.version]));
    const before = this.rows.put(rows.map((row) => changed(row, change, this.start.officers)));
    this.settle(ids);
    this.around.redraw();
    try {
      await this.feed.change(ids, change, versions);
      this.around.say(this.done(rows, change));
      if (ids.length > 1) this.ordering.clearTicks();
      await this.around.refresh(ids);
    } catch (error) {
      this.rows.put(before);
      this.settle(ids);
      await this.refused(error, ids);
    }
    this.around.redraw();
  }

  /** Put the cases back as they were; those that somebody else has changed are shown as they are now. */
  private async refused(error: unknown, ids: number[]): Promise<void> {
    if (error instanceof Trouble && error.signedOut) return;
    this.around.say(wordsOf(error), "error");
    if (error instanceof Trouble && [404, 409, 412].includes(error.status)) await this.around.refresh(ids);
  }

  private settle(ids: number[]): void {
    for (const row of this.rows.of(ids)) this.ordering.settle([row.id], waits(row, this.start.me));
  }

  private done(rows: Row[], change: Change): string {
    const [first] = rows;
    const who = rows.length === 1 && first ? titleOf(first) : t("{count} 个问题", { count: rows.length });
    if (change.action === "move") return t("{who}：{state}", { who, state: this.start.words.state?.[change.to] ?? change.to });
    if (change.action === "assign") return change.assignee ? t("{who}：已指派", { who }) : t("{who}：无人负责", { who });
    if (change.action === "note") return t("{who}：备注已记录", { who });
    if (change.action === "end") return t("{who}：例外已终止", { who });
    return t("{who}：例外已认可，到 {day} 为止", { who, day: change.expires_on });
  }
}

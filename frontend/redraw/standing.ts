// What stands between this page and the server, said plainly: what is saved, what waits for the network, what others did
// meanwhile (theirs, yours, and what to do), a plan that is closed. Edits that cannot be saved can be taken away as a file.

import { button, element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { Board } from "./board.ts";
import type { Conflict } from "./calls.ts";
import type { Held } from "./queue.ts";
import type { Pending } from "./store.ts";

export class Standing {
  private readonly dialog = element("dialog", { id: "conflict", "aria-labelledby": "conflict-title" });
  private asking: Held = null;

  constructor(private readonly board: Board) {
    board.shell.map.parentElement?.append(this.dialog);
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    board.steps.listener = { held: (held) => this.held(held) };
    board.on("online", () => this.draw());
    board.on("land", () => this.draw());
    this.draw();
    window.addEventListener("beforeunload", (event) => {
      if (!this.lasting && board.steps.queue.waiting.length > 0) event.preventDefault();
    });
  }

  /** False where the browser keeps nothing: then closing the page would lose what waits. */
  lasting = true;

  private draw(): void {
    const { steps, plan, shell, writable } = this.board;
    const { waiting, online, signedOut } = steps.queue;
    const n = waiting.length;
    if (n > 0 && steps.queue.held) shell.showSaved(t("{n} 项未保存，等您决定", { n }), "waiting");
    else if (n > 0 && signedOut) shell.showSaved(t("{n} 项未保存，等待重新登录", { n }), "waiting");
    else if (n > 0 && !online) shell.showSaved(t("{n} 项未保存，等待网络", { n }), "waiting");
    else if (!online) shell.showSaved(t("网络已断开，改动会先存在本机"), "waiting");
    else if (n > 0 || steps.isBusy) shell.showSaved(t("正在保存…"), "busy");
    else shell.showSaved(writable ? t("已全部保存") : t("只读"), "fine");
    shell.showSteps(n > 0 || plan.number > 0, plan.number < plan.total && n === 0);
    this.board.drawing.showUnsaved(unitsOf(waiting));
    this.drawBanner();
  }

  private drawBanner(): void {
    const { steps, shell, writable } = this.board;
    const { waiting } = steps.queue;
    const lost = steps.rejected.length;
    shell.banner.hidden = writable && lost === 0;
    if (shell.banner.hidden) return;
    const parts: (Node | string)[] = [];
    if (!writable) {
      shell.readOnly();
      parts.push(element("strong", {}, steps.whyNot()));
      if (waiting.length > 0) parts.push(element("span", {}, t("您有 {n} 项改动没有保存，仍存在本机。", { n: waiting.length })));
      parts.push(element("a", { href: this.board.config.urls.plan }, t("看方案页")));
    } else parts.push(element("span", {}, t("有 {n} 项改动被拒绝，没有保存。", { n: lost })));
    if (waiting.length + lost > 0) {
      parts.push(button(t("下载未保存的改动"), () => this.download(), { class: "secondary" }));
      const drop = () => {
        steps.rejected.length = 0;
        void steps.dropMine().catch((error: unknown) => this.board.trouble(error));
      };
      parts.push(button(t("不要了"), drop, { class: "secondary outline" }));
    }
    shell.banner.replaceChildren(...parts);
  }

  /** The queue stands still. */
  private held(held: NonNullable<Held>): void {
    if (held.why === "conflict" && this.asking !== held) {
      this.asking = held;
      this.ask(held.conflict);
    }
  }

  /** This is theirs, this is yours. */
  private ask(conflict: Conflict): void {
    const { waiting } = this.board.steps.queue;
    const theirs = element("ul", {});
    for (const { text, by, at } of conflict.since) theirs.append(element("li", {}, text, " ", element("span", { class: "small quiet" }, `${by} · ${clock(at)}`)));
    if (conflict.since.length === 0) theirs.append(element("li", {}, t("方案已变到第 {version} 版", { version: conflict.version })));
    const mine = element("ul", {}, ...waiting.map(({ says, at }) => element("li", {}, says, " ", element("span", { class: "small quiet" }, clock(at)))));
    const close = () => {
      this.asking = null;
      this.dialog.close();
      this.board.shell.map.focus({ preventScroll: true });
    };
    const act = (what: () => Promise<void>) => () => {
      close();
      what().catch((error: unknown) => this.board.trouble(error));
    };
    const onTop = button(t("在对方的改动之上再做我的"), act(() => this.board.steps.mineOnTop()));
    this.dialog.replaceChildren(
      element("h2", { id: "conflict-title" }, t("有人先改了这个方案")),
      element("p", { class: "small" }, t("您的改动还没有保存，也没有丢。请看两边改了什么，再决定。")),
      element("div", { class: "both" }, element("section", {}, element("h3", {}, t("对方的改动")), theirs), element("section", {}, element("h3", {}, t("您的改动")), mine)),
      element(
        "div",
        { class: "actions" },
        onTop,
        button(t("放弃我的，看对方的"), act(() => this.board.steps.dropMine()), { class: "secondary" }),
        button(t("下载我的改动"), () => this.download(), { class: "secondary outline" }),
      ),
      element("p", { class: "small quiet" }, t("再做时逐项检查：与对方的改动冲突的会被拒绝，并说明原因。")),
    );
    if (!this.dialog.open) this.dialog.showModal();
    onTop.focus();
  }

  /** Hand over the edits that are not saved, in the form in which they can be sent (docs/api.md). */
  private download(): void {
    const { steps, plan } = this.board;
    const told = ({ edits, says, at, version }: Pending) => ({ edits, says, at, version });
    const file = {
      plan: plan.id,
      title: plan.title,
      unsaved: steps.queue.waiting.map(told),
      refused: steps.rejected.map(({ pending, refusal }) => ({ ...told(pending), why: refusal.words, rule: refusal.rule })),
    };
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
    const link = element("a", { href: url, download: `${plan.title}-${t("未保存的改动")}.json` });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

function unitsOf(waiting: readonly Pending[]): number[] {
  return waiting.flatMap(({ edits }) => edits.flatMap((edit) => (Array.isArray(edit.units) ? (edit.units as number[]) : [])));
}

function clock(iso: string): string {
  return new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" }).format(new Date(iso));
}

// The current case below the list: its parts with widths and households, what was done to it so far.

import { element } from "../map/dom.ts";
import { lengthWords, whole } from "../map/formats.ts";
import type { PlanLink } from "../map/plans.ts";
import { t } from "../map/words.ts";
import type { Detail, Row } from "./feed.ts";
import { measuresOf, titleOf } from "./listbox.ts";

export class CasePanel {
  readonly box = element("section", { class: "case-panel", "aria-label": t("所选问题"), tabindex: "-1", hidden: true });

  constructor(
    private readonly findings: string,
    private readonly word: (list: string, value: string) => string,
    private readonly query: () => string,
    private readonly plan: PlanLink = null,
  ) {}

  /** Show a case; its parts and history come a moment later. */
  show(row: Row | undefined, detail: Detail | null): void {
    this.box.hidden = !row;
    if (!row) return this.box.replaceChildren();
    const page = element("a", { href: this.addressOf(row) }, t("详细页"));
    const state = [this.word("state", row.state), row.expires_on && t("至 {day}", { day: row.expires_on }), row.assigned_to];
    this.box.replaceChildren(
      element("h3", {}, titleOf(row)),
      element("p", { class: "small" }, [this.word("kind", row.kind), measuresOf(row)].join(" · ")),
      element("p", { class: "small" }, state.filter(Boolean).join(" · "), " · ", page, ...this.toPlan(row)),
    );
    if (!detail) return;
    if (detail.pieces.length > 0) this.box.append(partsOf(detail));
    if (detail.notes && detail.notes.length > 0) this.box.append(this.history(detail.notes));
  }

  /** The case's own page, which knows the list that it was opened from. */
  addressOf(row: Row): string {
    return `${this.findings}${row.id}/?${this.query()}`;
  }

  /** A crossed compound is mended by a plan. */
  private toPlan(row: Row): (string | HTMLElement)[] {
    const code = row.subjects[0];
    return this.plan && code && row.kind === "compound_crossed" ? [" · ", this.plan("compound", code)] : [];
  }

  private history(notes: NonNullable<Detail["notes"]>): HTMLElement {
    const lines = [...notes].reverse().map((note) => {
      const moved = note.to_state ? `${this.word("state", note.from_state ?? "")} → ${this.word("state", note.to_state)}` : "";
      const when = element("time", { datetime: note.at }, momentWords(note.at));
      return element("li", {}, when, ` ${note.by || t("系统")} `, [moved, note.text].filter(Boolean).join("："));
    });
    return element("ol", { class: "life", "aria-label": t("处理记录") }, ...lines);
  }
}

/** Write a moment in the time that the office's clocks show. */
export function momentWords(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const parts = { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("sv-SE", parts).format(moment);
}

function partsOf(detail: Detail): HTMLElement {
  const head = [t("所在"), t("宽度"), t("户数")].map((words, n) =>
    element("th", { scope: "col", class: n > 0 ? "number" : null }, words),
  );
  const noise = detail.pieces.filter((piece) => piece.material === false);
  const parts = detail.pieces.filter((piece) => piece.material !== false).map((piece) =>
    element(
      "tr",
      {},
      element("th", { scope: "row", title: piece.code }, piece.name || piece.code),
      element("td", { class: "number" }, piece.width_m === null ? "—" : lengthWords(piece.width_m)),
      element("td", { class: "number" }, piece.households === null ? "—" : whole(piece.households)),
    ),
  );
  if (noise.length > 0) {
    const words = t("另有 {count} 处数字化误差，不算数", { count: noise.length });
    parts.push(element("tr", { class: "noise" }, element("td", { colspan: 3 }, words)));
  }
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...parts));
}

// The bars around the list: what changed since the last run, what to do with the chosen cases.

import { button, element } from "../map/dom.ts";
import { whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Act } from "./changing.ts";
import type { Start } from "./feed.ts";
import { trendChart } from "./trend.ts";

/** What the last run changed: each a switch that narrows the list to it; and how crossings went from run to run. */
export class NewsBar {
  readonly box = element("div", { class: "news", role: "group", "aria-label": t("与上次检查相比") });
  private readonly counts = element("div", { class: "counts" });

  constructor(
    start: Start,
    private readonly chosen: () => string,
    private readonly choose: (change: string) => void,
  ) {
    this.box.append(element("span", { class: "small" }, t("与上次检查相比")), this.counts);
    const chart = trendChart(start.trend);
    if (chart) this.box.append(chart);
  }

  show(changes: Record<string, number>, words: Record<string, string>): void {
    const made = Object.entries(changes).map(([change, count]) => {
      const label = `${words[change] ?? change} ${whole(count)}`;
      if (!count) return element("span", { class: "small" }, label);
      const pressed = this.chosen() === change;
      return button(label, () => this.choose(pressed ? "" : change), { class: "chip", "aria-pressed": String(pressed) });
    });
    this.counts.replaceChildren(...made);
  }
}

const ACTS: [act: Act, key: string, words: string][] = [
  ["triage", "T", t("研判")],
  ["move", "S", t("状态")],
  ["assign", "A", t("指派")],
  ["note", "M", t("备注")],
  ["except", "E", t("例外")],
];

/** What to do: with the ticked cases, else with the current one. */
export class ActBar {
  readonly box = element("div", { class: "acts" });
  private readonly whom = element("div", { class: "whom" });
  private readonly buttons = new Map<Act, HTMLButtonElement>();

  constructor(
    act: (act: Act) => void,
    next: () => void,
    private readonly ticks: { all(): void; none(): void },
    start: Start,
  ) {
    const row = element("div", { class: "actions", role: "toolbar", "aria-label": t("处理") });
    for (const [name, key, words] of ACTS) {
      const rights = name === "except" ? start.may.except : start.may.triage;
      if (rights.length === 0) continue;
      const made = button(words, () => act(name), { "aria-keyshortcuts": key, title: `${words}（${key}）` });
      this.buttons.set(name, made);
      row.append(made);
    }
    row.append(button(t("下一个"), next, { class: "next", "aria-keyshortcuts": "N", title: t("下一个待研判的问题（N）") }));
    this.box.append(this.whom, row);
  }

  /** `page` is the current case's own page: on a phone the panel with its parts has no room. */
  show(ticked: number, total: number, waiting: number, page: string, may: (act: Act) => boolean): void {
    const words = element("span", {}, ticked ? t("已选 {count} 项", { count: whole(ticked) }) : t("待研判 {count} 项", { count: whole(waiting) }));
    this.whom.replaceChildren(words);
    if (this.buttons.size > 0 && ticked < total) {
      this.whom.append(button(t("全选 {total} 项", { total: whole(total) }), this.ticks.all, { class: "link" }));
    }
    if (ticked > 0) this.whom.append(button(t("取消勾选"), this.ticks.none, { class: "link" }));
    if (page) this.whom.append(element("a", { href: page, class: "own-page" }, t("详细页")));
    for (const [act, made] of this.buttons) made.disabled = !may(act);
  }
}

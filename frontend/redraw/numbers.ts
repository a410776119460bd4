// The live numbers: of an edit that is not made yet, grid by grid, before and after; else of what is picked or aimed at;
// else of the whole plan.

import { element } from "../map/dom.ts";
import { areaWords, whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Board } from "./board.ts";
import type { Band, Delta, GridNumbers, GridTold } from "./editor.ts";
import { isConcerned } from "./land.ts";
import { bandSign, shareWords } from "./looks.ts";

const MOST_SHOWN = 12;
const SLIGHT = 0.005;

export class NumbersPanel {
  private readonly box: HTMLElement;
  private readonly aloud = element("p", { class: "unseen", role: "status", "aria-live": "polite" });

  constructor(private readonly board: Board) {
    this.box = board.panel("numbers");
    this.box.setAttribute("aria-label", t("数字"));
    this.box.after(this.aloud);
    for (const happening of ["preview", "land", "selection", "locks"] as const) board.on(happening, () => this.draw());
    this.draw();
  }

  private draw(): void {
    const { previewed } = this.board;
    this.box.classList.toggle("previewing", previewed !== null);
    if (previewed) return this.drawPreview(previewed);
    const codes = this.concerned();
    if (codes.length > 0) return this.drawGrids(codes);
    this.drawWhole();
  }

  private drawPreview(delta: Delta): void {
    const estimated = delta.grids.length > 0 && delta.grids.every(({ geometry }) => geometry === null);
    const grids = delta.grids.filter((grid) => isConcerned(grid, this.board.numbers.get(grid.code), delta));
    const said = grids.map((grid) => this.sentence(grid)).join(t("；"));
    this.aloud.textContent = said;
    this.box.replaceChildren(
      element("h2", {}, t("如果这样改")),
      ...(estimated ? [element("p", { class: "small" }, t("离线估算：块数、紧凑度和边界要等服务器核算。"))] : []),
      ...this.wholeOf(delta),
      ...grids.slice(0, MOST_SHOWN).map((grid) => this.card(grid, this.board.numbers.get(grid.code), delta)),
      ...delta.gone.map((code) => element("p", { class: "small" }, t("{grid} 不再存在", { grid: this.board.nameOf(code) }))),
    );
  }

  /** What the edit does to the plan as a whole. */
  private wholeOf(delta: Delta): HTMLElement[] {
    const { problems } = this.board;
    const facts = [t("改归 {n} 户，{area}", { n: whole(delta.moved.households), area: areaWords(delta.moved.area_m2) })];
    const rows: [string, number, number][] = [
      [t("被穿越的小区"), problems.crossed.length, delta.problems.crossed.length],
      [t("不连片的网格"), problems.broken.length, delta.problems.broken.length],
      [t("未划入网格的单元"), problems.unassigned.length, delta.problems.unassigned.length],
      [t("户数超出范围的网格"), problems.out_of_range.length, delta.problems.out_of_range.length],
    ];
    const changed = rows.filter(([, before, after]) => before !== after);
    const list = element("ul", { class: "effects" }, element("li", {}, facts[0]!));
    for (const [words, before, after] of changed) {
      const better = after < before;
      const sign = better ? "✓ " : "✕ ";
      list.append(element("li", { class: better ? "better" : "worse" }, `${sign}${words} ${before} → ${after}`));
    }
    if (delta.findings.new.length > 0) list.append(element("li", { class: "worse" }, `✕ ${t("会带来 {n} 个新问题", { n: delta.findings.new.length })}`));
    return [list];
  }

  private card(after: GridTold, before: GridNumbers | undefined, delta: Delta): HTMLElement {
    const rows = element("dl", {});
    const row = (words: string, was: string | null, is: string, manner = "") => {
      const value = was === null || was === is ? is : `${was} → ${is}`;
      rows.append(element("dt", {}, words), element("dd", { class: was !== null && was !== is ? `moved ${manner}`.trim() : manner }, value));
    };
    row(t("户数"), before ? whole(before.households) : null, t("{n} 户", { n: whole(after.households) }));
    row(t("比标准"), before ? withSign(before) : null, withSign(after), `band-${after.band}`);
    const better = before && after.crossed.length < before.crossed.length ? "better" : "";
    row(t("被穿越的小区"), before ? String(before.crossed.length) : null, String(after.crossed.length), better);
    row(t("块数"), before ? String(before.parts) : null, String(after.parts), after.parts > 1 ? "worse" : "");
    const same = before && Math.abs(before.compactness - after.compactness) < SLIGHT;
    row(t("紧凑度"), before && !same ? before.compactness.toFixed(2) : null, after.compactness.toFixed(2));
    const ways = delta.moved.by.flatMap(({ from, to, households, area_m2 }) => {
      const what = t("{n} 户，{area}", { n: whole(households), area: areaWords(area_m2) });
      if (from === after.code) return [element("li", { class: "leaves" }, t("− 划出到 {grid}：{what}", { grid: this.board.nameOf(to), what }))];
      if (to === after.code) return [element("li", { class: "comes" }, t("＋ 划入自 {grid}：{what}", { grid: this.board.nameOf(from), what }))];
      return [];
    });
    return element("article", { class: "grid-numbers" }, this.title(after), rows, element("ul", { class: "ways" }, ...ways));
  }

  private drawGrids(codes: string[]): void {
    const cards = codes.slice(0, MOST_SHOWN).flatMap((code) => {
      const numbers = this.board.numbers.get(code);
      return numbers ? [this.plainCard(numbers)] : [];
    });
    this.box.replaceChildren(element("h2", {}, t("这里的网格")), ...cards);
  }

  private plainCard(grid: GridNumbers): HTMLElement {
    const rows = element("dl", {});
    const row = (words: string, value: string, manner = "") => rows.append(element("dt", {}, words), element("dd", { class: manner }, value));
    row(t("户数"), t("{n} 户", { n: whole(grid.households) }));
    row(t("比标准"), withSign(grid), `band-${grid.band}`);
    row(t("小区"), grid.crossed.length ? t("{n} 个，另有 {m} 个被穿越", { n: grid.compounds, m: grid.crossed.length }) : t("{n} 个", { n: grid.compounds }));
    row(t("面积"), areaWords(grid.area_m2));
    row(t("块数"), String(grid.parts), grid.parts > 1 ? "worse" : "");
    row(t("紧凑度"), grid.compactness.toFixed(2));
    return element("article", { class: "grid-numbers" }, this.title(grid), rows);
  }

  private title(grid: GridNumbers): HTMLElement {
    const marks = [grid.locked && t("已锁定"), grid.new && t("新设"), grid.code === this.board.selection.target && t("目标")].filter(Boolean);
    const code = element("code", { class: "quiet" }, grid.code);
    return element("h3", {}, this.board.nameOf(grid.code), " ", code, ...marks.map((mark) => element("span", { class: "mark state" }, String(mark))));
  }

  private drawWhole(): void {
    const { problems, plan, numbers } = this.board;
    const grids = [...numbers.values()].filter((grid) => grid.code !== "" && !grid.retired);
    const rows = element("dl", {});
    const row = (words: string, value: string, manner = "") => rows.append(element("dt", {}, words), element("dd", { class: manner }, value));
    row(t("网格"), t("{n} 个", { n: grids.length }));
    row(t("户数"), t("{n} 户", { n: whole(grids.reduce((total, grid) => total + grid.households, 0)) }));
    row(t("每格标准"), t("{wanted} 户（{lowest}—{highest}）", { wanted: whole(plan.size.wanted), lowest: whole(plan.size.lowest), highest: whole(plan.size.highest) }));
    row(t("被穿越的小区"), t("{n} 个", { n: problems.crossed.length }), problems.crossed.length ? "worse" : "better");
    row(t("户数超出范围"), t("{n} 个", { n: problems.out_of_range.length }));
    row(t("不连片"), t("{n} 个", { n: problems.broken.length }), problems.broken.length ? "worse" : "");
    row(t("未划入网格"), t("{n} 个单元", { n: problems.unassigned.length }), problems.unassigned.length ? "worse" : "");
    row(t("已改"), t("{n} 个网格", { n: grids.filter((grid) => grid.changed).length }));
    this.box.replaceChildren(element("h2", {}, t("整个方案")), element("article", { class: "grid-numbers" }, rows));
  }

  /** Grids that what is picked or aimed at concerns. */
  private concerned(): string[] {
    const { selection, land, problems } = this.board;
    const codes = new Set<string>();
    if (selection.target !== null) codes.add(selection.target);
    for (const number of selection.units) {
      const unit = land.unit(number);
      if (!unit) continue;
      const crossed = unit.divided ? problems.crossed.find((each) => each.compound === unit.compound) : undefined;
      for (const code of crossed ? crossed.grids.map((each) => each.code) : [unit.grid]) codes.add(code);
    }
    return [...codes];
  }

  private sentence(after: GridTold): string {
    const before = this.board.numbers.get(after.code)?.households ?? 0;
    return t("{grid} {before} 户变为 {after} 户", { grid: this.board.nameOf(after.code), before, after: after.households });
  }
}

function withSign(grid: GridNumbers): string {
  const words: Record<Band, string> = { within: "", under: t("偏少"), over: t("偏多"), above_hard: t("超过上限"), empty: t("没有住户") };
  return `${bandSign(grid.band)}${shareWords(grid.of_wanted)} ${words[grid.band]}`.trim();
}

// What is picked, and where it may go: grids in a list, each with its households before and after; the one chosen is
// previewed on the map and in numbers, Enter or the button makes it.

import { button, element } from "../../map/dom.ts";
import { areaWords, whole } from "../../map/formats.ts";
import { isAborted } from "../../map/http.ts";
import { t } from "../../map/words.ts";
import type { Board } from "../board.ts";
import type { Delta } from "../editor.ts";
import { standing } from "../estimate.ts";
import { bandSign, shareWords } from "../looks.ts";
import { candidates, cost } from "../touching.ts";

const REST_MS = 90;

export class Choice {
  private readonly box: HTMLElement;
  private readonly list = element("div", { role: "listbox", tabindex: "0", class: "choices", "aria-label": t("划入哪个网格") });
  private readonly make = button("", () => void this.commit(), { class: "make" });
  private codes: string[] = [];
  private chosen = 0;
  private resting = 0;
  private shown = "";
  /** A tap adds to what is picked, for people without a Ctrl key. */
  several = false;

  constructor(private readonly board: Board) {
    this.box = board.panel("choice");
    this.box.setAttribute("aria-label", t("选中的单元"));
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("click", (event) => this.clicked(event));
    board.on("selection", () => this.draw());
    board.on("land", () => this.draw());
    board.on("tool", () => this.draw());
    this.draw();
  }

  /** Whether there is something that Enter would do. */
  get ready(): boolean {
    return this.board.selection.units.size > 0 && this.codes.length > 0 && this.board.writable;
  }

  focus(): void {
    if (this.ready) this.list.focus({ preventScroll: true });
  }

  step(by: number): void {
    if (this.codes.length > 0) this.choose((this.chosen + by + this.codes.length) % this.codes.length);
  }

  choose(at: number): void {
    if (at < 0 || at >= this.codes.length) return;
    this.chosen = at;
    this.mark();
    this.ask(0);
  }

  async commit(): Promise<void> {
    const code = this.codes[this.chosen];
    const { units } = this.board.selection;
    if (code === undefined || units.size === 0 || !this.board.writable) return;
    window.clearTimeout(this.resting);
    const says = t("{what}划入 {grid}", { what: this.title(), grid: this.board.nameOf(code) });
    const outcome = await this.board.commit([{ kind: "assign_units", units: [...units], grid: code }], says);
    if (outcome.state === "stored" || outcome.state === "kept") {
      this.board.shell.tell(t("已划入 {grid}", { grid: this.board.nameOf(code) }));
      this.board.selection.clear();
    }
  }

  private draw(): void {
    const { selection, writable } = this.board;
    if (selection.units.size === 0) return this.drawNothing();
    this.codes = writable ? this.offered() : [];
    const key = `${[...selection.units].join()} ${selection.target}`;
    if (key !== this.shown) this.chosen = 0;
    this.shown = key;
    this.chosen = Math.min(this.chosen, Math.max(this.codes.length - 1, 0));
    const several = element("input", { type: "checkbox", id: "several", checked: this.several });
    several.addEventListener("change", () => (this.several = several.checked));
    const head = element(
      "div",
      { class: "panel-head" },
      element("h2", {}, this.title()),
      button("×", () => this.board.selection.clear(), { class: "close", "aria-label": t("取消选择（Esc）") }),
    );
    const more = element("label", { for: "several", class: "small several" }, several, t("多选：再点就添加"));
    this.list.replaceChildren(...this.codes.map((code, at) => this.option(code, at)));
    const parts: HTMLElement[] = [head, element("p", { class: "small" }, this.facts()), more];
    if (this.codes.length > 0) parts.push(element("h3", {}, t("划入哪个网格？")), this.list, this.make);
    else if (!writable) parts.push(element("p", { class: "small" }, this.board.steps.whyNot()));
    const focused = document.activeElement === this.list;
    this.box.replaceChildren(...parts);
    if (focused) this.list.focus({ preventScroll: true });
    this.mark();
    this.board.shell.showSide("figures", true);
    if (this.codes.length > 0) this.ask(REST_MS);
  }

  private drawNothing(): void {
    this.codes = [];
    this.shown = "";
    window.clearTimeout(this.resting);
    const { problems, inHand, writable } = this.board;
    const parts: HTMLElement[] = [element("h2", {}, t("选中的单元"))];
    if (problems.crossed.length > 0) {
      const words = t("还有 {n} 个小区被网格线穿过，图上用红斜线标出。点一个，再选它整个归哪个网格。", { n: problems.crossed.length });
      parts.push(element("p", { class: "small" }, words));
      parts.push(button(t("下一个被穿越的小区（N）"), () => this.next(), { class: "secondary next-crossed" }));
    } else parts.push(element("p", { class: "small" }, writable ? t("没有小区被网格线穿过。点选单元可以改归其他网格。") : t("没有小区被网格线穿过。")));
    if (inHand) parts.push(element("p", { class: "small quiet" }, inHand.hint));
    if (document.activeElement === this.list) this.board.shell.map.focus({ preventScroll: true });
    this.box.replaceChildren(...parts);
    this.board.show(null);
  }

  /** Go to the next compound that is crossed, pick it, and show it. */
  next(by = 1): void {
    const { crossed } = this.board.problems;
    if (crossed.length === 0) return this.board.say(t("没有小区被网格线穿过。"));
    const picked = [...this.board.selection.units].map((unit) => this.board.land.unit(unit)?.compound);
    const here = crossed.findIndex(({ compound }) => picked.includes(compound));
    const at = here < 0 ? (by > 0 ? 0 : crossed.length - 1) : (here + by + crossed.length) % crossed.length;
    this.show(crossed[at]!.compound);
  }

  /** Pick a compound and go there. */
  show(compound: string): void {
    const units = this.board.land.unitsOf(compound);
    const place = this.board.problems.crossed.find((each) => each.compound === compound)?.place;
    this.board.selection.pick(units);
    if (place) this.board.zoomTo([place], 16.5);
    this.board.shell.tell(this.title());
    this.focus();
  }

  private offered(): string[] {
    const { land, selection, problems, locks } = this.board;
    const costOf = (code: string) => {
      const guess = this.guess(code);
      return guess ? cost(guess, this.board.numbers, this.board.plan.size) : 0;
    };
    const found = candidates(land, selection.units, problems.crossed, costOf).filter((code) => !locks.has(code));
    const all = selection.target !== null ? [selection.target, ...found.filter((code) => code !== selection.target)] : found;
    return all.filter((code) => [...selection.units].some((number) => {
      const unit = land.unit(number);
      return unit && (unit.divided || unit.grid !== code);
    }));
  }

  private option(code: string, at: number): HTMLElement {
    const made = element("div", { role: "option", id: `choice-${at}`, "aria-selected": "false", "data-at": at });
    const tail = code ? `…${code.slice(-3)}` : "";
    made.append(
      element("kbd", { "aria-hidden": "true" }, String(at + 1)),
      element("span", { class: "name" }, this.board.nameOf(code), element("span", { class: "quiet" }, ` ${tail}`)),
      this.figure(code, this.guess(code)),
    );
    return made;
  }

  /** Households of a grid before and after it gets what is picked: about so many where a divided unit is estimated. */
  private figure(code: string, delta: Delta | null): HTMLElement {
    const before = this.board.numbers.get(code);
    const grid = delta?.grids.find((each) => each.code === code);
    const after = grid?.households ?? before?.households ?? 0;
    const { of_wanted, band } = grid?.geometry ? grid : standing(after, this.board.plan.size);
    const values = { before: whole(before?.households ?? 0), after: whole(after) };
    const divided = [...this.board.selection.units].some((number) => this.board.land.unit(number)?.divided);
    const words = divided && !grid?.geometry ? t("{before} → 约 {after} 户", values) : t("{before} → {after} 户", values);
    return element("span", { class: `figure band-${band}` }, words, ` ${bandSign(band)}${shareWords(of_wanted)}`);
  }

  private guess(code: string): Delta | null {
    return this.board.estimate([{ kind: "assign_units", units: [...this.board.selection.units], grid: code }]);
  }

  private title(): string {
    const units = [...this.board.selection.units].map((number) => this.board.land.unit(number));
    const compounds = new Set(units.map((unit) => unit?.compound ?? ""));
    const [only] = compounds;
    if (compounds.size === 1 && only) return units[0]?.compound_name || only;
    return t("{n} 个单元", { n: units.length });
  }

  private facts(): string {
    const units = [...this.board.selection.units].flatMap((number) => this.board.land.unit(number) ?? []);
    const households = units.reduce((total, unit) => total + unit.households, 0);
    const area = units.reduce((total, unit) => total + unit.area_m2, 0);
    const names = new Set<string>();
    for (const unit of units) {
      const crossed = unit.divided ? this.board.problems.crossed.find((each) => each.compound === unit.compound) : undefined;
      for (const code of crossed ? crossed.grids.map((each) => each.code) : [unit.grid]) names.add(this.board.nameOf(code));
    }
    const where = [...names].slice(0, 4).join(t("、"));
    return t("{households} 户，{area}；现在{where}", {
      households: whole(households),
      area: areaWords(area),
      where: names.size > 1 ? t("分在 {n} 个网格：{names}", { n: names.size, names: where }) : t("属于 {names}", { names: where }),
    });
  }

  private mark(): void {
    for (const option of this.list.children) option.setAttribute("aria-selected", String(Number((option as HTMLElement).dataset.at) === this.chosen));
    this.list.setAttribute("aria-activedescendant", `choice-${this.chosen}`);
    const code = this.codes[this.chosen];
    this.make.replaceChildren(code === undefined ? "" : t("划入 {grid}", { grid: this.board.nameOf(code) }), element("kbd", {}, "Enter"));
    this.make.hidden = code === undefined;
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** Ask what the chosen grid would mean, when the person rests on it. */
  private ask(after: number): void {
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(() => void this.preview(), after);
  }

  private async preview(): Promise<void> {
    const code = this.codes[this.chosen];
    const units = [...this.board.selection.units];
    if (code === undefined || units.length === 0) return;
    try {
      const delta = await this.board.preview([{ kind: "assign_units", units, grid: code }]);
      if (this.codes[this.chosen] !== code) return;
      this.list.children[this.chosen]?.querySelector(".figure")?.replaceWith(this.figure(code, delta));
      this.board.show(delta);
    } catch (error) {
      if (!isAborted(error)) this.board.trouble(error);
    }
  }

  private clicked(event: MouseEvent): void {
    const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (option) this.choose(Number(option.dataset.at));
  }

  private pressed(event: KeyboardEvent): void {
    const act: Record<string, () => void> = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      Home: () => this.choose(0),
      End: () => this.choose(this.codes.length - 1),
      Enter: () => void this.commit(),
      " ": () => void this.commit(),
    };
    if (!act[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act[event.key]!();
  }
}

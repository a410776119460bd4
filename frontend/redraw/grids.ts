// The list of grids: found by name or code, sorted by code or by how far they are off the wanted size; the arrows walk
// it, Enter aims at a grid, so that a grid can be chosen without a pointer.

import { transformExtent } from "ol/proj.js";

import { element } from "../map/dom.ts";
import { whole } from "../map/formats.ts";
import { DEGREES, DRAWN_IN } from "../map/make.ts";
import type { Box } from "../map/window.ts";
import { t } from "../map/words.ts";
import type { Board } from "./board.ts";
import type { GridNumbers } from "./editor.ts";
import { bandSign, shareWords } from "./looks.ts";

export class GridList {
  private readonly list = element("div", { role: "listbox", tabindex: "0", class: "grid-list", "aria-label": t("网格") });
  private readonly search = element("input", { type: "search", placeholder: t("名称或编码"), "aria-label": t("查找网格") });
  private readonly order = element("select", { "aria-label": t("排序") });
  private codes: string[] = [];
  private current = "";

  constructor(private readonly board: Board) {
    const box = board.panel("grids");
    this.order.append(new Option(t("按编码"), "code"), new Option(t("按偏离标准"), "off"), new Option(t("按户数"), "households"));
    const words = element("p", { class: "small quiet" }, t("回车：定为目标网格，选中的单元和画笔都划入它；空格：在图上看。"));
    box.append(element("div", { class: "grid-tools" }, this.search, this.order), words, this.list);
    this.search.addEventListener("input", () => this.draw());
    this.order.addEventListener("change", () => this.draw());
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("click", (event) => this.clicked(event));
    for (const happening of ["land", "selection", "locks", "tab"] as const) board.on(happening, () => this.draw());
    this.draw();
  }

  focus(): void {
    this.board.shell.openPanel("grids");
    this.draw();
    this.list.focus();
  }

  draw(): void {
    if (!this.list.checkVisibility()) return;
    const asked = this.search.value.trim().toLowerCase();
    const found = [...this.board.numbers.values()].filter((grid) => `${grid.name} ${grid.code} ${grid.community_name}`.toLowerCase().includes(asked));
    this.codes = found.sort(ORDERS[this.order.value] ?? ORDERS.code).map(({ code }) => code);
    if (!this.codes.includes(this.current)) this.current = this.board.selection.target ?? this.codes[0] ?? "";
    this.list.replaceChildren(...this.codes.map((code) => this.row(this.board.numbers.get(code)!)));
    this.mark();
  }

  private row(grid: GridNumbers): HTMLElement {
    const name = grid.code === "" ? t("未划入网格") : grid.name || grid.code;
    return element(
      "div",
      { role: "option", id: `grid-${grid.code}`, "data-code": grid.code, "aria-selected": String(grid.code === this.board.selection.target) },
      element("span", { class: "name" }, name, grid.locked ? ` ${t("［锁］")}` : ""),
      element("span", { class: "small quiet" }, grid.code),
      element("span", { class: `figure band-${grid.band}` }, t("{n} 户", { n: whole(grid.households) }), ` ${bandSign(grid.band)}${shareWords(grid.of_wanted)}`),
    );
  }

  private mark(): void {
    for (const row of this.list.children) row.classList.toggle("here", (row as HTMLElement).dataset.code === this.current);
    const here = this.list.querySelector(".here");
    if (here) {
      this.list.setAttribute("aria-activedescendant", here.id);
      here.scrollIntoView({ block: "nearest" });
    } else this.list.removeAttribute("aria-activedescendant");
  }

  private step(by: number): void {
    const at = Math.min(Math.max(this.codes.indexOf(this.current) + by, 0), this.codes.length - 1);
    this.current = this.codes[at] ?? "";
    this.mark();
    this.board.drawing.showTarget(this.current);
  }

  private aim(): void {
    const { selection } = this.board;
    selection.aim(selection.target === this.current ? null : this.current);
    if (selection.target !== null) this.board.shell.tell(t("目标网格：{grid}", { grid: this.board.nameOf(selection.target) }));
  }

  private look(): void {
    const extent = this.board.land.grid(this.current)?.getGeometry()?.getExtent();
    if (extent) this.board.zoomTo(transformExtent(extent, DRAWN_IN, DEGREES) as Box);
  }

  private clicked(event: MouseEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (!row) return;
    this.current = row.dataset.code ?? "";
    this.mark();
    this.aim();
    this.look();
  }

  private pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.list.clientHeight / 44));
    const act: Record<string, () => void> = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      PageDown: () => this.step(page),
      PageUp: () => this.step(-page),
      Home: () => this.step(-Infinity),
      End: () => this.step(Infinity),
      Enter: () => this.aim(),
      " ": () => this.look(),
    };
    if (!act[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act[event.key]!();
  }
}

type Order = (one: GridNumbers, other: GridNumbers) => number;

const ORDERS: Record<string, Order> & { code: Order } = {
  code: (one, other) => (one.code < other.code ? -1 : 1),
  off: (one, other) => Math.abs(other.of_wanted ?? 0) - Math.abs(one.of_wanted ?? 0),
  households: (one, other) => other.households - one.households,
};

// Edits of whole grids, each a short form: merge, retire, name and number, lock, and a new grid of what is picked.
// A grid is named by clicking it, by Enter over it, or in the list.

import type MapBrowserEvent from "ol/MapBrowserEvent.js";

import { button, element } from "../../map/dom.ts";
import { t } from "../../map/words.ts";
import { middleOf } from "../drawing.ts";
import type { Edit, Editor, Tool } from "../editor.ts";
import { type Asked, Offer, gridWords, inputOf, liveGrids, nameOf, selectOf } from "./offer.ts";
import { seamsOf } from "./outlines.ts";

/** A tool that is a form: it stays open as long as it is in the hand, and begins anew when something was made. */
abstract class FormTool implements Tool {
  abstract readonly id: string;
  abstract readonly label: string;
  abstract readonly key: string;
  abstract readonly hint: string;
  abstract readonly icon: string;
  protected editor: Editor | null = null;
  protected offer: Offer | null = null;

  start(editor: Editor): void {
    this.editor = editor;
    editor.map.on("singleclick", this.clicked);
    this.open(this.first());
    this.offer?.focus();
  }

  stop(): void {
    const { editor, offer } = this;
    this.editor = null;
    this.offer = null;
    offer?.close();
    editor?.map.un("singleclick", this.clicked);
  }

  pressed(event: KeyboardEvent): boolean {
    if (!this.editor || event.key !== "Enter") return false;
    const code = this.editor.land.gridAt(middleOf(this.editor.map));
    if (code) this.named(code);
    return code !== null;
  }

  /** Open the form with a grid already named. */
  protected abstract open(code: string | null): void;

  /** A grid was clicked. */
  protected abstract named(code: string): void;

  /** The grid to begin with. */
  protected first(): string | null {
    const { selection, land } = this.editor!;
    const [unit] = selection.units;
    return selection.target ?? (unit === undefined ? null : land.unit(unit)?.grid || null);
  }

  protected offered(title: string, fields: HTMLElement[], confirm: string, asked: () => Asked | string): Offer {
    const done = (made: boolean) => {
      this.offer = null;
      if (!this.editor) return;
      // What was made is seen first; the next one is asked for by taking up the tool again.
      if (made) this.editor.say(t("已完成；可用 Ctrl+Z 撤销。"));
      this.editor.use("pick");
    };
    this.offer = new Offer(this.editor!, { title, fields, confirm, asked, done });
    return this.offer;
  }

  private readonly clicked = (event: MapBrowserEvent): void => {
    const code = this.editor?.land.gridAt(event.coordinate);
    if (code) this.named(code);
  };
}

const byName = (editor: Editor): [string, string][] => liveGrids(editor).map((code) => [code, gridWords(editor, code)]);

export class Merge extends FormTool {
  readonly id = "merge";
  readonly label = t("合并");
  readonly key = "U";
  readonly hint = t("先点保留的网格，再点要并进去的；并进去的停用，编码不再使用。");
  readonly icon = "M4 5h6v14H4zM14 5h6v14h-6zM10 12h4M8 10l-2 2 2 2M16 10l2 2-2 2";
  private into = "";
  private readonly others = new Set<string>();
  private chosen = element("ul", { class: "chips", "aria-label": t("并进去的网格") });
  private kept: HTMLSelectElement | null = null;
  private beside: HTMLSelectElement | null = null;

  protected open(code: string | null): void {
    const editor = this.editor!;
    this.into = code ?? "";
    this.others.clear();
    const kept = selectOf(t("保留的网格"), [["", t("——请选择——")], ...byName(editor)], this.into);
    const more = selectOf(t("并入它的网格（相邻的在前）"), this.neighbours());
    this.kept = kept.select;
    this.beside = more.select;
    kept.select.addEventListener("change", () => {
      this.into = kept.select.value;
      this.others.delete(this.into);
      this.fill();
    });
    more.select.addEventListener("change", () => {
      if (more.select.value) this.add(more.select.value);
    });
    this.offered(t("合并网格"), [kept.field, more.field, this.chosen], t("合并"), () => this.asked());
    this.fill();
  }

  protected named(code: string): void {
    if (!this.into) {
      this.into = code;
      this.kept!.value = code;
    } else if (this.others.has(code)) this.others.delete(code);
    else if (code !== this.into) this.others.add(code);
    this.fill();
    this.offer?.refresh();
  }

  private add(code: string): void {
    this.others.add(code);
    this.fill();
    this.offer?.refresh();
  }

  private neighbours(): [string, string][] {
    const editor = this.editor!;
    const near = this.into ? seamsOf(editor).beside(this.into).filter((code) => code !== "") : [];
    const rest = liveGrids(editor).filter((code) => code !== this.into && !near.includes(code));
    const named = [...near, ...rest].filter((code) => !this.others.has(code));
    return [["", t("——请选择——")], ...named.map((code): [string, string] => [code, gridWords(editor, code)])];
  }

  private fill(): void {
    const editor = this.editor!;
    this.beside!.replaceChildren(...this.neighbours().map(([value, label]) => element("option", { value }, label)));
    this.chosen.replaceChildren(
      ...[...this.others].map((code) => {
        const away = button("×", () => this.named(code), { class: "close", "aria-label": t("去掉 {grid}", { grid: nameOf(editor, code) }) });
        return element("li", {}, nameOf(editor, code), " ", away);
      }),
    );
  }

  private asked(): Asked | string {
    if (!this.into) return t("请选择保留的网格：点图上的网格，或在清单里选。");
    if (this.others.size === 0) return t("请再点要并入的网格。");
    const editor = this.editor!;
    const says = t("{n} 个网格并入 {grid}", { n: this.others.size, grid: nameOf(editor, this.into) });
    return { edits: [{ kind: "merge_grids", grids: [...this.others], into: this.into }], says };
  }
}

export class Retire extends FormTool {
  readonly id = "retire";
  readonly label = t("停用");
  readonly key = "R";
  readonly hint = t("点要停用的网格；它的土地划入一个相邻网格，编码不再使用。");
  readonly icon = "M4 5h16v14H4zM8 9l8 6M16 9l-8 6";
  private code = "";
  private grid: HTMLSelectElement | null = null;
  private heir: HTMLSelectElement | null = null;
  private heirField: HTMLElement | null = null;

  protected open(code: string | null): void {
    const editor = this.editor!;
    this.code = code ?? "";
    const grid = selectOf(t("停用的网格"), [["", t("——请选择——")], ...byName(editor)], this.code);
    const heir = selectOf(t("它的土地划入"), []);
    this.grid = grid.select;
    this.heir = heir.select;
    this.heirField = heir.field;
    grid.select.addEventListener("change", () => {
      this.code = grid.select.value;
      this.fill();
    });
    this.offered(t("停用网格"), [grid.field, heir.field], t("停用"), () => this.asked());
    this.fill();
    this.offer?.refresh(0);
  }

  protected named(code: string): void {
    this.code = code;
    this.grid!.value = code;
    this.fill();
    this.offer?.refresh();
  }

  /** Whoever has the longest border with it is offered first. */
  private fill(): void {
    const editor = this.editor!;
    const near = this.code && this.hasLand() ? seamsOf(editor).beside(this.code).filter((each) => each !== "") : [];
    this.heir!.replaceChildren(...near.map((each) => element("option", { value: each }, gridWords(editor, each))));
    this.heirField!.hidden = near.length === 0;
  }

  private hasLand(): boolean {
    return this.editor!.land.grid(this.code) !== null;
  }

  private asked(): Asked | string {
    if (!this.code) return t("请选择要停用的网格：点图上的网格，或在清单里选。");
    const says = t("停用网格 {grid}", { grid: nameOf(this.editor!, this.code) });
    if (!this.hasLand()) return { edits: [{ kind: "retire_grid", grid: this.code }], says };
    if (!this.heir!.value) return t("它的旁边没有可以接收土地的网格；请先把它的单元划给别的网格。");
    return { edits: [{ kind: "merge_grids", grids: [this.code], into: this.heir!.value }], says };
  }
}

export class Naming extends FormTool {
  readonly id = "naming";
  readonly label = t("名称编号");
  readonly key = "I";
  readonly hint = t("点一个网格，改它的名称或编码；原编码不再使用。");
  readonly icon = "M4 6h16v12H4zM8 10h8M8 14h5";
  private code = "";
  private grid: HTMLSelectElement | null = null;
  private readonly name = inputOf(t("名称"), { maxlength: 120 });
  private readonly number = inputOf(t("编码（15 位数字）"), { inputmode: "numeric", maxlength: 15, pattern: "[0-9]{15}" });
  private readonly next = element("input", { type: "checkbox" });

  protected open(code: string | null): void {
    const editor = this.editor!;
    const grid = selectOf(t("网格"), [["", t("——请选择——")], ...byName(editor)], code ?? "");
    this.grid = grid.select;
    grid.select.addEventListener("change", () => this.take(grid.select.value));
    const byRule = element("label", {}, this.next, ` ${t("取本社区下一个未用过的编号")}`);
    this.next.checked = false;
    this.take(code ?? "");
    this.offered(t("名称与编号"), [grid.field, this.name.field, this.number.field, byRule], t("保存"), () => this.asked());
  }

  protected named(code: string): void {
    this.grid!.value = code;
    this.take(code);
    this.offer?.refresh();
  }

  private take(code: string): void {
    this.code = code;
    this.name.input.value = this.editor!.numbers.get(code)?.name ?? "";
    this.number.input.value = code;
  }

  private asked(): Asked | string {
    if (!this.code) return t("请选择网格：点图上的网格，或在清单里选。");
    this.number.input.disabled = this.next.checked;
    const [name, code] = [this.name.input.value.trim(), this.next.checked ? "" : this.number.input.value.trim()];
    const edits: Edit[] = [];
    if (!name) return t("请写名称。");
    if (name !== (this.editor!.numbers.get(this.code)?.name ?? "")) edits.push({ kind: "rename_grid", grid: this.code, name });
    if (code && !/^\d{15}$/.test(code)) return t("编码应为 15 位数字。");
    if (code !== this.code) edits.push({ kind: "renumber_grid", grid: this.code, code });
    if (edits.length === 0) return t("名称和编码都没有改。");
    return { edits, says: t("网格 {grid} 改名称或编码", { grid: nameOf(this.editor!, this.code) }) };
  }
}

export class NewGrid extends FormTool {
  readonly id = "new";
  readonly label = t("新网格");
  readonly key = "A";
  readonly hint = t("先点选或套索要划出的单元，再用它们设一个新网格。");
  readonly icon = "M4 4h16v16H4zM12 8v8M8 12h8";
  private units: number[] = [];
  private readonly name = inputOf(t("新网格名称"), { maxlength: 120 });
  private readonly code = inputOf(t("编码（可不填，取下一个编号）"), { inputmode: "numeric", maxlength: 15, pattern: "[0-9]{15}" });

  override start(editor: Editor): void {
    this.units = [...editor.selection.units];
    editor.selection.clear();
    this.name.input.value = "";
    this.code.input.value = "";
    super.start(editor);
  }

  protected override first(): string | null {
    return null;
  }

  protected open(): void {
    const about = element("p", { class: "small" }, t("用选中的 {n} 个单元", { n: this.units.length }));
    this.offered(t("新设网格"), [about, this.name.field, this.code.field], t("设立"), () => this.asked());
  }

  protected named(): void {
    this.editor?.say(t("要换单元，请先取消，点选单元后再按“新网格”。"));
  }

  private asked(): Asked | string {
    if (this.units.length === 0) return t("还没有选单元：请先取消，用点选或套索选好单元，再按“新网格”。");
    const [name, code] = [this.name.input.value.trim(), this.code.input.value.trim()];
    if (code && !/^\d{15}$/.test(code)) return t("编码应为 15 位数字。");
    if (!name) return t("请写新网格的名称。");
    return { edits: [{ kind: "new_grid", code, name, units: this.units }], says: t("新设网格 {name}", { name }) };
  }
}

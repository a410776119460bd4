// Lock grids: nobody's edit changes their land, proposals leave them as they are. A click or Enter locks and unlocks.

import type MapBrowserEvent from "ol/MapBrowserEvent.js";

import { button, element } from "../../map/dom.ts";
import { t } from "../../map/words.ts";
import { middleOf } from "../drawing.ts";
import type { Editor, Tool } from "../editor.ts";
import { gridWords, liveGrids, nameOf } from "./offer.ts";

export class Lock implements Tool {
  readonly id = "lock";
  readonly label = t("锁定");
  readonly key = "K";
  readonly hint = t("点网格锁定或解锁；锁定的网格土地不变，求解建议时也不动。");
  readonly icon = "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3";
  private editor: Editor | null = null;
  private readonly box = element("section", { class: "offer side-panel", "aria-label": t("锁定网格") });
  private unhear: (() => void) | null = null;

  start(editor: Editor): void {
    this.editor = editor;
    editor.selection.clear();
    editor.map.on("singleclick", this.clicked);
    this.unhear = editor.on("locks", () => this.draw());
    editor.panel("choice").before(this.box);
    editor.openPanel("choice");
    this.draw();
  }

  stop(): void {
    this.unhear?.();
    this.editor?.map.un("singleclick", this.clicked);
    this.box.remove();
    this.editor = null;
  }

  pressed(event: KeyboardEvent): boolean {
    if (!this.editor || event.key !== "Enter") return false;
    this.toggle(this.editor.land.gridAt(middleOf(this.editor.map)));
    return true;
  }

  private toggle(code: string | null): void {
    const { editor } = this;
    if (!editor || !code) return;
    const locked = editor.locks.has(code);
    const codes = locked ? [...editor.locks].filter((each) => each !== code) : [...editor.locks, code];
    editor
      .setLocks(codes)
      .then(() => editor.say(locked ? t("已解锁 {grid}。", { grid: nameOf(editor, code) }) : t("已锁定 {grid}。", { grid: nameOf(editor, code) })))
      .catch((error: unknown) => editor.trouble(error));
  }

  private draw(): void {
    const { editor } = this;
    if (!editor) return;
    const select = element("select", {}, element("option", { value: "" }, t("——请选择——")));
    for (const code of liveGrids(editor)) if (!editor.locks.has(code)) select.append(element("option", { value: code }, gridWords(editor, code)));
    select.addEventListener("change", () => this.toggle(select.value));
    const rows = [...editor.locks].sort().map((code) => {
      const open = button(t("解锁"), () => this.toggle(code), { class: "secondary outline", "aria-label": t("解锁 {grid}", { grid: nameOf(editor, code) }) });
      return element("li", {}, nameOf(editor, code), " ", open);
    });
    this.box.replaceChildren(
      element("h2", {}, t("锁定网格")),
      element("label", {}, t("锁定一个网格"), select),
      element("ul", { class: "chips" }, ...rows),
      ...(rows.length === 0 ? [element("p", { class: "small" }, t("还没有锁定的网格。"))] : []),
    );
  }

  private readonly clicked = (event: MapBrowserEvent): void => this.toggle(this.editor?.land.gridAt(event.coordinate) ?? null);
}

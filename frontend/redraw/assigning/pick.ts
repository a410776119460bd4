// Point at units: a click picks the one below it, with Ctrl or Shift (or "several") one more. Of a crossed compound that
// lies in several units all are picked at first, for it should go somewhere whole; a second click picks the one below.

import type MapBrowserEvent from "ol/MapBrowserEvent.js";

import { t } from "../../map/words.ts";
import type { Editor, Tool } from "../editor.ts";
import { middleOf } from "../drawing.ts";

export class Pick implements Tool {
  readonly id = "pick";
  readonly label = t("点选");
  readonly key = "V";
  readonly hint = t("点选单元或小区，再选要划入的网格；按住 Ctrl 或勾“多选”可选几个。");
  readonly icon = "M5 3l14 8-6 1.5L16 19l-3 1-3-6.5L5 17z";
  private editor: Editor | null = null;

  constructor(private readonly several: () => boolean) {}

  start(editor: Editor): void {
    this.editor = editor;
    editor.map.on("click", this.clicked);
  }

  stop(): void {
    this.editor?.map.un("click", this.clicked);
    this.editor = null;
  }

  pressed(event: KeyboardEvent): boolean {
    if (event.key !== " " || !this.editor) return false;
    this.pickAt(middleOf(this.editor.map), event.shiftKey);
    return true;
  }

  private readonly clicked = (event: MapBrowserEvent): void => {
    const { ctrlKey, metaKey, shiftKey } = event.originalEvent as PointerEvent;
    this.pickAt(event.coordinate, ctrlKey || metaKey || shiftKey || this.several());
  };

  /** A unit with the others of its compound, where that is crossed. */
  private crossedWith(unit: number): number[] {
    const { land, problems } = this.editor!;
    const compound = land.unit(unit)?.compound ?? "";
    const crossed = compound && problems.crossed.some((each) => each.compound === compound);
    return crossed ? land.unitsOf(compound) : [unit];
  }

  private pickAt(at: number[], more: boolean): void {
    const { land, selection } = this.editor!;
    const unit = land.unitAt(at);
    if (unit === null) return more ? undefined : selection.clear();
    if (more) return selection.pick([unit], "toggle");
    const whole = this.crossedWith(unit);
    const again = whole.length > 1 && whole.every((each) => selection.units.has(each));
    selection.pick(again ? [unit] : whole);
  }
}

// Paint land into a grid: press inside the grid that is to grow and draw over its neighbours, or aim at a grid first and
// paint anywhere. Numbers follow the brush; letting go makes the edit.

import Feature from "ol/Feature.js";
import Circle from "ol/geom/Circle.js";
import VectorLayer from "ol/layer/Vector.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import VectorSource from "ol/source/Vector.js";

import { isAborted } from "../../map/http.ts";
import { t } from "../../map/words.ts";
import { middleOf } from "../drawing.ts";
import type { Editor, Tool } from "../editor.ts";
import { BRUSH } from "../looks.ts";
import { Stroke } from "./stroke.ts";

const OVER_ALL = 310;
const ASK_EVERY_MS = 120;
const SIZES_PX = [4, 12, 26, 48];

export class Paint implements Tool {
  readonly id = "paint";
  readonly label = t("涂抹");
  readonly key = "B";
  readonly hint = t("从要扩大的网格里按下，涂过相邻的单元，松手即划入；方括号键改画笔大小，Esc 放弃。");
  readonly icon = "M14 4l6 6-8 8H6v-6zM4 21h16";
  private readonly spot = new VectorSource<Feature<Circle>>();
  private readonly layer = new VectorLayer({ source: this.spot, style: BRUSH, zIndex: OVER_ALL, updateWhileInteracting: true });
  private readonly stroke = new Stroke({
    begin: (at) => this.begin(at),
    go: (at) => this.go(at),
    end: () => void this.end(),
    cancel: () => this.drop(),
  });
  private editor: Editor | null = null;
  private readonly painted = new Set<number>();
  private target: string | null = null;
  private last: number[] | null = null;
  private size = 1;
  private asked = 0;

  /** Draws what the brush has touched: it is not picked, for picking asks where to. */
  constructor(private readonly touched: (units: Iterable<number>) => void) {}

  start(editor: Editor): void {
    this.editor = editor;
    editor.selection.clear();
    editor.map.addLayer(this.layer);
    editor.map.addInteraction(this.stroke);
    editor.map.on("pointermove", this.follow);
  }

  stop(): void {
    this.stroke.cancel();
    this.editor?.map.un("pointermove", this.follow);
    this.editor?.map.removeInteraction(this.stroke);
    this.editor?.map.removeLayer(this.layer);
    this.spot.clear();
    this.editor = null;
  }

  pressed(event: KeyboardEvent): boolean {
    if (event.key === "[" || event.key === "]") {
      this.size = Math.min(Math.max(this.size + (event.key === "]" ? 1 : -1), 0), SIZES_PX.length - 1);
      return true;
    }
    if (event.key === "Escape" && this.last) {
      this.stroke.cancel();
      return true;
    }
    return event.key === " " ? this.byKey() : false;
  }

  /** Space: what lies in the middle goes to the grid that is aimed at. */
  private byKey(): boolean {
    const { editor } = this;
    if (!editor) return false;
    if (editor.selection.target === null) {
      editor.say(t("先按 T 把中心处的网格定为目标，再移到要划入的单元上按空格。"));
      return true;
    }
    if (this.begin(middleOf(editor.map))) void this.end();
    return true;
  }

  private begin(at: number[]): boolean {
    const { land, selection, locks, say } = this.editor!;
    this.target = selection.target ?? land.gridAt(at);
    if (this.target === null) return false;
    if (locks.has(this.target)) {
      say.call(this.editor, t("这个网格已锁定，先解锁再改。"));
      return false;
    }
    this.painted.clear();
    selection.clear();
    this.last = at;
    this.touch(at);
    if (this.painted.size > 0) this.ask();
    return true;
  }

  private go(at: number[]): void {
    this.show(at);
    const [x = 0, y = 0] = at;
    const [lx = 0, ly = 0] = this.last ?? at;
    const steps = Math.max(1, Math.ceil(Math.hypot(x - lx, y - ly) / Math.max(this.radius, 1)));
    const before = this.painted.size;
    for (let step = 1; step <= steps; step += 1) this.touch([lx + ((x - lx) * step) / steps, ly + ((y - ly) * step) / steps]);
    this.last = at;
    if (this.painted.size !== before) this.ask();
  }

  private touch(at: number[]): void {
    const { land, locks } = this.editor!;
    for (const number of land.unitsNear(at, this.radius)) {
      const unit = land.unit(number);
      if (!unit || locks.has(unit.grid) || (unit.grid === this.target && !unit.divided)) continue;
      this.painted.add(number);
    }
    this.touched(this.painted);
  }

  private async end(): Promise<void> {
    const { editor, target } = this;
    const units = [...this.painted];
    window.clearTimeout(this.asked);
    this.asked = 0;
    this.last = null;
    if (!editor || target === null || units.length === 0) return this.drop();
    const says = t("{n} 个单元划入 {grid}", { n: units.length, grid: nameOf(editor, target) });
    await editor.commit([{ kind: "assign_units", units, grid: target }], says);
    this.drop();
  }

  private drop(): void {
    window.clearTimeout(this.asked);
    this.asked = 0;
    this.last = null;
    this.painted.clear();
    this.editor?.show(null);
    this.touched([]);
  }

  /** Ask for the numbers now and then while the brush goes on. */
  private ask(): void {
    this.asked ||= window.setTimeout(() => {
      this.asked = 0;
      void this.preview();
    }, ASK_EVERY_MS);
  }

  private async preview(): Promise<void> {
    const { editor, target } = this;
    if (!editor || target === null || this.painted.size === 0) return;
    try {
      const delta = await editor.preview([{ kind: "assign_units", units: [...this.painted], grid: target }]);
      if (this.last) editor.show(delta);
    } catch (error) {
      if (!isAborted(error)) editor.trouble(error);
    }
  }

  private get radius(): number {
    return SIZES_PX[this.size]! * (this.editor?.map.getView().getResolution() ?? 1);
  }

  private show(at: number[]): void {
    const circle = this.spot.getFeatures()[0]?.getGeometry();
    if (circle) circle.setCenterAndRadius(at, this.radius);
    else this.spot.addFeature(new Feature(new Circle(at, this.radius)));
  }

  private readonly follow = (event: MapBrowserEvent): void => {
    if ((event.originalEvent as PointerEvent).pointerType !== "touch") this.show(event.coordinate);
  };
}

function nameOf(editor: Editor, code: string): string {
  return editor.numbers.get(code)?.name || `…${code.slice(-3)}`;
}

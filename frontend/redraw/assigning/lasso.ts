// Draw around units: those whose middle lies inside are picked.

import Feature from "ol/Feature.js";
import Polygon from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";

import { t } from "../../map/words.ts";
import type { Editor, Tool } from "../editor.ts";
import { BRUSH } from "../looks.ts";
import { Stroke } from "./stroke.ts";

const OVER_ALL = 310;
const CLOSER_PX = 3;

export class Lasso implements Tool {
  readonly id = "lasso";
  readonly label = t("套索");
  readonly key = "L";
  readonly hint = t("在图上圈出一片：中心在圈里的单元都会选中；按住 Shift 再圈可添加。");
  readonly icon = "M12 4c5 0 9 2.5 9 6s-4 6-9 6c-1.5 0-3-.2-4.200-.7M12 4C7 4 3 6.500 3 10c0 2 1.500 3.800 4 4.900M7 15a2 2 0 1 1-1 3.700c0 1.300-.8 2.300-2 2.800";
  private readonly line = new VectorSource<Feature<Polygon>>();
  private readonly layer = new VectorLayer({ source: this.line, style: BRUSH, zIndex: OVER_ALL, updateWhileInteracting: true });
  private readonly stroke = new Stroke({
    begin: (at, event) => this.begin(at, event.shiftKey || event.ctrlKey),
    go: (at) => this.go(at),
    end: () => this.end(),
    cancel: () => this.line.clear(),
  });
  private editor: Editor | null = null;
  private path: number[][] = [];
  private more = false;

  constructor(private readonly several: () => boolean) {}

  start(editor: Editor): void {
    this.editor = editor;
    editor.map.addLayer(this.layer);
    editor.map.addInteraction(this.stroke);
  }

  stop(): void {
    this.stroke.cancel();
    this.editor?.map.removeInteraction(this.stroke);
    this.editor?.map.removeLayer(this.layer);
    this.editor = null;
  }

  pressed(event: KeyboardEvent): boolean {
    if (event.key !== "Escape" || this.path.length === 0) return false;
    this.stroke.cancel();
    this.path = [];
    return true;
  }

  private begin(at: number[], more: boolean): boolean {
    this.more = more || this.several();
    this.path = [at];
    this.line.clear();
    this.line.addFeature(new Feature(new Polygon([[at, at, at]])));
    return true;
  }

  private go(at: number[]): void {
    const last = this.path.at(-1)!;
    const step = (this.editor?.map.getView().getResolution() ?? 1) * CLOSER_PX;
    if (Math.hypot(at[0]! - last[0]!, at[1]! - last[1]!) < step) return;
    this.path.push(at);
    this.line.getFeatures()[0]?.getGeometry()?.setCoordinates([[...this.path, this.path[0]!]]);
  }

  private end(): void {
    const area = this.line.getFeatures()[0]?.getGeometry();
    const drawn = this.path.length > 3 && area ? area : null;
    this.path = [];
    this.line.clear();
    if (!drawn || !this.editor) return;
    const units = this.editor.land.unitsWithin(drawn);
    if (units.length === 0) this.editor.say(t("圈里没有单元的中心；请圈大一些。"));
    this.editor.selection.pick(units, this.more ? "add" : "replace");
  }
}

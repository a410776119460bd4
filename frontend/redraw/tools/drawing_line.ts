// A line drawn by mouse, finger or keyboard: it snaps to walls, roads and borders within 8 pixels and follows them from
// one point to the next where that is wanted. By keyboard the middle of the map is the pencil.

import Feature from "ol/Feature.js";
import type Geometry from "ol/geom/Geometry.js";
import LineString from "ol/geom/LineString.js";
import type SimpleGeometry from "ol/geom/SimpleGeometry.js";
import Draw from "ol/interaction/Draw.js";
import Snap from "ol/interaction/Snap.js";
import VectorLayer from "ol/layer/Vector.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { button, element, keep, kept } from "../../map/dom.ts";
import { CHOSEN, PAPER } from "../../map/styles/drawing.ts";
import { t } from "../../map/words.ts";
import type { Editor } from "../editor.ts";
import { type XY, along, distance, foot, withoutDoubles } from "./lines.ts";
import { linesOf, snapped } from "./outlines.ts";

export const SNAP_PX = 8;
const OVER_ALL = 312;
const SAME_PX = 5;

const LINE = [
  new Style({ stroke: new Stroke({ color: PAPER, width: 6.5 }) }),
  new Style({ stroke: new Stroke({ color: CHOSEN, width: 3 }) }),
];
const POINT = new Style({ image: new CircleStyle({ radius: 5.5, fill: new Fill({ color: PAPER }), stroke: new Stroke({ color: CHOSEN, width: 2.5 }) }) });

export class LineDrawing {
  private readonly source = new VectorSource<Feature<LineString>>();
  private readonly layer = new VectorLayer({ source: this.source, style: LINE, zIndex: OVER_ALL });
  private readonly walls = new VectorSource<Feature<Geometry>>();
  private readonly draw: Draw;
  private readonly snap: Snap;
  private readonly bar = element("div", { id: "draw-bar", role: "toolbar", "aria-label": t("画线") });
  private readonly snapButton: HTMLButtonElement;
  private readonly traceButton: HTMLButtonElement;
  private readonly told = element("span", { class: "draw-told", role: "status" });
  private sketch: LineString | null = null;
  private snaps = kept("redraw.snap") !== "off";
  private traces = kept("redraw.trace") !== "off";
  private readonly unhear: () => void;

  constructor(
    private readonly editor: Editor,
    /** The line is drawn; false: it cannot be used, the hand goes on drawing it. */
    private readonly finished: (line: XY[]) => boolean,
  ) {
    this.draw = new Draw({ type: "LineString", style: (feature) => lookOf(feature.getGeometry()), minPoints: 2, trace: () => this.traces, traceSource: this.walls });
    this.draw.on("drawstart", ({ feature }) => this.begun(feature.getGeometry() as LineString));
    this.draw.on("drawabort", () => this.begun(null));
    this.draw.on("drawend", ({ feature }) => this.ended(feature as Feature<LineString>));
    this.snap = new Snap({ source: this.walls, pixelTolerance: SNAP_PX });
    this.snapButton = button(t("吸附（Q）"), () => this.switchSnap(), { class: "secondary outline", title: t("落点吸附到围墙、道路和边界，不超过 8 像素") });
    this.traceButton = button(t("沿线（W）"), () => this.switchTrace(), { class: "secondary outline", title: t("点在围墙、道路或边界上后，线沿着它走到下一点") });
    const back = button(t("退一点"), () => this.back(), { class: "secondary outline", title: t("退一点（Esc 或 Backspace）") });
    const end = button(t("画完"), () => this.finish(), { title: t("画完（双击，或在原处再按一次 Enter）") });
    this.bar.append(end, back, this.snapButton, this.traceButton, this.told);
    editor.map.getTargetElement()?.parentElement?.append(this.bar);
    editor.map.addLayer(this.layer);
    editor.map.addInteraction(this.draw);
    editor.map.addInteraction(this.snap);
    editor.map.on("dblclick", this.twice);
    this.unhear = editor.on("land", () => this.fill());
    this.fill();
    this.switched();
  }

  /** Take everything off the map. */
  remove(): void {
    this.unhear();
    this.editor.map.un("dblclick", this.twice);
    this.editor.map.removeInteraction(this.snap);
    this.editor.map.removeInteraction(this.draw);
    this.editor.map.removeLayer(this.layer);
    this.bar.remove();
  }

  /** Wipe what was drawn and begin anew. */
  clear(): void {
    this.source.clear();
    this.draw.abortDrawing();
    this.sketch = null;
    this.draw.setActive(true);
    this.bar.hidden = false;
    this.count();
  }

  pressed(event: KeyboardEvent): boolean {
    if (!this.draw.getActive()) return false;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter") this.byKey();
    else if (key === "Backspace") this.back();
    else if (key === "Escape") return this.back();
    else if (key === "q") this.switchSnap();
    else if (key === "w") this.switchTrace();
    else return false;
    return true;
  }

  /** What is at hand to snap to and to follow: walls of compounds, borders, roads, the lines around the plan. */
  private fill(): void {
    const { land } = this.editor;
    this.walls.clear(true);
    for (const source of [land.units, land.grids, land.roads, land.around, land.compoundsAround]) {
      const shapes = (source as VectorSource<Feature<Geometry>>).getFeatures().flatMap((each) => each.getGeometry() ?? []);
      this.walls.addFeatures(shapes.map((shape) => new Feature(shape)));
    }
  }

  private byKey(): void {
    const resolution = this.editor.map.getView().getResolution() ?? 1;
    const middle = this.editor.map.getView().getCenter() as [number, number];
    const at = this.snaps ? snapped(this.walls, middle, SNAP_PX * resolution) : middle;
    const points = this.points();
    const last = points[points.length - 1];
    if (last && distance(last, at) <= SAME_PX * resolution) {
      if (points.length >= 2) this.finish();
      return;
    }
    const way = last && this.traces ? this.followed(last, at) : [at];
    this.draw.appendCoordinates(way.map((each) => [...each]));
    this.count();
  }

  /** The way along the line on which both points stand; straight where there is none. */
  private followed(from: XY, to: XY): XY[] {
    const near = this.walls.getFeaturesInExtent([to[0] - 0.5, to[1] - 0.5, to[0] + 0.5, to[1] + 0.5]);
    for (const feature of near) {
      for (const line of linesOf(feature.getGeometry() as SimpleGeometry)) {
        if (foot(line, from).away < 0.05 && foot(line, to).away < 0.05) return along(line, from, to).slice(1);
      }
    }
    return [to];
  }

  /** A double click ends the line on a wall too, where the second click only ends the way along it. */
  private readonly twice = (event: MapBrowserEvent): void => {
    event.stopPropagation();
    if (this.sketch && this.points().length >= 2) this.draw.finishDrawing();
  };

  private back(): boolean {
    if (this.points().length === 0) return false;
    if (this.points().length === 1) this.draw.abortDrawing();
    else this.draw.removeLastPoint();
    this.count();
    return true;
  }

  private finish(): void {
    if (this.points().length >= 2) this.draw.finishDrawing();
    else this.editor.say(t("一条线至少要两个点。"));
  }

  /** Points that are set; the last one of the sketch follows the pointer. */
  private points(): XY[] {
    return (this.sketch?.getCoordinates() ?? []).slice(0, -1).map(([x = 0, y = 0]): XY => [x, y]);
  }

  private begun(sketch: LineString | null): void {
    this.sketch = sketch;
    sketch?.on("change", () => this.count());
    this.count();
  }

  private count(): void {
    const n = this.points().length;
    const words = n > 0 ? t("{n} 个点", { n }) : t("还没有点");
    if (this.told.textContent !== words) this.told.textContent = words;
  }

  private ended(feature: Feature<LineString>): void {
    const line = withoutDoubles(feature.getGeometry()!.getCoordinates().map(([x = 0, y = 0]): XY => [x, y]));
    this.sketch = null;
    this.source.clear();
    this.source.addFeature(feature);
    // After this event: Draw still has to finish its own.
    window.setTimeout(() => {
      if (line.length >= 2 && this.finished(line)) {
        this.draw.setActive(false);
        this.bar.hidden = true;
        return;
      }
      this.source.clear();
      if (line.length >= 2) this.draw.extend(feature);
    }, 0);
  }

  private switchSnap(): void {
    this.snaps = !this.snaps;
    keep("redraw.snap", this.snaps ? "on" : "off");
    this.switched();
  }

  private switchTrace(): void {
    this.traces = !this.traces;
    keep("redraw.trace", this.traces ? "on" : "off");
    this.switched();
  }

  private switched(): void {
    this.snap.setActive(this.snaps);
    this.snapButton.setAttribute("aria-pressed", String(this.snaps));
    this.traceButton.setAttribute("aria-pressed", String(this.traces));
  }
}

function lookOf(geometry: unknown): Style | Style[] {
  return geometry instanceof LineString ? LINE : POINT;
}

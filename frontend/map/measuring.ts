// Lengths and areas in the district's metric frame: by clicks, by finger, or by keyboard (Space takes the middle of the
// map, arrows move the map, Enter ends, Escape gives up).

import type Feature from "ol/Feature.js";
import LineString from "ol/geom/LineString.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import type SimpleGeometry from "ol/geom/SimpleGeometry.js";
import Draw from "ol/interaction/Draw.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import { toLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { areaWords, lengthWords } from "./formats.ts";
import { type LonLat, type Zone, fromDegrees } from "./frames.ts";
import { CHOSEN, PAPER, label } from "./styles/drawing.ts";
import { t } from "./words.ts";

export type Measure = "length" | "area";

export class Measuring {
  private readonly source = new VectorSource();
  private draw: Draw | null = null;
  private kind: Measure | null = null;

  constructor(
    private readonly map: OlMap,
    private readonly zone: Zone,
    private readonly told: (words: string) => void,
    private readonly changed: (kind: Measure | null) => void,
  ) {
    map.addLayer(new VectorLayer({ source: this.source, style: (feature) => this.styles(feature as Feature), zIndex: 310 }));
    map.getTargetElement()!.addEventListener("keydown", (event) => this.key(event));
  }

  get active(): Measure | null {
    return this.kind;
  }

  get hasResult(): boolean {
    return this.source.getFeatures().length > 0;
  }

  /** Begin to measure, or stop when that is under way already. */
  toggle(kind: Measure): void {
    const same = this.kind === kind;
    this.stop();
    if (same) return;
    this.source.clear();
    this.kind = kind;
    this.draw = new Draw({
      source: this.source,
      type: kind === "length" ? "LineString" : "Polygon",
      style: (feature) => this.styles(feature as Feature),
      minPoints: kind === "length" ? 2 : 3,
    });
    this.draw.on("drawend", ({ feature }) => {
      this.told(this.words(feature.getGeometry() as SimpleGeometry));
      // After this event: the click that ended it must not open a card.
      window.setTimeout(() => this.stop(), 0);
    });
    this.map.addInteraction(this.draw);
    const touch = window.matchMedia("(pointer: coarse)").matches;
    this.told(
      touch
        ? t("在地图上逐点轻点，再点一次最后一点结束；再按测量按钮取消。")
        : t("在地图上逐点点击，双击或按 Enter 结束，按 Esc 取消；键盘可用空格键取地图中心点。"),
    );
    this.changed(kind);
  }

  /** Stop measuring; what was measured stays until `clear`. */
  stop(): void {
    if (this.draw) this.map.removeInteraction(this.draw);
    this.draw = null;
    if (this.kind === null) return;
    this.kind = null;
    this.changed(null);
  }

  clear(): void {
    this.stop();
    this.source.clear();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && (this.draw || this.hasResult)) {
      event.stopPropagation();
      this.clear();
    }
    if (!this.draw) return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      this.draw.finishDrawing();
    } else if (event.key === " ") {
      event.preventDefault();
      const middle = this.map.getView().getCenter();
      if (middle) this.draw.appendCoordinates([middle]);
    } else if (event.key === "Backspace") {
      event.preventDefault();
      this.draw.removeLastPoint();
    }
  }

  /** Length of a line or area of a polygon in the metric frame, in words; a polygon also tells its rim. */
  private words(geometry: SimpleGeometry): string {
    const metric = (coordinates: number[][]) =>
      coordinates.map((each) => fromDegrees(toLonLat(each) as LonLat, "zone", this.zone));
    if (geometry instanceof LineString) {
      return t("长度 {length}", { length: lengthWords(new LineString(metric(geometry.getCoordinates())).getLength()) });
    }
    const ring = (geometry as Polygon).getCoordinates()[0] ?? [];
    const polygon = new Polygon([metric(ring)]);
    const rim = new LineString(polygon.getCoordinates()[0] ?? []).getLength();
    return t("面积 {area}，周长 {length}", { area: areaWords(polygon.getArea()), length: lengthWords(rim) });
  }

  private styles(feature: Feature): Style[] {
    const geometry = feature.getGeometry() as SimpleGeometry | undefined;
    if (!geometry) return [];
    if (geometry.getType() === "Point") return POINT;
    const isLine = geometry instanceof LineString;
    // While a polygon is drawn its rim comes as a line of its own: only the polygon is written upon.
    if (isLine && this.kind === "area") return LINE;
    const enough = (geometry.getFlatCoordinates().length ?? 0) >= (isLine ? 4 : 8);
    if (!enough) return LINE;
    const words = label(this.words(geometry), { size: 13, weight: 700, color: CHOSEN, boxed: true, offsetY: isLine ? -16 : 0 });
    words.setGeometry(isLine ? new Point(geometry.getLastCoordinate()) : (geometry as Polygon).getInteriorPoint());
    return [...LINE, words];
  }
}

const LINE = [
  new Style({ stroke: new Stroke({ color: PAPER, width: 6 }) }),
  new Style({ stroke: new Stroke({ color: CHOSEN, width: 2.5, lineDash: [8, 5] }), fill: new Fill({ color: "rgba(11, 61, 145, 0.12)" }) }),
];
const POINT = [
  new Style({
    image: new CircleStyle({ radius: 5, fill: new Fill({ color: PAPER }), stroke: new Stroke({ color: CHOSEN, width: 2.5 }) }),
  }),
];

// What is drawn over everything: the place chosen, a finding with its cut line and the widths of its parts, a point.

import Feature from "ol/Feature.js";
import type { FeatureLike } from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import type Polygon from "ol/geom/Polygon.js";
import type MultiPolygon from "ol/geom/MultiPolygon.js";
import VectorLayer from "ol/layer/Vector.js";
import type OlMap from "ol/Map.js";
import { fromLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { lengthWords, whole } from "./formats.ts";
import type { LonLat } from "./frames.ts";
import { featuresOf } from "./make.ts";
import { CHOSEN, CUT, PAPER, label } from "./styles/drawing.ts";
import type { FindingShown, Geometry } from "./window.ts";
import { t } from "./words.ts";

const UNDER_NAMES = 61;
const OVER_NAMES = 300;

const stroke = (color: string, width: number, lineDash?: number[]) =>
  new Stroke({ color, width, lineJoin: "round", ...(lineDash ? { lineDash } : {}) });

const PLACE = [
  new Style({ stroke: stroke("rgba(255, 255, 255, 0.9)", 6), image: ring(11, PAPER, 6) }),
  new Style({ stroke: stroke(CHOSEN, 3), image: ring(11, CHOSEN, 3) }),
];
const LAND = new Style({ stroke: stroke(CHOSEN, 2.4), fill: new Fill({ color: "rgba(11, 61, 145, 0.05)" }) });
const PIECE = new Style({ stroke: stroke("#7a2c00", 1.2, [4, 3]), fill: new Fill({ color: "rgba(166, 61, 0, 0.32)" }) });
const LINE = [new Style({ stroke: stroke(PAPER, 9) }), new Style({ stroke: stroke(CUT, 5) })];
const SPOT = [
  new Style({ image: ring(8, PAPER, 5) }),
  new Style({ image: ring(8, CHOSEN, 2.5) }),
  new Style({ image: new CircleStyle({ radius: 2, fill: new Fill({ color: CHOSEN }) }) }),
];

function ring(radius: number, color: string, width: number): CircleStyle {
  return new CircleStyle({ radius, stroke: new Stroke({ color, width }) });
}

export class Overlay {
  private readonly place = new VectorSource();
  private readonly finding = new VectorSource();
  private readonly spot = new VectorSource();

  constructor(map: OlMap) {
    map.addLayer(new VectorLayer({ source: this.finding, style: styleOfPart, zIndex: UNDER_NAMES }));
    map.addLayer(new VectorLayer({ source: this.finding, style: figuresOfPart, zIndex: OVER_NAMES, declutter: "names" }));
    map.addLayer(new VectorLayer({ source: this.place, style: PLACE, zIndex: OVER_NAMES + 1 }));
    map.addLayer(new VectorLayer({ source: this.spot, style: SPOT, zIndex: OVER_NAMES + 2 }));
  }

  showPlace(geometry: Geometry | null): void {
    this.place.clear(true);
    if (geometry) this.place.addFeatures(featuresOf(geometry) as Feature[]);
  }

  showSpot(at: LonLat | null): void {
    this.spot.clear(true);
    if (at) this.spot.addFeature(new Feature(new Point(fromLonLat(at))));
  }

  showFinding(finding: FindingShown | null): void {
    this.finding.clear(true);
    if (!finding) return;
    this.add(finding.place, { part: "land" });
    const home = Math.max(...finding.pieces.map((piece) => piece.width_m ?? 0));
    for (const piece of finding.pieces) {
      const figures = piece.material === false ? "" : pieceWords(piece.width_m, piece.households);
      // The widest part is the place's own; tinted is what lies beyond the line.
      this.add(piece.geometry, { part: (piece.width_m ?? 0) < home ? "piece" : "home", figures });
    }
    this.add(finding.cut, { part: "cut" });
  }

  private add(geometry: Geometry | null, properties: Record<string, unknown>): void {
    if (!geometry) return;
    for (const feature of featuresOf(geometry) as Feature[]) {
      feature.setProperties(properties, true);
      this.finding.addFeature(feature);
    }
  }
}

function pieceWords(width_m: number | null, households: number | null): string {
  const words: string[] = [];
  if (width_m !== null) words.push(t("宽 {width}", { width: lengthWords(width_m) }));
  if (households !== null) words.push(t("{n} 户", { n: whole(households) }));
  return words.join("\n");
}

function styleOfPart(feature: FeatureLike): Style | Style[] {
  const part: unknown = feature.get("part");
  if (part === "cut") return LINE;
  if (part === "land") return LAND;
  return part === "piece" ? PIECE : [];
}

/** Figures stand inside their part, and before every name of the map. */
function figuresOfPart(feature: FeatureLike): Style | undefined {
  const figures = String(feature.get("figures") ?? "");
  if (!figures) return undefined;
  const words = label(figures, { size: 12, weight: 700, color: CUT, boxed: true });
  words.setGeometry((each) => inner(each.getGeometry() as Polygon | MultiPolygon | undefined));
  return words;
}

function inner(geometry: Polygon | MultiPolygon | undefined): Point | undefined {
  if (geometry?.getType() === "Polygon") return (geometry as Polygon).getInteriorPoint();
  if (geometry?.getType() !== "MultiPolygon") return undefined;
  const parts = (geometry as MultiPolygon).getPolygons();
  const [largest] = parts.sort((one, other) => other.getArea() - one.getArea());
  return largest?.getInteriorPoint();
}

// How both sides are drawn: borders of the grids, the land that changes hands hatched, findings and remarks as marks that
// differ in form as well as in colour.

import { asArray } from "ol/color.js";
import type { FeatureLike } from "ol/Feature.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

import { INSIDE, label, textOf, zoomOf } from "../map/styles/drawing.ts";
import { t } from "../map/words.ts";

const HATCH = "#a63d00";
const HATCH_STEP_PX = 9;
const NAMES_FROM_ZOOM = 13.2;
const FIGURES_FROM_ZOOM = 14.2;

let pattern: CanvasPattern | null = null;

/** Diagonal strokes; sharp on screens of any density. */
function hatch(): CanvasPattern | string {
  if (pattern) return pattern;
  const canvas = document.createElement("canvas");
  const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));
  const side = HATCH_STEP_PX * ratio;
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) return "rgba(166, 61, 0, 0.25)";
  context.fillStyle = "rgba(240, 138, 60, 0.16)";
  context.fillRect(0, 0, side, side);
  context.strokeStyle = HATCH;
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (const at of [-side, 0, side]) {
    context.moveTo(at, side);
    context.lineTo(at + side, 0);
  }
  context.stroke();
  pattern = context.createPattern(canvas, "repeat");
  return pattern ?? "rgba(166, 61, 0, 0.25)";
}

/** Land that changes hands. */
export function movedLook(): Style {
  return new Style({ fill: new Fill({ color: hatch() }), stroke: new Stroke({ color: HATCH, width: 1.2 }) });
}

const CASING = new Style({ stroke: new Stroke({ color: "rgba(255, 255, 255, 0.85)", width: 5 }), zIndex: 1 });
const BORDER = new Style({ stroke: new Stroke({ color: "#1b4f86", width: 2.2 }), fill: INSIDE, zIndex: 2 });
const FAR_BORDER = new Style({ stroke: new Stroke({ color: "#5b7ea6", width: 0.8 }), fill: INSIDE });
const CLOSE_ZOOM = 13;

/** Borders of the grids: thin from afar, where hundreds of grids are seen at once. */
export function borderLook(_feature: FeatureLike, resolution: number): Style | Style[] {
  return zoomOf(resolution) < CLOSE_ZOOM ? FAR_BORDER : [CASING, BORDER];
}

/** Short code and households of a grid: grids that change in bold. */
export function nameLook(changed: ReadonlySet<string>): (feature: FeatureLike, resolution: number) => Style | undefined {
  return (feature, resolution) => {
    const zoom = zoomOf(resolution);
    const code = textOf(feature, "code");
    const isChanged = changed.has(code);
    if (zoom < (isChanged ? CLOSE_ZOOM : NAMES_FROM_ZOOM)) return undefined;
    const households: unknown = feature.get("households");
    const short = code.slice(-3);
    const isTold = typeof households === "number" && (isChanged || zoom >= FIGURES_FROM_ZOOM);
    const words = isTold ? `${short}\n${t("{n} 户", { n: households as number })}` : short;
    return label(words, { size: isChanged ? 12.5 : 11, weight: isChanged ? 700 : 400, color: isChanged ? "#123a66" : "#515c66" });
  };
}

const white = (width: number) => new Stroke({ color: "#fff", width });

const MARKS: Record<string, Style> = {
  resolved: new Style({ image: new CircleStyle({ radius: 7, fill: new Fill({ color: "#00694e" }), stroke: white(2) }) }),
  known: new Style({ image: new RegularShape({ points: 3, radius: 8, fill: new Fill({ color: "#7a4b00" }), stroke: white(1.5) }) }),
  new: new Style({ image: new RegularShape({ points: 4, radius: 9, fill: new Fill({ color: "#b00020" }), stroke: white(2) }) }),
};

const FAR_SCALE = 0.55;

/** A finding: what the plan mends is round, what stays three-cornered, what it brings four-cornered. */
export function markLook(feature: FeatureLike, resolution: number): Style | undefined {
  const made = MARKS[textOf(feature, "what")];
  made?.getImage()?.setScale(zoomOf(resolution) < CLOSE_ZOOM ? FAR_SCALE : 1);
  return made;
}

/** A remark with its number, grey once it has been dealt with. */
export function pinLook(feature: FeatureLike): Style {
  const color = feature.get("resolved") ? "#5a6672" : "#86005f";
  return new Style({
    image: new CircleStyle({ radius: 11, fill: new Fill({ color: asArray(color) }), stroke: white(2) }),
    text: new Text({ text: textOf(feature, "number"), font: "600 12px sans-serif", fill: new Fill({ color: "#fff" }) }),
    zIndex: 5,
  });
}

/** A place that was asked for. */
export const SHOWN = new Style({
  image: new CircleStyle({ radius: 16, stroke: new Stroke({ color: "#0b63ce", width: 3.5 }) }),
});

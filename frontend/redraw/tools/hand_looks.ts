// How a border looks while it is in the hand: where it runs now dashed, where it would run strong, the land between
// them tinted; red where it cannot run so.

import type { FeatureLike } from "ol/Feature.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { CHOSEN, PAPER } from "../../map/styles/drawing.ts";

const WRONG = "#b00020";
const SWEPT = new Style({ fill: new Fill({ color: "rgba(11, 87, 164, 0.28)" }), zIndex: 1 });
const BEFORE = new Style({ stroke: new Stroke({ color: "#1d2733", width: 2.5, lineDash: [4, 6] }), zIndex: 2 });
const line = (color: string) => [
  new Style({ stroke: new Stroke({ color: PAPER, width: 7 }), zIndex: 3 }),
  new Style({ stroke: new Stroke({ color, width: 3.5 }), zIndex: 4 }),
];
const [FINE, BAD] = [line(CHOSEN), line(WRONG)];
const GRIP = new Style({ image: new CircleStyle({ radius: 7, fill: new Fill({ color: PAPER }), stroke: new Stroke({ color: CHOSEN, width: 3 }) }), zIndex: 5 });

export function ofHand(feature: FeatureLike): Style | Style[] {
  const part = feature.get("part") as string;
  if (part === "swept") return SWEPT;
  if (part === "before") return BEFORE;
  if (part === "grip") return GRIP;
  return feature.get("wrong") ? BAD : FINE;
}

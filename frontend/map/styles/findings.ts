// Findings: how sure shows in colour and in dashes (clear: solid, doubtful: dashed, noise: dotted), what it is shows in
// the shape of its mark. Cut lines lie over everything, with a white casing.

import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import CircleStyle from "ol/style/Circle.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { lengthWords } from "../formats.ts";
import { t } from "../words.ts";
import { type Styling, CUT, INSIDE, PAPER, between, half, label, numberOf, remembered, textOf } from "./drawing.ts";

export const CLARITIES: Record<string, { stroke: string; fill: string; dash?: number[] }> = {
  clear: { stroke: "#a63d00", fill: "#f08a3c" },
  doubtful: { stroke: "#8a5200", fill: "#fbd9b5", dash: [7, 4] },
  noise: { stroke: "#6f6f6f", fill: "#c9c9c9", dash: [1.5, 3.5] },
};

/** Kinds by family: each family has a mark of its own. */
export const FAMILIES: Record<string, string> = {
  compound_crossed: "crossing",
  compound_uncovered: "uncovered",
  compound_straddles: "straddling",
  grid_straddles: "straddling",
  grid_outside: "straddling",
  wrong_parent: "record",
  gap: "gap",
  overlap: "overlap",
  invalid_shape: "record",
  too_large: "size",
  too_small: "size",
  far_from_office: "distance",
};

// What is about land is outlined; what is about a number (households, distance, a code) only marked.
const OUTLINED = new Set(["crossing", "uncovered", "straddling"]);
const FILLED: Record<string, { fill: string; stroke: string }> = {
  gap: { fill: "rgba(217, 156, 196, 0.85)", stroke: "#8c2f6b" },
  overlap: { fill: "rgba(127, 200, 176, 0.85)", stroke: "#00694e" },
};

const clarityOf = (feature: Parameters<Styling>[0]): string => {
  const clarity = textOf(feature, "clarity");
  return clarity in CLARITIES ? clarity : "clear";
};
const familyOf = (feature: Parameters<Styling>[0]): string => FAMILIES[textOf(feature, "kind")] ?? "record";

const areaStyles = remembered((key) => {
  const [family = "", clarity = ""] = key.split(" ");
  const { stroke, dash } = CLARITIES[clarity]!;
  const filled = FILLED[family];
  const line = new Stroke({ color: filled?.stroke ?? stroke, width: clarity === "clear" ? 2.2 : 1.6, ...(dash ? { lineDash: dash } : {}) });
  return new Style({ stroke: line, fill: filled ? new Fill({ color: filled.fill }) : INSIDE });
});

export const findingArea: Styling = (feature) => {
  const family = familyOf(feature);
  return OUTLINED.has(family) || family in FILLED ? areaStyles(`${family} ${clarityOf(feature)}`) : undefined;
};

/** Below this zoom the cut lines among the marks would be blots. */
export const CUTS_FROM_ZOOM = 13;

const cutStyles = remembered((key) => {
  const [zoom = "", clarity = ""] = key.split(" ");
  const width = between(Number(zoom), [13, 2.2], [17, 4.5]);
  const dash = clarity === "clear" ? {} : { lineDash: [width * 2, width * 1.6] };
  return [
    new Style({ stroke: new Stroke({ color: "rgba(255, 255, 255, 0.95)", width: width + 3 }), zIndex: 1 }),
    new Style({ stroke: new Stroke({ color: CUT, width, lineCap: "butt", ...dash }), zIndex: 2 }),
  ];
});

export const findingCut: Styling = (feature, zoom) => {
  const clarity = clarityOf(feature);
  return zoom < CUTS_FROM_ZOOM || clarity === "noise" ? undefined : cutStyles(`${half(zoom)} ${clarity}`);
};

/** Mark of a family; hollow where the finding is not sure. */
function mark(family: string, clarity: string, radius: number): RegularShape | CircleStyle {
  const { stroke, fill } = CLARITIES[clarity] ?? CLARITIES.clear!;
  const solid = clarity === "clear";
  const look = {
    radius,
    fill: new Fill({ color: solid ? fill : PAPER }),
    stroke: new Stroke({ color: stroke, width: solid ? 2 : 1.8, ...(clarity === "noise" ? { lineDash: [1.5, 2] } : {}) }),
    declutterMode: "obstacle" as const,
  };
  if (family === "crossing") return new RegularShape({ ...look, points: 4 });
  if (family === "uncovered") return new RegularShape({ ...look, points: 4, radius2: radius * 0.38 });
  if (family === "straddling") return new RegularShape({ ...look, points: 3 });
  if (family === "gap") return new RegularShape({ ...look, points: 4, angle: Math.PI / 4 });
  if (family === "overlap") return new RegularShape({ ...look, points: 6 });
  if (family === "distance") return new RegularShape({ ...look, points: 5, radius2: radius * 0.45 });
  if (family === "record") return new RegularShape({ ...look, points: 3, angle: Math.PI });
  return new CircleStyle({ ...look, radius: radius * 0.75 });
}

const markStyles = remembered((key) => {
  const [family = "", clarity = "", zoom = ""] = key.split(" ");
  const radius = between(Number(zoom), [11, 5], [15, 7.5]) * (clarity === "clear" ? 1 : 0.85);
  return new Style({ image: mark(family, clarity, radius), zIndex: clarity === "clear" ? 2 : 1 });
});

export const MARKS_TO_ZOOM = 15.25;
/** Households, distances and codes are many and stand in the list: from far away only land is marked. */
const NUMBERS_FROM_ZOOM = 14.75;
/** Farther out marks stand so close that no name would find a place beside them: there names lie over them. */
export const NAMES_YIELD_FROM_ZOOM = 14;

/** Marks while a place is too small to be seen, and close by where there is nothing to outline. */
export function findingMark(near: boolean): Styling {
  return (feature, zoom) => {
    if (zoom >= NAMES_YIELD_FROM_ZOOM !== near) return undefined;
    const family = familyOf(feature);
    const onLand = OUTLINED.has(family) || family in FILLED;
    if (onLand ? zoom >= MARKS_TO_ZOOM : zoom < NUMBERS_FROM_ZOOM) return undefined;
    return markStyles(`${family} ${clarityOf(feature)} ${half(zoom)}`);
  };
}

const widthNames = remembered((text) => label(text, { size: 11.5, weight: 700, color: CUT, offsetY: 21, boxed: true }));

/** How wide and how many households, close by. */
export const findingFigures: Styling = (feature, zoom) => {
  const width_m = numberOf(feature, "width_m");
  if (zoom < MARKS_TO_ZOOM || !width_m || familyOf(feature) !== "crossing") return undefined;
  return widthNames(t("穿入宽 {width}", { width: lengthWords(width_m) }));
};

// How the editor draws land. Rank shows in the strength of the line (grid borders strong, unit borders thin), state in
// hatching and in words as well as in colour: crossed compounds are hatched red one way, changed land blue the other way,
// so that nobody needs to tell the colours apart.

import type { FeatureLike } from "ol/Feature.js";
import type Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { whole } from "../map/formats.ts";
import { CHOSEN, INSIDE, PAPER, between, brief, half, label, remembered } from "../map/styles/drawing.ts";
import { shortGridName } from "../map/styles/lines.ts";
import { t } from "../map/words.ts";
import type { GridNumbers, UnitProperties } from "./editor.ts";
import { type Area, innerPoint } from "./land.ts";

const HATCH_PX = 9;

/** A pattern of slanted lines; `rising` from lower left to upper right. */
function hatch(color: string, rising: boolean, ground: string | null, width = 2.2): CanvasPattern | string {
  const ratio = Math.max(1, Math.round(window.devicePixelRatio));
  const size = HATCH_PX * ratio;
  const board = document.createElement("canvas");
  board.width = size;
  board.height = size;
  const pen = board.getContext("2d");
  if (!pen) return ground ?? color;
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
  }
  pen.strokeStyle = color;
  pen.lineWidth = width * ratio;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, rising ? size : 0);
    pen.lineTo(shift + size, rising ? 0 : size);
    pen.stroke();
  }
  return pen.createPattern(board, "repeat") ?? color;
}

/** A thing made when it is first asked for. */
function once<Thing>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => (made ??= make());
}

const line = (color: string, width: number, lineDash?: number[]) =>
  new Stroke({ color, width, lineJoin: "round", ...(lineDash ? { lineDash } : {}) });

/** Pale grounds of grids: neighbours differ in lightness too. */
const TINTS = ["#eef4fa", "#fdf3df", "#e6f3ec", "#f8eaf1", "#f5f3da", "#e9e7f5"];

const tinted = remembered((tint) => new Style({ fill: new Fill({ color: tint }) }));
const NO_GRID = once(() => new Style({ fill: new Fill({ color: hatch("#6f6f6f", true, "#ffffff", 1.4) }) }));

/** The ground of a grid; land in no grid is hatched grey. */
export function groundOf(tintOf: (code: string) => number): (feature: FeatureLike) => Style {
  return (feature) => {
    const code = String(feature.getId());
    return code === "" ? NO_GRID() : tinted(TINTS[tintOf(code) % TINTS.length]!);
  };
}

export const AROUND = new Style({ fill: new Fill({ color: "#e3e2de" }), stroke: line("#b9b7b0", 1) });
export const COMPOUND_AROUND = new Style({ fill: new Fill({ color: "#d8d6d0" }), stroke: line("#c3c0b8", 0.8) });

const nameAround = remembered((key) => label(key.split("·")[1] ?? "", { size: 11, color: "#6a6a66" }));
export function aroundName(feature: FeatureLike, zoom: number): Style | undefined {
  if (zoom < 14.5) return undefined;
  const style = nameAround(`around·${brief(shortGridName(String(feature.get("name") || feature.get("code"))))}`);
  style.setGeometry(heart);
  return style;
}

const crossedFill = once(() => new Fill({ color: hatch("#c2410c", true, "#fde7d8") }));
const crossedStyles = remembered((key) => {
  const width = between(Number(key), [12, 0.8], [15, 2.2]);
  return new Style({ fill: crossedFill(), stroke: line("#8f2d00", width), zIndex: 3 });
});
const COMPOUND = new Style({ fill: new Fill({ color: "rgba(214, 201, 168, 0.62)" }), stroke: line("#a3967a", 0.8), zIndex: 2 });
const FREE = new Style({ fill: INSIDE, stroke: line("rgba(84, 96, 108, 0.45)", 0.7, [2, 3]), zIndex: 1 });

/** A unit: a compound (hatched where it lies in several grids) or free land. */
export function unitLook(crossed: (compound: string) => boolean): (feature: FeatureLike, zoom: number) => Style {
  return (feature, zoom) => {
    const { compound, divided } = feature.getProperties() as unknown as UnitProperties;
    if (!compound) return FREE;
    return divided || crossed(compound) ? crossedStyles(String(half(zoom))) : COMPOUND;
  };
}

const borders = remembered((key) => {
  const zoom = Number(key);
  const width = between(zoom, [11.5, 0.8], [16, 3]);
  return [
    new Style({ stroke: line("rgba(255, 255, 255, 0.8)", width + 2), zIndex: 1 }),
    new Style({ stroke: line("#1d2733", width), zIndex: 2 }),
  ];
});

/** Borders of the plan's grids: the strongest lines of the map. */
export function gridBorder(_feature: FeatureLike, zoom: number): Style[] {
  return borders(String(half(zoom)));
}

export const CHANGED = once(() => new Style({ fill: new Fill({ color: hatch("rgba(11, 87, 164, 0.75)", false, null, 1.8) }) }));
export const UNSAVED = once(
  () => new Style({ fill: new Fill({ color: hatch("rgba(120, 66, 0, 0.8)", true, null, 1.6) }), stroke: line("#7a4b00", 1.6, [5, 4]) }),
);

export const PICKED = [
  new Style({ stroke: line(PAPER, 6), zIndex: 1 }),
  new Style({ stroke: line(CHOSEN, 3), fill: new Fill({ color: "rgba(11, 61, 145, 0.14)" }), zIndex: 2 }),
];
export const TARGET = [
  new Style({ stroke: line(PAPER, 9), zIndex: 1 }),
  new Style({ stroke: line("#00694e", 5), zIndex: 2 }),
];
const PREVIEW_LAND = once(() => new Style({ fill: new Fill({ color: hatch("rgba(11, 87, 164, 0.9)", false, "rgba(205, 225, 248, 0.88)") }) }));
const PREVIEW_BORDER = [
  new Style({ stroke: line("rgba(255, 255, 255, 0.95)", 6.5), zIndex: 3 }),
  new Style({ stroke: line("#0b57a4", 3.5, [10, 5]), zIndex: 4 }),
];

/** What an edit would make: land that moves hatched, borders that it draws dashed. */
export function previewLook(feature: FeatureLike): Style | Style[] {
  return feature.get("part") === "border" ? PREVIEW_BORDER : PREVIEW_LAND();
}

export const NEW_FINDING = new Style({
  image: new RegularShape({ points: 3, radius: 11, fill: new Fill({ color: "#b00020" }), stroke: line(PAPER, 2) }),
});
export const SPOT = [
  new Style({ image: new RegularShape({ points: 4, radius: 17, radius2: 0, stroke: line(PAPER, 6) }) }),
  new Style({ image: new RegularShape({ points: 4, radius: 17, radius2: 0, stroke: line("#b00020", 3) }) }),
];
export const BRUSH = [new Style({ stroke: line(PAPER, 4) }), new Style({ stroke: line(CHOSEN, 2) })];

/** A signed share of the wanted size as people read it. */
export function shareWords(share: number | null): string {
  if (share === null) return "";
  const percent = Math.round(share * 100);
  return percent === 0 ? "±0%" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)}%`;
}

/** A sign before the number of a grid that is out of its band: not by colour alone. */
export function bandSign(band: GridNumbers["band"]): string {
  return { within: "", under: "▼ ", over: "▲ ", above_hard: "▲▲ ", empty: "∅ " }[band];
}

const figures = remembered((key) => {
  const [zoom = "", out = "", ...text] = key.split("|");
  const size = between(Number(zoom), [13, 11.5], [16.5, 14]);
  return label(text.join("|"), { size, weight: 700, color: out ? "#8f2d00" : "#1d2733", halo: 3.5 });
});

/** A grid's name and its numbers, from far away only the name. */
export function gridFigures(feature: FeatureLike, zoom: number): Style | undefined {
  const numbers = feature.getProperties() as unknown as GridNumbers;
  if (zoom < 13 || numbers.code === "") return undefined;
  const lock = numbers.locked ? ` ${t("［锁］")}` : "";
  const name = `${brief(shortGridName(numbers.name || numbers.code))}${lock}`;
  const told = zoom < 14 ? "" : `\n${bandSign(numbers.band)}${t("{n} 户", { n: whole(numbers.households) })} ${shareWords(numbers.of_wanted)}`;
  const style = figures(`${half(zoom)}|${numbers.band === "within" ? "" : "out"}|${name}${told}`);
  style.setGeometry(heart);
  return style;
}

const compoundNames = remembered((key) => {
  const [crossed = "", ...name] = key.split("|");
  const look = crossed ? { size: 12.5, weight: 700, color: "#7a2c00" } : { size: 11.5, color: "#4d473b" };
  return label(name.join("|"), look);
});

/** Names of compounds, once for each; those that are crossed from farther away. */
export function compoundName(
  crossed: (compound: string) => boolean,
  bears: (compound: string) => number | undefined,
): (feature: FeatureLike, zoom: number) => Style | undefined {
  return (feature, zoom) => {
    const unit = feature.getProperties() as unknown as UnitProperties;
    if (!unit.compound || bears(unit.compound) !== feature.getId()) return undefined;
    const wrong = unit.divided || crossed(unit.compound);
    if (zoom < (wrong ? 14.25 : 15.75)) return undefined;
    const style = compoundNames(`${wrong ? "crossed" : ""}|${brief(unit.compound_name || unit.compound)}`);
    style.setGeometry(heart);
    return style;
  };
}

/** Where a name stands: well inside, looked for once for each shape. */
function heart(feature: FeatureLike): Point {
  const there = feature.get("heart") as Point | undefined;
  if (there) return there;
  const made = new Point(innerPoint(feature.getGeometry() as Area));
  (feature as Feature).set("heart", made, true);
  return made;
}

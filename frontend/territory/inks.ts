// The colours of a difference: also in gis/static/gridwork/imports.css (legend) and gis/web/import_picture.py.
// Told apart without colour as well: what was is dashed, what goes is dotted, what is refused has the heaviest line.

import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

interface Ink {
  fill: string;
  line: string;
  width: number;
  dash?: number[];
  order: number;
}

const INKS: Record<string, Ink> = {
  read: { fill: "rgba(27, 79, 134, 0.12)", line: "#1b4f86", width: 1, order: 1 },
  added: { fill: "rgba(0, 105, 78, 0.25)", line: "#00694e", width: 1.5, order: 2 },
  after: { fill: "rgba(230, 126, 34, 0.3)", line: "#a63d00", width: 1.5, order: 3 },
  retired: { fill: "rgba(60, 60, 60, 0.18)", line: "#3d3d3d", width: 1.5, dash: [2, 4], order: 4 },
  before: { fill: "rgba(0, 0, 0, 0)", line: "#3f4a55", width: 1.5, dash: [7, 4], order: 5 },
  refused: { fill: "rgba(134, 0, 95, 0.25)", line: "#86005f", width: 2.5, order: 6 },
};

function styleOf({ fill, line, width, dash, order }: Ink): Style {
  const stroke = new Stroke({ color: line, width, ...(dash ? { lineDash: dash } : {}) });
  const ground = new Fill({ color: fill });
  const image = new CircleStyle({ radius: 4, fill: new Fill({ color: line }), stroke: new Stroke({ color: "#fff", width: 1 }) });
  return new Style({ fill: ground, stroke, image, zIndex: order });
}

const STYLES = new Map(Object.entries(INKS).map(([status, ink]) => [status, styleOf(ink)]));

export function inkOf(status: string): Style {
  return STYLES.get(status) ?? STYLES.get("read")!;
}

/** Lies below the drawing: a broad glow, so that the lines of before and after stay to be told apart. */
export const CHOSEN = new Style({
  stroke: new Stroke({ color: "rgba(11, 99, 206, 0.45)", width: 12 }),
  image: new CircleStyle({ radius: 11, fill: new Fill({ color: "rgba(11, 99, 206, 0.45)" }) }),
});

export const STANDING = new Style({ stroke: new Stroke({ color: "rgba(82, 96, 109, 0.55)", width: 0.8 }) });

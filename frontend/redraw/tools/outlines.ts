// Shapes of the map as plain lines, and the places on them that a point snaps to.

import type Feature from "ol/Feature.js";
import type Geometry from "ol/geom/Geometry.js";
import type SimpleGeometry from "ol/geom/SimpleGeometry.js";
import { toLonLat } from "ol/proj.js";
import type VectorSource from "ol/source/Vector.js";

import type { Editor, Place } from "../editor.ts";
import type { XY } from "./lines.ts";
import { type Outline, Seams } from "./seams.ts";

const DIGITS = 9;

/** Every ring or line of a shape; a point has none. */
export function linesOf(shape: SimpleGeometry): XY[][] {
  const flat = shape.getFlatCoordinates();
  const stride = shape.getStride();
  const lines: XY[][] = [];
  let start = 0;
  for (const end of endsOf(shape)) {
    const line: XY[] = [];
    for (let at = start; at < end; at += stride) line.push([flat[at]!, flat[at + 1]!]);
    lines.push(line);
    start = end;
  }
  return lines;
}

/** Where each ring or line of a shape ends in its flat coordinates; a point has none. */
function endsOf(shape: SimpleGeometry): number[] {
  const type = shape.getType();
  if (type.endsWith("Point")) return [];
  const parts = shape as unknown as { getEnds?(): number[]; getEndss?(): number[][] };
  if (type === "LineString") return [shape.getFlatCoordinates().length];
  return parts.getEndss?.().flat() ?? parts.getEnds?.() ?? [];
}

/** The nearest vertex within reach, else the nearest place on a line within reach, else the point itself. */
export function snapped(source: VectorSource<Feature<Geometry>>, point: XY, reach: number): XY {
  const [x, y] = point;
  const best: Snapping = { x, y, vertex: null, edge: null, toVertex: reach, toEdge: reach };
  for (const feature of source.getFeaturesInExtent([x - reach, y - reach, x + reach, y + reach])) {
    const shape = feature.getGeometry() as SimpleGeometry;
    let start = 0;
    for (const end of endsOf(shape)) {
      snapToLine(best, shape.getFlatCoordinates(), start, end, shape.getStride());
      start = end;
    }
  }
  return best.vertex ?? best.edge ?? point;
}

interface Snapping {
  x: number;
  y: number;
  vertex: XY | null;
  edge: XY | null;
  toVertex: number;
  toEdge: number;
}

/** Look along one line; plain numbers, for this runs with every move of the hand. */
function snapToLine(best: Snapping, flat: readonly number[], start: number, end: number, stride: number): void {
  const { x, y } = best;
  for (let at = start; at < end; at += stride) {
    const [ax, ay] = [flat[at]!, flat[at + 1]!];
    const away = Math.hypot(ax - x, ay - y);
    if (away <= best.toVertex) {
      best.vertex = [ax, ay];
      best.toVertex = away;
    }
    if (best.vertex || at + stride >= end) continue;
    const [dx, dy] = [flat[at + stride]! - ax, flat[at + stride + 1]! - ay];
    const length2 = dx * dx + dy * dy;
    const share = length2 === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length2, 0), 1);
    const aside = Math.hypot(ax + share * dx - x, ay + share * dy - y);
    if (aside > best.toEdge) continue;
    best.edge = [ax + share * dx, ay + share * dy];
    best.toEdge = aside;
  }
}

/** The outlines of the plan's grids as they stand. */
export function outlinesOf(editor: Editor): Outline[] {
  return editor.land.grids.getFeatures().map((grid) => ({ code: String(grid.getId()), rings: linesOf(grid.getGeometry()!) }));
}

export function seamsOf(editor: Editor): Seams {
  return new Seams(outlinesOf(editor));
}

/** The outer lines of some grids together: what does not lie between two of them. */
export function rimOf(editor: Editor, codes: readonly string[]): XY[][] {
  const sides = new Map<string, XY[] | null>();
  const key = ([x, y]: XY) => `${x},${y}`;
  for (const code of codes) {
    for (const ring of linesOf(editor.land.grid(code)!.getGeometry()!)) {
      for (let at = 0; at + 1 < ring.length; at += 1) {
        const [a, b] = [ring[at]!, ring[at + 1]!];
        const name = [key(a), key(b)].sort().join(" ");
        sides.set(name, sides.has(name) ? null : [a, b]);
      }
    }
  }
  return [...sides.values()].flatMap((side) => (side ? [side] : []));
}

/** A place of the map in degrees. */
export function placeOf([x, y]: XY): Place {
  const [lon = 0, lat = 0] = toLonLat([x, y]);
  return [lon, lat];
}

/** A line as an edit takes it. */
export function geoLine(line: readonly XY[]): { type: "LineString"; coordinates: number[][] } {
  const rounded = (number: number) => Number(number.toFixed(DIGITS));
  return { type: "LineString", coordinates: line.map((point) => placeOf(point).map(rounded)) };
}

/** Metres on the ground of a length in map metres, at a place of the map. */
export function groundMetres(length: number, at: XY): number {
  return length * Math.cos((placeOf(at)[1] * Math.PI) / 180);
}

// Which grids picked units may go to: those that hold part of them, then those that touch them; among each the one first
// that moves the fewest homes and leaves the fewest outside the band of the rules (what the solver weighs too). A guess
// made here for the order of a list; what an edit does is the server's to say.

import { buffer } from "ol/extent.js";

import type { CrossedCompound, Delta, GridNumbers } from "./editor.ts";
import type { Area, Land } from "./land.ts";

const NEAR_M = 1.5;
const MOST = 8;

/** What an edit costs, less is better: homes that move, and twice those that it puts outside the band. */
export function cost(delta: Delta, before: ReadonlyMap<string, GridNumbers>, size: { lowest: number; highest: number }): number {
  const outside = (grid: GridNumbers | undefined) =>
    grid ? Math.max(size.lowest - grid.households, grid.households - size.highest, 0) : 0;
  const worse = delta.grids.reduce((total, grid) => total + outside(grid) - outside(before.get(grid.code)), 0);
  return delta.moved.households + 2 * worse;
}

/** Return codes of grids for units, the likeliest first; `costOf` orders those that hold part of them. */
export function candidates(
  land: Land,
  units: ReadonlySet<number>,
  crossed: readonly CrossedCompound[],
  costOf: (code: string) => number,
): string[] {
  const holding = new Set<string>();
  const ranked = new Map<string, number>();
  const raise = (code: string, by: number) => {
    if (code) ranked.set(code, (ranked.get(code) ?? 0) + by);
  };
  const shares = new Map(crossed.map((each) => [each.compound, each.grids]));
  for (const number of units) {
    const unit = land.unit(number);
    const area = land.units.getFeatureById(number)?.getGeometry();
    if (!unit || !area) continue;
    for (const { code, share } of shares.get(unit.compound) ?? []) {
      raise(code, share);
      if (unit.divided) holding.add(code);
    }
    if (!unit.divided) raise(unit.grid, 1e-3);
    for (const [code, length] of borders(land, area)) raise(code, length);
  }
  const there = [...ranked].filter(([code]) => land.grid(code) && !land.grid(code)!.get("retired"));
  const touching = there.filter(([code]) => !holding.has(code)).sort(([, one], [, other]) => other - one);
  const held = there.filter(([code]) => holding.has(code)).map(([code]) => ({ code, cost: costOf(code) }));
  const first = held.sort((one, other) => one.cost - other.cost).map(({ code }) => code);
  return [...first, ...touching.map(([code]) => code)].slice(0, MOST);
}

/** How long an area runs along each grid around it, in map metres: by the middles of its sides. */
function borders(land: Land, area: Area): Map<string, number> {
  const near = land.grids.getFeaturesInExtent(buffer(area.getExtent(), NEAR_M));
  const found = new Map<string, number>();
  for (const grid of near) {
    const shape = grid.getGeometry()!;
    let length = 0;
    eachSide(area, (ax, ay, bx, by) => {
      const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
      const [nx = 0, ny = 0] = shape.getClosestPoint([mx, my]);
      if (Math.hypot(nx - mx, ny - my) <= NEAR_M) length += Math.hypot(bx - ax, by - ay);
    });
    if (length > 0) found.set(String(grid.getId()), length);
  }
  return found;
}

function eachSide(area: Area, heard: (ax: number, ay: number, bx: number, by: number) => void): void {
  const flat = area.getFlatCoordinates();
  const stride = area.getStride();
  const ends = (area.getType() === "Polygon" ? [(area as { getEnds(): number[] }).getEnds()] : (area as { getEndss(): number[][] }).getEndss()).flat();
  let start = 0;
  for (const end of ends) {
    for (let at = start; at + stride < end; at += stride) heard(flat[at]!, flat[at + 1]!, flat[at + stride]!, flat[at + stride + 1]!);
    start = end;
  }
}

// The borders between grids as they follow from their outlines: every border belongs to two grids, has the same vertices
// in both (the server keeps it so), and runs from node to node, where a third grid or the outside begins.

import { type Foot, type XY, distance, foot, same } from "./lines.ts";

/** A grid's outlines: rings that end where they begin. */
export interface Outline {
  code: string;
  rings: readonly (readonly XY[])[];
}

/** A border between two grids, from node to node; a ring where one grid lies in the other. */
export interface Seam {
  pair: readonly [one: string, other: string];
  line: readonly XY[];
  closed: boolean;
  box: Box;
}

type Box = readonly [west: number, south: number, east: number, north: number];

const keyOf = ([x, y]: XY): string => `${x},${y}`;

interface Side {
  a: XY;
  b: XY;
  grids: string[];
}

/** All borders of some grids. */
export class Seams {
  readonly all: readonly Seam[];
  /** Grids at each vertex where borders meet or end; "" is the outside. */
  private readonly nodes = new Map<string, ReadonlySet<string>>();

  constructor(outlines: readonly Outline[]) {
    const sides = sidesOf(outlines);
    const at = new Map<string, Side[]>();
    for (const side of sides) {
      for (const end of [side.a, side.b]) {
        const key = keyOf(end);
        const there = at.get(key);
        if (there) there.push(side);
        else at.set(key, [side]);
      }
    }
    for (const [key, met] of at) {
      const pairs = new Set(met.map(pairOf));
      if (pairs.size > 1 || met.length !== 2) this.nodes.set(key, new Set(met.flatMap(({ grids }) => (grids.length < 2 ? [...grids, ""] : grids))));
    }
    this.all = this.chained(sides, at);
  }

  /** The grids that meet at a vertex, "" for the outside; null where a border only passes. */
  at(point: XY): ReadonlySet<string> | null {
    return this.nodes.get(keyOf(point)) ?? null;
  }

  between(one: string, other: string): Seam[] {
    return this.all.filter(({ pair }) => pair.includes(one) && pair.includes(other));
  }

  /** Grids that have a border with one, the longest first. */
  beside(code: string): string[] {
    const lengths = new Map<string, number>();
    for (const { pair, line } of this.all) {
      if (!pair.includes(code)) continue;
      const other = pair[0] === code ? pair[1] : pair[0];
      const length = line.reduce((sum, point, n) => (n ? sum + distance(line[n - 1]!, point) : 0), 0);
      lengths.set(other, (lengths.get(other) ?? 0) + length);
    }
    return [...lengths].sort(([, a], [, b]) => b - a).map(([each]) => each);
  }

  /** The border that a hand at a point takes: the nearest within reach, and where on it. */
  grabbed(point: XY, reach: number): { seam: Seam; foot: Foot } | null {
    let best: { seam: Seam; foot: Foot } | null = null;
    for (const seam of this.all) {
      if (!mayReach(seam.box, point, best ? best.foot.away : reach)) continue;
      const found = foot(seam.line, point);
      if (found.away <= reach && (!best || found.away < best.foot.away)) best = { seam, foot: found };
    }
    return best;
  }

  private chained(sides: readonly Side[], at: ReadonlyMap<string, Side[]>): Seam[] {
    const used = new Set<Side>();
    const seams: Seam[] = [];
    const follow = (start: XY, first: Side): XY[] => {
      const line: XY[] = [start];
      let side: Side | undefined = first;
      while (side && !used.has(side)) {
        used.add(side);
        const next: XY = same(side.a, line[line.length - 1]!) ? side.b : side.a;
        line.push(next);
        if (this.nodes.has(keyOf(next))) break;
        side = at.get(keyOf(next))?.find((each) => !used.has(each));
      }
      return line;
    };
    const shared = sides.filter(({ grids }) => grids.length === 2);
    const from = (side: Side, start: XY) => {
      const line = follow(start, side);
      const [one = "", other = ""] = side.grids;
      seams.push({ pair: [one, other], line, closed: line.length > 3 && same(line[0]!, line[line.length - 1]!), box: boxOf(line) });
    };
    for (const side of shared) {
      if (used.has(side)) continue;
      if (this.nodes.has(keyOf(side.a))) from(side, side.a);
      else if (this.nodes.has(keyOf(side.b))) from(side, side.b);
    }
    for (const side of shared) if (!used.has(side)) from(side, side.a);
    return seams;
  }
}

const pairOf = ({ grids }: Side): string => [...grids].sort().join("|");

/** Every side of every outline once, with the grids that have it. */
function sidesOf(outlines: readonly Outline[]): Side[] {
  const sides = new Map<string, Side>();
  for (const { code, rings } of outlines) {
    for (const ring of rings) {
      for (let n = 0; n + 1 < ring.length; n += 1) {
        const [a, b] = [ring[n]!, ring[n + 1]!];
        if (same(a, b)) continue;
        const [one, other] = [keyOf(a), keyOf(b)];
        const key = one < other ? `${one} ${other}` : `${other} ${one}`;
        const there = sides.get(key);
        if (there) there.grids.push(code);
        else sides.set(key, { a, b, grids: [code] });
      }
    }
  }
  return [...sides.values()];
}

function boxOf(line: readonly XY[]): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of line) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

function mayReach([west, south, east, north]: Box, [x, y]: XY, reach: number): boolean {
  return x >= west - reach && x <= east + reach && y >= south - reach && y <= north + reach;
}

/** The border as it would run with one place of it moved: a vertex, or a new vertex on a segment. `vertex` says which. */
export function moved(line: readonly XY[], closed: boolean, grip: { vertex: number } | { segment: number }, to: XY): XY[] {
  const next = [...line];
  if ("segment" in grip) {
    next.splice(grip.segment + 1, 0, to);
    return next;
  }
  next[grip.vertex] = to;
  if (closed && grip.vertex === 0) next[next.length - 1] = to;
  if (closed && grip.vertex === next.length - 1) next[0] = to;
  return next;
}

/** Which vertex or segment a hand takes at a foot: a vertex within reach before the middle of a segment. */
export function gripOf(line: readonly XY[], at: Foot, point: XY, reach: number): { vertex: number } | { segment: number } {
  let vertex = -1;
  let away = reach;
  for (const n of [at.segment, at.segment + 1]) {
    const far = line[n] ? distance(line[n]!, point) : Infinity;
    if (far <= away) [vertex, away] = [n, far];
  }
  return vertex >= 0 ? { vertex } : { segment: at.segment };
}

/** A border edit: the two grids and the line that is to divide them. */
export interface BorderLine {
  one: string;
  other: string;
  line: XY[];
}

/** The edits that move a node of three grids from `node` to `to`, which lies in grid `inside`, one after the other.
 *
 * First `inside` gives the land beside its border with the third grid, then that beside its border with the second; last
 * the border of those two is drawn straight to the new place, without the bend at the old one.
 */
export function nodeMoves(seams: Seams, node: XY, to: XY, inside: string): BorderLine[] | null {
  const grids = seams.at(node);
  if (!grids || grids.size !== 3 || grids.has("") || !grids.has(inside)) return null;
  const [second, third] = [...grids].filter((code) => code !== inside) as [string, string];
  const legs = [legTo(seams, inside, third, node), legTo(seams, inside, second, node), legTo(seams, second, third, node)];
  if (legs.some((leg) => leg === null)) return null;
  const [toThird, toSecond, beyond] = legs as XY[][];
  return [
    { one: inside, other: third, line: [...toThird!.slice(0, -1), to, node] },
    { one: inside, other: second, line: [...toSecond!.slice(0, -1), to] },
    { one: second, other: third, line: [...beyond!.slice(0, -1), to] },
  ];
}

/** The border of two grids that ends at a node, in the direction of it; null when they meet elsewhere too. */
function legTo(seams: Seams, one: string, other: string, node: XY): XY[] | null {
  const found = seams.between(one, other);
  const line = found[0]?.line;
  if (found.length !== 1 || !line || found[0]!.closed) return null;
  if (same(line[line.length - 1]!, node)) return [...line];
  return same(line[0]!, node) ? [...line].reverse() : null;
}

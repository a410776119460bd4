// Lines that an officer draws, as plain numbers: where one meets itself, how far an end stops short of a border, and
// the way along a wall or road from one point to another. Units are those of the coordinates (map metres).

export type XY = readonly [x: number, y: number];

export const distance = ([ax, ay]: XY, [bx, by]: XY): number => Math.hypot(bx - ax, by - ay);

export const same = ([ax, ay]: XY, [bx, by]: XY): boolean => ax === bx && ay === by;

/** The line without points that stand (within `reach`) where the one before them stands: a point tapped twice. */
export function withoutDoubles(line: readonly XY[], reach = 0): XY[] {
  return line.filter((point, at) => at === 0 || distance(point, line[at - 1]!) > reach);
}

export interface Foot {
  at: XY;
  away: number;
  /** Segment of the line on which it stands, and how far along it (0 to 1). */
  segment: number;
  share: number;
}

/** The place on a line that is nearest to a point. */
export function foot(line: readonly XY[], point: XY): Foot {
  let best: Foot = { at: line[0]!, away: distance(line[0]!, point), segment: 0, share: 0 };
  for (let segment = 0; segment + 1 < line.length; segment += 1) {
    const [a, b] = [line[segment]!, line[segment + 1]!];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length2 = dx * dx + dy * dy;
    const share = length2 === 0 ? 0 : Math.min(Math.max(((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length2, 0), 1);
    const at: XY = [a[0] + share * dx, a[1] + share * dy];
    const away = distance(at, point);
    if (away < best.away) best = { at, away, segment, share };
  }
  return best;
}

/** Where two segments cross or touch; null where they do not, or run along each other. */
export function crossing(a: XY, b: XY, c: XY, d: XY): XY | null {
  const [rx, ry, sx, sy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const turn = rx * sy - ry * sx;
  if (turn === 0) return null;
  const along = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / turn;
  const across = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / turn;
  return along >= 0 && along <= 1 && across >= 0 && across <= 1 ? [a[0] + along * rx, a[1] + along * ry] : null;
}

/** The first place at which a line meets itself: a crossing, a touch, an end on its own beginning, or a way back along
 * where it came; null for a line that does not. */
export function meetsItself(drawn: readonly XY[]): XY | null {
  const line = withoutDoubles(drawn);
  for (let one = 0; one + 1 < line.length; one += 1) {
    const [a, b] = [line[one]!, line[one + 1]!];
    for (let other = one + 1; other + 1 < line.length; other += 1) {
      const [c, d] = [line[other]!, line[other + 1]!];
      if (apart(a, b, c, d)) continue;
      const next = other === one + 1;
      // Neighbours share a point; they meet besides only where the second goes back along the first.
      const met = next ? goesBack(a, b, d) : (crossing(a, b, c, d) ?? onSegment(a, b, c) ?? onSegment(a, b, d));
      if (met) return met;
    }
  }
  return null;
}

/** Whether two segments cannot meet, by their boxes: true for nearly all pairs of a long line. */
function apart(a: XY, b: XY, c: XY, d: XY): boolean {
  return (
    Math.max(a[0], b[0]) < Math.min(c[0], d[0]) ||
    Math.min(a[0], b[0]) > Math.max(c[0], d[0]) ||
    Math.max(a[1], b[1]) < Math.min(c[1], d[1]) ||
    Math.min(a[1], b[1]) > Math.max(c[1], d[1])
  );
}

/** The turning point, where b → d lies on b → a. */
function goesBack(a: XY, b: XY, d: XY): XY | null {
  const turn = (a[0] - b[0]) * (d[1] - b[1]) - (a[1] - b[1]) * (d[0] - b[0]);
  const forward = (a[0] - b[0]) * (d[0] - b[0]) + (a[1] - b[1]) * (d[1] - b[1]);
  return turn === 0 && forward > 0 ? b : null;
}

function onSegment(a: XY, b: XY, point: XY): XY | null {
  return foot([a, b], point).away === 0 ? point : null;
}

export interface Joined {
  line: XY[];
  /** How far each end was drawn on to reach the border; 0 where it did not need to. */
  joined: [start: number, end: number];
  /** The first end that stops too far inside, and how far it is from the border; null when both reach it. */
  short: { at: XY; away: number } | null;
}

/** How far beyond the border an end goes that was drawn on to it: so that rounding does not take it back. */
export const BEYOND = 0.25;

/** Draw a line on to the border of an area where an end stops inside it, not farther than `reach` from it.
 *
 * An end that lies all but on the border goes a little beyond it; one outside the area stays as it is.
 */
export function joinedTo(border: readonly (readonly XY[])[], inside: (point: XY) => boolean, drawn: readonly XY[], reach: number): Joined {
  const line = withoutDoubles(drawn);
  const joined: [number, number] = [0, 0];
  let short: Joined["short"] = null;
  for (const which of [0, 1] as const) {
    const [point, before] = which === 0 ? [line[0]!, line[1]!] : [line[line.length - 1]!, line[line.length - 2]!];
    const near = nearestOf(border, point);
    if (near.away > BEYOND && !inside(point)) continue;
    if (near.away > reach) {
      short ??= { at: point, away: near.away };
      continue;
    }
    const to = straightOn(border, before, point, reach) ?? near.at;
    joined[which] = distance(point, to) > BEYOND ? distance(point, to) : 0;
    const beyond = pushed(distance(point, to) > BEYOND ? point : before, to, BEYOND);
    if (which === 0) line.unshift(beyond);
    else line.push(beyond);
  }
  return { line: withoutDoubles(line), joined, short };
}

/** Where the line, drawn straight on, meets the border within reach. */
function straightOn(border: readonly (readonly XY[])[], from: XY, through: XY, reach: number): XY | null {
  const far = pushed(from, through, reach);
  let best: XY | null = null;
  for (const ring of border) {
    for (let at = 0; at + 1 < ring.length; at += 1) {
      const met = crossing(through, far, ring[at]!, ring[at + 1]!);
      if (met && (!best || distance(through, met) < distance(through, best))) best = met;
    }
  }
  return best;
}

/** A point `by` beyond `to`, as seen from `from`. */
export function pushed(from: XY, to: XY, by: number): XY {
  const length = distance(from, to) || 1;
  return [to[0] + ((to[0] - from[0]) / length) * by, to[1] + ((to[1] - from[1]) / length) * by];
}

export function nearestOf(lines: readonly (readonly XY[])[], point: XY): Foot & { of: number } {
  let best: (Foot & { of: number }) | null = null;
  lines.forEach((line, of) => {
    const found = foot(line, point);
    if (!best || found.away < best.away) best = { ...found, of };
  });
  return best ?? { at: point, away: Number.POSITIVE_INFINITY, segment: 0, share: 0, of: -1 };
}

/** The way along a line (a ring when it ends where it begins: the shorter way round) between the feet of two points. */
export function along(line: readonly XY[], from: XY, to: XY): XY[] {
  const [a, b] = [foot(line, from), foot(line, to)];
  const position = (each: Foot) => each.segment + each.share;
  const forward = position(a) <= position(b);
  const [first, last] = forward ? [a, b] : [b, a];
  const straight = [first.at, ...line.slice(first.segment + 1, last.segment + 1), last.at];
  const closed = line.length > 3 && same(line[0]!, line[line.length - 1]!);
  let way = straight;
  if (closed) {
    const round = [last.at, ...line.slice(last.segment + 1, -1), ...line.slice(0, first.segment + 1), first.at].reverse();
    if (lengthOf(round) < lengthOf(straight)) way = round;
  }
  return withoutDoubles(forward ? way : [...way].reverse());
}

export function lengthOf(line: readonly XY[]): number {
  return line.reduce((sum, point, at) => (at === 0 ? 0 : sum + distance(line[at - 1]!, point)), 0);
}

/** Points along a line, `step` apart, each end left out by a hair. */
export function samples(line: readonly XY[], step: number): XY[] {
  const found: XY[] = [];
  for (let at = 0; at + 1 < line.length; at += 1) {
    const [a, b] = [line[at]!, line[at + 1]!];
    const count = Math.max(1, Math.ceil(distance(a, b) / step));
    for (let n = 0; n < count; n += 1) {
      const share = (n + 0.5) / count;
      found.push([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]);
    }
  }
  return found;
}

/** How often each place is met by points, the most often first: which grid a line runs through. */
export function tally<Key>(points: readonly XY[], placeOf: (point: XY) => Key | null): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const point of points) {
    const key = placeOf(point);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}

// Whether a point hits a shape: by geometry, not by reading pixels back (browsers warn of that, and it is slow).

export interface Flat {
  type: string;
  /** x, y, x, y … */
  coordinates: readonly number[];
  /** Where each ring or line ends in `coordinates`. */
  ends: readonly number[] | null;
}

/** True when (x, y) lies in a polygon (of several, with holes), or no farther than `reach` from a line or point. */
export function hits(shape: Flat, x: number, y: number, reach: number): boolean {
  const { type, coordinates } = shape;
  const ends = shape.ends?.length ? shape.ends : [coordinates.length];
  if (type.endsWith("Polygon")) return inRings(coordinates, ends, x, y);
  if (type.endsWith("Point")) return nearPoints(coordinates, x, y, reach);
  return nearLines(coordinates, ends, x, y, reach);
}

/** Inside an odd number of rings: right for holes and for several parts alike. */
function inRings(flat: readonly number[], ends: readonly number[], x: number, y: number): boolean {
  let inside = false;
  let start = 0;
  for (const end of ends) {
    for (let here = start, before = end - 2; here < end; before = here, here += 2) {
      const [hx, hy, bx, by] = [flat[here]!, flat[here + 1]!, flat[before]!, flat[before + 1]!];
      if (hy > y !== by > y && x < ((bx - hx) * (y - hy)) / (by - hy) + hx) inside = !inside;
    }
    start = end;
  }
  return inside;
}

function nearPoints(flat: readonly number[], x: number, y: number, reach: number): boolean {
  for (let at = 0; at < flat.length; at += 2) if (Math.hypot(flat[at]! - x, flat[at + 1]! - y) <= reach) return true;
  return false;
}

function nearLines(flat: readonly number[], ends: readonly number[], x: number, y: number, reach: number): boolean {
  let start = 0;
  for (const end of ends) {
    for (let at = start; at + 3 < end; at += 2) {
      const distance = toSegment(x, y, flat[at]!, flat[at + 1]!, flat[at + 2]!, flat[at + 3]!);
      if (distance <= reach) return true;
    }
    start = end;
  }
  return false;
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const share = length2 === 0 ? 0 : Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length2, 0), 1);
  return Math.hypot(ax + share * dx - x, ay + share * dy - y);
}

import assert from "node:assert/strict";
import { test } from "node:test";

import type { XY } from "./lines.ts";
import { type Outline, Seams, gripOf, moved, nodeMoves } from "./seams.ts";

const ring = (...points: XY[]): XY[] => [...points, points[0]!];

// A A B B
// A A B B
// C C C C   one letter is 10 wide; the border of A and B has a vertex at (20, 20)
const A: Outline = { code: "A", rings: [ring([0, 10], [20, 10], [20, 20], [20, 30], [0, 30])] };
const B: Outline = { code: "B", rings: [ring([20, 10], [40, 10], [40, 30], [20, 30], [20, 20])] };
const C: Outline = { code: "C", rings: [ring([0, 0], [40, 0], [40, 10], [20, 10], [0, 10])] };
const ISLAND: Outline = { code: "I", rings: [ring([5, 2], [8, 2], [8, 5], [5, 5])] };
const AROUND_ISLAND: Outline = { code: "C", rings: [C.rings[0]!, ISLAND.rings[0]!] };

test("borders run from node to node, each with its two grids", () => {
  const seams = new Seams([A, B, C]);
  assert.deepEqual(seams.all.map(({ pair }) => [...pair].sort().join("")).sort(), ["AB", "AC", "BC"]);
  const [between] = seams.between("B", "A");
  assert.equal(between!.line.length, 3);
  assert.ok(!between!.closed);
});

test("nodes know who meets there; the outside is one of them", () => {
  const seams = new Seams([A, B, C]);
  assert.deepEqual([...seams.at([20, 10])!].sort(), ["A", "B", "C"]);
  assert.deepEqual([...seams.at([20, 30])!].sort(), ["", "A", "B"]);
  assert.equal(seams.at([20, 20]), null);
});

test("an island has a ring for a border", () => {
  const seams = new Seams([A, B, AROUND_ISLAND, ISLAND]);
  const [border] = seams.between("C", "I");
  assert.ok(border!.closed);
  assert.equal(border!.line.length, 5);
});

test("a hand takes the nearest border within reach, and a vertex before a segment", () => {
  const seams = new Seams([A, B, C]);
  const taken = seams.grabbed([21, 26], 3)!;
  assert.deepEqual([...taken.seam.pair].sort(), ["A", "B"]);
  assert.ok("segment" in gripOf(taken.seam.line, taken.foot, [21, 26], 2));
  const vertex = seams.grabbed([20.5, 20.5], 3)!;
  assert.deepEqual(gripOf(vertex.seam.line, vertex.foot, [20.5, 20.5], 2), { vertex: 1 });
  assert.equal(seams.grabbed([0.5, 20], 3), null, "the rim belongs to one grid: it is no border to drag");
});

test("a moved place is a vertex of the new line; a ring stays closed", () => {
  const line: XY[] = [
    [20, 10],
    [20, 20],
    [20, 30],
  ];
  assert.deepEqual(moved(line, false, { segment: 1 }, [25, 25]), [
    [20, 10],
    [20, 20],
    [25, 25],
    [20, 30],
  ]);
  const closed = moved(ISLAND.rings[0]!, true, { vertex: 0 }, [4, 1]);
  assert.deepEqual(closed[0], [4, 1]);
  assert.deepEqual(closed[4], [4, 1]);
});

test("a node of three grids moves by three edits that end where the one before drew", () => {
  const seams = new Seams([A, B, C]);
  const moves = nodeMoves(seams, [20, 10], [15, 15], "A")!;
  assert.equal(moves.length, 3);
  assert.ok(moves.slice(0, 2).every(({ one }) => one === "A"));
  const [first, second, last] = moves;
  assert.deepEqual(first!.line.slice(-2), [
    [15, 15],
    [20, 10],
  ]);
  assert.deepEqual(second!.line.slice(-1), [[15, 15]]);
  assert.deepEqual([last!.one, last!.other].sort(), ["B", "C"]);
  assert.deepEqual(last!.line.slice(-1), [[15, 15]]);
  assert.equal(nodeMoves(seams, [20, 30], [15, 25], "A"), null, "the end at the rim is no node of three grids");
});

test("neighbours are listed by the length of the common border", () => {
  assert.deepEqual(new Seams([A, B, C]).beside("B").sort(), ["A", "C"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { BEYOND, type XY, along, joinedTo, lengthOf, meetsItself, samples, tally, withoutDoubles } from "./lines.ts";

const SQUARE: XY[] = [
  [0, 0],
  [100, 0],
  [100, 100],
  [0, 100],
  [0, 0],
];
const inside = ([x, y]: XY) => x > 0 && x < 100 && y > 0 && y < 100;

test("a point tapped twice counts once", () => {
  assert.deepEqual(
    withoutDoubles([
      [0, 0],
      [0, 0],
      [5, 0],
      [5, 0.01],
    ], 0.1),
    [
      [0, 0],
      [5, 0],
    ],
  );
});

test("a line that ends short of the border within reach is drawn on to it, straight ahead", () => {
  const { line, joined, short } = joinedTo([SQUARE], inside, [
    [50, -10],
    [50, 60],
    [54, 96],
  ], 8);
  assert.equal(short, null);
  assert.equal(joined[0], 0);
  assert.ok(Math.abs(joined[1] - Math.hypot(4, 4 / 9)) < 1e-9, `it went on by ${joined[1]}`);
  const [x, y] = line[line.length - 1]!;
  assert.ok(y > 100 && y < 100 + BEYOND + 1e-9, "it ends a little beyond the border");
  assert.ok(Math.abs(x - (54 + 4 / 9)) < 0.1, "straight on, not the shortest way");
});

test("an end farther inside than the reach is named, with how far it is away", () => {
  const { short } = joinedTo([SQUARE], inside, [
    [50, -10],
    [50, 70],
  ], 8);
  assert.deepEqual(short, { at: [50, 70], away: 30 });
});

test("an end on the border goes a little beyond, one outside stays", () => {
  const { line, joined } = joinedTo([SQUARE], inside, [
    [50, 0],
    [50, 130],
  ], 8);
  assert.deepEqual(joined, [0, 0]);
  assert.deepEqual(line[0], [50, -BEYOND]);
  assert.deepEqual(line[line.length - 1], [50, 130]);
});

test("a line along the border that cannot be drawn straight on goes to the nearest place", () => {
  const { line, joined } = joinedTo([SQUARE], inside, [
    [-10, 50],
    [50, 97],
    [30, 97],
  ], 8);
  assert.equal(joined[1], 3);
  assert.deepEqual(line[line.length - 1], [30, 100 + BEYOND]);
});

test("loops are found where they close: a crossing, a touch, a ring, a way back", () => {
  assert.deepEqual(meetsItself([[0, 0], [10, 0], [10, 10], [5, 10], [5, -5]]), [5, 0]);
  assert.deepEqual(meetsItself([[0, 0], [10, 0], [10, 10], [5, 0]]), [5, 0]);
  assert.deepEqual(meetsItself([[0, 0], [10, 0], [10, 10], [0, 0]]), [0, 0]);
  assert.deepEqual(meetsItself([[0, 0], [10, 0], [4, 0]]), [10, 0]);
  assert.deepEqual(meetsItself([[0, 0], [10, 0], [10, 5], [20, 5], [20, 0], [4, 0]]), [4, 0]);
});

test("a line with corners, or tapped twice, meets itself nowhere", () => {
  assert.equal(meetsItself([[0, 0], [10, 0], [10, 0], [10, 10], [0, 10]]), null);
  assert.equal(meetsItself([[0, 0], [10, 0], [20, 0], [30, 1]]), null);
});

test("the way along a wall takes its corners, round a ring the shorter way", () => {
  assert.deepEqual(along(SQUARE, [50, -1], [101, 50]), [
    [50, 0],
    [100, 0],
    [100, 50],
  ]);
  assert.deepEqual(along(SQUARE, [10, 0], [0, 10]), [
    [10, 0],
    [0, 0],
    [0, 10],
  ]);
  const road: XY[] = [
    [0, 0],
    [50, 0],
    [50, 50],
  ];
  assert.deepEqual(along(road, [50, 40], [10, 0]), [
    [50, 40],
    [50, 0],
    [10, 0],
  ]);
  assert.equal(lengthOf(along(road, [50, 40], [10, 0])), 80);
});

test("a line's grid is the one that most of it runs through", () => {
  const points = samples(
    [
      [0, 0],
      [30, 0],
    ],
    1,
  );
  assert.equal(points.length, 30);
  assert.deepEqual(tally(points, ([x]) => (x < 10 ? "A" : x < 28 ? "B" : null)), [
    ["B", 18],
    ["A", 10],
  ]);
});

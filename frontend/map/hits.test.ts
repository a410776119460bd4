import assert from "node:assert/strict";
import { test } from "node:test";

import { type Flat, hits } from "./hits.ts";

// A ring with a courtyard, and a second building beside it:
//   ┌────────┐ ┌──┐
//   │ ┌────┐ │ │  │
//   │ └────┘ │ └──┘
//   └────────┘
const OUTER = [0, 0, 8, 0, 8, 6, 0, 6, 0, 0];
const COURTYARD = [2, 2, 6, 2, 6, 4, 2, 4, 2, 2];
const SECOND = [10, 3, 13, 3, 13, 6, 10, 6, 10, 3];
const LAND: Flat = { type: "MultiPolygon", coordinates: [...OUTER, ...COURTYARD, ...SECOND], ends: [10, 20, 30] };

test("land is hit inside, not in its courtyard, not between its parts", () => {
  assert.ok(hits(LAND, 1, 1, 0));
  assert.ok(hits(LAND, 12, 5, 0));
  assert.ok(!hits(LAND, 4, 3, 0));
  assert.ok(!hits(LAND, 9, 4, 5));
});

test("lines and points are hit within reach", () => {
  const line: Flat = { type: "LineString", coordinates: [0, 0, 10, 0], ends: null };
  assert.ok(hits(line, 5, 2, 2));
  assert.ok(!hits(line, 5, 2.1, 2));
  assert.ok(!hits(line, 13, 0, 2));
  const two: Flat = { type: "MultiLineString", coordinates: [0, 0, 1, 0, 9, 0, 10, 0], ends: [4, 8] };
  assert.ok(!hits(two, 5, 0, 1), "the gap between two lines is no line");
  assert.ok(hits({ type: "Point", coordinates: [3, 4], ends: [] }, 0, 0, 5));
  assert.ok(!hits({ type: "Point", coordinates: [3, 4], ends: [] }, 0, 0, 4.9));
  assert.ok(hits({ type: "LineString", coordinates: [1, 1, 1, 1], ends: [4] }, 1, 1, 0), "a line of one place");
});

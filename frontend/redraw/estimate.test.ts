import assert from "node:assert/strict";
import { test } from "node:test";

import type { GridNumbers, UnitProperties } from "./editor.ts";
import { type Known, estimate, standing } from "./estimate.ts";

const SIZE = { wanted: 200, lowest: 150, highest: 300, hard: 500 };

function grid(code: string, households: number, crossed: string[] = []): GridNumbers {
  const plain = { name: code, community: "c", community_name: "c", households_before: households, area_m2: 1000, parts: 1 };
  const rest = { compactness: 0.5, compounds: 1, crossed, buildings: 1, changed: false, new: false, retired: false, locked: false };
  return { code, households, ...plain, ...rest, ...standing(households, SIZE) };
}

const unit = (grid: string, households: number, compound = "", divided = false): UnitProperties => ({
  grid,
  compound,
  compound_name: compound,
  households,
  area_m2: 100,
  divided,
});

function known(): Known {
  const units = new Map([
    [1, unit("A", 40)],
    [2, unit("A", 100, "X", true)],
  ]);
  const grids = [
    { code: "A", share: 0.6 },
    { code: "B", share: 0.4 },
  ];
  return {
    version: 1,
    number: 0,
    total: 0,
    size: SIZE,
    numbers: new Map([grid("A", 200, ["X"]), grid("B", 280, ["X"])].map((each) => [each.code, each])),
    problems: { unassigned: [], broken: [], out_of_range: [], empty: [], crossed: [{ compound: "X", name: "X", households: 100, grids, place: [0, 0] }] },
    findings: { resolved: [], known: 0, new: [] },
    unit: (number) => (units.has(number) ? { ...units.get(number)!, number } : null),
    unitsOf: (compound) => [...units].flatMap(([number, each]) => (each.compound === compound ? [number] : [])),
  };
}

test("a unit takes its households along", () => {
  const delta = estimate([{ kind: "assign_units", units: [1], grid: "B" }], known())!;
  assert.deepEqual(delta.grids.map(({ code, households, band }) => [code, households, band]), [
    ["A", 160, "within"],
    ["B", 320, "over"],
  ]);
  assert.deepEqual(delta.moved.by, [{ from: "A", to: "B", households: 40, area_m2: 100 }]);
});

test("of a divided unit only what lies elsewhere moves, and its compound is crossed no more", () => {
  const delta = estimate([{ kind: "assign_units", units: [2], grid: "A" }], known())!;
  assert.deepEqual(delta.grids.map(({ code, households, crossed }) => [code, households, crossed]), [
    ["B", 240, []],
    ["A", 240, []],
  ]);
  assert.equal(delta.moved.households, 40);
  assert.deepEqual(delta.problems.crossed, []);
});

test("a compound of several units is mended when all of them lie in one grid", () => {
  const world = known();
  const parts = new Map([
    [5, unit("A", 60, "X")],
    [6, unit("B", 40, "X")],
  ]);
  world.unit = (number) => (parts.has(number) ? { ...parts.get(number)!, number } : null);
  world.unitsOf = () => [5, 6];
  const both = estimate([{ kind: "assign_units", units: [5, 6], grid: "B" }], world)!;
  assert.deepEqual([both.problems.crossed, both.moved.households], [[], 60]);
  const other = estimate([{ kind: "assign_units", units: [5], grid: "C" }], world)!;
  assert.deepEqual(other.problems.crossed.map(({ compound }) => compound), ["X"]);
});

test("what takes the server is not guessed", () => {
  assert.equal(estimate([{ kind: "cut_grid", grid: "A" }], known()), null);
  assert.equal(estimate([], known()), null);
});

test("bands have edges that belong to them", () => {
  assert.deepEqual(
    [0, 149, 150, 300, 301, 500, 501].map((households) => standing(households, SIZE).band),
    ["empty", "under", "within", "within", "over", "over", "above_hard"],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentWords } from "./casepanel.ts";
import { dayAfter } from "./dialogs.ts";
import { filterOf, narrowing, withFilter } from "./filters.ts";
import { lineOf } from "./trend.ts";

test("the filter lives in the address beside what other rooms keep there", () => {
  const filter = new URLSearchParams({ kind: "gap", place: "370212001", search: "金 家&=" });
  const query = withFilter("district=370212&place=compound:370212:X1&at=36,120,14", filter);
  assert.equal(filterOf(query).toString(), filter.toString());
  assert.equal(new URLSearchParams(query).get("place"), "compound:370212:X1");
  assert.equal(withFilter(query, new URLSearchParams()), "district=370212&place=compound:370212:X1&at=36,120,14");
});

test("what is no filter of ours is left out", () => {
  assert.equal(filterOf("?list=district%3D1%26page%3D3%26kind%3Dgap%26evil%3D%3Cb%3E").toString(), "kind=gap");
  assert.equal(filterOf("").size, 0);
  assert.equal(filterOf(`?list=search%3D${"x".repeat(500)}`).get("search")?.length, 120);
  assert.equal(narrowing(new URLSearchParams("kind=gap&order=width&search=x&state=found")), 2);
});

test("an exception ends tomorrow at the earliest, also at the turn of a year", () => {
  assert.equal(dayAfter("2026-11-22"), "2026-11-23");
  assert.equal(dayAfter("2026-12-31"), "2027-01-01");
  assert.equal(dayAfter("2028-02-28"), "2028-02-29");
});

test("moments are told in China time", () => {
  assert.equal(momentWords("2026-11-22T16:05:00Z"), "2026-11-23 00:05");
  assert.equal(momentWords("2026-11-22T16:05:00.123456+08:00"), "2026-11-22 16:05");
  assert.equal(momentWords("never"), "never");
});

test("the trend stands on zero and reaches the highest", () => {
  const points = [44, 44, 10, 0].map((clear) => ({ as_of: "", clear, doubtful: 0 }));
  assert.deepEqual(lineOf(points), [[0, 0], [40, 0], [80, 20.1], [120, 26]]);
  assert.deepEqual(lineOf([{ as_of: "", clear: 0, doubtful: 0 }]), [[0, 26]]);
});

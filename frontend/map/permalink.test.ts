import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, type Shown, readDay, readShown, writeShown } from "./permalink.ts";

test("what was written is read back", () => {
  const all: Shown[] = [
    NOTHING,
    {
      at: { lat: 36.10421, lon: 120.46812, zoom: 14.25 },
      layers: ["grid", "finding-cuts"],
      ground: "tianditu-imagery",
      asOf: "2026-02-28",
      place: { kind: "compound", key: "379912:XQ0001" },
      finding: 44,
    },
    { ...NOTHING, layers: [] },
    { ...NOTHING, place: { kind: "grid", key: "379912001001001" } },
  ];
  for (const shown of all) assert.deepEqual(readShown(writeShown(shown, "")), shown);
});

test("the address stays readable and keeps what others put there", () => {
  const shown = { ...NOTHING, at: { lat: 36.1, lon: 120.4, zoom: 13 }, place: { kind: "compound", key: "1:A" } } as Shown;
  assert.equal(writeShown(shown, "?district=379912&kind=gap&at=1,2,3"), "district=379912&kind=gap&at=36.10000,120.40000,13&place=compound:1:A");
});

test("nonsense counts as not there", () => {
  const queries = [
    "at=1,2", "at=a,b,c", "at=,,", "at=99,120,14", "at=36,120,99", "at=36,120,14,5", "as_of=2026-02-30", "as_of=yesterday",
    "as_of=2026-2-3", "place=person:1", "place=grid", "place=grid:", `place=grid:${"9".repeat(200)}`, "finding=-1",
    "finding=1e9", "finding=<script>", "ground=../../x", "",
  ];
  for (const query of queries) assert.deepEqual(readShown(query), NOTHING, query);
  assert.deepEqual(readShown("layers=<b>,grid"), { ...NOTHING, layers: ["grid"] });
});

test("days are days of the calendar", () => {
  assert.equal(readDay("2024-02-29"), "2024-02-29");
  assert.equal(readDay("2025-02-29"), null);
  assert.equal(readDay("0000-00-00"), null);
});

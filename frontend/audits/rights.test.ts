import assert from "node:assert/strict";
import { test } from "node:test";

import type { Officer, Row, Start } from "./feed.ts";
import { boxOf } from "./feed.ts";
import { able, changed, commonMoves, mayExcept, mayTriage, waits } from "./rights.ts";

const row = (more: Partial<Row> = {}): Row => ({
  id: 1, kind: "gap", state: "found", clarity: "clear", clarity_before: null, novelty: "known", subjects: ["X"], names: ["x"],
  community_code: "370212001001", community_name: "", width_m: 1, households: 1, assigned_to: "", assigned_to_id: null,
  expires_on: null, version: "v", ...more,
});
const officers: Officer[] = [
  { id: 1, username: "west", name: "West", territories: ["370212001"] },
  { id: 2, username: "all", name: "All", territories: ["370212"] },
];
const start = {
  moves: { found: ["triaged"], triaged: ["proposed", "found"], excepted: [] },
  may: { triage: ["370212001"], except: [] },
} as unknown as Start;

test("rights end at the territory", () => {
  assert.equal(mayTriage([row()], start, "370212"), true);
  assert.equal(mayTriage([row(), row({ community_code: "370212002001" })], start, "370212"), false);
  assert.equal(mayTriage([row({ community_code: "" })], start, "370212"), false);
  assert.equal(mayTriage([], start, "370212"), false);
  assert.equal(mayExcept([row()], start, "370212"), false);
});

test("cases of several states share only the moves that all of them have", () => {
  assert.deepEqual(commonMoves([row()], start), ["triaged"]);
  assert.deepEqual(commonMoves([row(), row({ state: "triaged" })], start), []);
  assert.deepEqual(commonMoves([row({ state: "triaged" }), row({ state: "triaged" })], start), ["proposed", "found"]);
  assert.deepEqual(commonMoves([row({ state: "excepted" })], start), []);
  assert.deepEqual(commonMoves([], start), []);
});

test("work goes only to who may do it everywhere", () => {
  const names = (rows: Row[]) => able(rows, officers, "370212").map((officer) => officer.username);
  assert.deepEqual(names([row()]), ["west", "all"]);
  assert.deepEqual(names([row(), row({ community_code: "370212002001" })]), ["all"]);
});

test("a case looks at once as the server will tell it", () => {
  assert.equal(changed(row(), { action: "move", to: "triaged", text: "" }, officers).state, "triaged");
  const given = changed(row(), { action: "assign", assignee: "all" }, officers);
  assert.deepEqual([given.assigned_to, given.assigned_to_id], ["All", 2]);
  const taken = changed(given, { action: "assign", assignee: null }, officers);
  assert.deepEqual([taken.assigned_to, taken.assigned_to_id], ["", null]);
  const accepted = changed(row(), { action: "accept", reason: "r", expires_on: "2027-01-01" }, officers);
  assert.deepEqual([accepted.state, accepted.expires_on], ["excepted", "2027-01-01"]);
  assert.equal(changed(accepted, { action: "end", reason: "r" }, officers).state, "found");
  assert.deepEqual(changed(row(), { action: "note", text: "n" }, officers), row());
});

test("what waits is new and mine or nobody's", () => {
  assert.equal(waits(row(), 7), true);
  assert.equal(waits(row({ assigned_to_id: 7 }), 7), true);
  assert.equal(waits(row({ assigned_to_id: 8 }), 7), false);
  assert.equal(waits(row({ state: "triaged" }), 7), false);
});

test("a box is drawn around any geometry", () => {
  assert.deepEqual(boxOf({ type: "Point", coordinates: [120, 36] }), [120, 36, 120, 36]);
  const ring = [[120, 36], [121, 36], [121, 38], [120, 36]];
  assert.deepEqual(boxOf({ type: "MultiPolygon", coordinates: [[ring], [[[119, 37], [119.5, 37], [119, 37]]]] }), [119, 36, 121, 38]);
  assert.equal(boxOf(null), null);
  assert.equal(boxOf({ type: "MultiPolygon", coordinates: [] }), null);
});

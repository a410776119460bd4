import assert from "node:assert/strict";
import { test } from "node:test";

import { ROWS_AT_ONCE, type Row } from "./feed.ts";
import { Rows } from "./rows.ts";

const row = (id: number, state = "found") => ({ id, state }) as Row;

function desk(answer: (ids: number[]) => Promise<Row[]> = async (ids) => ids.map((id) => row(id))) {
  const asked: number[][] = [];
  const seen = { arrivals: 0, failures: [] as unknown[] };
  const feed = { rows: (ids: number[]) => (asked.push(ids), answer(ids)) };
  const rows = new Rows(feed, () => seen.arrivals++, (error) => seen.failures.push(error));
  return { rows, asked, seen };
}

test("rows are asked for once, whoever needs them meanwhile", async () => {
  const { rows, asked, seen } = desk();
  await Promise.all([rows.need([1, 2, 3]), rows.need([2, 3, 4]), rows.need([])]);
  await rows.need([1, 2, 3, 4]);
  assert.deepEqual(asked, [[1, 2, 3], [4]]);
  assert.equal(seen.arrivals, 2);
});

test("many rows come in batches that the server takes", async () => {
  const { rows, asked } = desk();
  await rows.need(Array.from({ length: ROWS_AT_ONCE + 1 }, (_, n) => n));
  assert.deepEqual(asked.map((ids) => ids.length), [ROWS_AT_ONCE, 1]);
});

test("what failed is asked again", async () => {
  let down = true;
  const { rows, seen } = desk(async (ids) => {
    if (down) throw new Error("down");
    return ids.map((id) => row(id));
  });
  await rows.need([1]);
  assert.equal(seen.failures.length, 1);
  down = false;
  await rows.need([1]);
  assert.equal(rows.get(1)?.id, 1);
});

test("what was put in place of a row can be put back", async () => {
  const { rows } = desk();
  await rows.need([1, 2]);
  const before = rows.put([row(1, "triaged")]);
  assert.equal(rows.get(1)?.state, "triaged");
  rows.put(before);
  assert.equal(rows.get(1)?.state, "found");
  rows.forget([2]);
  assert.equal(rows.get(1), undefined);
  assert.equal(rows.get(2)?.state, "found");
});

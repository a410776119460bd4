import assert from "node:assert/strict";
import { test } from "node:test";

import { Ordering, inView, merged, scrolledTo } from "./ordering.ts";

function ordering(ids: number[], needing: number[] = ids, current: number | null = null): Ordering {
  const made = new Ordering();
  made.take(ids, needing, false);
  made.current = current;
  return made;
}

test("the case in hand keeps its place when a newer list has lost it", () => {
  assert.deepEqual(merged([1, 2, 3, 4], [1, 3, 4], 2), [1, 2, 3, 4]);
  assert.deepEqual(merged([1, 2, 3, 4], [4, 3], 1), [1, 4, 3]);
  assert.deepEqual(merged([1, 2, 3, 4], [4, 1], 3), [4, 1, 3]);
  assert.deepEqual(merged([1, 2], [2, 1], 2), [2, 1]);
  assert.deepEqual(merged([1, 2], [1], 9), [1]);
  assert.deepEqual(merged([1, 2], [1], null), [1]);
  assert.deepEqual(merged([5], [], 5), [5]);
});

test("only rows in view are drawn, whatever the list holds", () => {
  assert.deepEqual(inView({ scrollTop: 0, height: 660 }, 66, 10_000), { from: 0, to: 16 });
  assert.deepEqual(inView({ scrollTop: 330_000, height: 660 }, 66, 10_000), { from: 4994, to: 5016 });
  assert.deepEqual(inView({ scrollTop: 659_340, height: 660 }, 66, 10_000), { from: 9984, to: 10_000 });
  assert.deepEqual(inView({ scrollTop: 0, height: 660 }, 66, 3), { from: 0, to: 3 });
  assert.deepEqual(inView({ scrollTop: 9999, height: 660 }, 66, 3), { from: 3, to: 3 });
  assert.deepEqual(inView({ scrollTop: 0, height: 0 }, 66, 0), { from: 0, to: 0 });
});

test("the list scrolls only as far as it must", () => {
  const box = { scrollTop: 660, height: 660 };
  assert.equal(scrolledTo(12, 66, box), 660);
  assert.equal(scrolledTo(5, 66, box), 330);
  assert.equal(scrolledTo(30, 66, box), 31 * 66 - 660);
});

test("steps stop at the ends and begin at the nearer one", () => {
  const list = ordering([7, 8, 9]);
  assert.equal(list.step(1), 7);
  assert.equal(list.step(5), 9);
  assert.equal(list.step(-Infinity), 7);
  assert.equal(ordering([7, 8, 9]).step(-1), 9);
  assert.equal(ordering([7, 8, 9]).step(-Infinity), 7);
  assert.equal(ordering([7, 8, 9]).step(Infinity), 9);
  assert.equal(ordering([]).step(1), null);
});

test("the next one that waits comes after the current one, then from the top", () => {
  const list = ordering([1, 2, 3, 4, 5], [1, 2, 5], 2);
  assert.equal(list.nextWaiting(), 5);
  list.current = 5;
  assert.equal(list.nextWaiting(), 1);
  list.settle([1, 2, 5], false);
  assert.equal(list.nextWaiting(), null);
  assert.equal(list.waiting, 0);
  list.settle([3], true);
  assert.equal(list.nextWaiting(), 3);
  assert.equal(ordering([1, 2], [1, 2]).nextWaiting(), 1);
  assert.equal(ordering([1], [1], 1).nextWaiting(), null);
});

test("a range is ticked between the last one touched and here, either way", () => {
  const list = ordering([1, 2, 3, 4, 5]);
  list.toggle(4);
  list.tickRange(2);
  assert.deepEqual(list.concerned(), [2, 3, 4]);
  list.toggle(3);
  assert.deepEqual(list.concerned(), [2, 4]);
  list.clearTicks();
  list.current = 5;
  list.tickRange(4);
  assert.deepEqual(list.concerned(), [4, 5]);
});

test("an action concerns the ticked ones, else the current one", () => {
  const list = ordering([1, 2, 3], [], 2);
  assert.deepEqual(list.concerned(), [2]);
  list.tickAll();
  assert.deepEqual(list.concerned(), [1, 2, 3]);
  assert.deepEqual(ordering([1]).concerned(), []);
});

test("ticks and the current case fall with the cases that are gone", () => {
  const list = ordering([1, 2, 3], [1], 2);
  list.toggle(1);
  list.toggle(3);
  list.take([3], [3], false);
  assert.deepEqual([...list.ticked], [3]);
  assert.equal(list.current, null);
  list.current = 3;
  list.take([8, 9], [], true);
  assert.deepEqual(list.ids, [3, 8, 9]);
  assert.equal(list.current, 3);
});

test("ten thousand cases are ticked, stepped and searched in a blink", () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => n + 1);
  const list = ordering(ids, [9_999], 1);
  list.tickAll();
  assert.equal(list.concerned().length, 10_000);
  assert.equal(list.nextWaiting(), 9_999);
  list.take(ids.filter((id) => id % 2), [], true);
  assert.equal(list.ticked.size, 5_000);
});

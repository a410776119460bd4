import assert from "node:assert/strict";
import { test } from "node:test";

import { moved } from "./divider.ts";

test("arrow keys move the divider a little, with page keys more, to the ends with Home and End", () => {
  assert.equal(moved(50, "ArrowLeft"), 48);
  assert.equal(moved(50, "ArrowRight"), 52);
  assert.equal(moved(50, "PageDown"), 40);
  assert.equal(moved(50, "PageUp"), 60);
  assert.equal(moved(50, "Home"), 0);
  assert.equal(moved(50, "End"), 100);
});

test("it never leaves the map, and other keys are not its own", () => {
  assert.equal(moved(1, "ArrowLeft"), 0);
  assert.equal(moved(95, "PageUp"), 100);
  assert.equal(moved(50, "Enter"), null);
});

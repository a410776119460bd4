import assert from "node:assert/strict";
import { test } from "node:test";

import { areaWords, dateWords, lengthWords, whole } from "./formats.ts";
import { t } from "./words.ts";

test("numbers are grouped by thin spaces", () => {
  assert.equal(whole(1234567.4), "1\u202f234\u202f567");
  assert.equal(whole(12), "12");
});

test("lengths and areas choose their unit, also where rounding would carry over", () => {
  assert.equal(lengthWords(0), "0.0 米");
  assert.equal(lengthWords(99.94), "99.9 米");
  assert.equal(lengthWords(99.96), "100 米");
  assert.equal(lengthWords(9994), "9\u202f994 米");
  assert.equal(lengthWords(9996), "10.00 公里");
  assert.equal(lengthWords(123_456), "123.5 公里");
  assert.equal(areaWords(12.34), "12.3 平方米");
  assert.equal(areaWords(9994), "9\u202f994 平方米");
  assert.equal(areaWords(9996), "1.00 公顷");
  assert.equal(areaWords(123_456), "12.35 公顷");
  assert.equal(areaWords(999_960), "1.000 平方公里");
});

test("dates are said in full", () => {
  assert.equal(dateWords("2026-03-01"), "2026年3月1日");
  assert.equal(dateWords("2026-03-01", "en"), "March 1, 2026");
  assert.equal(dateWords("?"), "?");
});

test("words take their values and a catalogue where there is one", () => {
  assert.equal(t("共 {n} 个", { n: 3 }), "共 3 个");
  assert.equal(t("{a}{b}", { a: 1 }), "1{b}");
  (globalThis as { django?: object }).django = { gettext: (msgid: string) => (msgid === "共 {n} 个" ? "{n} in all" : msgid) };
  assert.equal(t("共 {n} 个", { n: 3 }), "3 in all");
  delete (globalThis as { django?: object }).django;
});

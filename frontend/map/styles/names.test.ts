import assert from "node:assert/strict";
import { test } from "node:test";

import { brief } from "./drawing.ts";
import { shortGridName } from "./lines.ts";
import { compoundLook, shortBuildingName } from "./places.ts";

test("names drop what the larger letters beside them say", () => {
  assert.equal(shortGridName("沧台第1网格"), "第1网格");
  assert.equal(shortGridName("沧台社区第十二网格"), "第十二网格");
  assert.equal(shortGridName("石老人3号网格"), "3号网格");
  assert.equal(shortGridName("大学城专属网格"), "大学城专属网格");
  assert.equal(shortBuildingName("岱清小区22号楼"), "22号楼");
  assert.equal(shortBuildingName("云逸华庭B3栋东单元"), "B3栋东单元");
  assert.equal(shortBuildingName("文化馆"), "文化馆");
});

test("a compound's look follows state and certainty", () => {
  assert.equal(compoundLook("crossed", "clear"), "crossed");
  assert.equal(compoundLook("crossed", "doubtful"), "doubtful");
  assert.equal(compoundLook("inside", "clear"), "inside");
  assert.equal(compoundLook("", ""), "unknown");
});

test("a long name is cut, between signs", () => {
  assert.equal(brief("澳柯玛东城花园三期北区十二号院"), "澳柯玛东城花园三期北区十二号院");
  assert.equal(brief("长".repeat(200)), `${"长".repeat(15)}…`);
  assert.equal(brief("𠮷".repeat(17)), `${"𠮷".repeat(15)}…`);
});

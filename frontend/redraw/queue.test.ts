import assert from "node:assert/strict";
import { test } from "node:test";

import { Trouble } from "../map/http.ts";
import type { Answer } from "./calls.ts";
import type { Edit } from "./editor.ts";
import { Queue, type QueueWorld } from "./queue.ts";
import { MemoryStore, type Pending } from "./store.ts";

const edit = (unit: number): Edit[] => [{ kind: "assign_units", units: [unit], grid: "A" }];

/** A server that answers as it is told to, and keeps what was sent with which version. */
function world(answers: (Answer | Error)[]) {
  const sent: { units: unknown; version: number }[] = [];
  const told: string[] = [];
  const made: QueueWorld = {
    plan: "p",
    user: "u",
    page: "this",
    version: () => 7,
    make: async (edits, version) => {
      sent.push({ units: edits[0]!.units, version });
      const answer = answers.shift() ?? stored(version + 1);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    isLastMade: async () => false,
    stored: () => void told.push("stored"),
    refusedLate: (pending) => void told.push(`refused ${pending.says}`),
    changed: () => {},
    later: () => void told.push("later"),
  };
  return { made, sent, told };
}

const stored = (version: number): Answer => ({ state: "stored", delta: null, version });
const away = () => new Trouble("no network", 0, "network.unreachable");
const refused: Answer = { state: "refused", status: 422, refusal: { rule: "plan.locked", words: "locked", place: null } };
const conflict: Answer = { state: "conflict", conflict: { version: 9, since: [] } };

test("edits go one after the other, each on the version that the last one made", async () => {
  const { made, sent } = world([]);
  const queue = new Queue(new MemoryStore(), made);
  const outcomes = await Promise.all([queue.add(edit(1), "one"), queue.add(edit(2), "two")]);
  assert.deepEqual(outcomes.map(({ state }) => state), ["stored", "stored"]);
  assert.deepEqual(sent, [
    { units: [1], version: 7 },
    { units: [2], version: 8 },
  ]);
});

test("what the network loses is kept, in order, and sent when it is back", async () => {
  const { made, sent, told } = world([away()]);
  const store = new MemoryStore();
  const queue = new Queue(store, made);
  assert.deepEqual(await queue.add(edit(1), "one"), { state: "kept" });
  assert.equal(queue.online, false);
  assert.deepEqual(told, ["later"]);
  assert.equal((await store.all("p", "u")).length, 1);
  assert.equal((await queue.add(edit(2), "two")).state, "kept");
  await queue.drain();
  assert.deepEqual(sent.slice(-2).map(({ units }) => units), [[1], [2]]);
  assert.equal((await store.all("p", "u")).length, 0);
  assert.equal(queue.online, true);
});

test("an ended session is no lost network: edits wait for the sign-in", async () => {
  const { made } = world([new Trouble("sign in", 401, "session.expired")]);
  const queue = new Queue(new MemoryStore(), made);
  assert.equal((await queue.add(edit(1), "one")).state, "kept");
  assert.deepEqual([queue.online, queue.signedOut], [true, true]);
});

test("somebody else was first: everything stands still until the person decides", async () => {
  const { made, sent, told } = world([conflict]);
  const queue = new Queue(new MemoryStore(), made);
  assert.equal((await queue.add(edit(1), "one")).state, "conflict");
  assert.equal((await queue.add(edit(2), "two")).state, "conflict");
  assert.equal(sent.length, 1);
  await queue.onTop(9);
  assert.deepEqual(sent.slice(1).map(({ version }) => version), [9, 10]);
  assert.deepEqual(told, ["stored", "stored"]);
  assert.equal(queue.held, null);
});

test("dropped edits leave nothing behind", async () => {
  const { made } = world([conflict]);
  const store = new MemoryStore();
  const queue = new Queue(store, made);
  await queue.add(edit(1), "one");
  await queue.dropAll();
  assert.deepEqual([queue.waiting.length, queue.held, await store.all("p", "u")], [0, null, []]);
});

test("a refusal is told to whoever made the edit; of one that waited, to the person", async () => {
  const { made, told } = world([refused, away(), refused]);
  const queue = new Queue(new MemoryStore(), made);
  assert.equal((await queue.add(edit(1), "one")).state, "refused");
  assert.equal((await queue.add(edit(2), "two")).state, "kept");
  await queue.drain();
  assert.deepEqual(told, ["later", "refused two"]);
  assert.equal(queue.waiting.length, 0);
});

test("an edit whose answer was lost is not made twice", async () => {
  const { made, sent, told } = world([away(), conflict]);
  made.isLastMade = async () => true;
  const queue = new Queue(new MemoryStore(), made);
  await queue.add(edit(1), "one");
  await queue.drain();
  assert.deepEqual([sent.length, told, queue.waiting.length, queue.held], [2, ["later", "stored"], 0, null]);
});

test("what waits can be taken back, the last one first", async () => {
  const { made } = world([away(), away()]);
  const store = new MemoryStore();
  const queue = new Queue(store, made);
  await queue.add(edit(1), "one");
  await queue.add(edit(2), "two");
  assert.equal((await queue.takeBack())?.says, "two");
  assert.deepEqual((await store.all("p", "u")).map(({ says }) => says), ["one"]);
});

test("what an earlier page left is taken over with the version that it was made on", async () => {
  const { made, sent } = world([]);
  const store = new MemoryStore();
  const left = await store.put({ plan: "p", user: "u", page: "old", edits: edit(3), says: "three", at: "", version: 4 } as Omit<Pending, "id">);
  const queue = new Queue(store, made);
  await queue.adopt([left]);
  await queue.drain();
  assert.deepEqual(sent, [{ units: [3], version: 4 }]);
});

// Steps of the plan: made, taken back, made again, through the queue; what others did meanwhile; and the walk through
// the history.

import { Trouble, isAborted } from "../map/http.ts";
import { t } from "../map/words.ts";
import type { Board } from "./board.ts";
import type { Answer, Conflict } from "./calls.ts";
import type { Delta, Edit, Outcome, Refusal } from "./editor.ts";
import { type Held, Queue } from "./queue.ts";
import type { Pending, Store } from "./store.ts";

const LOOK_EVERY_MS = 30_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 30_000;

export interface StepsListener {
  /** The queue stands still: ask the person. */
  held(held: NonNullable<Held>): void;
}

export class Steps {
  readonly queue: Queue;
  listener: StepsListener | null = null;
  /** True while the plan walks through its history. */
  walking = false;
  /** Edits that waited and then were refused: told once, and kept here to be taken away as a file. */
  readonly rejected: { pending: Pending; refusal: Refusal }[] = [];
  /** What the estimates of waiting edits replaced, to be put back when one of them is taken back. */
  private readonly before = new Map<number, Delta>();
  private retry = 0;
  /** Questions in a row that found no server. */
  private misses = 0;
  private busy: Promise<unknown> | null = null;
  private readonly page = crypto.randomUUID?.() ?? String(performance.now());

  constructor(
    private readonly board: Board,
    private readonly store: Store,
  ) {
    this.queue = new Queue(store, {
      plan: board.plan.id,
      user: board.config.username,
      page: this.page,
      version: () => board.plan.version,
      make: (edits, version) => this.make(edits, version),
      isLastMade: (pending, conflict) => this.isLastMade(pending, conflict),
      stored: (delta) => this.stored(delta),
      refusedLate: (pending, refusal) => this.refusedLate(pending, refusal),
      changed: () => this.changed(),
      later: (attempt) => this.later(attempt),
    });
  }

  /** Begin: take over what an earlier page left, and look now and then what others do. */
  async begin(): Promise<void> {
    const left = await leftBehind(await this.store.all(this.board.plan.id, this.board.config.username), this.page);
    await this.queue.adopt(left);
    if (left.length > 0) {
      this.board.say(t("上次有 {n} 项改动没有存到服务器，正在补存。", { n: left.length }));
      await this.queue.drain();
    }
    window.setInterval(() => void this.look(), LOOK_EVERY_MS);
    window.addEventListener("online", () => void this.look());
    window.addEventListener("offline", () => this.gone());
    document.addEventListener("visibilitychange", () => void this.look());
  }

  async commit(edits: Edit[], says: string): Promise<Outcome> {
    const outcome = await this.queue.add(edits, says);
    if (outcome.state === "kept") this.keepHere(edits);
    return outcome;
  }

  async undo(): Promise<Outcome> {
    const taken = await this.queue.takeBack();
    if (taken) {
      this.putBack(taken);
      return { state: "kept" };
    }
    if (this.board.plan.number === 0) return this.nothing(t("没有可以撤销的操作。"));
    return this.step((version) => this.board.calls.undo(version), t("离线时只能撤销还没有保存的操作。"));
  }

  async redo(): Promise<Outcome> {
    if (this.board.plan.number >= this.board.plan.total) return this.nothing(t("没有可以重做的操作。"));
    return this.step((version) => this.board.calls.redo(version), t("离线时不能重做；连上网络后再试。"));
  }

  async lock(codes: readonly string[]): Promise<void> {
    await this.step((version) => this.board.calls.lock(codes, version), t("离线时不能锁定网格；连上网络后再试。"));
    await this.board.reload();
  }

  /** Go to a place in the history, step by step. */
  async walk(to: number): Promise<void> {
    if (this.walking) return;
    this.walking = true;
    try {
      while (this.walking && this.board.plan.number !== to) {
        const before = this.board.plan.number;
        const outcome = await (before > to ? this.undo() : this.redo());
        if (outcome.state !== "stored" || this.board.plan.number === before) return;
      }
    } finally {
      this.walking = false;
      this.board.ring("history");
    }
  }

  stopWalking(): void {
    this.walking = false;
  }

  /** Wait until nothing is on its way. */
  async settled(): Promise<void> {
    await this.busy?.catch(() => {});
    if (this.queue.sending) await this.queue.drain().catch(() => {});
  }

  /** Why nobody draws here now. */
  whyNot(): string {
    const { plan } = this.board;
    if (plan.state !== "draft") return t("方案已不是草稿，只能查看。");
    return t("您的账号不能修改这个方案，只能查看。");
  }

  /** The person has signed in again. */
  async signedInAgain(): Promise<void> {
    await this.board.calls.plan();
    this.queue.signedOut = false;
    await this.queue.drain();
    await this.look();
  }

  /** A question found no server: say so, and try again later. */
  unreached(error: unknown): void {
    if (!(error instanceof Trouble)) throw error;
    if (error.signedOut) this.queue.signedOut = true;
    else this.gone();
  }

  /** Let the waiting edits go and read the plan as it stands. */
  async dropMine(): Promise<void> {
    await this.queue.dropAll();
    this.before.clear();
    await this.board.reload();
  }

  /** Make the waiting edits on what the others did. */
  async mineOnTop(): Promise<void> {
    this.before.clear();
    await this.board.reload();
    await this.queue.onTop(this.board.plan.version);
    if (this.queue.waiting.length === 0) this.board.say(t("您的改动已在对方的改动之上重做。"));
  }

  /** Others may have worked meanwhile, or the plan may have gone its way. */
  async look(): Promise<void> {
    if (this.queue.sending || this.busy || this.walking) return;
    if (this.queue.waiting.length > 0) return this.queue.held ? undefined : this.queue.drain();
    if (document.hidden) return;
    try {
      const told = await this.board.calls.plan();
      this.queue.online = true;
      this.misses = 0;
      if (told.version !== this.board.plan.version && !this.queue.sending && !this.busy) {
        await this.board.reload();
        this.board.say(t("方案已被他人修改，现在显示的是最新的样子。"));
      }
    } catch (error) {
      if (!isAborted(error)) this.unreached(error);
    }
    this.changed();
  }

  private gone(): void {
    this.queue.online = false;
    this.misses += 1;
    this.changed();
    this.later(this.misses);
  }

  /** Do one thing that is not in the queue, with whatever is on its way first. */
  private async step(ask: (version: number) => Promise<Answer>, offline: string): Promise<Outcome> {
    await this.settled();
    const doing = ask(this.board.plan.version);
    this.busy = doing;
    this.changed();
    try {
      const answer = await doing;
      this.queue.online = true;
      this.misses = 0;
      return await this.stepped(answer);
    } catch (error) {
      this.unreached(error);
      if (!this.queue.signedOut) this.board.say(offline, "error");
      return { state: "kept" };
    } finally {
      this.busy = null;
      this.changed();
    }
  }

  private async stepped(answer: Answer): Promise<Outcome> {
    if (answer.state === "stored") {
      await this.stored(answer.delta);
      return { state: "stored", delta: answer.delta };
    }
    if (answer.state === "refused") {
      this.board.refuse(answer.refusal);
      if (answer.status === 409) await this.board.reload();
      return { state: "refused", refusal: answer.refusal };
    }
    await this.board.reload();
    const last = answer.conflict.since.at(-1);
    this.board.say(t("{who} 刚改过这个方案，已读取最新的样子；请看过再做。", { who: last?.by || t("他人") }), "error");
    return { state: "conflict" };
  }

  private async stored(delta: Delta | null): Promise<void> {
    this.before.clear();
    if (delta) this.board.take({ delta });
    else await this.board.reload();
  }

  /** Send edits. A plan that is no draft any more is closed, whatever its version. */
  private async make(edits: readonly Edit[], version: number): Promise<Answer> {
    const answer = await this.board.calls.make(edits, version);
    if (answer.state === "stored") return answer;
    const told = await this.board.calls.plan();
    if (told.may.edit && told.state === "draft") return answer;
    this.board.plan.state = told.state;
    this.board.plan.may = told.may;
    return { state: "refused", status: 409, refusal: { rule: "plan.wrong_move", words: this.whyNot(), place: null } };
  }

  /** Whether the last operations in the log are these very edits: stored, and only the answer was lost. */
  private async isLastMade(pending: Pending, conflict: Conflict): Promise<boolean> {
    const me = this.board.config.username;
    if (conflict.version !== pending.version + 1) return false;
    if (conflict.since.length > 0 && conflict.since.some(({ by }) => by !== conflict.since[0]!.by)) return false;
    const log = (await this.board.calls.operations()).filter((each) => each.in_effect).slice(-pending.edits.length);
    const same = (edit: Edit, at: number) => {
      const there = log[at];
      if (!there || there.at < pending.at.slice(0, 10)) return false;
      return Object.entries(edit).every(([name, value]) => JSON.stringify(there.edit[name]) === JSON.stringify(value));
    };
    return me !== "" && log.length === pending.edits.length && pending.edits.every(same);
  }

  private refusedLate(pending: Pending, refusal: Refusal): void {
    this.rejected.push({ pending, refusal });
    this.board.say(t("没有保存：{what}。原因：{why}", { what: pending.says, why: refusal.words }), "error");
    void this.board.reload().catch((error: unknown) => this.board.trouble(error));
  }

  private later(attempt: number): void {
    window.clearTimeout(this.retry);
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LAST_RETRY_MS);
    this.retry = window.setTimeout(() => {
      if (this.queue.waiting.length > 0) void this.queue.drain();
      else void this.look();
    }, wait);
  }

  /** The network is gone: show the edit as far as that can be worked out here. */
  private keepHere(edits: Edit[]): void {
    const pending = this.queue.waiting.at(-1);
    const guess = this.board.estimate(edits);
    if (!pending || !guess) return;
    this.before.set(pending.id, this.inverse(guess));
    this.board.apply(guess);
  }

  /** The state that a change replaces, as a change. */
  private inverse(delta: Delta): Delta {
    const { land, numbers, problems, findings } = this.board;
    const changed = delta.units.changed.flatMap((unit) => {
      const there = land.unit(unit.id);
      if (!there) return [];
      const { number: _number, ...properties } = there;
      return [{ ...unit, properties }];
    });
    const grids = delta.grids.flatMap(({ code }) => {
      const there = numbers.get(code);
      return there ? [{ ...there, geometry: null }] : [];
    });
    return { ...delta, grids, units: { changed, gone: [] }, problems, findings };
  }

  private putBack(pending: Pending): void {
    const before = this.before.get(pending.id);
    this.before.delete(pending.id);
    if (before) this.board.apply(before);
  }

  private nothing(words: string): Outcome {
    this.board.say(words);
    return { state: "kept" };
  }

  private changed(): void {
    if (this.queue.held) this.listener?.held(this.queue.held);
    this.board.ring("online");
  }

  get isBusy(): boolean {
    return this.busy !== null || this.queue.sending;
  }
}

/** Edits of pages that are no longer open: each page holds a lock by its name as long as it lives. */
async function leftBehind(all: Pending[], page: string): Promise<Pending[]> {
  const { locks } = navigator;
  if (!locks) return all;
  const nameOf = (each: string) => `gridwork-redraw-${each}`;
  void locks.request(nameOf(page), () => new Promise(() => {}));
  const held = new Set(((await locks.query()).held ?? []).map(({ name }) => name));
  return all.filter((pending) => !held.has(nameOf(pending.page)));
}

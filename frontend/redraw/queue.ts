// Edits on their way to the server, one after the other and in the order in which they were made. What the network loses
// stays and is tried again; where somebody else was first, or the plan is closed, the queue stands still until the
// person has decided. Nothing leaves it unsaid.

import { Trouble } from "../map/http.ts";
import type { Answer, Conflict } from "./calls.ts";
import type { Delta, Edit, Outcome, Refusal } from "./editor.ts";
import type { Pending, Store } from "./store.ts";

/** Why the queue stands still. */
export type Held = { why: "conflict"; conflict: Conflict } | { why: "closed"; refusal: Refusal } | null;

export interface QueueWorld {
  plan: string;
  user: string;
  page: string;
  /** The version on which the page stands. */
  version(): number;
  make(edits: readonly Edit[], version: number): Promise<Answer>;
  /** Whether edits that the server says came too late are the ones that stand last in its log: our answer was lost. */
  isLastMade(pending: Pending, conflict: Conflict): Promise<boolean>;
  /** The server has stored it; null when it was stored before and its answer was lost: read everything anew. */
  stored(delta: Delta | null): void | Promise<void>;
  /** An edit that waited was refused: it is out of the queue, and must be told. */
  refusedLate(pending: Pending, refusal: Refusal): void;
  changed(): void;
  /** Call again in a while: the network or the session is gone. */
  later(attempt: number): void;
}

const CLOSED = new Set(["plan.wrong_move", "plan.not_draft", "plan.closed", "policy.not_yours"]);

export class Queue {
  readonly waiting: Pending[] = [];
  held: Held = null;
  /** False while the server cannot be reached. */
  online = true;
  /** True while the session has ended. */
  signedOut = false;
  private readonly hopes = new Map<number, (outcome: Outcome) => void>();
  private draining: Promise<void> | null = null;
  private attempt = 0;
  /** The version after the last of our own writes, while there is more to send. */
  private standing: number | null = null;

  constructor(
    private readonly store: Store,
    private readonly world: QueueWorld,
  ) {}

  get sending(): boolean {
    return this.draining !== null;
  }

  /** Take over what an earlier page left. */
  async adopt(left: readonly Pending[]): Promise<void> {
    const { page } = this.world;
    for (const pending of left) {
      const mine = { ...pending, page };
      await this.store.replace(mine);
      this.waiting.push(mine);
    }
    this.waiting.sort((one, other) => one.id - other.id);
    if (left.length > 0) this.world.changed();
  }

  /** Keep edits and send them as soon as it is their turn. */
  async add(edits: Edit[], says: string): Promise<Outcome> {
    const { plan, user, page } = this.world;
    const version = this.waiting[0]?.version ?? this.world.version();
    const pending = await this.store.put({ plan, user, page, edits, says, at: new Date().toISOString(), version });
    this.waiting.push(pending);
    this.world.changed();
    const outcome = new Promise<Outcome>((resolve) => this.hopes.set(pending.id, resolve));
    if (this.held) this.hope(pending, { state: this.held.why === "conflict" ? "conflict" : "kept" });
    else if (!this.online || this.signedOut) this.hope(pending, { state: "kept" });
    void this.drain();
    return outcome;
  }

  /** Send what waits. */
  drain(): Promise<void> {
    this.draining ??= this.sendAll().finally(() => {
      this.draining = null;
      this.world.changed();
    });
    return this.draining;
  }

  /** Take the last edit out again that the server does not have; null when all are stored or on their way. */
  async takeBack(): Promise<Pending | null> {
    if (this.draining) await this.draining;
    const last = this.waiting.pop();
    if (!last) return null;
    await this.store.remove(last.id);
    if (this.waiting.length === 0) this.release();
    this.world.changed();
    return last;
  }

  /** The person wants the waiting edits made on the plan as it stands now. */
  async onTop(version: number): Promise<void> {
    this.held = null;
    this.standing = version;
    for (const pending of this.waiting) {
      pending.version = version;
      await this.store.replace(pending);
    }
    await this.drain();
  }

  /** The person lets the waiting edits go. */
  async dropAll(): Promise<void> {
    for (const pending of this.waiting.splice(0)) {
      await this.store.remove(pending.id);
      this.hope(pending, { state: "kept" });
    }
    this.release();
    this.world.changed();
  }

  private release(): void {
    this.held = null;
    this.standing = null;
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0 && !this.held) {
      const pending = this.waiting[0]!;
      try {
        const answer = await this.world.make(pending.edits, this.standing ?? pending.version);
        this.reached();
        if (!(await this.took(pending, answer))) return;
      } catch (error) {
        return this.lost(error);
      }
    }
    if (this.waiting.length === 0) this.standing = null;
  }

  /** Do what an answer asks for; false: stand still. */
  private async took(pending: Pending, answer: Answer): Promise<boolean> {
    if (answer.state === "stored") {
      this.standing = answer.version;
      await this.leave(pending);
      await this.world.stored(answer.delta);
      this.hope(pending, { state: "stored", delta: answer.delta });
      return true;
    }
    if (answer.state === "conflict") {
      if (await this.world.isLastMade(pending, answer.conflict)) {
        this.standing = answer.conflict.version;
        await this.leave(pending);
        await this.world.stored(null);
        this.hope(pending, { state: "stored", delta: null });
        return true;
      }
      this.held = { why: "conflict", conflict: answer.conflict };
      this.hope(pending, { state: "conflict" });
      return false;
    }
    if (CLOSED.has(answer.refusal.rule) || answer.status === 404 || answer.status === 403) {
      this.held = { why: "closed", refusal: answer.refusal };
      this.hope(pending, { state: "refused", refusal: answer.refusal });
      return false;
    }
    await this.leave(pending);
    if (!this.hope(pending, { state: "refused", refusal: answer.refusal })) this.world.refusedLate(pending, answer.refusal);
    return true;
  }

  private async leave(pending: Pending): Promise<void> {
    this.waiting.shift();
    await this.store.remove(pending.id);
    this.world.changed();
  }

  /** Tell who made it; false when it was told already that the edit is kept. */
  private hope(pending: Pending, outcome: Outcome): boolean {
    const tell = this.hopes.get(pending.id);
    this.hopes.delete(pending.id);
    tell?.(outcome);
    return tell !== undefined;
  }

  private reached(): void {
    this.attempt = 0;
    this.online = true;
    this.signedOut = false;
  }

  /** The server was not reached, cannot, or asks for a sign-in: everything stays. */
  private lost(error: unknown): void {
    if (!(error instanceof Trouble)) throw error;
    this.signedOut = error.signedOut;
    this.online = error.signedOut;
    for (const pending of this.waiting) this.hope(pending, { state: "kept" });
    this.attempt += 1;
    this.world.later(this.attempt);
  }
}

// Rows by number: fetched as they come into view, kept, and put back when the server refuses a change.

import { type Feed, ROWS_AT_ONCE, type Row } from "./feed.ts";

export class Rows {
  private readonly known = new Map<number, Row>();
  private readonly asked = new Map<number, Promise<void>>();

  constructor(
    private readonly feed: Pick<Feed, "rows">,
    /** Told of every arrival. */
    private readonly arrived: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get(id: number): Row | undefined {
    return this.known.get(id);
  }

  /** The rows known of some cases. */
  of(ids: readonly number[]): Row[] {
    return ids.map((id) => this.known.get(id)).filter((row): row is Row => row !== undefined);
  }

  /** Fetch what is missing, in as few questions as possible; what is on its way is waited for, not asked again. */
  async need(ids: readonly number[]): Promise<void> {
    const unknown = ids.filter((id) => !this.known.has(id));
    const coming = unknown.map((id) => this.asked.get(id)).filter((asked) => asked !== undefined);
    const missing = unknown.filter((id) => !this.asked.has(id));
    if (missing.length > 0) coming.push(this.fetch(missing));
    await Promise.all(coming);
  }

  /** Fetch rows anew, known or not. */
  async renew(ids: readonly number[]): Promise<void> {
    await this.fetch([...new Set(ids)]);
  }

  /** Put rows in place of what was known; returns what they replaced, to put back. */
  put(rows: readonly Row[]): Row[] {
    const before = this.of(rows.map((row) => row.id));
    for (const row of rows) this.known.set(row.id, row);
    return before;
  }

  /** Forget some rows: they are asked for again when they come into view. */
  drop(ids: readonly number[]): void {
    for (const id of ids) this.known.delete(id);
  }

  /** Forget everything but some rows: a newer list may tell other things of them. */
  forget(but: readonly number[] = []): void {
    const kept = this.of(but);
    this.known.clear();
    this.put(kept);
  }

  private fetch(ids: number[]): Promise<void> {
    const coming = this.bring(ids);
    for (const id of ids) this.asked.set(id, coming);
    return coming;
  }

  private async bring(ids: number[]): Promise<void> {
    try {
      const batches: number[][] = [];
      for (let n = 0; n < ids.length; n += ROWS_AT_ONCE) batches.push(ids.slice(n, n + ROWS_AT_ONCE));
      for (const rows of await Promise.all(batches.map((batch) => this.feed.rows(batch)))) this.put(rows);
      this.arrived();
    } catch (error) {
      this.failed(error);
    } finally {
      for (const id of ids) this.asked.delete(id);
    }
  }
}

// The list as numbers in order: where one stands, what comes next, what is ticked. Nothing here touches the page.

/** Keep the case a person works on where it is when a newer list has lost it: behind its nearest neighbour that stayed. */
export function merged(before: readonly number[], after: readonly number[], current: number | null): number[] {
  if (current === null || after.includes(current)) return [...after];
  const was = before.indexOf(current);
  if (was < 0) return [...after];
  const stays = new Set(after);
  for (let n = was - 1; n >= 0; n--) {
    const neighbour = before[n] as number;
    if (stays.has(neighbour)) {
      const at = after.indexOf(neighbour) + 1;
      return [...after.slice(0, at), current, ...after.slice(at)];
    }
  }
  return [current, ...after];
}

/** Which rows a scrolled box shows, with `spare` more on either side: from (included) to (excluded). */
export function inView(
  box: { scrollTop: number; height: number },
  rowHeight: number,
  count: number,
  spare = 6,
): { from: number; to: number } {
  const from = Math.max(0, Math.floor(box.scrollTop / rowHeight) - spare);
  const to = Math.min(count, Math.ceil((box.scrollTop + box.height) / rowHeight) + spare);
  return { from: Math.min(from, count), to: Math.max(to, Math.min(from, count)) };
}

/** How far to scroll so that a row is seen whole; the present place when it is already. */
export function scrolledTo(position: number, rowHeight: number, box: { scrollTop: number; height: number }): number {
  const top = position * rowHeight;
  if (top < box.scrollTop) return top;
  const below = top + rowHeight - box.height;
  return below > box.scrollTop ? below : box.scrollTop;
}

export class Ordering {
  ids: number[] = [];
  current: number | null = null;
  readonly ticked = new Set<number>();
  private needing = new Set<number>();
  private positions = new Map<number, number>();
  private anchor: number | null = null;

  /** Take a newer list; the current case keeps its place, ticks of cases that are gone fall. */
  take(ids: readonly number[], needing: readonly number[], keepCurrent: boolean): void {
    this.ids = keepCurrent ? merged(this.ids, ids, this.current) : [...ids];
    this.positions = new Map(this.ids.map((id, n) => [id, n]));
    this.needing = new Set(needing);
    for (const id of this.ticked) if (!this.positions.has(id)) this.ticked.delete(id);
    if (this.anchor !== null && !this.positions.has(this.anchor)) this.anchor = null;
    if (this.current !== null && !this.positions.has(this.current)) this.current = null;
  }

  /** Where a case stands, from 0; -1 when it is not in the list. */
  position(id: number | null): number {
    return id === null ? -1 : (this.positions.get(id) ?? -1);
  }

  has(id: number): boolean {
    return this.positions.has(id);
  }

  /** Go some rows on or back (infinitely: to the end), stopping at the ends; in from the nearer end when none was current. */
  step(by: number): number | null {
    if (this.ids.length === 0) return null;
    const now = this.position(this.current);
    const wanted = now >= 0 || !Number.isFinite(by) ? now + by : by < 0 ? this.ids.length - 1 : 0;
    this.current = this.ids[Math.max(0, Math.min(this.ids.length - 1, wanted))] as number;
    return this.current;
  }

  waits(id: number): boolean {
    return this.needing.has(id);
  }

  get waiting(): number {
    return this.needing.size;
  }

  /** Say that cases wait for nobody any more, or do again. */
  settle(ids: Iterable<number>, waits: boolean): void {
    for (const id of ids) {
      if (waits) this.needing.add(id);
      else this.needing.delete(id);
    }
  }

  /** The next case after the current one that waits for a person, from the top again at the end; null when none does. */
  nextWaiting(): number | null {
    const start = this.position(this.current);
    for (let n = 1; n <= this.ids.length; n++) {
      const id = this.ids[(start + n) % this.ids.length] as number;
      if (id !== this.current && this.needing.has(id)) return id;
    }
    return null;
  }

  /** Tick a case or take its tick away; the next range begins here. */
  toggle(id: number): void {
    if (!this.ticked.delete(id)) this.ticked.add(id);
    this.anchor = id;
  }

  /** Tick everything between the last one touched and `id`. */
  tickRange(id: number): void {
    const from = this.position(this.anchor ?? this.current ?? id);
    const to = this.position(id);
    if (from < 0 || to < 0) return this.toggle(id);
    for (let n = Math.min(from, to); n <= Math.max(from, to); n++) this.ticked.add(this.ids[n] as number);
  }

  tickAll(): void {
    for (const id of this.ids) this.ticked.add(id);
  }

  clearTicks(): void {
    this.ticked.clear();
    this.anchor = null;
  }

  /** Whom an action concerns: the ticked cases in the list's order, else the current one. */
  concerned(): number[] {
    if (this.ticked.size === 0) return this.current === null ? [] : [this.current];
    return this.ids.filter((id) => this.ticked.has(id));
  }
}

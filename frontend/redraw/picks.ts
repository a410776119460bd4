// Which units are picked and where they are to go. Kept for this plan in the browser, so that a page opened again stands
// where the last one stood.

import { keep, kept } from "../map/dom.ts";
import type { Selection } from "./editor.ts";

export class Picks implements Selection {
  private chosen = new Set<number>();
  private aimed: string | null = null;

  constructor(
    private readonly plan: string,
    private readonly changed: () => void,
  ) {}

  get units(): ReadonlySet<number> {
    return this.chosen;
  }

  get target(): string | null {
    return this.aimed;
  }

  pick(units: Iterable<number>, how: "replace" | "add" | "toggle" = "replace"): void {
    const before = this.chosen;
    const next = how === "replace" ? new Set<number>() : new Set(before);
    for (const unit of units) {
      if (how === "toggle" && next.has(unit)) next.delete(unit);
      else next.add(unit);
    }
    if (next.size === before.size && [...next].every((unit) => before.has(unit))) return;
    this.chosen = next;
    this.tell();
  }

  aim(code: string | null): void {
    if (code === this.aimed) return;
    this.aimed = code;
    this.tell();
  }

  clear(): void {
    this.pick([]);
  }

  /** Stand where the last page of this plan stood, as far as that is still there. */
  restore(unit: (number: number) => boolean, grid: (code: string) => boolean): void {
    const text = kept(this.name);
    if (!text) return;
    try {
      const { units, target } = JSON.parse(text) as { units: number[]; target: string | null };
      this.chosen = new Set(units.filter(unit));
      this.aimed = target !== null && grid(target) ? target : null;
    } catch {
      return;
    }
    this.changed();
  }

  /** Forget what is no longer there. */
  prune(unit: (number: number) => boolean, grid: (code: string) => boolean): void {
    const units = [...this.chosen].filter(unit);
    if (units.length !== this.chosen.size) this.pick(units);
    if (this.aimed !== null && !grid(this.aimed)) this.aim(null);
  }

  private tell(): void {
    keep(this.name, JSON.stringify({ units: [...this.chosen], target: this.aimed }));
    this.changed();
  }

  private get name(): string {
    return `redraw.${this.plan}`;
  }
}

// The list on the screen: as many rows as are in view, whatever the list holds; one tab stop, arrow keys inside
// (ARIA listbox: aria-activedescendant is the current case, aria-selected the ticked ones).

import { element } from "../map/dom.ts";
import { lengthWords, whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Row } from "./feed.ts";
import { type Ordering, inView, scrolledTo } from "./ordering.ts";
import type { Rows } from "./rows.ts";

export const ROW_PX = 66;

export interface ListActions {
  open(id: number): void;
  ticked(): void;
  /** Whether cases can be ticked. */
  ticking: boolean;
}

export class ListBox {
  readonly box = element("div", {
    id: "cases",
    role: "listbox",
    tabindex: "0",
    "aria-multiselectable": "true",
    "aria-label": t("问题清单"),
  });
  private readonly sheet = element("div", { class: "sheet-of-cases", role: "presentation" });
  private readonly drawn = new Map<number, { made: HTMLElement; from: Row | undefined; look: string }>();
  private waiting = 0;
  private height = 0;

  constructor(
    private readonly ordering: Ordering,
    private readonly rows: Rows,
    private readonly word: (list: string, value: string) => string,
    private readonly actions: ListActions,
  ) {
    if (!actions.ticking) {
      this.box.setAttribute("aria-multiselectable", "false");
      this.box.classList.add("only-read");
    }
    this.box.append(this.sheet);
    this.box.addEventListener("scroll", () => this.soon(), { passive: true });
    this.sheet.addEventListener("click", (event) => this.clicked(event));
    new ResizeObserver(() => this.resized()).observe(this.box);
  }

  /** Draw in the next frame: scrolling tells of itself more often than the screen can show. */
  soon(): void {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  draw(): void {
    const { ids, current } = this.ordering;
    this.sheet.style.height = `${ids.length * ROW_PX}px`;
    const view = inView({ scrollTop: this.box.scrollTop, height: this.box.clientHeight }, ROW_PX, ids.length);
    const shown = ids.slice(view.from, view.to);
    if (current !== null && !shown.includes(current)) shown.push(current);
    for (const [id, { made }] of this.drawn) {
      if (shown.includes(id)) continue;
      made.remove();
      this.drawn.delete(id);
    }
    for (const id of shown) this.drawOne(id);
    if (current === null) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", nameOf(current));
    void this.rows.need(shown);
  }

  /** Scroll so that the current case is seen whole. */
  reveal(): void {
    const position = this.ordering.position(this.ordering.current);
    if (position < 0) return;
    const box = { scrollTop: this.box.scrollTop, height: this.box.clientHeight };
    this.box.scrollTop = scrolledTo(position, ROW_PX, box);
    this.draw();
  }

  /** The panel below takes room when it fills: the current case must not slip under it. */
  private resized(): void {
    const position = this.ordering.position(this.ordering.current);
    const seen = position >= 0 && position * ROW_PX < this.box.scrollTop + this.height && (position + 1) * ROW_PX > this.box.scrollTop;
    this.height = this.box.clientHeight;
    if (seen) this.reveal();
    else this.draw();
  }

  /** Rows that a page key goes. */
  get pageful(): number {
    return Math.max(1, Math.floor(this.box.clientHeight / ROW_PX) - 1);
  }

  private drawOne(id: number): void {
    const row = this.rows.get(id);
    const position = this.ordering.position(id);
    const ticked = this.ordering.ticked.has(id);
    const look = [position, this.ordering.ids.length, ticked, this.ordering.current === id].join();
    const old = this.drawn.get(id);
    if (old && old.from === row && old.look === look) return;
    const made = this.option(id, row, ticked);
    made.setAttribute("aria-posinset", String(position + 1));
    made.setAttribute("aria-setsize", String(this.ordering.ids.length));
    made.style.transform = `translateY(${position * ROW_PX}px)`;
    if (old) old.made.replaceWith(made);
    else this.sheet.append(made);
    this.drawn.set(id, { made, from: row, look });
  }

  private option(id: number, row: Row | undefined, ticked: boolean): HTMLElement {
    const here = this.ordering.current === id;
    const made = element("div", {
      id: nameOf(id),
      role: "option",
      class: here ? "case here" : "case",
      "aria-selected": String(ticked),
      "data-id": id,
    });
    if (this.actions.ticking) made.append(element("span", { class: "tick", "aria-hidden": "true" }));
    if (!row) {
      made.append(element("span", { class: "name quiet" }, t("正在读取…")));
      return made;
    }
    made.append(
      element("span", { class: "name", title: titleOf(row) }, titleOf(row)),
      element("span", { class: "measures" }, measuresOf(row)),
      element("span", { class: "small", title: this.about(row) }, this.about(row)),
      this.marks(row),
    );
    return made;
  }

  private about(row: Row): string {
    const place = row.community_name || row.community_code;
    return [this.word("kind", row.kind), place, row.assigned_to].filter(Boolean).join(" · ");
  }

  private marks(row: Row): HTMLElement {
    const marks = element("span", { class: "marks" });
    const add = (look: string, words: string) => marks.append(element("span", { class: `mark ${look}` }, words), " ");
    add(row.clarity, this.word("clarity", row.clarity));
    if (row.novelty === "new") add("new", this.word("novelty", "new"));
    if (row.clarity_before) add("new", t("原为{before}", { before: this.word("clarity", row.clarity_before) }));
    if (row.state !== "found") add(`${row.state} state`, this.word("state", row.state));
    return marks;
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const id = Number(target.closest<HTMLElement>("[data-id]")?.dataset.id);
    if (!id) return;
    if (!this.actions.ticking) return this.actions.open(id);
    if (event.shiftKey) this.ordering.tickRange(id);
    else if (event.ctrlKey || event.metaKey || target.closest(".tick")) this.ordering.toggle(id);
    else return this.actions.open(id);
    this.actions.ticked();
  }
}

function nameOf(id: number): string {
  return `case-${id}`;
}

/** How a case is called: the main place's name, else its code. */
export function titleOf(row: Row): string {
  return row.names[0] || row.subjects[0] || String(row.id);
}

/** Width and households of a case in words. */
export function measuresOf(row: Row): string {
  const households = t("{n} 户", { n: whole(row.households) });
  return row.width_m ? t("宽 {width} · {households}", { width: lengthWords(row.width_m), households }) : households;
}

// An edit that is offered: a form beside the map that says what would be, line by line, before anything is made. The
// numbers and the map show the preview at the same time; Enter makes it, Esc takes it away.

import { button, element } from "../../map/dom.ts";
import { isAborted } from "../../map/http.ts";
import { t } from "../../map/words.ts";
import { Refused } from "../calls.ts";
import type { Delta, Edit, Editor, Outcome } from "../editor.ts";
import { isConcerned } from "../land.ts";

const REST_MS = 150;
const MOST_LINES = 8;

/** What would be made; `notes` tell what the page itself has done to it (a line drawn on to the border). */
export interface Asked {
  edits: Edit[];
  says: string;
  notes?: string[];
}

export interface OfferOptions {
  title: string;
  fields?: HTMLElement[];
  confirm: string;
  /** What would be made as the fields stand; words where something is missing still. */
  asked(): Asked | string;
  /** A simpler form to try when the server refuses the first one. */
  instead?(asked: Asked): Asked | null;
  /** The form goes: what was offered was made, or not. */
  done(made: boolean): void;
  /** Make it in another way than as edits of the plan. */
  make?(asked: Asked): Promise<Outcome>;
}

export class Offer {
  readonly box = element("form", { class: "offer side-panel", "aria-labelledby": "offer-title" });
  private readonly lines = element("ul", { class: "offer-says", "aria-live": "polite" });
  private readonly why = element("p", { class: "offer-why", role: "alert", hidden: true });
  private readonly yes: HTMLButtonElement;
  private asked: Asked | null = null;
  private resting = 0;
  private closed = false;
  private busy = false;
  private turn = 0;
  private wanted = "";

  constructor(
    private readonly editor: Editor,
    private readonly options: OfferOptions,
  ) {
    this.yes = element("button", { type: "submit" }, options.confirm);
    const no = button(t("取消"), () => this.close(), { class: "secondary outline" });
    this.box.append(
      element("h2", { id: "offer-title" }, options.title),
      ...(options.fields ?? []),
      this.why,
      this.lines,
      element("div", { class: "actions" }, this.yes, no),
    );
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.commit();
    });
    this.box.addEventListener("input", () => this.refresh());
    this.box.addEventListener("change", () => this.refresh());
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    editor.panel("choice").before(this.box);
    editor.openPanel("choice");
    this.refresh(0);
  }

  /** Put the hand on the first thing to decide; without fields the keys of the map go on. */
  focus(): void {
    (this.box.querySelector<HTMLElement>("input:checked, input, select") ?? this.yes).focus({ preventScroll: true });
  }

  /** Ask anew what would be. */
  refresh(restMs = REST_MS): void {
    const asked = this.options.asked();
    // Enter in a field changes it before it submits: what is asked already is not asked again.
    const wanted = JSON.stringify(asked);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    window.clearTimeout(this.resting);
    this.turn += 1;
    this.asked = null;
    this.yes.disabled = true;
    if (typeof asked === "string") {
      this.editor.show(null);
      this.tell(asked, null, []);
      return;
    }
    this.tell("", null, asked.notes ?? []);
    if (this.options.make && asked.edits.length === 0) {
      this.asked = asked;
      this.yes.disabled = false;
      return;
    }
    this.resting = window.setTimeout(() => void this.preview(asked, this.turn), restMs);
  }

  async commit(): Promise<void> {
    const { asked } = this;
    if (!asked || this.busy) return;
    this.busy = true;
    this.yes.disabled = true;
    try {
      const outcome = await (this.options.make?.(asked) ?? this.editor.commit(asked.edits, asked.says));
      if (outcome.state === "refused") this.tell(outcome.refusal.words, null, []);
      else this.end(true);
    } catch (error) {
      this.editor.trouble(error);
      this.yes.disabled = false;
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    this.end(false);
  }

  private end(made: boolean): void {
    if (this.closed) return;
    this.closed = true;
    window.clearTimeout(this.resting);
    const here = this.box.contains(document.activeElement);
    this.box.remove();
    if (!made) this.editor.show(null);
    if (here) this.editor.map.getTargetElement()?.focus({ preventScroll: true });
    this.options.done(made);
  }

  private async preview(asked: Asked, turn: number): Promise<void> {
    try {
      const delta = await this.editor.preview(asked.edits);
      if (this.closed || turn !== this.turn) return;
      this.shown(asked, delta);
    } catch (error) {
      if (this.closed || turn !== this.turn || isAborted(error)) return;
      const simpler = error instanceof Refused ? this.options.instead?.(asked) : null;
      if (simpler) return this.preview(simpler, turn);
      this.editor.show(null);
      if (!(error instanceof Refused)) return this.editor.trouble(error);
      this.tell(error.message, null, asked.notes ?? []);
      if (error.place) this.editor.refuse(error.refusal);
    }
  }

  private shown(asked: Asked, delta: Delta): void {
    if (changesNothing(delta)) {
      this.editor.show(null);
      return this.tell(t("这样不会改变任何网格：小区保持完整，线只能分开小区之间的土地。"), null, asked.notes ?? []);
    }
    this.editor.show(delta);
    this.asked = asked;
    this.yes.disabled = false;
    this.tell("", delta, asked.notes ?? []);
    this.box.dataset.state = "ready";
  }

  private tell(why: string, delta: Delta | null, notes: readonly string[]): void {
    this.box.dataset.state = why ? "refused" : "asking";
    this.why.textContent = why;
    this.why.hidden = !why;
    const says = delta ? linesOf(this.editor, delta) : [];
    const more = says.length > MOST_LINES ? [element("li", {}, t("还有 {n} 个网格", { n: says.length - MOST_LINES }))] : [];
    this.lines.replaceChildren(
      ...notes.map((words) => element("li", { class: "note" }, words)),
      ...says.slice(0, MOST_LINES).map((words) => element("li", {}, words)),
      ...more,
    );
  }
}

/** True when an edit would leave all land, names and codes as they are. */
export function changesNothing(delta: Delta): boolean {
  return delta.grids.length === 0 && delta.gone.length === 0 && delta.units.changed.length === 0;
}

/** The lines of the grids that the edit changes for people: not of those that only get a vertex in their border. */
function linesOf({ numbers }: Editor, delta: Delta): string[] {
  const beside = new Set(delta.grids.filter((grid) => !isConcerned(grid, numbers.get(grid.code), delta)).map(({ code }) => code));
  return delta.says.filter((line) => !beside.has(/\d{15}/.exec(line)?.[0] ?? ""));
}

export function nameOf(editor: Editor, code: string): string {
  if (code === "") return t("未划入网格");
  return editor.numbers.get(code)?.name || `…${code.slice(-3)}`;
}

/** A grid as an option of a list: name, end of its code, households. */
export function gridWords(editor: Editor, code: string): string {
  const numbers = editor.numbers.get(code);
  const name = numbers?.name ? `${numbers.name}（…${code.slice(-3)}）` : `…${code.slice(-3)}`;
  return numbers ? t("{name}，{n} 户", { name, n: numbers.households }) : name;
}

/** Codes of the grids that can be worked with, in their order. */
export function liveGrids(editor: Editor): string[] {
  return [...editor.numbers.values()].filter(({ code, retired }) => code !== "" && !retired).map(({ code }) => code);
}

export interface Select {
  field: HTMLElement;
  select: HTMLSelectElement;
}

export function selectOf(words: string, options: readonly [value: string, label: string][], value = ""): Select {
  const select = element("select", {}, ...options.map(([each, label]) => element("option", { value: each, selected: each === value }, label)));
  return { field: element("label", {}, words, select), select };
}

export function inputOf(words: string, attributes: Record<string, string | number | boolean> = {}): { field: HTMLElement; input: HTMLInputElement } {
  const input = element("input", { type: "text", autocomplete: "off", ...attributes });
  return { field: element("label", {}, words, input), input };
}

// One box for names, codes and coordinates: an ARIA combobox with a list. Names are searched on the server (pinyin as
// well), coordinates are read here, once for every frame that they could be in.

import { coordinateWords, readCoordinates } from "./coordinates.ts";
import { element } from "./dom.ts";
import type { LonLat, Zone } from "./frames.ts";
import { getJson, isAborted } from "./http.ts";
import { term } from "./terms.ts";
import type { Box, PlaceKind } from "./window.ts";
import { t } from "./words.ts";

export interface Found {
  kind: PlaceKind;
  code: string;
  district: string;
  name: string;
  within: string;
  bbox: Box | null;
  point: LonLat | null;
}

export interface SearchActions {
  goTo(found: Found): void;
  goToSpot(at: LonLat, words: string): void;
  trouble(error: unknown): void;
}

interface Choice {
  name: string;
  small: string;
  take: () => void;
}

const WAIT_MS = 160;
const LIMIT = 12;

export class Search {
  private readonly input: HTMLInputElement;
  private readonly list = element("ul", { id: "search-list", role: "listbox", "aria-label": t("查找结果"), hidden: true });
  private readonly told = element("span", { class: "unseen", role: "status" });
  private choices: Choice[] = [];
  private active = -1;
  private asking: AbortController | null = null;
  private timer = 0;
  /** Enter came before the answer: the first one is taken when it is there. */
  private hurried = false;

  constructor(
    box: HTMLElement,
    private readonly place: { api: string; district: string; zone: Zone },
    private readonly actions: SearchActions,
  ) {
    this.input = element("input", {
      id: "search",
      type: "search",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 200,
      placeholder: t("名称、拼音、编码或坐标"),
      "aria-label": t("查找地点或坐标"),
      "aria-controls": this.list.id,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
    });
    const form = element("form", { role: "search", id: "search-form" }, this.input, this.list, this.told);
    box.append(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.pending) this.hurried = true;
      else this.take(Math.max(this.active, 0));
    });
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => {
      if (this.choices.length) this.open(true);
    });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget as Node | null)) this.open(false);
    });
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private get pending(): boolean {
    return this.timer !== 0 || this.asking !== null;
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.asking?.abort();
    this.asking = null;
    this.hurried = false;
    const text = this.input.value.trim();
    if (!text) return this.show([]);
    const spots = this.spots(text);
    if (spots.length) return this.show(spots);
    this.timer = window.setTimeout(() => void this.ask(text), WAIT_MS);
  }

  private async ask(text: string): Promise<void> {
    this.timer = 0;
    const asking = new AbortController();
    this.asking = asking;
    const query = new URLSearchParams({ q: text, district: this.place.district, limit: String(LIMIT) });
    try {
      const { results, near } = await getJson<{ results: Found[]; near?: boolean }>(`${this.place.api}search/?${query}`, asking.signal);
      this.show(
        results.map((found) => ({
          name: found.name || found.code,
          small: [term("LayerKind", found.kind), found.within, found.code].filter(Boolean).join(" · "),
          take: () => this.actions.goTo(found),
        })),
        results.length ? "" : t("没有找到“{text}”。可输入名称的一部分、拼音、编码或坐标。", { text }),
        near ? t("没有完全相符的，以下名称相近") : "",
      );
    } catch (error) {
      if (!isAborted(error)) this.actions.trouble(error);
    } finally {
      if (this.asking === asking) this.asking = null;
    }
    if (this.hurried && !this.pending) this.take(0);
    if (!this.pending) this.hurried = false;
  }

  /** What the text could be as coordinates: as it says; plain degrees may also come from a phone's map. */
  private spots(text: string): Choice[] {
    const { zone } = this.place;
    const first = readCoordinates(text, zone);
    if (!first) return [];
    const frames = first.frameGuessed ? (["gcj02", "bd09"] as const) : [];
    const readings = [first, ...frames.map((frame) => readCoordinates(text, zone, frame)!)];
    return readings.map(({ place, taken }) => ({
      name: coordinateWords(place, "cgcs2000"),
      small: taken,
      take: () => this.actions.goToSpot(place, taken),
    }));
  }

  private show(choices: Choice[], nothing = "", remark = ""): void {
    this.choices = choices;
    const rows = choices.map(({ name, small }, index) => {
      const row = element(
        "li",
        { role: "option", id: `search-${index}`, "aria-selected": "false" },
        element("span", { class: "name" }, name),
        element("span", { class: "small" }, small),
      );
      row.addEventListener("pointerdown", (event) => event.preventDefault());
      row.addEventListener("click", () => this.take(index));
      return row;
    });
    if (remark) rows.unshift(element("li", { role: "presentation", class: "remark" }, remark));
    this.list.replaceChildren(...rows);
    this.told.textContent = choices.length ? t("{n} 条结果，用上下键选择", { n: choices.length }) + remark : nothing;
    this.told.classList.toggle("unseen", !nothing);
    this.mark(choices.length ? 0 : -1);
    this.open(choices.length > 0);
  }

  private open(open: boolean): void {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
    if (!open) this.told.classList.add("unseen");
  }

  private mark(index: number): void {
    this.active = index;
    const rows = this.list.querySelectorAll('[role="option"]');
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    const row = rows[index];
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.choices.length) {
      event.preventDefault();
      this.open(true);
      this.mark((this.active + step + this.choices.length) % this.choices.length);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.open(false);
    }
  }

  private take(index: number): void {
    const choice = this.choices[index];
    if (!choice) return;
    this.open(false);
    choice.take();
  }
}

// What narrows the list: words, order, the choices with their numbers; kept in the address as `list=`.

import { button, element } from "../map/dom.ts";
import { whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Offer } from "./feed.ts";

export const NAMES = ["change", "kind", "clarity", "state", "place", "whose", "search", "order"] as const;
const TYPING_MS = 300;

/** Read the filter from the page's address; what is no filter of ours is left out. */
export function filterOf(query: string): URLSearchParams {
  const told = new URLSearchParams(new URLSearchParams(query).get("list") ?? "");
  const filter = new URLSearchParams();
  for (const name of NAMES) {
    const value = told.get(name);
    if (value) filter.set(name, value.slice(0, 120));
  }
  return filter;
}

/** Return the page's address with the filter in it; what other rooms keep there stays. */
export function withFilter(query: string, filter: URLSearchParams): string {
  const whole = new URLSearchParams(query);
  if (filter.size > 0) whole.set("list", filter.toString());
  else whole.delete("list");
  return whole.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
}

/** How many filters but the order and the words are set. */
export function narrowing(filter: URLSearchParams): number {
  return [...filter.keys()].filter((name) => name !== "order" && name !== "search").length;
}

export class Filters {
  readonly top = element("div", { class: "find" });
  readonly more = element("details", { class: "filters" });
  private readonly summary = element("summary", {}, t("筛选"));
  private readonly body = element("div", { class: "choices" });
  private readonly search = element("input", { type: "search", maxlength: 200, placeholder: t("名称、拼音或编码"), "aria-label": t("名称、拼音或编码") });
  private readonly selects = new Map<string, HTMLSelectElement>();
  private timer = 0;

  constructor(
    /** Shared with the desk: changed in place, never replaced. */
    private readonly filter: URLSearchParams,
    private readonly changed: () => void,
  ) {
    this.search.value = filter.get("search") ?? "";
    this.search.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.set("search", this.search.value.trim()), TYPING_MS);
    });
    this.top.append(this.search, this.select("order", t("排序")));
    this.more.append(this.summary, this.body);
  }

  /** Show the choices and their numbers; a select that is in use stays the same element. */
  offer(offers: readonly Offer[]): void {
    for (const { name, label, chosen, options } of offers) {
      const select = this.selects.get(name) ?? this.labelled(name, label);
      select.replaceChildren(...options.map(([value, words, count]) => element("option", { value }, optionWords(words, count))));
      select.value = chosen;
    }
    this.summarise();
  }

  set(name: string, value: string): void {
    if ((this.filter.get(name) ?? "") === value) return;
    if (value) this.filter.set(name, value);
    else this.filter.delete(name);
    this.changed();
  }

  clear(): void {
    for (const name of NAMES) if (name !== "order") this.filter.delete(name);
    this.search.value = "";
    this.changed();
  }

  focus(): void {
    this.search.focus();
  }

  private summarise(): void {
    const count = narrowing(this.filter);
    const clear = button(t("清除筛选"), () => this.clear(), { class: "link" });
    this.summary.textContent = count ? t("筛选（已设 {count} 项）", { count }) : t("筛选");
    this.body.querySelector(".clear")?.remove();
    if (this.filter.size > (this.filter.has("order") ? 1 : 0)) this.body.append(element("p", { class: "clear" }, clear));
  }

  private labelled(name: string, label: string): HTMLSelectElement {
    const select = this.select(name, "");
    this.body.append(element("label", {}, label, select));
    return select;
  }

  private select(name: string, label: string): HTMLSelectElement {
    const select = element("select", { name, "aria-label": label || null });
    select.addEventListener("change", () => this.set(name, select.value));
    this.selects.set(name, select);
    return select;
  }
}

function optionWords(words: string, count: number | null): string {
  return count === null ? words : `${words}（${whole(count)}）`;
}

// Small lists of places: a heading with a count, rows that go to their place on the map.

import { button, element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { Editor, Place } from "./editor.ts";

const MOST_ROWS = 60;
const CLOSE_UP = 17;

export interface Row {
  words: string;
  /** Where it is; several are shown together. */
  places: Place[];
  /** Done besides going there. */
  also?(): void;
}

/** A list under a heading; nothing at all where there are no rows. */
export function listOf(editor: Editor, title: string, rows: readonly Row[], manner = ""): HTMLElement[] {
  if (rows.length === 0) return [];
  const items = rows.slice(0, MOST_ROWS).map((row) => element("li", {}, rowButton(editor, row)));
  if (rows.length > MOST_ROWS) items.push(element("li", { class: "small" }, t("还有 {n} 条", { n: rows.length - MOST_ROWS })));
  return [element("h3", { class: manner || null }, `${title} `, element("span", { class: "count" }, String(rows.length))), element("ul", { class: "place-rows" }, ...items)];
}

export function rowButton(editor: Editor, row: Row): HTMLElement {
  if (row.places.length === 0 && !row.also) return element("span", { class: "place-row" }, row.words);
  return button(row.words, () => go(editor, row), { class: "place-row", title: t("移到这里") });
}

export function go(editor: Editor, row: Row): void {
  if (row.places.length > 0) editor.zoomTo(row.places, CLOSE_UP);
  row.also?.();
}

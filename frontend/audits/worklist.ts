// The worklist beside the map: what stands, filtered and in order, to be worked through with one hand or by keyboard.

import { button, element, narrow } from "../map/dom.ts";
import { dateWords } from "../map/formats.ts";
import { wordsOf } from "../map/http.ts";
import { readShown } from "../map/permalink.ts";
import type { MapWindow, PageConfig } from "../map/window.ts";
import { t } from "../map/words.ts";
import { Desk } from "./desk.ts";
import { showKeys } from "./dialogs.ts";
import { Feed } from "./feed.ts";

const CATCH_UP_MS = 60_000;

/** Fill the aside with the worklist and keep it in step with the map. */
export async function mountWorklist(aside: HTMLElement, map: MapWindow, config: PageConfig): Promise<void> {
  const { finding } = readShown(location.search);
  const feed = new Feed({ api: config.urls.api, worklist: config.urls.worklist, district: config.district.code });
  aside.classList.add("worklist");
  aside.replaceChildren(element("p", { class: "nothing", role: "status" }, t("正在读取清单…")));
  try {
    const desk = new Desk(map, config, feed, await feed.start());
    furnish(aside, desk, config, map);
    listen(aside, desk, map);
    await desk.reload(false);
    if (finding !== null) await desk.picked(finding);
  } catch (error) {
    const again = button(t("重新读取"), () => void mountWorklist(aside, map, config), { class: "secondary outline" });
    aside.replaceChildren(element("div", { class: "nothing", role: "alert" }, element("p", {}, wordsOf(error)), again));
  }
}

function furnish(aside: HTMLElement, desk: Desk, config: PageConfig, map: MapWindow): void {
  const list = element("a", { href: `${config.urls.worklist}?district=${config.district.code}` }, t("表格"));
  const help = button("?", () => showKeys(desk.start.may), { class: "help", "aria-label": t("清单的按键"), "aria-keyshortcuts": "?" });
  const head = element("header", {}, element("h2", {}, t("问题清单")), desk.count, desk.files, list, help);
  desk.filters.more.open = !narrow() && window.innerHeight >= 1000;
  aside.replaceChildren(
    head,
    oldDay(map, config.language),
    desk.news.box,
    desk.filters.top,
    desk.filters.more,
    desk.empty,
    desk.list.box,
    desk.panel.box,
    desk.acts.box,
    desk.told,
  );
}

/** The line that says of which day the list is, while the map shows another one. */
function oldDay(map: MapWindow, language: string): HTMLElement {
  const line = element("p", { class: "old-day small", role: "status" });
  const show = (asOf: string | null) => {
    line.hidden = asOf === null;
    line.textContent = asOf ? t("清单是今天的；地图显示的是 {day} 的情况。", { day: dateWords(asOf, language) }) : "";
  };
  show(map.asOf);
  map.onAsOf(show);
  return line;
}

function listen(aside: HTMLElement, desk: Desk, map: MapWindow): void {
  aside.addEventListener("keydown", (event) => {
    if (pressed(event, desk, map)) event.preventDefault();
  });
  map.onPick((pick) => {
    if (pick.kind === "finding" && pick.findingId !== undefined) void desk.picked(pick.findingId);
  });
  const catchUp = () => {
    if (!document.hidden && aside.isConnected) void desk.catchUp();
  };
  document.addEventListener("visibilitychange", catchUp);
  window.setInterval(catchUp, CATCH_UP_MS);
}

/** Do what a key asks for; returns whether it meant anything here. */
function pressed(event: KeyboardEvent, desk: Desk, map: MapWindow): boolean {
  const target = event.target as HTMLElement;
  const inList = target === desk.list.box;
  if (event.key === "Escape") return escape(target, desk, map);
  if (target.closest("input, select, textarea, dialog, summary")) return false;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && inList) return did(() => desk.tickAll());
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (inList && key in INSIDE) return did(() => INSIDE[key]?.(desk, event.shiftKey));
  const act = ANYWHERE[key];
  return act ? did(() => act(desk)) : false;
}

function did(act: () => void): boolean {
  act();
  return true;
}

/** Out of a field into the list, then off the ticks, then back to the map. */
function escape(target: HTMLElement, desk: Desk, map: MapWindow): boolean {
  if (target.closest("dialog")) return false;
  if (target !== desk.list.box && !desk.list.box.hidden) desk.list.box.focus();
  else if (desk.ordering.ticked.size > 0) desk.untick();
  else map.map.getTargetElement()?.focus();
  return true;
}

/** Keys of the list itself. */
const INSIDE: Record<string, (desk: Desk, shift: boolean) => void> = {
  ArrowDown: (desk, shift) => (shift ? desk.extend(1) : desk.step(1)),
  ArrowUp: (desk, shift) => (shift ? desk.extend(-1) : desk.step(-1)),
  PageDown: (desk) => desk.step(desk.list.pageful),
  PageUp: (desk) => desk.step(-desk.list.pageful),
  Home: (desk) => desk.step(-Infinity),
  End: (desk) => desk.step(Infinity),
  Enter: (desk) => desk.nearer(),
  " ": (desk, shift) => desk.toggleCurrent(shift),
};

/** Keys of the whole panel. */
const ANYWHERE: Record<string, (desk: Desk) => void> = {
  j: (desk) => desk.step(1),
  k: (desk) => desk.step(-1),
  n: (desk) => void desk.goToNext(),
  t: (desk) => void desk.changing.act("triage"),
  s: (desk) => void desk.changing.act("move"),
  a: (desk) => void desk.changing.act("assign"),
  m: (desk) => void desk.changing.act("note"),
  e: (desk) => void desk.changing.act("except"),
  "/": (desk) => desk.filters.focus(),
  "?": (desk) => showKeys(desk.start.may),
  "？": (desk) => showKeys(desk.start.may),
};

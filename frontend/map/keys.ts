// Keys that work while the map has the focus (a single letter must do nothing while somebody types elsewhere), names
// under the pointer, and a finger held down.

import { element } from "./dom.ts";
import type { LiveMap } from "./live.ts";

export function listenToKeys(live: LiveMap): void {
  const actions: Record<string, () => void> = {
    Enter: () => live.pickMiddle(),
    "/": () => live.search.focus(),
    "0": () => live.fitDistrict(),
    l: () => live.toggleLayers(),
    m: () => live.measuring.toggle("length"),
    a: () => live.measuring.toggle("area"),
    Escape: () => live.card.close(),
    "?": () => live.frame.openHelp(),
    "？": () => live.frame.openHelp(),
  };
  live.frame.map.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== live.frame.map) return;
    if (event.key === "Enter" && live.measuring.active) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  live.frame.map.append(element("div", { class: "middle", "aria-hidden": "true" }));
}

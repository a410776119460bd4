// Names under a mouse, and a finger held down (which iOS does not report as a context menu).

import type OlMap from "ol/Map.js";

import { element } from "./dom.ts";
import type { Pick } from "./window.ts";

const HELD_MS = 550;
const STILL_PX = 8;

/** Write the name of what lies under a mouse beside it. */
export function nameOnHover(map: OlMap, picks: (pixel: number[]) => Pick[], words: (pick: Pick) => string): void {
  const tip = element("div", { class: "tip", "aria-hidden": "true", hidden: true });
  map.getViewport()!.append(tip);
  let asked = 0;
  const hide = () => {
    tip.hidden = true;
    map.getTargetElement()!.style.cursor = "";
  };
  map.on("pointermove", (event) => {
    if ((event.originalEvent as PointerEvent).pointerType !== "mouse" || event.dragging) return hide();
    if (asked) cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      asked = 0;
      const [first] = picks(event.pixel);
      if (!first) return hide();
      const [x = 0, y = 0] = event.pixel;
      tip.textContent = words(first);
      tip.style.transform = `translate(${Math.round(x) + 14}px, ${Math.round(y) + 14}px)`;
      tip.hidden = false;
      map.getTargetElement()!.style.cursor = "pointer";
    });
  });
  map.getViewport()!.addEventListener("pointerleave", hide);
  map.on(["movestart", "click"], hide);
}

/** Call `held` where a finger rests. A browser that makes a context menu of it is not asked twice. */
export function onHeld(map: OlMap, held: (coordinate: number[]) => void): void {
  const viewport = map.getViewport()!;
  let timer = 0;
  let from: [number, number] = [0, 0];
  const stop = () => window.clearTimeout(timer);
  viewport.addEventListener("pointerdown", (event) => {
    stop();
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = [event.clientX, event.clientY];
    timer = window.setTimeout(() => held(map.getEventCoordinate(event)), HELD_MS);
  });
  viewport.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > STILL_PX) stop();
  });
  for (const end of ["pointerup", "pointercancel", "contextmenu", "wheel"]) viewport.addEventListener(end, stop);
}

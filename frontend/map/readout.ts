// The line below the map: coordinates under the pointer (of the middle where there is none), in the frame chosen.

import type OlMap from "ol/Map.js";
import { toLonLat } from "ol/proj.js";

import { coordinateWords, frameName } from "./coordinates.ts";
import { element, keep, kept } from "./dom.ts";
import { type Frame, type LonLat, type Zone, fromDegrees } from "./frames.ts";
import { t } from "./words.ts";

const FRAMES: Frame[] = ["cgcs2000", "zone", "gcj02"];

export function fillReadout(box: HTMLElement, map: OlMap, zone: Zone, note: string): void {
  const frames = element("select", { "aria-label": t("坐标系") });
  for (const frame of FRAMES) frames.append(new Option(frame === "cgcs2000" ? "CGCS2000 (EPSG:4490)" : frameName(frame, zone), frame));
  const remembered = kept("frame") as Frame | null;
  if (remembered && FRAMES.includes(remembered)) frames.value = remembered;
  const words = element("output", { "aria-label": t("指针处坐标"), "aria-live": "off" });
  box.append(frames, words, element("span", { class: "imprint" }, note));

  let at: number[] | undefined;
  const write = () => {
    const place = at ?? map.getView().getCenter();
    if (place) words.textContent = coordinateWords(fromDegrees(toLonLat(place) as LonLat, frames.value as Frame, zone), frames.value as Frame);
  };
  frames.addEventListener("change", () => {
    keep("frame", frames.value);
    write();
  });
  let asked = 0;
  map.on("pointermove", (event) => {
    at = event.coordinate;
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      write();
    });
  });
  map.getViewport()!.addEventListener("pointerleave", () => {
    at = undefined;
    write();
  });
  map.on("moveend", write);
  write();
}

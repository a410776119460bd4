// What every style shares: colours (those of the take-away map), text with a halo, and a memory of styles made.

import type { FeatureLike } from "ol/Feature.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text, { type Options as TextOptions } from "ol/style/Text.js";

export const INK = "#1d2733";
export const CROSSED = "#a63d00";
export const CUT = "#2b0a3d";
export const CHOSEN = "#0b3d91";
export const PAPER = "#ffffff";

const FAMILY = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';

/** Draws nothing and still is hit: the inside of an outline. */
export const INSIDE = new Fill({ color: "rgba(0, 0, 0, 0)" });

/** Styles of one map layer: of a feature, at a zoom. Nothing: the feature is not drawn. */
export type Styling = (feature: FeatureLike, zoom: number) => Style | Style[] | undefined;

const WHOLE_WORLD_M_A_PIXEL = 156543.03392804097;

export function zoomOf(resolution: number): number {
  return Math.log2(WHOLE_WORLD_M_A_PIXEL / resolution);
}

/** Return a text property of a feature, "" when there is none. */
export function textOf(feature: FeatureLike, name: string): string {
  const value: unknown = feature.get(name);
  return value === undefined || value === null ? "" : String(value);
}

export function numberOf(feature: FeatureLike, name: string): number | null {
  const value: unknown = feature.get(name);
  return typeof value === "number" ? value : null;
}

/** Return a function that makes the thing of a key once. */
export function remembered<Thing>(make: (key: string) => Thing): (key: string) => Thing {
  const made = new Map<string, Thing>();
  return (key) => {
    let thing = made.get(key);
    if (thing === undefined) {
      if (made.size > 5_000) made.clear();
      thing = make(key);
      made.set(key, thing);
    }
    return thing;
  };
}

/** What of a name is written on the map: a longer one would cover the map, and card and list have it whole. */
export function brief(name: string): string {
  const signs = Array.from(name);
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST - 1).join("")}…` : name;
}

const LONGEST = 16;

export interface LabelLook {
  size: number;
  weight?: number;
  color: string;
  halo?: number;
  offsetY?: number;
  /** White box behind: figures that belong to what lies below. */
  boxed?: boolean;
}

/** Return a style that writes `text` at a point, with a halo so that it reads on every ground. */
export function label(text: string, look: LabelLook, more: Partial<TextOptions> = {}): Style {
  const { size, weight = 400, color, halo = 3, offsetY = 0, boxed = false } = look;
  return new Style({
    text: new Text({
      text,
      font: `${weight} ${size}px ${FAMILY}`,
      fill: new Fill({ color }),
      offsetY,
      overflow: true,
      padding: [2, 3, 2, 3],
      ...(boxed
        ? { backgroundFill: new Fill({ color: "rgba(255, 255, 255, 0.9)" }) }
        : { stroke: new Stroke({ color: "rgba(255, 255, 255, 0.92)", width: halo }) }),
      ...more,
    }),
  });
}

/** Grow linearly from one zoom to another. */
export function between(zoom: number, [fromZoom, from]: [number, number], [toZoom, to]: [number, number]): number {
  const share = Math.min(Math.max((zoom - fromZoom) / (toZoom - fromZoom), 0), 1);
  return from + share * (to - from);
}

/** Zoom in halves: styles are made anew at every half step, not at every pixel. */
export function half(zoom: number): number {
  return Math.round(zoom * 2) / 2;
}

// What the server tells the pages of plans (json_script "plan-config"; gis/web/plan_page.py, gis/web/plan_compare.py).

import type { TileIndex } from "../map/tiles.ts";
import { required } from "../map/dom.ts";

export type Place = [lon: number, lat: number];

/** A finding that the plan mends, leaves or brings. */
export interface Mark {
  what: "resolved" | "known" | "new";
  name: string;
  place: Place;
}

/** A remark on a place. */
export interface Pin {
  number: number;
  text: string;
  by: string;
  place: Place;
  resolved: boolean;
}

export interface PlanConfig {
  district: { code: string; name: string };
  /** Address of the land of both sides. */
  land: string;
  /** How the sides are called. */
  left: string;
  right: string;
  marks: Mark[];
  pins: Pin[];
  urls: { tiles: string };
  /** Which tiles there are today. */
  index: TileIndex | null;
}

export function readConfig(): PlanConfig {
  return JSON.parse(required("plan-config").textContent ?? "{}") as PlanConfig;
}

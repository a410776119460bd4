// What the rooms around the map (worklist, import) may ask of it. `openWindow` in open.ts makes one.

import type OlMap from "ol/Map.js";

import type { TileIndex } from "./tiles.ts";

/** A GeoJSON geometry (RFC 7946), longitude first. */
export interface Geometry {
  type: string;
  coordinates: unknown;
}

/** West, south, east, north in degrees. */
export type Box = [west: number, south: number, east: number, north: number];

export type PlaceKind =
  | "district"
  | "street"
  | "community"
  | "grid"
  | "compound"
  | "building"
  | "station"
  | "office"
  | "road";

/** What a person clicked: a place, or a finding (then `code` is its first subject). */
export interface Pick {
  kind: PlaceKind | "finding";
  code: string;
  name: string;
  findingId?: number;
}

/** One part of a finding: which grid (or community) it falls to, how wide, how many households. */
export interface FindingPiece {
  code: string;
  name?: string;
  geometry: Geometry | null;
  width_m: number | null;
  households: number | null;
  material?: boolean;
}

/** A finding as the map draws it: its place, the line that cuts it, the parts with widths. Degrees, longitude first. */
export interface FindingShown {
  id: number;
  kind: string;
  clarity: string;
  place: Geometry | null;
  cut: Geometry | null;
  pieces: FindingPiece[];
  bbox?: Box | null;
}

export interface ZoomOptions {
  /** Never closer than this (17 unless given). */
  maxZoom?: number;
}

export interface MapWindow {
  readonly map: OlMap;
  /** Code of the district shown. */
  readonly district: string;
  /** The day shown as ISO date, null for today. */
  readonly asOf: string | null;
  /** Go to a box, clear of the panels that lie over the map. */
  zoomTo(bbox: Box, options?: ZoomOptions): void;
  /** Draw a finding over everything: place, cut line, parts with width labels; null takes it away. */
  showFinding(finding: FindingShown | null): void;
  /** Open the card of a place: `key` is its code, for kinds with own codes `<district>:<code>`. */
  showCard(kind: PlaceKind, key: string): void;
  /** Hear of every click on a place or finding; call the result to stop. */
  onPick(listener: (pick: Pick) => void): () => void;
  /** Hear when another day is shown (null: today); call the result to stop. */
  onAsOf(listener: (asOf: string | null) => void): () => void;
  /** Ask what changed and draw it. */
  refresh(): Promise<void>;
  /** Tell the person something: a line over the map that goes away by itself, an error stays until closed. */
  say(message: string, manner?: "info" | "error"): void;
}

/** What the server tells the page (json_script "map-config"). */
export interface PageConfig {
  district: { code: string; name: string };
  districts: { code: string; name: string }[];
  today: string;
  username: string;
  language: string;
  /** Addresses, each ending in "/". */
  urls: { api: string; tiles: string; signIn: string; findings: string; worklist: string; map: string };
  /** The metric frame of the district: measures are taken in it. */
  zone: { epsg: number; definition: string };
  baseMaps: BaseMapConfig[];
  /** 审图号 or 内部使用: printed on every picture of the map. */
  note: string;
  may: Record<string, boolean>;
  /** The field's words: list → value → label (see terms.ts). */
  terms: Record<string, Record<string, string>>;
  /** Which tiles there are on the day in the address; null where that is no day: ask. */
  index: TileIndex | null;
}

export interface BaseMapConfig {
  id: string;
  name: string;
  /** Addresses of tiles with {z} {x} {y}, the ground first; none for the plain background. */
  layers: string[];
  attribution: string;
  maxZoom: number;
}

// The address of what is shown: place, zoom, layers, ground, day, selection. In the query, not behind "#": so it
// survives signing in, and messengers that cut the rest. What the address does not name stands at its default.

import type { PlaceKind } from "./window.ts";

export interface Shown {
  /** Middle and zoom; null: the whole district. */
  at: { lat: number; lon: number; zoom: number } | null;
  /** Layers switched on; null: the usual ones. */
  layers: string[] | null;
  /** Ground map; null: the first of the list. */
  ground: string | null;
  /** ISO day; null: today. */
  asOf: string | null;
  place: { kind: PlaceKind; key: string } | null;
  finding: number | null;
}

export const NOTHING: Shown = { at: null, layers: null, ground: null, asOf: null, place: null, finding: null };

const KINDS = ["district", "street", "community", "grid", "compound", "building", "station", "office", "road"];
const OURS = ["at", "layers", "ground", "as_of", "place", "finding"];
const NONE = "none";

/** Read an address's query; whatever is no sense in it counts as not there. */
export function readShown(query: string): Shown {
  const asked = new URLSearchParams(query);
  const layers = asked.get("layers");
  const finding = asked.get("finding") ?? "";
  return {
    at: readAt(asked.get("at") ?? ""),
    layers: layers === null ? null : layers.split(",").filter((id) => /^[\w-]{1,40}$/.test(id) && id !== NONE),
    ground: /^[\w-]{1,40}$/.exec(asked.get("ground") ?? "")?.[0] ?? null,
    asOf: readDay(asked.get("as_of") ?? ""),
    place: readPlace(asked.get("place") ?? ""),
    finding: /^\d{1,15}$/.test(finding) ? Number(finding) : null,
  };
}

/** Return `query` with what is shown in it; what other rooms keep there stays. */
export function writeShown(shown: Shown, query: string): string {
  const asked = new URLSearchParams(query);
  for (const name of OURS) asked.delete(name);
  const { at, layers } = shown;
  if (at) asked.set("at", [at.lat.toFixed(5), at.lon.toFixed(5), trimmed(at.zoom)].join(","));
  if (layers) asked.set("layers", layers.join(",") || NONE);
  if (shown.ground) asked.set("ground", shown.ground);
  if (shown.asOf) asked.set("as_of", shown.asOf);
  if (shown.place) asked.set("place", `${shown.place.kind}:${shown.place.key}`);
  if (shown.finding !== null) asked.set("finding", String(shown.finding));
  // Commas and colons are allowed in a query and far easier to read than %2C.
  return asked.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
}

function trimmed(zoom: number): string {
  return String(Math.round(zoom * 100) / 100);
}

function readAt(text: string): Shown["at"] {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [lat, lon, zoom] = parts;
  if (parts.length !== 3 || lat === undefined || lon === undefined || zoom === undefined) return null;
  const sound = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 24;
  return sound ? { lat, lon, zoom } : null;
}

/** A day that is in the calendar, as ISO date. */
export function readDay(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text ? null : text;
}

function readPlace(text: string): Shown["place"] {
  const [kind = "", ...rest] = text.split(":");
  const key = rest.join(":");
  return KINDS.includes(kind) && key !== "" && key.length <= 120 ? { kind: kind as PlaceKind, key } : null;
}

// What lies under the pointer: from the tiles drawn, without asking the server.

import type { FeatureLike } from "ol/Feature.js";
import type OlMap from "ol/Map.js";

import type { LayerTree } from "./layers.ts";
import { textOf } from "./styles/common.ts";
import type { Pick, PlaceKind } from "./window.ts";

// What a click most likely means, first: small things before the land they stand on.
const ORDER = ["finding", "station", "office", "compound", "building", "grid", "community", "street", "district", "road"];
/** Of these only the finger's width counts; land is hit exactly. */
const THIN = new Set(["station", "office", "road"]);
const OWN_CODES = new Set<string>(["compound", "building", "station", "office", "road"]);

const REACH_PX = 5;
const TOUCH_REACH_PX = 14;

/** Key of a place in addresses: its code, for kinds with own codes with the district's before it. */
export function keyOf(kind: PlaceKind, code: string, district: string): string {
  return OWN_CODES.has(kind) ? `${district}:${code}` : code;
}

/** Return everything at a pixel, the likeliest first, each once. */
export function picksAt(map: OlMap, tree: LayerTree, pixel: number[], touch = false): Pick[] {
  const found = new Map<string, { pick: Pick; rank: number }>();
  const note = (feature: FeatureLike) => {
    const pick = pickOf(feature);
    const id = `${pick.kind} ${pick.findingId ?? pick.code}`;
    if (!found.has(id)) found.set(id, { pick, rank: rankOf(feature) });
  };
  const layerFilter = (layer: unknown) => tree.owns(layer);
  map.forEachFeatureAtPixel(pixel, note, { layerFilter, hitTolerance: 0 });
  const thin = (feature: FeatureLike) => {
    const kind = layerOf(feature);
    if (THIN.has(kind) || isMark(feature)) note(feature);
  };
  map.forEachFeatureAtPixel(pixel, thin, { layerFilter, hitTolerance: touch ? TOUCH_REACH_PX : REACH_PX });
  return [...found.values()].sort((one, other) => one.rank - other.rank).map(({ pick }) => pick);
}

function layerOf(feature: FeatureLike): string {
  return textOf(feature, "layer").replace(/_(label|cut)$/, "");
}

function isMark(feature: FeatureLike): boolean {
  return textOf(feature, "layer") === "finding_label" || textOf(feature, "layer") === "finding_cut";
}

function rankOf(feature: FeatureLike): number {
  const rank = ORDER.indexOf(layerOf(feature));
  // A finding's own land covers whole compounds: the compound answers; its mark and cut line mean the finding itself.
  if (textOf(feature, "layer") === "finding") return ORDER.indexOf("compound") + 0.5;
  // A compound that is crossed is told by its card as well; a building on it is the smaller thing.
  return rank < 0 ? ORDER.length : rank;
}

function pickOf(feature: FeatureLike): Pick {
  const kind = layerOf(feature) as Pick["kind"];
  const code = textOf(feature, "code");
  const pick: Pick = { kind, code, name: textOf(feature, "name") || code };
  if (kind !== "finding") return pick;
  return { ...pick, findingId: Number(feature.get("id") ?? feature.getId()) };
}

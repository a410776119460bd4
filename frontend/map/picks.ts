// What lies under the pointer: from the tiles drawn, without asking the server.

import type { FeatureLike } from "ol/Feature.js";
import type OlMap from "ol/Map.js";
import type RenderFeature from "ol/render/Feature.js";

import { hits } from "./hits.ts";
import type { LayerTree } from "./layers.ts";
import { textOf } from "./styles/drawing.ts";
import type { Pick, PlaceKind } from "./window.ts";

// What a click most likely means, first: small things before the land they stand on.
const ORDER = ["finding", "station", "office", "compound", "building", "grid", "community", "street", "district", "road"];
const OWN_CODES = new Set<string>(["compound", "building", "station", "office", "road"]);

const REACH_PX = 7;
const TOUCH_REACH_PX = 18;

/** Key of a place in addresses: its code, for kinds with own codes with the district's before it. */
export function keyOf(kind: PlaceKind, code: string, district: string): string {
  return OWN_CODES.has(kind) ? `${district}:${code}` : code;
}

/** Return everything at a pixel, the likeliest first, each once. */
export function picksAt(map: OlMap, tree: LayerTree, pixel: number[], touch = false): Pick[] {
  const at = map.getCoordinateFromPixel(pixel);
  const reach = (touch ? TOUCH_REACH_PX : REACH_PX) * (map.getView().getResolution() ?? 1);
  const found = new Map<string, { pick: Pick; rank: number }>();
  if (!at) return [];
  const [x = 0, y = 0] = at;
  for (const feature of tree.drawnNear([x - reach, y - reach, x + reach, y + reach])) {
    if (isWriting(feature) || !hits(flatOf(feature), x, y, reach)) continue;
    const pick = pickOf(feature);
    const id = `${pick.kind} ${pick.findingId ?? pick.code}`;
    const rank = rankOf(feature);
    if ((found.get(id)?.rank ?? Number.POSITIVE_INFINITY) > rank) found.set(id, { pick, rank });
  }
  return [...found.values()].sort((one, other) => one.rank - other.rank).map(({ pick }) => pick);
}

function flatOf(feature: FeatureLike): Parameters<typeof hits>[0] {
  const shape = feature as RenderFeature;
  return { type: shape.getType(), coordinates: shape.getFlatCoordinates(), ends: shape.getEnds() };
}

function layerOf(feature: FeatureLike): string {
  return textOf(feature, "layer").replace(/_(label|cut)$/, "");
}

/** The point of a name says where the name stands, not what lies there; only a finding's bears its mark. */
function isWriting(feature: FeatureLike): boolean {
  const layer = textOf(feature, "layer");
  return layer.endsWith("_label") && layer !== "finding_label";
}

function rankOf(feature: FeatureLike): number {
  // A finding's own land covers whole compounds: the compound answers; its mark and cut line mean the finding itself.
  if (textOf(feature, "layer") === "finding") return ORDER.indexOf("compound") + 0.5;
  const rank = ORDER.indexOf(layerOf(feature));
  return rank < 0 ? ORDER.length : rank;
}

function pickOf(feature: FeatureLike): Pick {
  const kind = layerOf(feature) as Pick["kind"];
  const code = textOf(feature, "code");
  const pick: Pick = { kind, code, name: textOf(feature, "name") || code };
  return kind === "finding" ? { ...pick, findingId: Number(feature.getId()) } : pick;
}

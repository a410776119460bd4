// The map of an import: what the file holds, or what would be added, changed, retired and refused, over the layer that
// stands. A row of the report shows its place; a place on the map shows its row.

import type Feature from "ol/Feature.js";
import type OlMap from "ol/Map.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorSource from "ol/source/Vector.js";

import { getJson, wordsOf } from "../map/http.ts";
import { addGeoJson, featuresOf, makeMap, showBox } from "../map/make.ts";
import { Tiles, tileIndex } from "../map/tiles.ts";
import type { Box } from "../map/window.ts";
import { t } from "../map/words.ts";
import { CHOSEN, STANDING, inkOf } from "./inks.ts";

interface Drawing {
  bbox: Box | null;
  features: object[];
}

const ROOM_DEG = 0.0004;

export async function draw(target: HTMLElement): Promise<void> {
  let drawing: Drawing;
  try {
    drawing = await getJson<Drawing>(target.dataset.shapes!);
  } catch (error) {
    target.textContent = wordsOf(error);
    return;
  }
  if (!drawing.bbox) {
    target.textContent = t("没有可以画出的图形。");
    target.classList.add("blank");
    return;
  }
  const map = makeMap(target, { bounds: drawing.bbox, label: target.dataset.label ?? "" });
  addGeoJson(map, { type: "FeatureCollection", features: drawing.features }, (feature) =>
    inkOf(String(feature.get("status") ?? "")),
  );
  const chosen = new VectorLayer({ source: new VectorSource(), style: CHOSEN, zIndex: 40 });
  map.addLayer(chosen);
  showRows(map, chosen, drawing);
  if (target.dataset.district) void standing(map, target.dataset);
  map.once("rendercomplete", () => (target.dataset.drawn = "complete"));
}

/** Draw the layer that is in force already, thinly, below. */
async function standing(map: OlMap, told: DOMStringMap): Promise<void> {
  const district = told.district ?? "";
  const layers = new Set([told.kind ?? "", "community"]);
  try {
    const index = await tileIndex("/tiles/", district, null);
    const tiles = new Tiles({ url: "/tiles/", district, asOf: null }, index);
    for (const layer of layers) {
      if (!tiles.has(layer)) continue;
      const source = tiles.sourceOf(layer, layer);
      map.addLayer(new VectorTileLayer({ source, style: STANDING, zIndex: 10, minZoom: index.layers[layer]!.minzoom - 1 }));
    }
  } catch {
    // Only a ground to compare with: the drawing says everything without it.
  }
}

function showRows(map: OlMap, chosen: VectorLayer<VectorSource>, drawing: Drawing): void {
  const rows = Array.from(document.querySelectorAll<HTMLElement>("#report-rows tr[data-bbox]"));
  if (!rows.length) return;
  const byCode = new Map<string, object[]>();
  for (const feature of drawing.features as { properties: { code?: string; row?: number } }[]) {
    const { code, row } = feature.properties;
    for (const key of [`code ${code}`, `row ${row}`]) byCode.set(key, [...(byCode.get(key) ?? []), feature]);
  }
  const show = (row: HTMLElement): void => {
    for (const other of rows) other.classList.toggle("shown", other === row);
    const [number, code] = [1, 2].map((column) => (row as HTMLTableRowElement).cells[column]?.textContent?.trim() ?? "");
    const found = (code && byCode.get(`code ${code}`)) || byCode.get(`row ${number}`) || [];
    chosen.getSource()!.clear();
    chosen.getSource()!.addFeatures(featuresOf({ type: "FeatureCollection", features: found }) as Feature[]);
    const [west, south, east, north] = row.dataset.bbox!.split(",").map(Number) as unknown as Box;
    showBox(map, [west - ROOM_DEG, south - ROOM_DEG, east + ROOM_DEG, north + ROOM_DEG], { maxZoom: 18 });
    map.getTargetElement()?.scrollIntoView({ block: "nearest" });
  };
  for (const row of rows) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "outline secondary zoom";
    button.textContent = t("定位");
    button.addEventListener("click", () => show(row));
    row.querySelector("td.lead")?.append(" ", button);
    row.addEventListener("click", (event) => {
      if (!(event.target instanceof HTMLButtonElement)) show(row);
    });
  }
}

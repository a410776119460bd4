// One side of a comparison as layers of a map: the ground with compounds and roads, its grids, the land that changes.

import type Feature from "ol/Feature.js";
import type BaseLayer from "ol/layer/Base.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorSource from "ol/source/Vector.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { featuresOf } from "../map/make.ts";
import { brief, label, textOf, zoomOf } from "../map/styles/drawing.ts";
import { road } from "../map/styles/lines.ts";
import { Tiles } from "../map/tiles.ts";
import type { PlanConfig } from "./config.ts";
import { borderLook, movedLook, nameLook } from "./looks.ts";

/** What `land.json` answers: collections of GeoJSON in degrees (gis/web/plan_land.py). */
export interface Picture {
  left: object;
  right: object;
  /** Grids that are the same on both sides. */
  same: object;
  moved: { features: { properties: { from: string; to: string } }[] };
}

const COMPOUND = new Style({ fill: new Fill({ color: "#ece7d9" }), stroke: new Stroke({ color: "#a79f88", width: 1 }) });
const COMPOUND_NAMES_FROM_ZOOM = 14.6;

/** The ground below one side: roads, compounds and, close by, their names (which give way to the names in the group `names`). */
export function groundLayers(config: PlanConfig, names: string): BaseLayer[] {
  const { index } = config;
  if (!index) return [];
  const tiles = new Tiles({ url: config.urls.tiles, district: config.district.code, asOf: null }, index);
  const made: BaseLayer[] = [];
  if (tiles.has("compound")) {
    const minZoom = index.layers.compound!.minzoom - 0.5;
    made.push(new VectorTileLayer({ source: tiles.sourceOf("compound", "compound"), style: COMPOUND, zIndex: 2, minZoom }));
    const style = (feature: Parameters<typeof textOf>[0], resolution: number) =>
      zoomOf(resolution) < COMPOUND_NAMES_FROM_ZOOM
        ? undefined
        : label(brief(textOf(feature, "name")), { size: 11.5, color: "#5c543f" });
    const source = tiles.sourceOf("compound", "compound_label");
    made.push(new VectorTileLayer({ source, style, zIndex: 8, minZoom, declutter: names }));
  }
  if (tiles.has("road")) {
    const minZoom = index.layers.road!.minzoom - 0.5;
    const style = (feature: Parameters<typeof road>[0], resolution: number) => road(feature, zoomOf(resolution));
    made.push(new VectorTileLayer({ source: tiles.sourceOf("road", "road"), style, zIndex: 1, minZoom }));
  }
  return made;
}

/** The grids of a side with their names, and the hatched land above the ground; `className` keeps the side in one box. */
export function sideLayers(grids: object, picture: Picture, className: string): VectorLayer<VectorSource<Feature>>[] {
  const changed = new Set(picture.moved.features.flatMap(({ properties }) => [properties.from, properties.to]));
  const source = new VectorSource({ features: [...featuresOf(grids), ...featuresOf(picture.same)] as Feature[] });
  const moved = new VectorSource({ features: featuresOf(picture.moved) as Feature[] });
  return [
    new VectorLayer({ source: moved, style: movedLook(), zIndex: 10, className }),
    new VectorLayer({ source, style: borderLook, zIndex: 11, className }),
    new VectorLayer({ source, style: nameLook(changed), zIndex: 12, className, declutter: className }),
  ];
}

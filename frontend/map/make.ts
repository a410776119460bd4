// An OpenLayers map as every room draws it: canvas only (office machines without WebGL show it all the same), plain
// ground, the keyboard moves it once it has the focus, and nothing is animated for whoever asked for no motion.

import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import GeoJSON from "ol/format/GeoJSON.js";
import { defaults as usualInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import OlMap from "ol/Map.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import type { StyleLike } from "ol/style/Style.js";
import View from "ol/View.js";

import type { Box } from "./window.ts";
import { t } from "./words.ts";

export const DEGREES = "EPSG:4326";
export const DRAWN_IN = "EPSG:3857";
const CLOSEST_ZOOM = 20;
const FARTHEST_ZOOM = 4;
const ANIMATION_MS = 250;
const CLEAR_PX = 24;

export interface MakeOptions {
  /** What to show first, degrees. */
  bounds: Box;
  /** What the map is, for people who do not see it. */
  label?: string;
  scaleLine?: boolean;
}

/** Make a map in `target` that shows `bounds`. The target gets the focus by Tab and by click. */
export function makeMap(target: HTMLElement, options: MakeOptions): OlMap {
  target.tabIndex = 0;
  target.setAttribute("role", "application");
  target.setAttribute("aria-label", options.label ?? t("地图：可用方向键平移，用加号、减号缩放"));
  const view = new View({ projection: DRAWN_IN, minZoom: FARTHEST_ZOOM, maxZoom: CLOSEST_ZOOM, enableRotation: false });
  const map = new OlMap({
    target,
    view,
    // Layers that share tiles wait for each of them separately; the browser itself limits its requests.
    maxTilesLoading: 512,
    controls: controlsOf(options.scaleLine ?? true),
    interactions: usualInteractions({ altShiftDragRotate: false, pinchRotate: false, zoomDuration: motionMs() }),
  });
  // OpenLayers names its buttons by their signs; a screen reader says "plus".
  for (const name of ["in", "out"]) {
    const sign = target.querySelector(`.ol-zoom-${name}`);
    sign?.setAttribute("aria-label", name === "in" ? t("放大") : t("缩小"));
  }
  showBox(map, options.bounds, { animate: false });
  return map;
}

function controlsOf(scaleLine: boolean): (Zoom | ScaleLine)[] {
  const zoom = new Zoom({
    zoomInLabel: "+",
    zoomOutLabel: "−",
    zoomInTipLabel: t("放大"),
    zoomOutTipLabel: t("缩小"),
    duration: motionMs(),
  });
  return scaleLine ? [zoom, new ScaleLine({ minWidth: 80 })] : [zoom];
}

/** How long a movement may take: none for a person who asked the system for less motion. */
export function motionMs(): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ANIMATION_MS;
}

export interface ShowOptions {
  maxZoom?: number;
  animate?: boolean;
  /** Pixels to keep clear: top, right, bottom, left. */
  padding?: [number, number, number, number];
}

/** Move the view to a box in degrees. */
export function showBox(map: OlMap, box: Box, options: ShowOptions = {}): void {
  map.updateSize();
  map.getView().fit(transformExtent(box, DEGREES, DRAWN_IN), {
    padding: options.padding ?? [16, 16, 16, 16],
    maxZoom: options.maxZoom ?? 17,
    duration: (options.animate ?? true) ? motionMs() : 0,
  });
}

/** Move the map just so far that a place in view (degrees) is not hidden behind what covers its edges. */
export function revealPlace(map: OlMap, place: number[], covered: [number, number, number, number]): void {
  const [width = 0, height = 0] = map.getSize() ?? [];
  const [x, y] = map.getPixelFromCoordinate(fromLonLat(place)) ?? [];
  if (x === undefined || y === undefined || x < 0 || y < 0 || x > width || y > height) return;
  const [top, right, bottom, left] = covered;
  const pull = (at: number, from: number, to: number) => (at < from ? at - from : at > to ? at - to : 0);
  const dx = pull(x, left + CLEAR_PX, width - right - CLEAR_PX);
  const dy = pull(y, top + CLEAR_PX, height - bottom - CLEAR_PX);
  if (!dx && !dy) return;
  map.getView().animate({ center: map.getCoordinateFromPixel([width / 2 + dx, height / 2 + dy]), duration: motionMs() });
}

const geoJson = new GeoJSON({ dataProjection: DEGREES, featureProjection: DRAWN_IN });

/** Read GeoJSON (a geometry, feature or collection, in degrees) into features of the map. */
export function featuresOf(json: object): ReturnType<typeof geoJson.readFeatures> {
  return geoJson.readFeatures(json);
}

/** Put GeoJSON on the map as a layer of its own; draw again by `layer.getSource()`. */
export function addGeoJson(map: OlMap, json: object, style: StyleLike, zIndex = 50): VectorLayer<VectorSource> {
  const layer = new VectorLayer({ source: new VectorSource({ features: featuresOf(json) }), style, zIndex });
  map.addLayer(layer);
  return layer;
}

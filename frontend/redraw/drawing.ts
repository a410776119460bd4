// The layers of the editor's map. What only changes with the plan is drawn into pictures that are reused while the map
// moves; what changes under the hand (selection, preview) lies in small layers above.

import type { Coordinate } from "ol/coordinate.js";
import { buffer } from "ol/extent.js";
import Feature, { type FeatureLike } from "ol/Feature.js";
import type Geometry from "ol/geom/Geometry.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorImageLayer from "ol/layer/VectorImage.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import type OlMap from "ol/Map.js";
import { fromLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import type Style from "ol/style/Style.js";

import { featuresOf } from "../map/make.ts";
import { type Styling, zoomOf } from "../map/styles/drawing.ts";
import { ROAD_NAMES_FROM, border, road, roadName, territoryName } from "../map/styles/lines.ts";
import { NAMES_FROM, building, buildingName } from "../map/styles/places.ts";
import type { Tiles } from "../map/tiles.ts";
import type { Geometry as Told } from "../map/window.ts";
import type { Delta, GridNumbers, Place } from "./editor.ts";
import { type Area, type Land, gridFeature, innerPoint, isConcerned, unitFeatures } from "./land.ts";
import * as looks from "./looks.ts";

type Source = VectorSource<Feature<Geometry>>;

/** Above this stand names. */
export const NAMES_Z = 100;
const NEAR_M = 5;

export class Drawing {
  private readonly picked: Source = new VectorSource();
  private readonly target: Source = new VectorSource();
  private readonly preview: Source = new VectorSource();
  private readonly changed: Source = new VectorSource();
  private readonly unsaved: Source = new VectorSource();
  private readonly marks: Source = new VectorSource();
  private readonly spot: Source = new VectorSource();
  private readonly tints = new Map<string, number>();
  private readonly settled: { changed(): void }[] = [];
  private spotGoes = 0;

  constructor(
    private readonly map: OlMap,
    private readonly land: Land,
    tiles: Tiles | null,
    crossed: (compound: string) => boolean,
  ) {
    this.picture(land.around, () => looks.AROUND, 3);
    this.picture(land.compoundsAround, () => looks.COMPOUND_AROUND, 4);
    this.picture(land.grids, looks.groundOf((code) => this.tintOf(code)), 6);
    this.picture(land.roads, road, 12);
    this.picture(land.units, looks.unitLook(crossed), 20);
    if (tiles) this.tiled(tiles);
    this.picture(this.changed, () => looks.CHANGED(), 34);
    this.picture(land.grids, looks.gridBorder, 40);
    this.live(this.unsaved, () => looks.UNSAVED(), 48);
    this.live(this.target, () => looks.TARGET, 50);
    this.live(this.preview, looks.previewLook, 52);
    this.live(this.picked, () => looks.PICKED, 54);
    this.live(this.marks, () => looks.NEW_FINDING, 60);
    this.live(this.spot, () => looks.SPOT, 300);
    this.written(land.roads, roadName, NAMES_Z + 1, ROAD_NAMES_FROM.arterial);
    this.written(land.around, looks.aroundName, NAMES_Z + 2, 14.5);
    const named = looks.compoundName(crossed, (compound) => land.unitsOf(compound)[0]);
    this.written(land.units, named, NAMES_Z + 10, 14);
    this.written(land.grids, looks.gridFigures, NAMES_Z + 20, 13);
  }

  /** Draw anew what depends on more than its own shape. */
  redraw(): void {
    for (const layer of this.settled) layer.changed();
  }

  showPicked(numbers: Iterable<number>): void {
    this.fill(this.picked, [...numbers].flatMap((number) => shapeOf(this.land.units.getFeatureById(number))));
  }

  showTarget(code: string | null): void {
    this.fill(this.target, code === null ? [] : shapeOf(this.land.grid(code)));
  }

  showPreview(delta: Delta | null): void {
    this.preview.clear(true);
    if (!delta) return this.preview.changed();
    const borders = delta.grids.filter((grid) => isConcerned(grid, this.land.grid(grid.code)?.getProperties() as GridNumbers | undefined, delta)).flatMap(gridFeature);
    for (const each of borders) each.set("part", "border", true);
    this.preview.addFeatures([...unitFeatures(delta.units.changed).filter((unit) => this.moves(unit)), ...borders]);
  }

  /** Whether a unit would lie elsewhere; one that only gets a vertex, or loses a corner, stays where it is. */
  private moves(unit: Feature<Area>): boolean {
    if (this.land.unit(unit.getId() as number)?.divided) return true;
    return (this.land.gridAt(innerPoint(unit.getGeometry()!)) ?? "") !== unit.get("grid");
  }

  /** Land that lies in another grid than where the plan began. */
  showChanged(shapes: readonly Told[]): void {
    this.fill(this.changed, shapes.flatMap((shape) => featuresOf(shape) as Feature<Geometry>[]));
  }

  /** Units with edits that the server does not have yet. */
  showUnsaved(numbers: Iterable<number>): void {
    this.fill(this.unsaved, [...numbers].flatMap((number) => shapeOf(this.land.units.getFeatureById(number))));
  }

  showMarks(places: readonly Place[]): void {
    this.fill(this.marks, places.map((place) => new Feature(new Point(fromLonLat(place)))));
  }

  /** Show for a while where to look. */
  showSpot(place: Place | null, forMs = 8_000): void {
    window.clearTimeout(this.spotGoes);
    this.fill(this.spot, place ? [new Feature(new Point(fromLonLat(place)))] : []);
    if (place) this.spotGoes = window.setTimeout(() => this.showSpot(null), forMs);
  }

  /** Grids that touch each other get different grounds, as far as six go round; a grid keeps its own for good. */
  tint(): void {
    for (const grid of this.land.grids.getFeatures()) this.tintOf(String(grid.getId()));
  }

  private tintOf(code: string): number {
    const known = this.tints.get(code);
    if (known !== undefined) return known;
    const area = this.land.grid(code)?.getGeometry();
    const taken = [0, 0, 0, 0, 0, 0];
    if (area) {
      const near = this.land.grids.getFeaturesInExtent(buffer(area.getExtent(), NEAR_M));
      for (const each of near) {
        const tint = this.tints.get(String(each.getId()));
        if (tint !== undefined) taken[tint]! += 1;
      }
    }
    const free = taken.indexOf(Math.min(...taken));
    this.tints.set(code, free);
    return free;
  }

  private fill(source: Source, features: Feature<Geometry>[]): void {
    source.clear(true);
    source.addFeatures(features);
    if (features.length === 0) source.changed();
  }

  private picture(source: VectorSource<Feature<Geometry>> | VectorSource<Feature<Area>>, style: Styling, zIndex: number): void {
    const layer = new VectorImageLayer({ source: source as Source, style: zoomed(style), zIndex, imageRatio: 1.5 });
    this.settled.push(layer);
    this.map.addLayer(layer);
  }

  private live(source: Source, style: (feature: FeatureLike) => Style | Style[], zIndex: number): void {
    this.map.addLayer(new VectorLayer({ source, style, zIndex, updateWhileInteracting: true, updateWhileAnimating: true }));
  }

  private written(source: VectorSource<Feature<Geometry>> | VectorSource<Feature<Area>>, style: Styling, zIndex: number, from: number): void {
    const layer = new VectorLayer({ source: source as Source, style: zoomed(style), zIndex, declutter: "names", minZoom: from - 0.01 });
    this.settled.push(layer);
    this.map.addLayer(layer);
  }

  private tiled(tiles: Tiles): void {
    const add = (name: string, part: string, style: Styling, zIndex: number, from: number, names = false) => {
      if (!tiles.has(name)) return;
      const layer = new VectorTileLayer({
        source: tiles.sourceOf(name, part),
        style: zoomed(style),
        zIndex,
        renderMode: names ? "vector" : "hybrid",
        minZoom: Math.max(tiles.index.layers[name]!.minzoom - 0.5, from - 0.01),
        ...(names ? { declutter: "names" } : {}),
      });
      this.map.addLayer(layer);
    };
    add("building", "building", building, 24, 14.5);
    add("building", "building_label", buildingName, NAMES_Z, NAMES_FROM.building, true);
    add("community", "community", border("community"), 38, 0);
    add("community", "community_label", territoryName("community", 11, 14), NAMES_Z + 30, 11, true);
  }
}

function zoomed(style: Styling): (feature: FeatureLike, resolution: number) => Style | Style[] | undefined {
  return (feature, resolution) => style(feature, zoomOf(resolution));
}

/** A feature of its own with the same shape. */
function shapeOf(feature: Feature<Area> | null): Feature<Geometry>[] {
  const area = feature?.getGeometry();
  return area ? [new Feature<Geometry>(area)] : [];
}

export function middleOf(map: OlMap): Coordinate {
  return map.getView().getCenter() ?? [0, 0];
}

// The plan's land as it stands: units by number, grids by code, and what lies around. No drawing here (see drawing.ts).

import type { Coordinate } from "ol/coordinate.js";
import { type Extent, containsExtent } from "ol/extent.js";
import Feature from "ol/Feature.js";
import type Geometry from "ol/geom/Geometry.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Polygon from "ol/geom/Polygon.js";
import VectorSource from "ol/source/Vector.js";

import { featuresOf } from "../map/make.ts";
import type { Delta, EditorTold, GridNumbers, GridTold, UnitFeature, UnitProperties } from "./editor.ts";

export type Area = Polygon | MultiPolygon;

export interface Unit extends UnitProperties {
  number: number;
}

/** Shapes of the map in its own metres (EPSG:3857), each a source: tools snap and trace along them. */
export class Land {
  /** By code; the numbers of a grid are its properties. */
  readonly grids = new VectorSource<Feature<Area>>();
  /** By number; `UnitProperties` are its properties. */
  readonly units = new VectorSource<Feature<Area>>();
  /** Grids around the plan, which it cannot change. */
  readonly around = new VectorSource<Feature<Geometry>>();
  /** Compounds around the plan. */
  readonly compoundsAround = new VectorSource<Feature<Geometry>>();
  readonly roads = new VectorSource<Feature<Geometry>>();
  private readonly byCompound = new Map<string, Set<number>>();

  /** Put everything in anew. */
  fill(told: EditorTold): void {
    this.grids.clear(true);
    this.units.clear(true);
    this.byCompound.clear();
    this.grids.addFeatures(told.grids.flatMap(gridFeature));
    this.units.addFeatures(featuresOf(told.units) as Feature<Area>[]);
    for (const [source, what] of [
      [this.around, told.around.grids],
      [this.compoundsAround, told.around.compounds],
      [this.roads, told.around.roads],
    ] as const) {
      source.clear(true);
      source.addFeatures(featuresOf(what) as Feature[]);
    }
    for (const feature of this.units.getFeatures()) this.note(feature.getId() as number, feature.get("compound") as string);
  }

  /** Put in what edits changed. */
  apply(delta: Delta): void {
    const grids = delta.grids.flatMap(gridFeature);
    const told = new Set(delta.grids.map(({ code }) => code));
    for (const code of [...delta.gone, ...told]) this.drop(this.grids, code);
    this.grids.addFeatures(grids);
    const units = unitFeatures(delta.units.changed);
    for (const number of delta.units.gone) this.forget(number);
    for (const unit of units) this.forget(unit.getId() as number);
    this.units.addFeatures(units);
    for (const unit of units) this.note(unit.getId() as number, unit.get("compound") as string);
  }

  /** Give units to other grids without new borders: an estimate, until the server has drawn them. */
  give(delta: Delta): void {
    for (const { id, properties } of delta.units.changed) this.units.getFeatureById(id)?.setProperties(properties, true);
    for (const { geometry: _geometry, ...numbers } of delta.grids) this.grids.getFeatureById(numbers.code)?.setProperties(numbers, true);
    this.units.changed();
    this.grids.changed();
  }

  unit(number: number): Unit | null {
    const feature = this.units.getFeatureById(number);
    return feature ? { ...(feature.getProperties() as UnitProperties), number } : null;
  }

  grid(code: string): Feature<Area> | null {
    return this.grids.getFeatureById(code);
  }

  /** The units of a compound. */
  unitsOf(compound: string): number[] {
    return [...(this.byCompound.get(compound) ?? [])];
  }

  unitAt(at: Coordinate): number | null {
    return (this.units.getFeaturesAtCoordinate(at)[0]?.getId() as number | undefined) ?? null;
  }

  gridAt(at: Coordinate): string | null {
    return (this.grids.getFeaturesAtCoordinate(at)[0]?.getId() as string | undefined) ?? null;
  }

  /** Units of which a point well inside lies in an area. */
  unitsWithin(area: Polygon): number[] {
    const found = this.units.getFeaturesInExtent(area.getExtent());
    return found.filter((unit) => area.intersectsCoordinate(innerPoint(unit.getGeometry()!))).map((unit) => unit.getId() as number);
  }

  /** Units that a circle touches. */
  unitsNear([x = 0, y = 0]: Coordinate, radius: number): number[] {
    const box: Extent = [x - radius, y - radius, x + radius, y + radius];
    const touched = (unit: Feature<Area>) => {
      const area = unit.getGeometry()!;
      if (containsExtent(box, area.getExtent())) return true;
      if (area.intersectsCoordinate([x, y])) return true;
      const [nx = 0, ny = 0] = area.getClosestPoint([x, y]);
      return Math.hypot(nx - x, ny - y) <= radius;
    };
    return this.units.getFeaturesInExtent(box).filter(touched).map((unit) => unit.getId() as number);
  }

  /** The box around units (map metres); null when none of them has land. */
  extentOf(numbers: Iterable<number>): Extent | null {
    let box: Extent | null = null;
    for (const number of numbers) {
      const area = this.units.getFeatureById(number)?.getGeometry();
      if (!area) continue;
      const [west, south, east, north] = area.getExtent() as [number, number, number, number];
      box = box ? [Math.min(box[0]!, west), Math.min(box[1]!, south), Math.max(box[2]!, east), Math.max(box[3]!, north)] : [west, south, east, north];
    }
    return box;
  }

  private note(number: number, compound: string): void {
    if (!compound) return;
    const there = this.byCompound.get(compound);
    if (there) there.add(number);
    else this.byCompound.set(compound, new Set([number]));
  }

  private forget(number: number): void {
    const feature = this.units.getFeatureById(number);
    if (feature) this.byCompound.get(String(feature.get("compound")))?.delete(number);
    this.drop(this.units, number);
  }

  private drop(source: VectorSource<Feature<Area>>, id: string | number): void {
    const feature = source.getFeatureById(id);
    if (feature) source.removeFeature(feature);
  }
}

/** A grid as a feature; none where it has no land. */
export function gridFeature(told: GridTold): Feature<Area>[] {
  const { geometry, ...numbers } = told;
  if (!geometry) return [];
  return featuresOf({ type: "Feature", id: told.code, geometry, properties: numbers satisfies GridNumbers }) as Feature<Area>[];
}

/** Units of an answer as features; those without land are left out. */
export function unitFeatures(told: readonly UnitFeature[]): Feature<Area>[] {
  const features = told.filter(({ geometry }) => geometry !== null);
  return featuresOf({ type: "FeatureCollection", features }) as Feature<Area>[];
}

/** A point well inside an area: of several parts in the largest. */
export function innerPoint(area: Area): Coordinate {
  if (area instanceof Polygon) return area.getInteriorPoint().getCoordinates().slice(0, 2);
  const parts = area.getPolygons();
  let largest = parts[0]!;
  for (const part of parts) if (part.getArea() > largest.getArea()) largest = part;
  return largest.getInteriorPoint().getCoordinates().slice(0, 2);
}

const SLIVER_M2 = 1;

/** Whether an edit changes a grid for people: one that only gets a vertex in its border stays as it was. */
export function isConcerned(after: GridNumbers, before: GridNumbers | undefined, delta: Delta): boolean {
  if (!before || delta.moved.by.some(({ from, to }) => from === after.code || to === after.code)) return true;
  const facts = ({ name, households, parts, retired, crossed }: GridNumbers) => [name, households, parts, retired, crossed.join()].join("|");
  return Math.abs(after.area_m2 - before.area_m2) >= SLIVER_M2 || facts(after) !== facts(before);
}

// Vector tiles of our own server: which there are and in which edition (index.json), and sources of them. Several layers
// come in one answer (a bundle), each of several parts; what is drawn by itself has a source with its part only. A tile's
// address carries its edition, so that unchanged tiles come from the browser's cache without a question.

import { type Extent, intersects } from "ol/extent.js";
import type FeatureFormat from "ol/format/Feature.js";
import type { ReadOptions } from "ol/format/Feature.js";
import MVT from "ol/format/MVT.js";
import { transformExtent } from "ol/proj.js";
import type RenderFeature from "ol/render/Feature.js";
import VectorTileSource from "ol/source/VectorTile.js";
import TileState from "ol/TileState.js";
import { createXYZ } from "ol/tilegrid.js";
import type Tile from "ol/Tile.js";
import type VectorTile from "ol/VectorTile.js";

import { Trouble, ask, getJson, troubleOf } from "./http.ts";
import { DEGREES, DRAWN_IN } from "./make.ts";
import type { Box } from "./window.ts";

interface Sheet {
  minzoom: number;
  maxzoom: number;
  v: string;
}

export interface TileIndex {
  edition: string;
  layers: Record<string, Sheet>;
  /** What is asked for together. */
  bundles: Record<string, Sheet & { layers: string[] }>;
  bounds: Box | null;
  as_of: string | null;
}

export interface TilesOptions {
  /** Address of the tiles, ending in "/". */
  url: string;
  district: string;
  asOf: string | null;
  /** Told once for each run of failures, so that a storm of tiles makes one message. */
  onTrouble?: (trouble: Trouble) => void;
}

type Source = VectorTileSource<RenderFeature>;

// Twice the usual 256: a quarter of the requests.
const TILE_PX = 512;
const EMPTY = [204, 404];
const HELD_MS = 400;
const KEPT = 64;
const RIM_M = 200;
const RIM_SHARE = 0.01;

/** Ask which layers there are on a day (null: now), in which zooms and editions. */
export function tileIndex(url: string, district: string, asOf: string | null): Promise<TileIndex> {
  return getJson<TileIndex>(`${url}index.json?${asked({ district, as_of: asOf })}`);
}

function asked(words: Record<string, string | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words)) if (value !== null) query.set(name, value);
  return query.toString();
}

const NOWHERE: Extent = [0, 0, 0, 0];

/** Shows what arrives at about the same time together: each tile alone would have the whole map drawn once more. */
class Arrivals {
  private waitedFor = 0;
  private readonly held: (() => void)[] = [];
  private timer = 0;

  /** Wait for something; go on with the last of all that is waited for, or when somebody has waited too long. */
  async together<Thing>(coming: Promise<Thing>): Promise<Thing> {
    this.waitedFor += 1;
    try {
      return await coming;
    } finally {
      this.waitedFor -= 1;
      await new Promise<void>((goOn) => {
        this.held.push(goOn);
        if (this.waitedFor === 0) this.release();
        else this.timer ||= window.setTimeout(() => this.release(), HELD_MS);
      });
    }
  }

  private release(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    for (const goOn of this.held.splice(0)) goOn();
  }
}

/** Features of a tile by the layer inside it. */
type Parts = Map<string, RenderFeature[]>;

/** What is asked for, by the name in its address: every bundle, and every layer that is in none. */
function sheetsOf(index: TileIndex): Record<string, Sheet & { layers: string[] }> {
  const sheets = { ...index.bundles };
  const bundled = new Set(Object.values(index.bundles).flatMap((bundle) => bundle.layers));
  for (const [layer, sheet] of Object.entries(index.layers)) if (!bundled.has(layer)) sheets[layer] = { ...sheet, layers: [layer] };
  return sheets;
}

/** The sources of all that is drawn, kept at the edition of the index last taken. */
export class Tiles {
  private readonly sources: { name: string; part: string; source: Source }[] = [];
  private readonly sheetOf = new Map<string, string>();
  private readonly failed = new Set<string>();
  private readonly arrivals = new Arrivals();
  private readonly read = new Map<string, Promise<Parts>>();
  private asOf: string | null;

  constructor(
    private readonly options: TilesOptions,
    public index: TileIndex,
  ) {
    this.asOf = options.asOf;
    for (const [name, { layers }] of Object.entries(sheetsOf(index))) for (const layer of layers) this.sheetOf.set(layer, name);
  }

  /** Whether there are tiles of a server layer. */
  has(layer: string): boolean {
    return this.sheetOf.has(layer);
  }

  /** Return a new source of one part of a server layer's tiles. */
  sourceOf(layer: string, part: string): Source {
    const name = this.sheetOf.get(layer)!;
    const { minzoom, maxzoom } = sheetsOf(this.index)[name]!;
    const source: Source = new VectorTileSource<RenderFeature>({
      tileGrid: createXYZ({ tileSize: TILE_PX, minZoom: minzoom, maxZoom: maxzoom }),
      tileLoadFunction: (tile, url) => this.load(name, part, tile as VectorTile<RenderFeature>, url),
      wrapX: false,
    });
    this.sources.push({ name, part, source });
    this.address(this.sources.length - 1);
    return source;
  }

  /** Bounds of the district on the map with a rim for what sticks out of it; nothing lies beyond, on a day without any
   * district nothing at all: without an end the first tiles of a whole country would be asked for. */
  extent(): Extent {
    const { bounds } = this.index;
    if (!bounds) return NOWHERE;
    const [west, south, east, north] = transformExtent(bounds, DEGREES, DRAWN_IN) as Box;
    const rim = RIM_M + RIM_SHARE * Math.max(east - west, north - south);
    return [west - rim, south - rim, east + rim, north + rim];
  }

  /** Show another index: what has another edition or day is asked for anew. */
  take(index: TileIndex, asOf: string | null): void {
    const before = sheetsOf(this.index);
    const after = sheetsOf(index);
    const otherDay = asOf !== this.asOf;
    this.index = index;
    this.asOf = asOf;
    this.sources.forEach(({ name }, at) => {
      if (otherDay || before[name]?.v !== after[name]?.v) this.address(at);
    });
  }

  /** Ask again for the tiles that failed: the network or the session is back. */
  retry(): void {
    const names = new Set(this.failed);
    this.failed.clear();
    for (const { name, source } of this.sources) if (names.has(name)) source.refresh();
  }

  /** Give a source the address of its tiles as they are now. */
  private address(at: number): void {
    const { name, source } = this.sources[at]!;
    const grid = source.getTileGrid()!;
    const reach = this.extent();
    const version = sheetsOf(this.index)[name]?.v ?? "";
    const query = asked({ district: this.options.district, as_of: this.asOf, v: version });
    const addressOf = (coord: number[]) => {
      if (!intersects(grid.getTileCoordExtent(coord), reach)) return undefined;
      const [z, x, y] = coord;
      return `${this.options.url}${name}/${z}/${x}/${y}.mvt?${query}`;
    };
    // The key names the source too: of two tiles with one key, OpenLayers loads the second when it has drawn the first.
    source.setTileUrlFunction(addressOf, `${at} ${query}`);
  }

  private load(name: string, part: string, tile: VectorTile<RenderFeature>, url: string): void {
    tile.setLoader((extent, _resolution, projection) => {
      this.partsOf(url, { extent, featureProjection: projection }).then(
        (parts) => tile.setFeatures(parts.get(part) ?? []),
        (error: unknown) => this.fail(name, tile, error),
      );
    });
  }

  /** Fetch and read a tile once for all who want parts of it at about the same time. */
  private partsOf(url: string, options: ReadOptions): Promise<Parts> {
    const known = this.read.get(url);
    if (known) return known;
    const reading = this.arrivals.together(fetchParts(url, options));
    this.read.set(url, reading);
    reading.catch(() => this.read.delete(url));
    // The oldest go: the browser's own cache still has them.
    for (const oldest of [...this.read.keys()].slice(0, Math.max(this.read.size - KEPT, 0))) this.read.delete(oldest);
    return reading;
  }

  private fail(name: string, tile: Tile, error: unknown): void {
    const first = this.failed.size === 0;
    this.failed.add(name);
    tile.setState(TileState.ERROR);
    if (first) this.options.onTrouble?.(error instanceof Trouble ? error : new Trouble(String(error)));
  }
}

const format = new MVT() as unknown as FeatureFormat<RenderFeature>;

async function fetchParts(url: string, options: ReadOptions): Promise<Parts> {
  const response = await ask(url, { headers: { Accept: "application/vnd.mapbox-vector-tile" } });
  const parts: Parts = new Map();
  if (EMPTY.includes(response.status)) return parts;
  if (!response.ok) throw await troubleOf(response);
  for (const feature of format.readFeatures(await response.arrayBuffer(), options)) {
    const part = String(feature.get("layer"));
    const there = parts.get(part);
    if (there) there.push(feature);
    else parts.set(part, [feature]);
  }
  return parts;
}

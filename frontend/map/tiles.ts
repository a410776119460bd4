// Vector tiles of our own server: which there are and in which edition (index.json), and one source a layer. A tile's
// address carries its layer's edition, so that unchanged tiles come from the browser's cache without a question.

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

export interface TileIndex {
  edition: string;
  layers: Record<string, { minzoom: number; maxzoom: number; v: string }>;
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

type Format = FeatureFormat<RenderFeature>;

// Twice the usual 256: a quarter of the requests.
const TILE_PX = 512;
const EMPTY = [204, 404];
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

/** The sources of all layers, kept at the edition of the index last taken. */
export class Tiles {
  readonly sources = new Map<string, VectorTileSource<RenderFeature>>();
  private readonly editions = new Map<string, string>();
  private readonly failed = new Set<string>();
  private asOf: string | null;

  constructor(
    private readonly options: TilesOptions,
    public index: TileIndex,
  ) {
    this.asOf = options.asOf;
    for (const layer of Object.keys(index.layers)) this.sources.set(layer, this.sourceOf(layer));
    this.take(index, options.asOf);
  }

  /** Bounds of the district on the map with a rim for what sticks out of it; nothing lies beyond. */
  extent(): Extent | undefined {
    const { bounds } = this.index;
    if (!bounds) return undefined;
    const [west, south, east, north] = transformExtent(bounds, DEGREES, DRAWN_IN) as Box;
    const rim = RIM_M + RIM_SHARE * Math.max(east - west, north - south);
    return [west - rim, south - rim, east + rim, north + rim];
  }

  /** Show another index: layers whose edition or day changed are asked for anew. Returns how many. */
  take(index: TileIndex, asOf: string | null): number {
    this.index = index;
    this.asOf = asOf;
    let changed = 0;
    for (const [layer, source] of this.sources) {
      const edition = `${index.layers[layer]?.v ?? ""} ${asOf ?? ""}`;
      if (this.editions.get(layer) === edition) continue;
      this.editions.set(layer, edition);
      source.setTileUrlFunction(this.addressOf(layer), edition);
      changed += 1;
    }
    return changed;
  }

  /** Ask again for the tiles that failed: the network or the session is back. */
  retry(): void {
    const layers = new Set(this.failed);
    this.failed.clear();
    for (const layer of layers) this.sources.get(layer)?.refresh();
  }

  private addressOf(layer: string): (coord: number[]) => string | undefined {
    const grid = this.sources.get(layer)!.getTileGrid()!;
    const reach = this.extent();
    const query = asked({ district: this.options.district, as_of: this.asOf, v: this.index.layers[layer]?.v ?? null });
    return (coord) => {
      if (reach && !intersects(grid.getTileCoordExtent(coord), reach)) return undefined;
      const [z, x, y] = coord;
      return `${this.options.url}${layer}/${z}/${x}/${y}.mvt?${query}`;
    };
  }

  private sourceOf(layer: string): VectorTileSource<RenderFeature> {
    const { minzoom, maxzoom } = this.index.layers[layer]!;
    const format = new MVT() as unknown as Format;
    return new VectorTileSource<RenderFeature>({
      format,
      tileGrid: createXYZ({ tileSize: TILE_PX, minZoom: minzoom, maxZoom: maxzoom }),
      tileLoadFunction: (tile, url) => this.load(layer, format, tile as VectorTile<RenderFeature>, url),
      wrapX: false,
    });
  }

  private load(layer: string, format: Format, tile: VectorTile<RenderFeature>, url: string): void {
    tile.setLoader((extent, _resolution, projection) => {
      featuresOf(url, format, { extent, featureProjection: projection }).then(
        (features) => tile.setFeatures(features),
        (error) => this.fail(layer, tile, error),
      );
    });
  }

  private fail(layer: string, tile: Tile, error: unknown): void {
    const first = this.failed.size === 0;
    this.failed.add(layer);
    tile.setState(TileState.ERROR);
    if (first) this.options.onTrouble?.(error instanceof Trouble ? error : new Trouble(String(error)));
  }
}

async function featuresOf(url: string, format: Format, options: ReadOptions): Promise<RenderFeature[]> {
  const response = await ask(url, { headers: { Accept: "application/vnd.mapbox-vector-tile" } });
  if (EMPTY.includes(response.status)) return [];
  if (!response.ok) throw await troubleOf(response);
  return format.readFeatures(await response.arrayBuffer(), options);
}

// The layers of the map, from the ground up, and what a person can switch. A server layer is drawn by up to three map
// layers that share its tiles: areas low, lines above them, names on top; so a name never lies under a line.

import type { Extent } from "ol/extent.js";
import type { FeatureLike } from "ol/Feature.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import type OlMap from "ol/Map.js";

import { type Styling, textOf, zoomOf } from "./styles/drawing.ts";
import {
  CUTS_FROM_ZOOM,
  MARKS_TO_ZOOM,
  NAMES_YIELD_FROM_ZOOM,
  findingArea,
  findingCut,
  findingFigures,
  findingMark,
} from "./styles/findings.ts";
import { ROAD_NAMES_FROM, border, ground, road, roadName, territoryName } from "./styles/lines.ts";
import {
  NAMES_FROM,
  SIGNS_FROM,
  building,
  buildingName,
  compound,
  compoundName,
  office,
  signName,
  station,
} from "./styles/places.ts";
import type { Tiles } from "./tiles.ts";
import { t } from "./words.ts";

/** One drawing of a server layer's tiles. */
interface Drawing {
  /** The switches that it belongs to; with several, `switchOf` says which one a feature hangs on. */
  switches: string[];
  switchOf?: (feature: FeatureLike) => string;
  /** Server layer. */
  tiles: string;
  /** Layer inside the tile. */
  part: string;
  style: Styling;
  z: number;
  /** Names: placed without collisions, the higher `z` first. */
  names?: boolean;
  /** Its style draws something only from this zoom on, and to that one: outside, the layer costs nothing. */
  from?: number;
  to?: number;
  /** From this zoom on, `z` is this instead: close by, other names matter. */
  nearZ?: number;
}

export interface Switch {
  id: string;
  group: "borders" | "places" | "problems";
  name: string;
  on: boolean;
  /** Server layer. */
  tiles: string;
}

const NEAR_ZOOM = 14.5;

/** Every switch of the layer tree, in its order. */
export function switches(): Switch[] {
  const of = (group: Switch["group"], id: string, name: string, tiles = id, on = true) => ({ id, group, name, on, tiles });
  return [
    of("problems", "finding-clear", t("明确的问题"), "finding"),
    of("problems", "finding-doubtful", t("待核实的问题"), "finding"),
    of("problems", "finding-noise", t("数字化误差"), "finding", false),
    of("problems", "finding-cut", t("穿入线"), "finding"),
    of("borders", "district", t("区界")),
    of("borders", "street", t("街道界")),
    of("borders", "community", t("社区界")),
    of("borders", "grid", t("网格界")),
    of("places", "compound", t("小区")),
    of("places", "building", t("楼栋")),
    of("places", "station", t("服务站")),
    of("places", "office", t("社区办公点")),
    of("places", "road", t("道路")),
  ];
}

function territory(kind: string, z: number, name: { z: number; nearZ: number; from: number; to: number }): Drawing[] {
  const written = territoryName(kind, name.from, name.to);
  return [
    drawn(kind, kind, border(kind), z),
    { ...drawn(kind, `${kind}_label`, written, name.z, true), nearZ: name.nearZ, from: name.from, to: name.to },
  ];
}

const drawn = (tiles: string, part: string, style: Styling, z: number, names = false): Drawing => ({
  switches: [tiles],
  tiles,
  part,
  style,
  z,
  names,
});

const BY_CLARITY = {
  switches: ["finding-clear", "finding-doubtful", "finding-noise"],
  switchOf: (feature: FeatureLike) => `finding-${textOf(feature, "clarity")}`,
};

// Above 100 stand names and signs.
const DRAWINGS: Drawing[] = [
  drawn("district", "district", ground, 5),
  drawn("road", "road", road, 12),
  drawn("compound", "compound", compound, 20),
  drawn("building", "building", building, 24),
  { ...drawn("finding", "finding", findingArea, 34), ...BY_CLARITY },
  ...territory("grid", 40, { z: 102, nearZ: 102, from: 15, to: 24 }),
  ...territory("community", 44, { z: 170, nearZ: 140, from: 12, to: 18 }),
  ...territory("street", 46, { z: 179, nearZ: 121, from: 10.5, to: 14 }),
  ...territory("district", 48, { z: 180, nearZ: 120, from: 0, to: 10.75 }),
  { ...drawn("finding", "finding_cut", findingCut, 52), switches: ["finding-cut"], from: CUTS_FROM_ZOOM },
  { ...drawn("finding", "finding_label", findingMark(false), 60), ...BY_CLARITY, to: NAMES_YIELD_FROM_ZOOM },
  { ...drawn("building", "building_label", buildingName, 101, true), from: NAMES_FROM.building },
  { ...drawn("road", "road", roadName, 103, true), from: ROAD_NAMES_FROM.arterial },
  { ...drawn("station", "station_label", signName(15.5, "#123a66"), 108, true), from: 15.5 },
  { ...drawn("office", "office_label", signName(15, "#00553f"), 109, true), from: 15 },
  { ...drawn("compound", "compound_label", compoundName(false), 110, true), from: NAMES_FROM.compound },
  { ...drawn("compound", "compound_label", compoundName(true), 150, true), from: NAMES_FROM.troubled },
  { ...drawn("station", "station", station, 160, true), from: SIGNS_FROM.centre },
  { ...drawn("office", "office", office, 161, true), from: SIGNS_FROM.office },
  { ...drawn("finding", "finding_label", findingFigures, 188, true), ...BY_CLARITY, from: MARKS_TO_ZOOM },
  { ...drawn("finding", "finding_label", findingMark(true), 190, true), ...BY_CLARITY, from: NAMES_YIELD_FROM_ZOOM },
];

type TileLayer = VectorTileLayer;

/** The switches on a map: which are on, and the map layers behind them. */
export class LayerTree {
  readonly switches: readonly Switch[];
  private readonly layers: { layer: TileLayer; drawing: Drawing }[] = [];
  private readonly on = new Set<string>();
  private hidden: number | null = null;
  private readonly opacities = new Map<string, number>();

  constructor(
    private readonly map: OlMap,
    private readonly tiles: Tiles,
    on: readonly string[] | null = null,
  ) {
    this.switches = switches().filter((each) => tiles.has(each.tiles));
    for (const each of this.switches) if (on ? on.includes(each.id) : each.on) this.on.add(each.id);
    for (const drawing of DRAWINGS) {
      if (!tiles.has(drawing.tiles)) continue;
      const layer = this.layerOf(drawing);
      this.layers.push({ layer, drawing });
      map.addLayer(layer);
    }
    map.getView().on("change:resolution", () => this.reorder());
    this.reorder();
  }

  isOn(id: string): boolean {
    return this.on.has(id);
  }

  /** Whether something of it is drawn at the zoom that is shown. */
  isDrawn(id: string): boolean {
    const zoom = this.map.getView().getZoom() ?? 0;
    const reaches = (layer: TileLayer) => zoom > layer.getMinZoom() && zoom <= layer.getMaxZoom();
    return this.on.has(id) && this.layers.some(({ layer, drawing }) => drawing.switches.includes(id) && reaches(layer));
  }

  /** Ids of what is on; null when that is what is on by itself. */
  chosen(): string[] | null {
    const usual = this.switches.every((each) => each.on === this.on.has(each.id));
    return usual ? null : this.switches.filter((each) => this.on.has(each.id)).map((each) => each.id);
  }

  set(id: string, on: boolean): void {
    if (on === this.on.has(id)) return;
    if (on) this.on.add(id);
    else this.on.delete(id);
    for (const { layer, drawing } of this.layers) {
      if (!drawing.switches.includes(id)) continue;
      layer.setVisible(drawing.switches.some((each) => this.on.has(each)));
      if (drawing.switchOf) layer.changed();
    }
  }

  /** Show exactly these (null: the usual ones). */
  choose(ids: readonly string[] | null): void {
    for (const each of this.switches) this.set(each.id, ids ? ids.includes(each.id) : each.on);
  }

  setOpacity(id: string, opacity: number): void {
    this.opacities.set(id, opacity);
    for (const { layer, drawing } of this.layers) if (drawing.switches[0] === id) layer.setOpacity(opacity);
  }

  opacity(id: string): number {
    return this.opacities.get(id) ?? 1;
  }

  /** Leave out the mark and the figures of a finding that is drawn in full by itself; null: of none. */
  hideFinding(id: number | null): void {
    if (id === this.hidden) return;
    this.hidden = id;
    for (const { layer, drawing } of this.layers) if (drawing.part === "finding_label") layer.changed();
  }

  /** Return what is drawn near a place (map coordinates), names left aside: everything that its layer's style shows. */
  drawnNear(extent: Extent): FeatureLike[] {
    const resolution = this.map.getView().getResolution() ?? 1;
    const zoom = zoomOf(resolution);
    const found: FeatureLike[] = [];
    for (const { layer } of this.layers) {
      if (!layer.getVisible() || zoom <= layer.getMinZoom()) continue;
      const style = layer.getStyleFunction();
      for (const feature of layer.getFeaturesInExtent(extent)) if (style?.(feature, resolution)) found.push(feature);
    }
    return found;
  }

  private layerOf(drawing: Drawing): TileLayer {
    const { part, style, names, switchOf } = drawing;
    return new VectorTileLayer({
      source: this.tiles.sourceOf(drawing.tiles, part),
      style: (feature, resolution) => {
        if (switchOf && !this.on.has(switchOf(feature))) return undefined;
        if (switchOf && part === "finding_label" && this.hidden !== null && feature.getId() === this.hidden) return undefined;
        return style(feature, zoomOf(resolution));
      },
      zIndex: drawing.z,
      visible: drawing.switches.some((each) => this.on.has(each)),
      renderMode: names ? "vector" : "hybrid",
      // A layer's tiles begin at its first zoom; farther out it would ask for hundreds of small ones.
      minZoom: Math.max(this.tiles.index.layers[drawing.tiles]!.minzoom - 0.5, (drawing.from ?? 0) - 0.01),
      ...(drawing.to === undefined ? {} : { maxZoom: drawing.to }),
      extent: this.tiles.extent(),
      ...(names ? { declutter: "names" } : {}),
    });
  }

  /** The district may reach farther than before: draw up to its new bounds. */
  reach(): void {
    for (const { layer } of this.layers) layer.setExtent(this.tiles.extent());
  }

  private reorder(): void {
    const near = (this.map.getView().getZoom() ?? 0) >= NEAR_ZOOM;
    for (const { layer, drawing } of this.layers) {
      const z = near ? (drawing.nearZ ?? drawing.z) : drawing.z;
      if (layer.getZIndex() !== z) layer.setZIndex(z);
    }
  }
}

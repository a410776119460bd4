// Ground maps under everything: plain, or pictures from the servers that the settings name.

import TileLayer from "ol/layer/Tile.js";
import type OlMap from "ol/Map.js";
import XYZ from "ol/source/XYZ.js";

import type { BaseMapConfig } from "./window.ts";

export class Grounds {
  private layers: TileLayer<XYZ>[] = [];
  private current: BaseMapConfig | undefined;

  constructor(
    private readonly map: OlMap,
    readonly list: BaseMapConfig[],
    id: string | null,
  ) {
    this.choose(id ?? list[0]?.id ?? "");
  }

  chosen(): string {
    return this.current?.id ?? "";
  }

  /** Id for the address; null for the first of the list, which needs no word. */
  inAddress(): string | null {
    return this.current && this.current !== this.list[0] ? this.current.id : null;
  }

  attribution(): string {
    return this.current?.attribution ?? "";
  }

  /** Show another ground; an unknown one is the first of the list. */
  choose(id: string): void {
    for (const layer of this.layers) this.map.removeLayer(layer);
    this.current = this.list.find((ground) => ground.id === id) ?? this.list[0];
    this.layers = (this.current?.layers ?? []).map((url, index) => {
      const source = new XYZ({ url, maxZoom: this.current!.maxZoom, crossOrigin: "anonymous", transition: 0 });
      return new TileLayer({ source, zIndex: index });
    });
    for (const layer of this.layers) this.map.addLayer(layer);
    this.map.getTargetElement()?.classList.toggle("on-pictures", this.layers.length > 0);
  }
}

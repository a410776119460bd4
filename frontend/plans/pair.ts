// Two sides of the same land: one map with a divider (swipe), or two maps that move together (side by side).

import type OlMap from "ol/Map.js";
import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import { createEmpty, extend, isEmpty } from "ol/extent.js";

import { button, element, keep, kept, narrow } from "../map/dom.ts";
import { getJson, wordsOf } from "../map/http.ts";
import { DEGREES, DRAWN_IN, featuresOf, makeMap, motionMs } from "../map/make.ts";
import type { Box } from "../map/window.ts";
import { t } from "../map/words.ts";
import type { Pin, Place, PlanConfig } from "./config.ts";
import { Divider } from "./divider.ts";
import { SHOWN, markLook, pinLook } from "./looks.ts";
import { type Picture, groundLayers, sideLayers } from "./side.ts";

export type Manner = "swipe" | "beside";

const ONE = "side-one";
const TWO = "side-two";
const PLACE_ZOOM = 16.5;
const CHINA: Box = [73, 18, 135, 54];

export class Pair {
  readonly maps: OlMap[] = [];
  private readonly divider = new Divider((percent) => this.cut(percent));
  private readonly halves = [element("div", { class: "half west" }), element("div", { class: "half east" })] as const;
  private readonly pins = new VectorSource<Feature>();
  private readonly shown = new VectorSource<Feature>();
  private readonly buttons = new Map<Manner, HTMLButtonElement>();
  private manner: Manner = "beside";

  constructor(
    private readonly box: HTMLElement,
    private readonly config: PlanConfig,
  ) {}

  /** Fetch the land and draw it. */
  async open(): Promise<void> {
    let picture: Picture;
    try {
      picture = await getJson<Picture>(this.config.land);
    } catch (error) {
      this.box.append(element("p", { class: "trouble", role: "alert" }, wordsOf(error)));
      this.box.dataset.state = "refused";
      return;
    }
    this.fill();
    this.draw(picture);
    this.become((kept("plan-manner") as Manner | null) ?? (narrow() ? "swipe" : "beside"));
    this.maps[0]!.once("rendercomplete", () => (this.box.dataset.state = "complete"));
  }

  /** Show both sides in another way. */
  become(manner: Manner): void {
    this.manner = manner === "swipe" ? "swipe" : "beside";
    this.box.classList.toggle("swipe", this.manner === "swipe");
    this.box.classList.toggle("beside", this.manner === "beside");
    for (const [name, made] of this.buttons) made.setAttribute("aria-pressed", String(name === this.manner));
    for (const layer of this.maps[0]!.getLayers().getArray()) if (layer.getClassName() === TWO) layer.setVisible(this.manner === "swipe");
    // A map that nobody sees costs as much as one that is seen.
    this.maps[1]!.setTarget(this.manner === "beside" ? this.halves[1] : undefined);
    for (const map of this.maps) if (map.getTarget()) map.updateSize();
    this.cut(this.divider.percent);
  }

  /** Go to a place and mark it. */
  show(place: Place): void {
    const center = fromLonLat(place);
    this.shown.clear();
    this.shown.addFeature(new Feature(new Point(center)));
    const view = this.maps[0]?.getView();
    view?.animate({ center, zoom: Math.max(view.getZoom() ?? 0, PLACE_ZOOM), duration: motionMs() });
  }

  /** Draw the remarks, one that is about to be made among them. */
  setPins(pins: Pin[]): void {
    this.pins.clear();
    this.pins.addFeatures(pins.map((pin) => new Feature({ ...pin, place: null, geometry: new Point(fromLonLat(pin.place)) })));
  }

  /** Return the number of the remark at a pixel of a map, null where there is none. */
  pinAt(map: OlMap, pixel: number[]): number | null {
    const found = map.forEachFeatureAtPixel(pixel, (feature) => feature.get("number") as number | undefined, { hitTolerance: 4 });
    return found ?? null;
  }

  private fill(): void {
    const bar = element("div", { class: "bar", role: "group", "aria-label": t("对比方式") });
    const manners: [Manner, string][] = [["beside", t("并排")], ["swipe", t("卷帘")]];
    for (const [manner, words] of manners) {
      const made = button(words, () => {
        keep("plan-manner", manner);
        this.become(manner);
      });
      this.buttons.set(manner, made);
      bar.append(made);
    }
    const names = [
      element("span", { class: "of west" }, this.config.left),
      element("span", { class: "of east" }, this.config.right),
    ];
    this.box.replaceChildren(...this.halves, this.divider.box, ...names, bar, this.legend());
  }

  private legend(): HTMLElement {
    const words: [string, string][] = [["border", t("网格界")], ["moved", t("改划的土地")]];
    const has = (what: string) => this.config.marks.some((mark) => mark.what === what);
    if (has("resolved")) words.push(["resolved", t("解决的问题")]);
    if (has("new")) words.push(["new", t("新增的问题")]);
    if (this.config.pins.length) words.push(["remark", t("批注")]);
    return element("div", { class: "legend" }, ...words.map(([name, told]) => element("span", { class: name }, told)));
  }

  private draw(picture: Picture): void {
    const labels = [this.config.left, this.config.right];
    for (const [at, half] of this.halves.entries()) {
      const label = t("{side}的地图：可用方向键平移，用加号、减号缩放", { side: labels[at]! });
      const map = makeMap(half, { bounds: this.config.index?.bounds ?? CHINA, label, scaleLine: at === 0 });
      for (const layer of groundLayers(this.config, ONE)) map.addLayer(layer);
      this.maps.push(map);
    }
    const [one, two] = this.maps as [OlMap, OlMap];
    two.setView(one.getView());
    for (const layer of sideLayers(picture.left, picture, ONE)) one.addLayer(layer);
    for (const layer of sideLayers(picture.right, picture, TWO)) {
      layer.setZIndex((layer.getZIndex() ?? 0) + 10);
      one.addLayer(layer);
    }
    for (const layer of sideLayers(picture.right, picture, ONE)) two.addLayer(layer);
    const marks = this.config.marks.map((mark) => new Feature({ ...mark, place: null, geometry: new Point(fromLonLat(mark.place)) }));
    this.setPins(this.config.pins);
    for (const map of this.maps) {
      map.addLayer(new VectorLayer({ source: new VectorSource({ features: marks }), style: markLook, zIndex: 40, className: "marks" }));
      map.addLayer(new VectorLayer({ source: this.shown, style: SHOWN, zIndex: 41, className: "marks" }));
      map.addLayer(new VectorLayer({ source: this.pins, style: pinLook, zIndex: 42, className: "marks" }));
    }
    this.fit(picture);
    one.on("postrender", () => this.cut(this.divider.percent));
    new ResizeObserver(() => this.maps.forEach((map) => map.getTarget() && map.updateSize())).observe(this.box);
  }

  /** Show the grids that differ, else all that there are. */
  private fit(picture: Picture): void {
    const extent = createEmpty();
    const widen = (json: object) => {
      for (const feature of featuresOf(json) as Feature[]) {
        const geometry = feature.getGeometry();
        if (geometry) extend(extent, geometry.getExtent());
      }
    };
    widen(picture.left);
    widen(picture.right);
    if (isEmpty(extent)) widen(picture.same);
    const all = isEmpty(extent) ? transformExtent(this.config.index?.bounds ?? CHINA, DEGREES, DRAWN_IN) : extent;
    this.maps[0]!.updateSize();
    this.maps[0]!.getView().fit(all, { padding: [44, 24, 40, 24], maxZoom: 17, size: this.halfSize() });
  }

  /** Size of the smaller picture, so that the same view holds everything in both manners. */
  private halfSize(): number[] {
    const { clientWidth, clientHeight } = this.box;
    return [narrow() ? clientWidth : clientWidth / 2, clientHeight];
  }

  /** Let the left side show left of the divider and the right one right of it. */
  private cut(percent: number): void {
    const swiped = this.manner === "swipe";
    const port = this.maps[0]?.getViewport();
    for (const box of port?.querySelectorAll<HTMLElement>(`.${ONE}`) ?? []) {
      box.style.clipPath = swiped ? `inset(0 ${100 - percent}% 0 0)` : "";
    }
    for (const box of port?.querySelectorAll<HTMLElement>(`.${TWO}`) ?? []) {
      box.style.clipPath = swiped ? `inset(0 0 0 ${percent}%)` : "";
    }
  }
}

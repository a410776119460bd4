// Remarks pinned to places: a click on the map, or the middle of the map by keyboard, becomes the place of a new one.

import { toLonLat } from "ol/proj.js";

import { t } from "../map/words.ts";
import type { Pin, Place, PlanConfig } from "./config.ts";
import type { Pair } from "./pair.ts";

/** Let people point at places: from the form to the map, from a pin to its remark, from the list to the map. */
export function listenToPlaces(pair: Pair, box: HTMLElement, config: PlanConfig): void {
  for (const made of document.querySelectorAll<HTMLButtonElement>("button.place[data-place]")) {
    made.hidden = false;
    made.addEventListener("click", () => {
      pair.show(made.dataset.place!.split(",").map(Number) as Place);
      box.scrollIntoView({ block: "nearest" });
    });
  }
  const form = document.querySelector<HTMLFormElement>("#remark-form");
  if (form) new Pinning(pair, box, config, form).listen();
}

class Pinning {
  private readonly asks: HTMLButtonElement;
  private readonly said: HTMLElement;
  private placing = false;

  constructor(
    private readonly pair: Pair,
    private readonly box: HTMLElement,
    private readonly config: PlanConfig,
    private readonly form: HTMLFormElement,
  ) {
    this.asks = form.querySelector<HTMLButtonElement>("#pin-place")!;
    this.said = form.querySelector<HTMLElement>("#pin-said")!;
  }

  listen(): void {
    this.asks.hidden = false;
    this.asks.addEventListener("click", () => this.begin(!this.placing));
    for (const map of this.pair.maps) {
      map.on("singleclick", (event) => {
        if (this.placing) this.take(toLonLat(event.coordinate) as Place);
        else this.open(this.pair.pinAt(map, event.pixel));
      });
    }
    for (const half of this.box.querySelectorAll<HTMLElement>(".half")) {
      half.addEventListener("keydown", (event) => {
        if (!this.placing || event.target !== half) return;
        if (event.key === "Escape") this.begin(false);
        if (event.key === "Enter") this.take(toLonLat(this.pair.maps[0]!.getView().getCenter()!) as Place);
      });
    }
    const kept = [this.field("lon").value, this.field("lat").value].map(Number) as Place;
    if (this.field("lon").value && kept.every(Number.isFinite)) this.take(kept, false);
  }

  private begin(placing: boolean): void {
    this.placing = placing;
    this.box.classList.toggle("placing", placing);
    this.asks.setAttribute("aria-pressed", String(placing));
    if (!placing) return;
    this.said.textContent = t("请点击地图上的位置；用键盘时移动地图，按 Enter 取地图中心，按 Esc 取消。");
    this.box.scrollIntoView({ block: "nearest" });
    this.pair.maps[0]?.getTargetElement()?.focus();
  }

  private take([lon, lat]: Place, focus = true): void {
    this.begin(false);
    this.field("lon").value = lon.toFixed(6);
    this.field("lat").value = lat.toFixed(6);
    const number = Number(this.box.dataset.remarks ?? this.config.pins.length) + 1;
    const pin: Pin = { number, text: "", by: "", place: [lon, lat], resolved: false };
    this.pair.setPins([...this.config.pins, pin]);
    this.said.textContent = t("批注位置：{lon}, {lat}", { lon: lon.toFixed(5), lat: lat.toFixed(5) });
    if (focus) this.form.querySelector<HTMLTextAreaElement>("textarea")!.focus();
  }

  private open(number: number | null): void {
    const found = number === null ? null : document.querySelector<HTMLElement>(`.remarks [data-number="${number}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.focus();
  }

  private field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }
}

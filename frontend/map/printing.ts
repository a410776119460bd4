// The map on paper or as a file: the view with title, day, scale bar and note, on paper with its legend. A sheet is put
// over the page for as long as it is printed, whether by our button or by the browser's own command.

import type OlMap from "ol/Map.js";

import { element } from "./dom.ts";
import { type Imprint, drawn, pictureOf, savePicture } from "./picture.ts";

export class Printing {
  private sheet: HTMLElement | null = null;

  constructor(
    private readonly map: OlMap,
    private readonly imprint: () => Imprint,
    private readonly legend: () => HTMLElement,
  ) {
    window.addEventListener("beforeprint", () => this.layOut());
    window.addEventListener("afterprint", () => this.putAway());
  }

  /** Offer the view as a PNG file. */
  async save(name: string): Promise<void> {
    await drawn(this.map);
    await savePicture(pictureOf(this.map, this.imprint()), name);
  }

  /** Print the view with its legend; the page is as before when the dialogue closes. */
  async print(): Promise<void> {
    await drawn(this.map);
    this.layOut();
    window.print();
  }

  private layOut(): void {
    if (this.sheet) return;
    const canvas = pictureOf(this.map, this.imprint());
    canvas.setAttribute("role", "img");
    this.sheet = element("div", { id: "print-sheet" }, canvas, this.legend());
    document.body.append(this.sheet);
  }

  private putAway(): void {
    this.sheet?.remove();
    this.sheet = null;
  }
}

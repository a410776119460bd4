// A stroke of the pointer over the map, without moving the map: one finger or the main button; a second finger ends it,
// so that two fingers still move the map.

import PointerInteraction from "ol/interaction/Pointer.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";

export interface StrokeActions {
  /** False: nothing begins here. */
  begin(at: number[], event: PointerEvent): boolean;
  go(at: number[]): void;
  end(): void;
  cancel(): void;
}

type Event = MapBrowserEvent<PointerEvent>;

export class Stroke extends PointerInteraction {
  private drawing = false;

  constructor(private readonly actions: StrokeActions) {
    super();
  }

  override handleDownEvent(event: Event): boolean {
    const { originalEvent } = event;
    if (this.targetPointers.length > 1) {
      this.cancel();
      return false;
    }
    if (originalEvent.button !== 0 || !originalEvent.isPrimary) return false;
    this.drawing = this.actions.begin(event.coordinate, originalEvent);
    return this.drawing;
  }

  override handleDragEvent(event: Event): void {
    if (this.targetPointers.length > 1) return this.cancel();
    if (this.drawing) this.actions.go(event.coordinate);
  }

  override handleUpEvent(_event: Event): boolean {
    if (this.drawing) {
      this.drawing = false;
      this.actions.end();
    }
    return false;
  }

  cancel(): void {
    if (!this.drawing) return;
    this.drawing = false;
    this.actions.cancel();
  }
}

// The divider of a swiped map: moved by mouse, by touch and by keys.

import { element } from "../map/dom.ts";
import { t } from "../map/words.ts";

const STEPS: Record<string, number> = {
  ArrowLeft: -2,
  ArrowDown: -2,
  ArrowRight: 2,
  ArrowUp: 2,
  PageDown: -10,
  PageUp: 10,
  Home: -100,
  End: 100,
};

/** Return where a key moves the divider from `percent`; null for a key that is not its own. */
export function moved(percent: number, key: string): number | null {
  const step = STEPS[key];
  return step === undefined ? null : Math.min(Math.max(percent + step, 0), 100);
}

export class Divider {
  readonly box = element("div", {
    class: "divider",
    role: "slider",
    tabindex: 0,
    "aria-orientation": "horizontal",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-label": t("前后分界线：用方向键移动"),
  });
  percent = 50;

  constructor(private readonly heard: (percent: number) => void) {
    const { box } = this;
    box.addEventListener("keydown", (event) => {
      const to = moved(this.percent, event.key);
      if (to === null || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.put(to);
    });
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      box.focus();
      event.preventDefault();
    });
    box.addEventListener("pointermove", (event) => {
      if (!box.hasPointerCapture(event.pointerId)) return;
      const frame = box.parentElement!.getBoundingClientRect();
      this.put((100 * (event.clientX - frame.left)) / frame.width);
    });
    this.say();
  }

  /** Put the divider at a share of the width. */
  put(percent: number): void {
    this.percent = Math.min(Math.max(percent, 0), 100);
    this.say();
    this.heard(this.percent);
  }

  private say(): void {
    const shown = Math.round(this.percent);
    this.box.style.left = `${this.percent}%`;
    this.box.setAttribute("aria-valuenow", String(shown));
    this.box.setAttribute("aria-valuetext", t("左侧占 {n}%", { n: shown }));
  }
}

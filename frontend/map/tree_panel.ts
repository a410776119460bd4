// The layer tree, which is the legend at once: every switch shows the signs that it puts on the map.

import { element } from "./dom.ts";
import type { LayerTree, Switch } from "./layers.ts";
import { FAMILIES } from "./styles/findings.ts";
import { COMPOUNDS, signPicture } from "./styles/places.ts";
import { term, termsOf } from "./terms.ts";
import type { BaseMapConfig } from "./window.ts";
import { t } from "./words.ts";

export interface Grounds {
  list: BaseMapConfig[];
  chosen(): string;
  choose(id: string): void;
}

const GROUPS: [Switch["group"], () => string][] = [
  ["problems", () => t("问题")],
  ["borders", () => t("界线")],
  ["places", () => t("小区与设施")],
];

/** Fill the panel; `changed` is told of every switch. Returns a function that shows the switches as they now are. */
export function fillTree(panel: HTMLElement, tree: LayerTree, grounds: Grounds, changed: () => void): () => void {
  const boxes = new Map<string, HTMLInputElement>();
  for (const [group, title] of GROUPS) {
    const rows = tree.switches.filter((each) => each.group === group).map((each) => row(each, tree, boxes, changed));
    panel.append(element("fieldset", {}, element("legend", {}, title()), ...rows));
  }
  const chosen = element("select", { "aria-label": t("底图") });
  if (grounds.list.length > 1) {
    for (const ground of grounds.list) chosen.append(new Option(ground.name, ground.id));
    chosen.addEventListener("change", () => {
      grounds.choose(chosen.value);
      changed();
    });
    panel.append(element("fieldset", {}, element("legend", {}, t("底图")), chosen));
  }
  const show = () => {
    for (const [id, box] of boxes) box.checked = tree.isOn(id);
    chosen.value = grounds.chosen();
  };
  show();
  return show;
}

function row(each: Switch, tree: LayerTree, boxes: Map<string, HTMLInputElement>, changed: () => void): HTMLElement {
  const box = element("input", { type: "checkbox", id: `layer-${each.id}` });
  boxes.set(each.id, box);
  box.addEventListener("change", () => {
    tree.set(each.id, box.checked);
    changed();
  });
  const name = element("label", { for: box.id }, box, swatch(each.id), each.name);
  const signs = signsOf(each.id);
  const opacity = opacitySlider(each, tree);
  if (!signs.length) return element("div", { class: "layer" }, name, opacity);
  const more = element("details", {}, element("summary", {}, t("图例")), element("ul", {}, ...signs), opacity);
  return element("div", { class: "layer" }, name, more);
}

function opacitySlider(each: Switch, tree: LayerTree): HTMLElement | null {
  if (each.id !== "compound") return null;
  const slider = element("input", { type: "range", min: 20, max: 100, step: 10, "aria-label": t("{name}不透明度", { name: each.name }) });
  slider.value = String(Math.round(tree.opacity(each.id) * 100));
  slider.addEventListener("input", () => tree.setOpacity(each.id, Number(slider.value) / 100));
  return element("label", { class: "opacity" }, t("不透明度"), slider);
}

/** The signs of what the map shows now, for a sheet of paper. */
export function legendOf(tree: LayerTree): HTMLElement {
  const list = element("ul", { class: "legend" });
  for (const { id, name } of tree.switches) {
    if (!tree.isDrawn(id)) continue;
    const signs = signsOf(id);
    if (signs.length) list.append(element("li", { class: "of-several" }, element("strong", {}, name)), ...signs);
    else list.append(element("li", {}, swatch(id), name));
  }
  return list;
}

const swatch = (name: string) => element("span", { class: `swatch ${name}`, "aria-hidden": "true" });

function signsOf(id: string): HTMLElement[] {
  const line = (sign: HTMLElement, words: string) => element("li", {}, sign, words);
  if (id === "compound") {
    const looks = Object.keys(COMPOUNDS).filter((look) => look !== "unknown");
    const words = (look: string) => (look === "doubtful" ? t("待核实") : term("Fit", look));
    return looks.map((look) => line(swatch(`compound-${look}`), words(look)));
  }
  if (id === "station") {
    return Object.entries(termsOf("StationKind")).map(([kind, words]) => line(picture(kind), words));
  }
  if (id === "road") return Object.entries(termsOf("RoadRank")).map(([rank, words]) => line(swatch(`road-${rank}`), words));
  if (id === "finding-clear") {
    const families = [...new Set(Object.values(FAMILIES))];
    return families.map((family) => line(swatch(`family-${family}`), kindsOf(family)));
  }
  return [];
}

/** Names of the kinds that share a mark. */
function kindsOf(family: string): string {
  const kinds = Object.keys(FAMILIES).filter((kind) => FAMILIES[kind] === family);
  return kinds.map((kind) => term("FindingKind", kind)).join("、");
}

function picture(kind: string): HTMLElement {
  return element("img", { src: signPicture(kind), alt: "", width: 16, height: 16 });
}

// The trade-off between moving few households and keeping grids near the wanted size, as a small chart: each point a
// proposal that nothing beats in both.

import { whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Choice } from "./asking.ts";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, BOTTOM, EDGE] = [300, 190, 46, 34, 14];

function drawn(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}

/** Draw the points; one is chosen by click, by Enter, or by arrows from point to point. */
export function frontChart(choices: readonly Choice[], chosen: (choice: Choice) => void): SVGElement {
  const [most, least] = [Math.max(...choices.map((each) => each.households_moved)), Math.min(...choices.map((each) => each.households_moved))];
  const [worst, best] = [Math.max(...choices.map((each) => each.households_off_size)), Math.min(...choices.map((each) => each.households_off_size))];
  const x = (moved: number) => LEFT + ((moved - least) / Math.max(most - least, 1)) * (WIDTH - LEFT - EDGE);
  const y = (off: number) => EDGE + ((worst - off) / Math.max(worst - best, 1)) * (HEIGHT - BOTTOM - EDGE);
  const chart = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "front", role: "group", "aria-label": t("权衡：横轴改归户数，纵轴偏离标准的户数") });
  chart.append(
    drawn("path", { d: `M${LEFT} ${EDGE}V${HEIGHT - BOTTOM}H${WIDTH - EDGE / 2}`, class: "axis" }),
    drawn("text", { x: WIDTH - EDGE / 2, y: HEIGHT - 6, "text-anchor": "end" }, t("改归户数 →")),
    drawn("text", { x: 4, y: 11 }, t("↑ 偏离标准户数")),
    drawn("text", { x: LEFT, y: HEIGHT - BOTTOM + 13, "text-anchor": "middle" }, whole(least)),
    drawn("text", { x: LEFT - 4, y: EDGE + 12, "text-anchor": "end" }, whole(worst)),
    drawn("text", { x: LEFT - 4, y: HEIGHT - BOTTOM, "text-anchor": "end" }, whole(best)),
  );
  if (most > least) chart.append(drawn("text", { x: WIDTH - EDGE, y: HEIGHT - BOTTOM + 13, "text-anchor": "end" }, whole(most)));
  const ordered = [...choices].sort((a, b) => a.households_moved - b.households_moved);
  chart.append(drawn("polyline", { points: ordered.map((each) => `${x(each.households_moved)},${y(each.households_off_size)}`).join(" "), class: "line" }));
  for (const each of ordered) {
    const words = t("第 {n} 个：改归 {moved} 户，偏离 {off} 户", { n: each.number, moved: whole(each.households_moved), off: whole(each.households_off_size) });
    const point = drawn("circle", { cx: x(each.households_moved), cy: y(each.households_off_size), r: 7, tabindex: 0, role: "button", "aria-label": words });
    point.append(drawn("title", {}, words));
    point.addEventListener("click", () => chosen(each));
    point.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      chosen(each);
    });
    chart.append(point);
  }
  return chart;
}

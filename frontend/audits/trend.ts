// How many compounds were crossed after each audit, as a small line: 44 → 0.

import { element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { TrendPoint } from "./feed.ts";

const WIDTH = 120;
const HEIGHT = 26;
const SVG = "http://www.w3.org/2000/svg";

/** Coordinates of the line in a box of WIDTH × HEIGHT, zero at the bottom. */
export function lineOf(trend: readonly TrendPoint[]): [x: number, y: number][] {
  const counts = trend.map((point) => point.clear + point.doubtful);
  const highest = Math.max(...counts, 1);
  const step = counts.length > 1 ? WIDTH / (counts.length - 1) : 0;
  return counts.map((count, n) => [Math.round(n * step * 10) / 10, Math.round(HEIGHT * (1 - count / highest) * 10) / 10]);
}

/** Draw the trend; null below two runs. */
export function trendChart(trend: readonly TrendPoint[]): HTMLElement | null {
  const [first, last] = [trend[0], trend.at(-1)];
  if (!first || !last || trend.length < 2) return null;
  const [from, to] = [first.clear + first.doubtful, last.clear + last.doubtful];
  const chart = document.createElementNS(SVG, "svg");
  chart.setAttribute("viewBox", `-3 -3 ${WIDTH + 6} ${HEIGHT + 6}`);
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", t("被穿过的小区从 {from} 个变为 {to} 个", { from, to }));
  const points = lineOf(trend);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  const dot = document.createElementNS(SVG, "circle");
  const [x, y] = points.at(-1) ?? [0, 0];
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 2.6 })) dot.setAttribute(name, String(value));
  chart.append(line, dot);
  const figures = element("span", { "aria-hidden": "true" }, `${from} → ${to}`);
  return element("figure", { class: "trend", title: t("被网格线穿过的小区，历次检查") }, chart, figures);
}

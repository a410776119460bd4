// The map page: the map and everything around it, put together.

import { makeMap } from "./make.ts";
import type { PageConfig } from "./window.ts";

const config = JSON.parse(document.getElementById("map-config")?.textContent ?? "{}") as PageConfig;
const target = document.getElementById("map");
if (target) {
  const map = makeMap(target, { bounds: [120.4, 36.0, 120.6, 36.3], label: config.district.name });
  map.once("rendercomplete", () => (target.dataset.state = "complete"));
}

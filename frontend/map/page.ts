// The map page: read what the server told, ask which tiles there are, and begin.

import { mountWorklist } from "../audits/worklist.ts";
import { element, required } from "./dom.ts";
import { wordsOf } from "./http.ts";
import { listenToKeys } from "./keys.ts";
import { zoneOf } from "./frames.ts";
import { CHINA, LiveMap } from "./live.ts";
import { readShown } from "./permalink.ts";
import { learnTerms } from "./terms.ts";
import { tileIndex } from "./tiles.ts";
import { keepFresh } from "./watching.ts";
import type { PageConfig } from "./window.ts";
import { t } from "./words.ts";

async function begin(config: PageConfig): Promise<void> {
  learnTerms(config.terms);
  const shown = readShown(location.search);
  const index = await tileIndex(config.urls.tiles, config.district.code, shown.asOf);
  // A district in which nothing lies yet has no zone of its own: that of the map's middle serves.
  const [west, , east] = index.bounds ?? CHINA;
  config.zone ??= zoneOf(Math.round((west + east) / 6));
  const live = new LiveMap(config, index, shown);
  listenToKeys(live);
  void mountWorklist(live.frame.worklist, live, config);
  keepFresh(live);
  live.map.once("rendercomplete", () => {
    live.frame.map.dataset.state = "complete";
    performance.mark("map-complete");
  });
}

function failed(error: unknown): void {
  const again = element("a", { href: location.href }, t("重新打开"));
  required("map").replaceChildren(element("div", { class: "failed", role: "alert" }, element("p", {}, wordsOf(error)), again));
}

required("no-script").remove();
const config = JSON.parse(required("map-config").textContent ?? "{}") as PageConfig;
begin(config).catch(failed);

// The map page: read what the server told, ask which tiles there are, and begin.

import { element, required } from "./dom.ts";
import { wordsOf } from "./http.ts";
import { listenToKeys } from "./keys.ts";
import { zoneOf } from "./frames.ts";
import { CHINA, LiveMap } from "./live.ts";
import { type Shown, readShown } from "./permalink.ts";
import { learnTerms } from "./terms.ts";
import { type TileIndex, tileIndex } from "./tiles.ts";
import { keepFresh } from "./watching.ts";
import type { Box, PageConfig } from "./window.ts";
import { t } from "./words.ts";

const LIST_AT_LAST_MS = 1_500;

async function begin(config: PageConfig): Promise<void> {
  learnTerms(config.terms);
  const shown = readShown(location.search);
  const index = toldIndex(config, shown) ?? (await tileIndex(config.urls.tiles, config.district.code, shown.asOf));
  // A district in which nothing lies yet has no zone of its own: that of the map's middle serves.
  const home = index.bounds ?? (await boundsToday(config, shown)) ?? CHINA;
  const [west, , east] = home;
  config.zone ??= zoneOf(Math.round((west + east) / 6));
  const live = new LiveMap(config, index, shown, home);
  listenToKeys(live);
  keepFresh(live);
  live.map.once("rendercomplete", () => {
    live.frame.map.dataset.state = "complete";
    performance.mark("map-complete");
  });
  openList(live, config, shown).catch((error: unknown) => {
    live.frame.worklist.replaceChildren(element("p", { class: "nothing", role: "alert" }, wordsOf(error)));
  });
}

/** The index that came with the page, where it is of the day that is shown. */
function toldIndex({ index }: PageConfig, { asOf }: Shown): TileIndex | null {
  return index && (index.as_of === null) === (asOf === null) ? index : null;
}

/** Where the district lies today: the place to look at on a day that has no borders yet. */
async function boundsToday(config: PageConfig, { asOf }: Shown): Promise<Box | null> {
  return asOf === null ? null : (await tileIndex(config.urls.tiles, config.district.code, null)).bounds;
}

/** Open the list beside the map: after the first picture, unless the address names a finding, or it takes its time. */
async function openList(live: LiveMap, config: PageConfig, { finding }: Shown): Promise<void> {
  const { worklist } = live.frame;
  worklist.classList.add("worklist");
  worklist.replaceChildren(element("p", { class: "nothing", role: "status" }, t("正在读取清单…")));
  if (finding === null) {
    await new Promise<void>((resolve) => {
      live.map.once("rendercomplete", () => resolve());
      window.setTimeout(resolve, LIST_AT_LAST_MS);
    });
  }
  const { mountWorklist } = await import("../audits/worklist.ts");
  await mountWorklist(worklist, live, config);
}

function failed(error: unknown): void {
  const again = element("a", { href: location.href }, t("重新打开"));
  required("map").replaceChildren(element("div", { class: "failed", role: "alert" }, element("p", {}, wordsOf(error)), again));
}

required("no-script").remove();
const config = JSON.parse(required("map-config").textContent ?? "{}") as PageConfig;
begin(config).catch(failed);

// The pages of plans in the browser: maps of both sides, places to point at. Lists, forms and figures need none of it.

import { readConfig } from "./config.ts";
import { Pair } from "./pair.ts";
import { listenToPlaces } from "./remarks.ts";

const box = document.getElementById("pair");
if (box) {
  const config = readConfig();
  const pair = new Pair(box, config);
  void pair.open().then(() => {
    if (pair.maps.length) listenToPlaces(pair, box, config);
  });
}

// Land that lies in another grid than where the plan began: hatched. Which land that is, the comparison of the plan with
// its base says; asked for when the hand rests, because it is no part of an edit.

import { getJson, isAborted } from "../map/http.ts";
import type { Geometry } from "../map/window.ts";
import type { Board } from "./board.ts";

const REST_MS = 1_200;
/** The longer the last answer took, the longer the hand must rest before the next question. */
const PATIENCE = 4;

interface Compared {
  crosswalk: { kept: boolean; noise: boolean; geometry?: Geometry | null }[];
}

export function showMoved(board: Board): void {
  let resting = 0;
  let known = -1;
  let asking: AbortController | null = null;
  let took_ms = 0;

  const look = async () => {
    const { version, number, id } = board.plan;
    if (version === known || !board.online) return;
    asking?.abort();
    asking = new AbortController();
    if (number === 0) {
      known = version;
      return board.drawing.showChanged([]);
    }
    const asked = performance.now();
    try {
      const base = encodeURIComponent(board.config.plan.baseAt);
      const url = `${board.config.urls.api}compare/?left=${base}&right=${id}&shapes=true`;
      const { crosswalk } = await getJson<Compared>(url, asking.signal);
      known = version;
      took_ms = performance.now() - asked;
      const moved = crosswalk.filter(({ kept, noise }) => !kept && !noise);
      board.drawing.showChanged(moved.flatMap(({ geometry }) => (geometry ? [geometry] : [])));
    } catch (error) {
      // Hatching is an extra: what failed is asked for again after the next step.
      if (!isAborted(error)) known = -1;
    }
  };
  const soon = () => {
    window.clearTimeout(resting);
    resting = window.setTimeout(() => void look(), Math.max(REST_MS, PATIENCE * took_ms));
  };
  board.on("land", soon);
  soon();
}

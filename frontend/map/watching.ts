// Look now and then whether something changed. Only while somebody is at the page: asking keeps a session alive, and a
// machine left alone must be signed out in time (等保: idle log-out).

import type { MapWindow } from "./window.ts";

const EVERY_MS = 60_000;
const AWAY_MS = 5 * 60_000;

export function keepFresh(live: MapWindow): void {
  let seen = Date.now();
  let looked = Date.now();
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    window.addEventListener(sign, () => (seen = Date.now()), { passive: true });
  }
  const look = () => {
    if (document.hidden || Date.now() - seen > AWAY_MS || Date.now() - looked < EVERY_MS / 2) return;
    looked = Date.now();
    // Nobody asked for this look: a network that is away for a moment is no news.
    live.refresh().catch(() => undefined);
  };
  window.setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    seen = Date.now();
    look();
  });
}

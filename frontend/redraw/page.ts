// The redraw editor's page: read what the server told, ask for the plan, and begin.

import { element, required } from "../map/dom.ts";
import { wordsOf } from "../map/http.ts";
import { fillReadout } from "../map/readout.ts";
import { zoneOf } from "../map/frames.ts";
import { learnTerms } from "../map/terms.ts";
import { Tiles, tileIndex } from "../map/tiles.ts";
import { t } from "../map/words.ts";
import { Choice } from "./assigning/choice.ts";
import { Lasso } from "./assigning/lasso.ts";
import { Paint } from "./assigning/paint.ts";
import { Pick } from "./assigning/pick.ts";
import { Board } from "./board.ts";
import { PlanCalls } from "./calls.ts";
import type { RedrawConfig } from "./editor.ts";
import { GridList } from "./grids.ts";
import { History } from "./history.ts";
import { listenToKeys } from "./keys.ts";
import { showMoved } from "./moved.ts";
import { NumbersPanel } from "./numbers.ts";
import { Standing } from "./standing.ts";
import { openStore } from "./store.ts";
import { mountPanels, tools } from "./tools/index.ts";

async function begin(config: RedrawConfig): Promise<void> {
  learnTerms(config.terms);
  const calls = new PlanCalls(`${config.urls.api}plans/${config.plan.id}/`);
  const [told, store, tiles] = await Promise.all([calls.start(), openStore(), tilesOf(config)]);
  const [west, , east] = told.bounds;
  config.zone ??= zoneOf(Math.round((west + east) / 6));
  const board = new Board(config, told, calls, store, tiles);
  board.map.once("rendercomplete", () => {
    board.shell.map.dataset.state = "complete";
    performance.mark("map-complete");
  });
  fillReadout(board.shell.readout, board.map, config.zone, config.note);
  const choice = new Choice(board);
  const standing = new Standing(board);
  standing.lasting = store.lasting;
  new NumbersPanel(board);
  const grids = new GridList(board);
  new History(board);
  const several = () => choice.several;
  const own = [new Pick(several), new Lasso(several), new Paint((units) => board.drawing.showPicked(units))];
  for (const tool of [...own, ...tools]) {
    board.tools.push(tool);
    board.shell.addTool(tool);
  }
  board.on("selection", () => {
    board.drawing.showPicked(board.selection.units);
    board.drawing.showTarget(board.selection.target);
  });
  board.on("land", () => {
    board.drawing.showPicked(board.selection.units);
    board.drawing.showTarget(board.selection.target);
    board.shell.countTab("problems", board.problems.crossed.length);
  });
  listenToKeys(board, choice, grids);
  mountPanels(board);
  board.shell.openTab("problems");
  board.shell.countTab("problems", board.problems.crossed.length);
  board.use("pick");
  board.zoomWhole(false);
  board.selection.restore(
    (number) => board.land.units.getFeatureById(number) !== null,
    (code) => board.numbers.has(code),
  );
  showMoved(board);
  await board.steps.begin();
}

/** Buildings and community borders come as tiles; without them the plan's own land is still there. */
async function tilesOf(config: RedrawConfig): Promise<Tiles | null> {
  try {
    const index = config.index ?? (await tileIndex(config.urls.tiles, config.district.code, null));
    return new Tiles({ url: config.urls.tiles, district: config.district.code, asOf: null }, index);
  } catch {
    return null;
  }
}

function failed(error: unknown): void {
  const again = element("a", { href: location.href }, t("重新打开"));
  required("map").replaceChildren(element("div", { class: "failed", role: "alert" }, element("p", {}, wordsOf(error)), again));
}

required("no-script").remove();
const config = JSON.parse(required("redraw-config").textContent ?? "{}") as RedrawConfig;
begin(config).catch(failed);

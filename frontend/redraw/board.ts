// The editor: the plan as it stands, what is picked, previewed and on its way, and everything that tools and panels may
// ask. What it does with the server stands in steps.ts, what it draws in drawing.ts.

import type OlMap from "ol/Map.js";

import { isAborted } from "../map/http.ts";
import { makeMap, showBox } from "../map/make.ts";
import { Notices } from "../map/notices.ts";
import type { Tiles } from "../map/tiles.ts";
import type { Box } from "../map/window.ts";
import { t } from "../map/words.ts";
import { type PlanCalls, Refused, refusedHere } from "./calls.ts";
import { Drawing } from "./drawing.ts";
import type {
  Delta,
  Edit,
  Editor,
  EditorTold,
  FindingsTold,
  GridNumbers,
  Happening,
  Outcome,
  PanelId,
  Place,
  PlanInfo,
  Problems,
  RedrawConfig,
  Refusal,
  Tool,
} from "./editor.ts";
import { estimate } from "./estimate.ts";
import { Land } from "./land.ts";
import { Picks } from "./picks.ts";
import { Shell } from "./shell.ts";
import { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

const CLOSEST = 17;

export class Board implements Editor {
  readonly map: OlMap;
  readonly land = new Land();
  readonly numbers = new Map<string, GridNumbers>();
  readonly selection: Picks;
  readonly shell: Shell;
  readonly steps: Steps;
  readonly drawing: Drawing;
  readonly tools: Tool[] = [];
  readonly notices: Notices;
  problems: Problems;
  findings: FindingsTold;
  locks = new Set<string>();
  previewed: Delta | null = null;
  readonly plan: PlanInfo;
  private bounds: Box;
  private crossed = new Set<string>();
  private tool: Tool | null = null;
  private asking: AbortController | null = null;
  private readonly heard = new Map<Happening, Set<() => void>>();
  private askedAt = 0;

  constructor(
    readonly config: RedrawConfig,
    told: EditorTold,
    readonly calls: PlanCalls,
    store: Store,
    tiles: Tiles | null,
  ) {
    const { version, number, total, state, may, district, communities, size } = told;
    this.plan = { ...config.plan, version, number, total, state, may, district, communities, size };
    this.bounds = told.bounds;
    this.problems = told.problems;
    this.findings = told.findings;
    this.shell = new Shell(
      {
        undo: () => void this.undo(),
        redo: () => void this.redo(),
        whole: () => this.zoomWhole(),
        use: (id) => this.use(id),
        opened: () => this.ring("tab"),
        resized: () => this.map?.updateSize(),
      },
      { title: config.plan.title, url: config.urls.plan },
    );
    this.map = makeMap(this.shell.map, { bounds: told.bounds, label: t("方案地图：方向键平移，加号、减号缩放，空格点选中心处的单元，问号看全部按键") });
    this.notices = new Notices(this.shell.notices, config.urls.signIn, () => this.steps.signedInAgain());
    this.selection = new Picks(config.plan.id, () => this.ring("selection"));
    this.drawing = new Drawing(this.map, this.land, tiles, (compound) => this.crossed.has(compound));
    this.steps = new Steps(this, store);
    this.fill(told);
  }

  get writable(): boolean {
    return this.plan.may.edit && this.plan.state === "draft";
  }

  get online(): boolean {
    return this.steps.queue.online;
  }

  get inHand(): Tool | null {
    return this.tool;
  }

  /** Take in everything anew. */
  fill(told: EditorTold): void {
    const { version, number, total, state, may, communities, size } = told;
    Object.assign(this.plan, { version, number, total, state, may, communities, size });
    this.bounds = told.bounds;
    this.land.fill(told);
    this.numbers.clear();
    for (const { geometry: _geometry, ...numbers } of told.grids) this.numbers.set(numbers.code, numbers);
    this.locks = new Set(told.locks);
    this.told(told.problems, told.findings);
    this.drawing.tint();
    this.drawing.redraw();
    this.show(null);
    this.prune();
    this.ring("land");
    this.ring("locks");
    this.ring("history");
  }

  take({ delta }: { delta: Delta }): void {
    this.plan.version = delta.version;
    this.plan.number = delta.number;
    this.plan.total = delta.total;
    this.apply(delta);
    this.ring("history");
  }

  /** Put in what edits change: the server's word, or an estimate while it cannot be reached. */
  apply(delta: Delta): void {
    if (delta.grids.every(({ geometry }) => geometry === null) && delta.grids.length > 0) this.land.give(delta);
    else this.land.apply(delta);
    for (const code of delta.gone) this.numbers.delete(code);
    for (const { geometry: _geometry, ...numbers } of delta.grids) this.numbers.set(numbers.code, numbers);
    this.told(delta.problems, delta.findings);
    this.drawing.redraw();
    this.show(null);
    this.prune();
    this.ring("land");
  }

  async preview(edits: Edit[]): Promise<Delta> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.askedAt = performance.now();
    await this.steps.settled();
    if (asking.signal.aborted) throw new DOMException("another question came", "AbortError");
    if (this.online && this.steps.queue.waiting.length === 0) {
      try {
        return await this.calls.preview(edits, asking.signal);
      } catch (error) {
        if (isAborted(error) || error instanceof Refused) throw error;
        this.steps.unreached(error);
      }
    }
    const guess = this.estimate(edits);
    if (guess) return guess;
    throw refusedHere(t("离线时不能预览这项操作；连上网络后再试。"), "network.unreachable");
  }

  estimate(edits: readonly Edit[]): Delta | null {
    const { version, number, total, size } = this.plan;
    const { numbers, problems, findings } = this;
    const land = { unit: (each: number) => this.land.unit(each), unitsOf: (compound: string) => this.land.unitsOf(compound) };
    return estimate(edits, { version, number, total, size, numbers, problems, findings, ...land });
  }

  show(delta: Delta | null): void {
    if (delta === null) {
      this.asking?.abort();
      this.asking = null;
      if (this.previewed === null) return;
    }
    this.previewed = delta;
    this.drawing.showPreview(delta);
    this.ring("preview");
    if (delta) measured("preview", this.askedAt);
  }

  async commit(edits: Edit[], says: string): Promise<Outcome> {
    if (!this.writable) return this.refused({ rule: "plan.wrong_move", words: this.steps.whyNot(), place: null });
    this.show(null);
    const dropped = performance.now();
    const outcome = await this.steps.commit(edits, says);
    if (outcome.state === "stored") measured("step", dropped);
    return outcome.state === "refused" ? this.refused(outcome.refusal) : outcome;
  }

  undo(): Promise<Outcome> {
    return this.steps.undo();
  }

  redo(): Promise<Outcome> {
    return this.steps.redo();
  }

  async reload(): Promise<void> {
    this.fill(await this.calls.start());
  }

  async setLocks(codes: readonly string[]): Promise<void> {
    await this.steps.lock(codes);
  }

  on(happening: Happening, heard: () => void): () => void {
    const all = this.heard.get(happening) ?? new Set();
    this.heard.set(happening, all.add(heard));
    return () => all.delete(heard);
  }

  ring(happening: Happening): void {
    for (const heard of this.heard.get(happening) ?? []) heard();
  }

  say(words: string, manner: "info" | "error" = "info"): void {
    this.notices.say(words, manner);
  }

  refuse(refusal: Refusal): void {
    this.say(refusal.words, "error");
    this.drawing.showSpot(refusal.place);
    if (refusal.place) this.zoomTo([refusal.place], Math.max(this.map.getView().getZoom() ?? CLOSEST, 16));
  }

  trouble(error: unknown): void {
    if (isAborted(error)) return;
    if (error instanceof Refused) this.refuse(error.refusal);
    else this.notices.trouble(error);
  }

  use(toolId: string): void {
    const next = this.tools.find(({ id }) => id === toolId) ?? null;
    if (next === this.tool || (next && !this.writable && next.id !== "pick")) return;
    this.tool?.stop();
    this.show(null);
    this.tool = next;
    this.shell.showTool(next);
    next?.start(this);
    this.ring("tool");
  }

  panel(id: PanelId): HTMLElement {
    return this.shell.panel(id);
  }

  openPanel(id: PanelId): void {
    this.shell.openPanel(id);
  }

  zoomTo(where: Box | readonly Place[], maxZoom = CLOSEST): void {
    const box = typeof where[0] === "number" ? (where as Box) : boxOf(where as readonly Place[]);
    if (box) showBox(this.map, box, { maxZoom, padding: this.shell.covered() });
  }

  zoomWhole(animate = true): void {
    showBox(this.map, this.bounds, { padding: this.shell.covered(), animate });
  }

  url(path: string): string {
    return this.calls.url(path);
  }

  /** A grid as people call it. */
  nameOf(code: string): string {
    return code === "" ? t("未划入网格") : this.numbers.get(code)?.name || `…${code.slice(-3)}`;
  }

  private refused(refusal: Refusal): Outcome {
    this.refuse(refusal);
    return { state: "refused", refusal };
  }

  private told(problems: Problems, findings: FindingsTold): void {
    this.problems = problems;
    this.findings = findings;
    this.crossed = new Set(problems.crossed.map(({ compound }) => compound));
    this.drawing.showMarks(findings.new.flatMap(({ place }) => (place ? [place] : [])));
  }

  private prune(): void {
    const unit = (number: number) => this.land.units.getFeatureById(number) !== null;
    this.selection.prune(unit, (code) => this.numbers.has(code));
  }
}

/** Note how long the person waited until the next picture (tests/benchmarks/test_editor_speed.py reads it). */
function measured(what: "preview" | "step", start: number): void {
  requestAnimationFrame(() => performance.measure(`redraw-${what}`, { start }));
}

function boxOf(places: readonly Place[]): Box | null {
  if (places.length === 0) return null;
  const [lons, lats] = [places.map(([lon]) => lon), places.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

// Take a border between two grids and drag it: both move together, because it is one border. A corner where three grids
// meet moves all three of their borders. Numbers follow while the hand rests; letting go makes the edit.

import Feature from "ol/Feature.js";
import type Geometry from "ol/geom/Geometry.js";
import LineString from "ol/geom/LineString.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import VectorSource from "ol/source/Vector.js";

import { kept } from "../../map/dom.ts";
import { isAborted } from "../../map/http.ts";
import { t } from "../../map/words.ts";
import { Stroke } from "../assigning/stroke.ts";
import { Refused } from "../calls.ts";
import { middleOf } from "../drawing.ts";
import type { Edit, Editor, Tool } from "../editor.ts";
import { communityWords, inTheWay, inTheWayWords, sameCommunity } from "./border.ts";
import { SNAP_PX } from "./drawing_line.ts";
import * as looks from "./hand_looks.ts";
import { type XY, lengthOf, meetsItself, nearestOf, pushed, samples } from "./lines.ts";
import { changesNothing, nameOf } from "./offer.ts";
import { geoLine, placeOf, rimOf, seamsOf, snapped } from "./outlines.ts";
import { type Seam, type Seams, gripOf, moved, nodeMoves } from "./seams.ts";

const REACH_PX = 9;
const TOUCH_PX = 20;
const ASK_EVERY_MS = 160;
const STEP_PX = 8;
const FINE_PX = 1;
const OVER_ALL = 314;
const MOST_SAMPLES = 60;

const UNCHANGED = () => t("界线没有变：拖过的地方是完整的小区，小区整体归大部分所在的一边。");

/** A border in the hand. */
interface Held {
  seam: Seam;
  grip: { vertex: number } | { segment: number };
  /** The node of three grids that moves, when the hand took one. */
  node: XY | null;
  /** The end of a border on the rim of the plan: it slides along the rim. */
  rim: XY[][] | null;
  at: XY;
  byKey: boolean;
}

export class Drag implements Tool {
  readonly id = "drag";
  readonly label = t("拖界线");
  readonly key = "D";
  readonly hint = t("按住两个网格之间的界线或角点拖动，两边一起变；松手即改。键盘：Enter 抓住中心处的界线，方向键移动，Enter 放下，Esc 放弃。");
  readonly icon = "M12 3v18M8 7l-4 5 4 5M16 7l4 5-4 5";
  private readonly shown = new VectorSource<Feature<Geometry>>();
  private readonly layer = new VectorLayer({ source: this.shown, style: looks.ofHand, zIndex: OVER_ALL, updateWhileInteracting: true, updateWhileAnimating: true });
  private readonly swept = new Feature<Geometry>({ part: "swept" });
  private readonly before = new Feature<Geometry>({ part: "before" });
  private readonly now = new Feature<Geometry>({ part: "now" });
  private readonly grip = new Feature<Geometry>({ part: "grip" });
  private readonly stroke = new Stroke({
    begin: (at, event) => this.begin(at as [number, number], event.pointerType === "touch" ? TOUCH_PX : REACH_PX),
    go: (at) => this.go(at as [number, number]),
    end: () => void this.end(),
    cancel: () => this.drop(),
  });
  private editor: Editor | null = null;
  private seams: Seams | null = null;
  private outline: { of: string; rim: XY[][] } | null = null;
  private held: Held | null = null;
  private asked = 0;
  /** Where the hand was when the server said that nothing would change. */
  private still: XY | null = null;
  private unhear: (() => void) | null = null;

  start(editor: Editor): void {
    this.editor = editor;
    editor.selection.clear();
    this.shown.addFeatures([this.swept, this.before, this.now, this.grip]);
    editor.map.addLayer(this.layer);
    editor.map.addInteraction(this.stroke);
    editor.map.on("pointermove", this.hover);
    document.addEventListener("keydown", this.arrows, true);
    this.unhear = editor.on("land", () => {
      this.seams = null;
      this.outline = null;
    });
  }

  stop(): void {
    this.drop();
    this.unhear?.();
    document.removeEventListener("keydown", this.arrows, true);
    this.editor?.map.un("pointermove", this.hover);
    this.editor?.map.removeInteraction(this.stroke);
    this.editor?.map.removeLayer(this.layer);
    this.editor?.map.getTargetElement()?.classList.remove("over-border");
    this.shown.clear();
    this.editor = null;
    this.seams = null;
  }

  pressed(event: KeyboardEvent): boolean {
    const { editor, held } = this;
    if (!editor) return false;
    if (event.key === "Escape" && held) {
      this.stroke.cancel();
      this.drop();
      return true;
    }
    if (event.key === "Enter") {
      if (held) void this.end();
      else if (!this.begin(middleOf(editor.map) as [number, number], TOUCH_PX, true)) editor.say(t("地图中心处没有两个网格之间的界线；请把十字移到界线上再按 Enter。"));
      return true;
    }
    return false;
  }

  /** Arrows move the border in the hand, not the map below it: heard before the map hears them. */
  private readonly arrows = (event: KeyboardEvent): void => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const { held } = this;
    if (!way || !held?.byKey || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = (event.shiftKey ? FINE_PX : STEP_PX) * this.resolution;
    this.go([held.at[0] + way[0]! * step, held.at[1] + way[1]! * step], true);
  };

  private get resolution(): number {
    return this.editor?.map.getView().getResolution() ?? 1;
  }

  private begin(at: [number, number], reachPx: number, byKey = false): boolean {
    const editor = this.editor!;
    this.seams ??= seamsOf(editor);
    const reach = reachPx * this.resolution;
    const taken = this.seams.grabbed(at, reach);
    if (!taken || taken.seam.pair.includes("")) return false;
    const { seam, foot } = taken;
    const lockedOne = seam.pair.find((code) => editor.locks.has(code));
    if (lockedOne) {
      editor.say(t("网格 {grid} 已锁定，先解锁再拖它的界线。", { grid: nameOf(editor, lockedOne) }));
      return false;
    }
    if (!sameCommunity(editor, seam.pair)) {
      editor.say(communityWords(editor, seam.pair));
      return false;
    }
    const grip = gripOf(seam.line, foot, at, reach);
    const held = this.heldOf(seam, grip, foot.at, byKey);
    if (!held) return false;
    this.held = held;
    this.draw();
    if (byKey) editor.say(t("已抓住 {one} 与 {other} 的界线；方向键移动（Shift 更细），Enter 放下，Esc 放弃。", this.names(seam)));
    return true;
  }

  /** What the hand holds at a grip; null (said why) where no edit can move it. */
  private heldOf(seam: Seam, grip: Held["grip"], at: XY, byKey: boolean): Held | null {
    const editor = this.editor!;
    const refused = (words: string) => {
      editor.refuse({ rule: "edit.border_leaves", words, place: placeOf(at) });
      return null;
    };
    if (this.seams!.between(...seam.pair).length > 1) {
      return refused(t("{one} 与 {other} 在几处相邻，拖动说不清是哪一段；请用“重画界线”或“涂抹”。", this.names(seam)));
    }
    const vertex = "vertex" in grip ? seam.line[grip.vertex]! : null;
    const met = vertex && !seam.closed ? this.seams!.at(vertex) : null;
    const held: Held = { seam, grip, node: null, rim: null, at: vertex ?? at, byKey };
    if (!met || met.size < 2 || (met.size === 2 && !met.has(""))) return held;
    if (met.has("")) return { ...held, rim: this.rimOfPair(seam.pair) };
    if (met.size === 3) return { ...held, node: vertex };
    return refused(t("这里有 {n} 个网格相接，不能一次拖动；请用“重画界线”分步改。", { n: met.size }));
  }

  private go(to: [number, number], exact = false): void {
    const { held } = this;
    if (!held) return;
    const free = exact || kept("redraw.snap") === "off" ? to : snapped(this.editor!.land.units, to, SNAP_PX * this.resolution);
    held.at = held.rim ? nearestOf(held.rim, to).at : free;
    this.draw();
    this.askSoon();
  }

  /** The border as it would run. */
  private line(held: Held): XY[] {
    return moved(held.seam.line, held.seam.closed, held.grip, held.at);
  }

  private draw(): void {
    const { held } = this;
    if (!held) {
      for (const feature of [this.swept, this.before, this.now, this.grip]) feature.setGeometry(undefined);
      return;
    }
    const line = this.line(held);
    const flat = (points: readonly XY[]) => points.map((point) => [...point]);
    this.before.setGeometry(new LineString(flat(held.seam.line)));
    this.now.setGeometry(new LineString(flat(line)));
    this.now.set("wrong", this.wrong(held) !== null, true);
    this.swept.setGeometry(new Polygon([flat([...line, ...[...held.seam.line].reverse(), line[0]!])]));
    this.grip.setGeometry(new Point([...held.at]));
  }

  /** Why the border cannot run so; null when it can as far as this page knows. */
  private wrong(held: Held): { words: string; at: XY } | null {
    const editor = this.editor!;
    if (held.node) {
      const inside = editor.land.gridAt([...held.at]);
      const grids = this.seams!.at(held.node)!;
      if (inside !== null && grids.has(inside)) return null;
      const words = t("角点只能在相接的三个网格里移动；{way} 挡在那里。", { way: inside ? nameOf(editor, inside) : t("方案范围以外") });
      return { words, at: held.at };
    }
    const line = this.line(held);
    const loop = held.seam.closed ? null : meetsItself(line);
    if (loop) return { words: t("界线会与自身相交；请换一个地方放下。"), at: loop };
    const near = this.nearGrip(held, line);
    const way = inTheWay(editor, held.seam.pair, near, samples(near, Math.max(4 * this.resolution, lengthOf(near) / MOST_SAMPLES)), () => this.rimOfPair(held.seam.pair));
    return way ? { words: inTheWayWords(editor, held.seam.pair, way.code), at: way.at } : null;
  }

  /** The outer lines of the two grids, looked up once as long as the land stays. */
  private rimOfPair(pair: Seam["pair"]): XY[][] {
    const of = pair.join("|");
    if (this.outline?.of !== of) this.outline = { of, rim: rimOf(this.editor!, pair) };
    return this.outline.rim;
  }

  /** The sides that move with the hand. */
  private nearGrip({ grip, seam }: Held, line: readonly XY[]): XY[] {
    const at = "segment" in grip ? grip.segment + 1 : grip.vertex;
    if (seam.closed && (at === 0 || at === line.length - 1)) return [line[line.length - 2]!, line[0]!, line[1]!];
    return line.slice(Math.max(at - 1, 0), at + 2);
  }

  /** What letting go would make: the first list that the server takes. */
  private ways(held: Held): Edit[][] {
    const edit = (one: string, other: string, line: readonly XY[]): Edit => ({ kind: "redraw_border", one, other, line: geoLine(line) });
    if (held.node) {
      const inside = this.editor!.land.gridAt([...held.at])!;
      const moves = nodeMoves(this.seams!, held.node, held.at, inside)?.map(({ one, other, line }) => edit(one, other, line));
      return moves ? [moves, moves.slice(0, 2)] : [];
    }
    const line = this.line(held);
    if (held.rim) {
      // The end goes a little beyond the rim, so that rounding does not take it back.
      const at = "vertex" in held.grip && held.grip.vertex === 0 ? 0 : line.length - 1;
      line[at] = pushed(at === 0 ? line[1]! : line[at - 1]!, line[at]!, 0.25);
    }
    return [[edit(...held.seam.pair, line)]];
  }

  private askSoon(): void {
    this.asked ||= window.setTimeout(() => {
      this.asked = 0;
      void this.preview();
    }, ASK_EVERY_MS);
  }

  private async preview(): Promise<void> {
    const { editor, held } = this;
    if (!editor || !held) return;
    const { at } = held;
    if (this.wrong(held)) return editor.show(null);
    for (const edits of this.ways(held)) {
      try {
        const delta = await editor.preview(edits);
        if (this.held !== held) return;
        this.still = changesNothing(delta) ? at : null;
        editor.show(this.still ? null : delta);
        return;
      } catch (error) {
        if (isAborted(error)) return;
        if (!(error instanceof Refused)) return editor.trouble(error);
      }
    }
    if (this.held === held) editor.show(null);
  }

  private async end(): Promise<void> {
    const { editor, held } = this;
    window.clearTimeout(this.asked);
    this.asked = 0;
    if (!editor || !held) return;
    const start = held.node ?? ("vertex" in held.grip ? held.seam.line[held.grip.vertex]! : null);
    if (start ? start[0] === held.at[0] && start[1] === held.at[1] : lengthOf(this.line(held)) === lengthOf(held.seam.line)) return this.drop();
    const wrong = this.wrong(held);
    if (wrong) {
      this.drop();
      return editor.refuse({ rule: "edit.border_leaves", words: wrong.words, place: placeOf(wrong.at) });
    }
    if (this.still === held.at) {
      this.drop();
      return editor.say(UNCHANGED());
    }
    performance.mark("border-dropped");
    this.held = null;
    try {
      await this.make(editor, held);
    } catch (error) {
      editor.trouble(error);
    }
    this.drop();
  }

  /** Make the first list of edits that would change something. */
  private async make(editor: Editor, held: Held): Promise<void> {
    const ways = this.ways(held);
    const says = held.node ? t("移动三个网格相接的角点") : t("拖动 {one} 与 {other} 的界线", this.names(held.seam));
    for (const [n, edits] of ways.entries()) {
      if (n + 1 < ways.length && !(await taken(editor, edits))) continue;
      const outcome = await editor.commit(edits, says);
      if (outcome.state === "stored" && outcome.delta && changesNothing(outcome.delta)) {
        editor.say(UNCHANGED());
      }
      return;
    }
    const words = t("这里有 {n} 个网格相接，不能一次拖动；请用“重画界线”分步改。", { n: this.seams?.at(held.node ?? held.at)?.size ?? 3 });
    editor.refuse({ rule: "edit.border_leaves", words, place: placeOf(held.at) });
  }

  private drop(): void {
    window.clearTimeout(this.asked);
    this.asked = 0;
    const had = this.held !== null;
    this.held = null;
    this.draw();
    if (had) this.editor?.show(null);
  }

  private names({ pair: [one, other] }: Seam): { one: string; other: string } {
    return { one: nameOf(this.editor!, one), other: nameOf(this.editor!, other) };
  }

  private readonly hover = (event: MapBrowserEvent): void => {
    const pointer = event.originalEvent as PointerEvent;
    if (this.held || event.dragging || pointer.pointerType === "touch" || !this.editor) return;
    this.seams ??= seamsOf(this.editor);
    const at = event.coordinate as [number, number];
    const taken = this.seams.grabbed(at, REACH_PX * this.resolution);
    this.editor.map.getTargetElement()?.classList.toggle("over-border", taken !== null);
    this.grip.setGeometry(taken ? new Point([...taken.foot.at]) : undefined);
  };
}

async function taken(editor: Editor, edits: Edit[]): Promise<boolean> {
  try {
    await editor.preview(edits);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

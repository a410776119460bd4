// Draw the border between two grids anew: along a wall, a road, or freely. Which two grids are meant follows from the
// line; the person can say otherwise.

import { t } from "../../map/words.ts";
import type { Editor } from "../editor.ts";
import { LineTool, joinedNotes, shortWords } from "./line_tool.ts";
import { type Joined, type XY, joinedTo, nearestOf, tally } from "./lines.ts";
import { type Asked, Offer, gridWords, nameOf, selectOf } from "./offer.ts";
import { geoLine, placeOf, rimOf, seamsOf } from "./outlines.ts";
import type { Seams } from "./seams.ts";

/** Map metres outside the two grids that rounding may bring a line which follows their outline. */
const BESIDE = 0.6;
const MOST_PAIRS = 6;

type Pair = readonly [one: string, other: string];

export class Border extends LineTool {
  readonly id = "border";
  readonly label = t("重画界线");
  readonly key = "E";
  readonly hint = t("画出两个网格之间的新界线；点在围墙或道路上会沿着它走（W），Q 开关吸附。");
  readonly icon = "M4 19c4-1 4-6 8-7s4-6 8-7M4 5h4M4 9h2M16 19h4M18 15h2";
  private seams: Seams | null = null;
  private unhear: (() => void) | null = null;

  override start(editor: Editor): void {
    super.start(editor);
    this.unhear = editor.on("land", () => (this.seams = null));
  }

  override stop(): void {
    super.stop();
    this.unhear?.();
    this.seams = null;
  }

  protected offered(line: XY[], done: () => void): Offer | null {
    const editor = this.editor!;
    this.seams ??= seamsOf(editor);
    const pairs = this.pairs(line, this.seams);
    if (pairs.length === 0) {
      const words = t("看不出这条线是同一社区哪两个网格的界线：请沿着或跨过它们现在的界线画。");
      editor.refuse({ rule: "edit.cut_misses", words, place: placeOf(line[0]!) });
      return null;
    }
    const judged = new Map(pairs.map((pair) => [pair.join("|"), this.judged(pair, line)]));
    const fitting = pairs.find((pair) => typeof judged.get(pair.join("|")) !== "string");
    if (!fitting) {
      const way = inTheWay(editor, pairs[0]!, line, this.samplesOf(line));
      const { short } = this.joined(pairs[0]!, line);
      const words = judged.get(pairs[0]!.join("|")) as string;
      editor.refuse({ rule: "edit.border_leaves", words, place: placeOf(way?.at ?? short?.at ?? line[0]!) });
      return null;
    }
    const options = pairs.map((pair): [string, string] => [pair.join("|"), pair.map((code) => gridWords(editor, code)).join(" / ")]);
    const choice = selectOf(t("哪两个网格的界线"), options, fitting.join("|"));
    const asked = () => judged.get(choice.select.value) ?? "";
    return new Offer(editor, { title: t("重画界线"), fields: [choice.field], confirm: t("改界线"), asked, done });
  }

  /** What the line makes of a pair; words where it does not fit the two. */
  private judged(pair: Pair, line: XY[]): Asked | string {
    const editor = this.editor!;
    const joined = this.joined(pair, line);
    if (joined.short) return shortWords(joined);
    const way = inTheWay(editor, pair, joined.line, this.samplesOf(joined.line));
    if (way) return inTheWayWords(editor, pair, way.code);
    const [one, other] = pair;
    const says = t("重画 {one} 与 {other} 的界线", { one: nameOf(editor, one), other: nameOf(editor, other) });
    return { edits: [{ kind: "redraw_border", one, other, line: geoLine(joined.line) }], says, notes: joinedNotes(joined) };
  }

  private joined(pair: Pair, line: XY[]): Joined {
    const inside = ([x, y]: XY) => pair.includes(this.editor!.land.gridAt([x, y]) ?? "-");
    return joinedTo(rimOf(this.editor!, pair), inside, line, this.reach);
  }

  /** Pairs of neighbours among the grids that the line runs through or along, the one with the nearest border first. */
  private pairs(line: XY[], seams: Seams): Pair[] {
    const { land } = this.editor!;
    const points = this.samplesOf(line);
    const through = tally(points, (point) => land.gridAt([...point]) || null).map(([code]) => code);
    const scored = new Map<string, { pair: Pair; away: number }>();
    for (const code of through) {
      for (const other of seams.beside(code)) {
        if (!other || !code) continue;
        const pair: Pair = code < other ? [code, other] : [other, code];
        if (scored.has(pair.join("|")) || !sameCommunity(this.editor!, pair)) continue;
        const borders = seams.between(...pair).map((each) => each.line);
        const away = points.reduce((sum, point) => sum + nearestOf(borders, point).away, 0) / points.length;
        const outside = points.filter((point) => !pair.includes(land.gridAt([...point]) ?? "-")).length / points.length;
        scored.set(pair.join("|"), { pair, away: away * (1 + 3 * outside) });
      }
    }
    return [...scored.values()].sort((a, b) => a.away - b.away).slice(0, MOST_PAIRS).map(({ pair }) => pair);
  }
}

/** Lines between communities are for another authority to draw: no edit of grids moves them. */
export function sameCommunity(editor: Editor, [one, other]: Pair): boolean {
  return editor.numbers.get(one)?.community === editor.numbers.get(other)?.community;
}

export function communityWords(editor: Editor, [one, other]: Pair): string {
  return t("{one} 与 {other} 属于不同社区，这里是社区界线；网格调整不能改动它。", { one: nameOf(editor, one), other: nameOf(editor, other) });
}

/** The first place between two stretches in the pair's land where a line runs through somebody else's; "" is nobody's. */
export function inTheWay(
  editor: Editor,
  pair: Pair,
  line: readonly XY[],
  points: readonly XY[],
  outline = () => rimOf(editor, pair),
): { code: string; at: XY } | null {
  const { land } = editor;
  const codes = points.map((point) => land.gridAt([...point]));
  const mine = (code: string | null) => code !== null && pair.includes(code);
  const [first, last] = [codes.findIndex(mine), codes.map(mine).lastIndexOf(true)];
  if (first < 0) return { code: codes[0] ?? "", at: points[0] ?? line[0]! };
  let rim: XY[][] | null = null;
  for (let n = first; n <= last; n += 1) {
    if (mine(codes[n] ?? null)) continue;
    rim ??= outline();
    if (nearestOf(rim, points[n]!).away <= BESIDE) continue;
    return { code: codes[n] ?? "", at: points[n]! };
  }
  return null;
}

export function inTheWayWords(editor: Editor, [one, other]: Pair, code: string): string {
  const names = { one: nameOf(editor, one), other: nameOf(editor, other) };
  if (code === "") return t("线画到了 {one}、{other} 之外的地方；界线只能在这两个网格里面。", names);
  const way = nameOf(editor, code);
  return t("网格 {way} 挡在中间：线画进了它，而这里只改 {one} 与 {other} 的界线。请分两步，先改与 {way} 的界线。", { ...names, way });
}


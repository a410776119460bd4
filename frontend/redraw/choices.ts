// A choice of the solver in words and numbers: what cards and proposals show of it alike. Under the hand it is drawn on
// the map; taken over it becomes operations.

import { element } from "../map/dom.ts";
import { areaWords, whole } from "../map/formats.ts";
import { isAborted } from "../map/http.ts";
import { t } from "../map/words.ts";
import { type Choice, type Proposal, previewEdit, takeOver } from "./asking.ts";
import { Refused } from "./calls.ts";
import type { Editor } from "./editor.ts";
import { nameOf } from "./tools/offer.ts";

const MOST_SIZES = 6;
const MOST_NAMES = 5;

/** Draw a choice on the map and tell its numbers, as long as the hand stays on it. */
export async function preview(editor: Editor, choice: Choice): Promise<void> {
  if (choice.moves.length === 0) return editor.show(null);
  try {
    editor.show(await editor.preview([previewEdit(choice)]));
  } catch (error) {
    // What a choice cannot show it can still tell in numbers.
    if (!isAborted(error) && !(error instanceof Refused)) editor.trouble(error);
  }
}

/** Take a choice over; true when it was made. */
export async function take(editor: Editor, proposal: Proposal, choice: Choice, says: string): Promise<boolean> {
  try {
    editor.show(null);
    await takeOver(editor, proposal, choice);
    editor.say(t("已采用：{says}。可用 Ctrl+Z 撤销。", { says }));
    return true;
  } catch (error) {
    editor.trouble(error);
    return false;
  }
}

/** Whether a choice can be taken over, as it was checked. */
export function canTake({ check, moves, option }: Choice): boolean {
  return moves.length > 0 && check.refusal === null && option?.possible !== false;
}

/** Households of the grids that change, before and after, with a sign where one is out of its band. */
export function sizeRows(editor: Editor, { sizes }: Choice): HTMLElement {
  const changed = sizes.filter(({ before, after }) => before !== after);
  const rows = changed.slice(0, MOST_SIZES).map(({ grid, before, after, low, high, hard }) => {
    const sign = hard !== undefined && after > hard ? "▲▲ " : high !== undefined && after > high ? "▲ " : low !== undefined && after < low ? "▼ " : "";
    const manner = sign ? "worse" : null;
    return element("li", { class: manner }, t("{grid}：{before} → {after} 户", { grid: nameOf(editor, grid), before: whole(before), after: `${sign}${whole(after)}` }));
  });
  if (changed.length > MOST_SIZES) rows.push(element("li", {}, t("还有 {n} 个网格", { n: changed.length - MOST_SIZES })));
  return element("ul", { class: "sizes" }, ...rows);
}

/** What a choice costs and brings, a line each. */
export function factLines(editor: Editor, choice: Choice): string[] {
  const { check, concerned, option } = choice;
  const parts = Object.entries(option?.parts_after ?? {}).filter(([, count]) => count > 1);
  const scattered = parts.map(([code, count]) => t("{grid} 分成 {n} 块", { grid: nameOf(editor, code), n: count }));
  const lines = [
    option && choice.households_moved > option.moved_here
      ? t("连同这里其他被穿越的小区，共改归 {n} 户，{area}", { n: whole(choice.households_moved), area: areaWords(choice.area_moved_m2) })
      : t("改归 {n} 户，{area}", { n: whole(choice.households_moved), area: areaWords(choice.area_moved_m2) }),
    scattered.length > 0 ? `✕ ${scattered.join(t("、"))}` : t("✓ 网格都连成一片"),
  ];
  const manned = concerned.posts.filter(({ steward }) => steward);
  const stewards = manned.slice(0, MOST_NAMES).map(({ grid, steward }) => `${steward}（${nameOf(editor, grid)}）`);
  if (manned.length > MOST_NAMES) stewards.push("…");
  if (stewards.length > 0) lines.push(t("涉及网格员 {n} 人：{posts}", { n: manned.length, posts: stewards.join(t("、")) }));
  const vacant = concerned.posts.length - manned.length;
  if (vacant > 0) lines.push(t("涉及 {n} 个空缺的岗位", { n: vacant }));
  if (concerned.stations.length > 0) lines.push(t("改归的服务站：{stations}", { stations: concerned.stations.map(({ name }) => name).join(t("、")) }));
  const fresh = check.new_findings?.length ?? 0;
  if (fresh > 0) lines.push(`✕ ${t("会带来 {n} 个新问题", { n: fresh })}`);
  if (check.refusal) lines.push(`✕ ${check.refusal.message}`);
  return lines;
}

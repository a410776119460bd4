// Findings against the plan's base, after every step: what it has resolved, what it brings anew, what was known before.

import { element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { Editor, FindingTold } from "./editor.ts";
import { type Row, listOf } from "./lists.ts";

export function mountFindings(editor: Editor): void {
  const box = editor.panel("findings");
  box.setAttribute("aria-label", t("核查结果"));
  const aloud = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  let before = "";
  const draw = () => {
    const { resolved, known, new: fresh, cleared } = editor.findings;
    const done = Array.isArray(resolved) ? resolved : [];
    const count = Array.isArray(resolved) ? resolved.length : resolved;
    const words = t("已解决 {resolved} 个，新出现 {fresh} 个，原有 {known} 个", { resolved: count, fresh: fresh.length, known });
    box.replaceChildren(
      element("h2", {}, t("核查结果")),
      element("ul", { class: "tally" }, told(t("✓ 已解决"), count, "better"), told(t("✕ 新出现"), fresh.length, fresh.length > 0 ? "worse" : ""), told(t("原有"), known, "")),
      ...listOf(editor, t("新出现的问题"), fresh.map(rowOf), "worse"),
      ...(cleared && cleared.length > 0 ? listOf(editor, t("刚刚消除的"), cleared.map(rowOf), "better") : []),
      ...listOf(editor, t("本方案解决的"), done.map(rowOf), "better"),
    );
    if (before && before !== words) aloud.textContent = words;
    before = words;
  };
  box.after(aloud);
  editor.on("land", draw);
  draw();
}

const told = (words: string, count: number, manner: string) => element("li", { class: manner || null }, `${words} `, element("strong", {}, String(count)));

const rowOf = ({ text, place }: FindingTold): Row => ({ words: text, places: place ? [place] : [] });

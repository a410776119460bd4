// What is wrong with the plan as it stands: crossed compounds, land without a grid, grids in several pieces, out of range
// or empty. Each goes to its place; J goes from one to the next.

import { button, element } from "../map/dom.ts";
import { areaWords, whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import type { Editor, Problems } from "./editor.ts";
import { type Row, go, listOf } from "./lists.ts";
import { bandSign, shareWords } from "./looks.ts";
import { nameOf } from "./tools/offer.ts";

export function mountProblems(editor: Editor): void {
  const box = editor.panel("problems");
  box.setAttribute("aria-label", t("问题"));
  let at = -1;
  const draw = () => {
    const groups = groupsOf(editor, editor.problems);
    const every = groups.flatMap(({ rows }) => rows);
    at = Math.min(at, every.length - 1);
    const next = button(t("下一个（J）"), () => step(1), { class: "secondary outline", title: t("移到下一个问题；Shift+J 上一个") });
    const head = element("div", { class: "list-head" }, element("h2", {}, t("问题")), ...(every.length > 0 ? [next] : []));
    const none = every.length === 0 ? [element("p", { class: "better" }, t("✓ 没有被穿越的小区，没有未划入、不连片或超出范围的网格。"))] : [];
    box.replaceChildren(head, ...none, ...groups.flatMap(({ title, rows, manner }) => listOf(editor, title, rows, manner)));
  };
  const step = (by: number) => {
    const every = groupsOf(editor, editor.problems).flatMap(({ rows }) => rows);
    if (every.length === 0) return editor.say(t("没有问题了。"));
    at = (at + by + every.length) % every.length;
    const row = every[at]!;
    go(editor, row);
    editor.say(t("第 {n} 个，共 {total} 个：{words}", { n: at + 1, total: every.length, words: row.words }));
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "j") return;
    if ((event.target as HTMLElement).closest("input, select, textarea, dialog")) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  editor.on("land", draw);
  draw();
}

interface Group {
  title: string;
  rows: Row[];
  manner: string;
}

function groupsOf(editor: Editor, problems: Problems): Group[] {
  const crossed = problems.crossed.map(({ compound, name, households, grids, place }): Row => {
    const shares = grids.map(({ code, share }) => `${nameOf(editor, code)} ${Math.round(share * 100)}%`).join(t("、"));
    return {
      words: t("{name}（{n} 户）：{shares}", { name: name || compound, n: whole(households), shares }),
      places: [place],
      also: () => editor.selection.pick(editor.land.unitsOf(compound)),
    };
  });
  const unassigned = problems.unassigned.map(({ unit, households, area_m2, place }): Row => ({
    words: t("单元 {unit}：{n} 户，{area}", { unit, n: whole(households), area: areaWords(area_m2) }),
    places: [place],
    also: () => editor.selection.pick([unit]),
  }));
  const broken = problems.broken.map(({ grid, parts, places }): Row => ({
    words: t("{grid} 分成 {n} 块", { grid: nameOf(editor, grid), n: parts }),
    places,
    also: () => editor.selection.aim(grid),
  }));
  const out = problems.out_of_range.map(({ grid, households, of_wanted, band, place }): Row => ({
    words: `${bandSign(band)}${t("{grid}：{n} 户", { grid: nameOf(editor, grid), n: whole(households) })} ${shareWords(of_wanted)}`.trim(),
    places: [place],
    also: () => editor.selection.aim(grid),
  }));
  const empty = problems.empty.map((code): Row => ({ words: t("{grid} 没有土地：停用它，或划入土地", { grid: nameOf(editor, code) }), places: [] }));
  return [
    { title: t("被穿越的小区"), rows: crossed, manner: "worse" },
    { title: t("未划入网格的土地"), rows: unassigned, manner: "worse" },
    { title: t("不连片的网格"), rows: broken, manner: "worse" },
    { title: t("没有土地的网格"), rows: empty, manner: "worse" },
    { title: t("户数超出范围的网格"), rows: out, manner: "" },
  ];
}

// Every key of the editor, and the list of them. Single letters do nothing while somebody types in a field, and nothing
// with Ctrl or Alt but what is listed.

import { button, element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { Choice } from "./assigning/choice.ts";
import type { Board } from "./board.ts";
import { middleOf } from "./drawing.ts";
import type { GridList } from "./grids.ts";

export function listenToKeys(board: Board, choice: Choice, grids: GridList): void {
  fillHelp(board);
  const { map } = board.shell;
  const anywhere: Record<string, () => void> = {
    n: () => choice.next(1),
    "N": () => choice.next(-1),
    g: () => grids.focus(),
    p: () => board.shell.openPanel("problems"),
    h: () => board.shell.openPanel("history"),
    s: () => choice.focus(),
    m: () => map.focus(),
    t: () => aimAtMiddle(board),
    x: () => board.selection.aim(null),
    "0": () => board.zoomWhole(),
    "?": () => board.shell.openHelp(),
    "？": () => board.shell.openHelp(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || (event.target as HTMLElement).closest("input, select, textarea, dialog")) return;
    if (act(event)) event.preventDefault();
  });

  function act(event: KeyboardEvent): boolean {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (command && !event.altKey && (key === "z" || key === "y")) {
      void (key === "y" || event.shiftKey ? board.redo() : board.undo());
      return true;
    }
    if (command || event.altKey) return false;
    const onMap = document.activeElement === map || document.activeElement === document.body;
    if (onMap && board.inHand?.pressed?.(event)) return true;
    if (event.key === "Escape") return escape();
    if (event.key === "Enter" && onMap && choice.ready) return did(() => void choice.commit());
    if (/^[1-9]$/.test(event.key) && choice.ready) return did(() => choice.choose(Number(event.key) - 1));
    const step = anywhere[event.shiftKey && key === "n" ? "N" : key];
    if (step) return did(step);
    const tool = board.tools.find((each) => each.key.toLowerCase() === key);
    return tool ? did(() => board.use(tool.id)) : false;
  }

  /** Out of a walk, then a preview's choice, then the tool, then back to the map. */
  function escape(): boolean {
    if (board.steps.walking) board.steps.stopWalking();
    else if (board.selection.units.size > 0) board.selection.clear();
    else if (board.inHand?.id !== "pick") board.use("pick");
    else if (board.selection.target !== null) board.selection.aim(null);
    map.focus({ preventScroll: true });
    return true;
  }
}

function did(step: () => void): boolean {
  step();
  return true;
}

/** The grid in the middle of the map is the one that land goes to. */
function aimAtMiddle(board: Board): void {
  const code = board.land.gridAt(middleOf(board.map));
  if (code === null) return board.say(t("地图中心处没有本方案的网格。"));
  board.selection.aim(code);
  board.shell.tell(t("目标网格：{grid}", { grid: board.nameOf(code) }));
}

function fillHelp(board: Board): void {
  const keys: [string, string][] = [
    ["N　Shift+N", t("下一个、上一个被穿越的小区：选中并移到它")],
    ["J　Shift+J", t("下一个、上一个问题：移到它那里")],
    ["↑ ↓　1–9", t("在“划入哪个网格”里换一个，图上和数字随之预览")],
    ["Enter", t("照预览划入")],
    ["Ctrl+Z　Ctrl+Y", t("撤销、重做")],
    ["Esc", t("取消选择，放下工具，停下历史")],
    ["M", t("到地图；然后方向键平移，加号、减号缩放")],
    [t("空格"), t("地图上：点选中心处的单元（Shift 添加）；用画笔时划入目标网格")],
    ["T　X", t("把地图中心处的网格定为目标；不再有目标")],
    ["G", t("到网格清单：方向键选，回车定为目标")],
    ["S　P　H", t("到选中的单元、问题清单、历史")],
    ["[　]", t("画笔小些、大些")],
    ["0", t("显示整个方案")],
    ...board.tools.map((tool): [string, string] => [tool.key, t("{label}：{hint}", { label: tool.label, hint: tool.hint })]),
    ["?", t("本说明")],
  ];
  const rows = keys.map(([key, words]) => element("tr", {}, element("th", { scope: "row" }, ...key.split("　").map((each) => element("kbd", {}, each))), element("td", {}, words)));
  const close = button("×", () => board.shell.help.close(), { class: "close", "aria-label": t("关闭") });
  board.shell.help.append(
    element("div", { class: "panel-head" }, element("h2", { id: "help-title" }, t("调整边界：操作与按键")), close),
    element("p", {}, t("点一个红斜线的小区，右边列出它可以整个归入的网格和前后户数；选一个，图上蓝线是改后的边界，按“划入”完成。每一步都自动保存，可以撤销。")),
    element("table", {}, element("tbody", {}, ...rows)),
  );
}

// The elements around the map: search, tools, layer tree, day, help, readout. On a phone panels are sheets from below,
// one at a time; the tools are a bar at the bottom.

import { button, element, icon, keep, narrow, required } from "./dom.ts";
import { t } from "./words.ts";

const ICONS = {
  list: "M4 6h16M4 12h16M4 18h10",
  layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5",
  day: "M5 5h14v15H5zM5 10h14M9 3v4M15 3v4",
  length: "M3 17L17 3l4 4L7 21zM7 13l2 2M10 10l2 2M13 7l2 2",
  area: "M5 6l12-2 3 11-9 5-7-6z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.5",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  link: "M10 14a4 4 0 0 0 6 0l4-4a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6 0l-4 4a4 4 0 0 0 6 6l1.5-1.5",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18h.01",
};

/** A stage so wide holds the layer panel (14.5 rem), a card (21.5 rem) and the tools side by side. */
const ROOM_FOR_BOTH_PX = 760;

export type Tool = keyof typeof ICONS;

export interface FrameActions {
  length(): void;
  area(): void;
  picture(): void;
  print(): void;
  link(): void;
  day(asOf: string | null): void;
}

/** The page's parts by name. */
export class Frame {
  readonly map = required("map");
  readonly card = required("card");
  readonly worklist = required("worklist");
  readonly search = element("div", { id: "search-box" });
  readonly tree = element("section", { id: "layers", class: "panel sheet", "aria-label": t("图层与图例"), hidden: true });
  readonly notices = element("div", { id: "notices" });
  readonly readout = element("div", { id: "readout" });
  private readonly banner = element("div", { id: "banner", role: "status", hidden: true });
  private readonly tools = element("div", { id: "tools", role: "toolbar", "aria-label": t("地图工具") });
  private readonly dayPanel = element("form", { id: "day-panel", class: "panel", "aria-label": t("查看某一天"), hidden: true });
  private readonly day = element("input", { type: "date", id: "day", required: true });
  private readonly help = element("dialog", { id: "help", "aria-labelledby": "help-title" });
  private readonly buttons = new Map<Tool, HTMLButtonElement>();

  constructor(
    private readonly actions: FrameActions,
    today: string,
  ) {
    const stage = required("stage");
    this.fillTools();
    this.fillDay(today);
    this.fillHelp();
    const head = element("div", { class: "panel-head" }, element("h2", {}, t("图层与图例")));
    head.append(button("×", () => this.show("layers", false), { class: "close", "aria-label": t("关闭") }));
    this.tree.append(head);
    stage.append(this.search, this.tools, this.tree, this.dayPanel, this.banner, this.notices, this.readout, this.help);
  }

  /** Open or close a panel; without `open` the other way than it is. */
  show(panel: "list" | "layers" | "day", open?: boolean): void {
    const box = { list: this.worklist, layers: this.tree, day: this.dayPanel }[panel];
    const wanted = open ?? box.hidden;
    if (wanted && narrow()) this.closeSheets();
    box.hidden = !wanted;
    this.buttons.get(panel)?.setAttribute("aria-expanded", String(wanted));
    if (!narrow() && panel !== "day") keep(panel, wanted ? "open" : "closed");
    if (wanted && panel === "day") this.day.focus();
  }

  /** On a phone one sheet at a time covers the map. */
  closeSheets(): void {
    for (const panel of ["list", "layers", "day"] as const) if (!this.panelOf(panel).hidden) this.show(panel, false);
  }

  /** A card, the day's banner or a measurement needs the room: what would lie over it closes; no choice of the person. */
  giveWay(): void {
    if (narrow()) return this.closeSheets();
    if (this.tree.hidden || required("stage").clientWidth >= ROOM_FOR_BOTH_PX) return;
    this.tree.hidden = true;
    this.buttons.get("layers")?.setAttribute("aria-expanded", "false");
  }

  /** Show what is being measured; null for nothing any more. */
  measuring(kind: "length" | "area" | null): void {
    if (kind) this.giveWay();
    for (const tool of ["length", "area"] as const) this.buttons.get(tool)?.setAttribute("aria-pressed", String(tool === kind));
  }

  busy(tool: Tool, busy: boolean): void {
    const made = this.buttons.get(tool);
    if (made) made.disabled = busy;
  }

  /** Hide the list's button: nobody filled the list. */
  withoutList(): void {
    this.buttons.get("list")?.remove();
  }

  /** Say loudly that an old day is shown, and whether it is a day without any land; null takes it away. */
  showDay(asOf: string | null, words: string, empty: boolean): void {
    this.day.value = asOf ?? this.day.max;
    this.banner.hidden = asOf === null;
    this.map.classList.toggle("old-day", asOf !== null);
    if (asOf === null) return this.banner.replaceChildren();
    if (!narrow()) this.giveWay();
    const back = button(t("回到今天"), () => this.actions.day(null));
    const told = t("显示的是 {day} 的情况，不是今天", { day: words });
    const land = empty && element("div", {}, t("该日还没有界线"));
    this.banner.replaceChildren(element("div", {}, element("strong", {}, told), land), back);
  }

  openHelp(): void {
    if (!this.help.open) this.help.showModal();
  }

  /** Pixels of the map that panels cover: top, right, bottom, left. */
  covered(): [number, number, number, number] {
    const stage = required("stage").getBoundingClientRect();
    const open = (box: HTMLElement) => (box.hidden ? new DOMRect() : box.getBoundingClientRect());
    if (narrow()) {
      const sheets = [this.card, this.tree, this.worklist].map((box) => open(box).height);
      const bottom = Math.min(Math.max(...sheets), stage.height * 0.6);
      return [64, 24, Math.max(bottom, 56) + 12, 24];
    }
    const right = open(this.card).width;
    const left = open(this.tree).width;
    return [72, right ? right + 90 : 80, 56, left ? left + 32 : 24];
  }

  private panelOf(panel: "list" | "layers" | "day"): HTMLElement {
    return { list: this.worklist, layers: this.tree, day: this.dayPanel }[panel];
  }

  private fillTools(): void {
    const { actions } = this;
    const add = (tool: Tool, words: string, title: string, action: () => void, state?: "aria-expanded" | "aria-pressed") => {
      const made = button(icon(ICONS[tool]), action, { title, class: `tool tool-${tool}`, ...(state ? { [state]: "false" } : {}) });
      made.append(element("span", {}, words));
      this.buttons.set(tool, made);
      this.tools.append(made);
    };
    add("list", t("问题"), t("问题清单"), () => this.show("list"), "aria-expanded");
    add("layers", t("图层"), t("图层与图例"), () => this.show("layers"), "aria-expanded");
    add("day", t("日期"), t("查看某一天的情况"), () => this.show("day"), "aria-expanded");
    add("length", t("测距"), t("测量长度"), actions.length, "aria-pressed");
    add("area", t("测面"), t("测量面积"), actions.area, "aria-pressed");
    add("picture", t("图片"), t("保存为图片（PNG）"), actions.picture);
    add("print", t("打印"), t("打印当前视图"), actions.print);
    add("link", t("链接"), t("复制本视图的链接"), actions.link);
    add("help", t("帮助"), t("键盘操作与帮助"), () => this.openHelp());
  }

  private fillDay(today: string): void {
    this.day.max = today;
    this.day.value = today;
    const show = element("button", { type: "submit" }, t("显示"));
    const now = button(t("今天"), () => this.pickDay(null), { class: "secondary outline" });
    const words = element("label", { for: "day" }, t("查看哪一天的界线与问题"));
    this.dayPanel.append(words, this.day, element("div", { class: "actions" }, show, now));
    this.dayPanel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.pickDay(this.day.value < today ? this.day.value : null);
    });
    this.dayPanel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.show("day", false);
    });
  }

  private pickDay(asOf: string | null): void {
    this.show("day", false);
    this.buttons.get("day")?.focus();
    this.actions.day(asOf);
  }

  private fillHelp(): void {
    const keys: [string, string][] = [
      ["Tab", t("进入地图；以下按键在地图获得焦点时有效")],
      ["← ↑ → ↓", t("平移")],
      ["+  −", t("放大、缩小")],
      ["Enter", t("查看地图中心处是什么")],
      ["/", t("查找")],
      ["0", t("显示全区")],
      ["L", t("图层与图例")],
      ["M", t("测量长度；空格键取点，Enter 结束，Backspace 退一点")],
      ["A", t("测量面积")],
      ["Esc", t("关闭卡片，清除测量")],
      ["?", t("本说明")],
    ];
    const rows = keys.map(([key, words]) => element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, key)), element("td", {}, words)));
    const close = button(t("关闭"), () => this.help.close());
    this.help.append(
      element("h2", { id: "help-title" }, t("地图操作")),
      element("p", {}, t("点击看卡片；右键或长按看该处坐标；双指或滚轮缩放；查找框可输入名称、拼音、编码，也可粘贴坐标。")),
      element("table", {}, element("tbody", {}, ...rows)),
      close,
    );
  }
}

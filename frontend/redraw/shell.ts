// The parts of the page around the map: the bar above (undo, redo, what is saved), the tools, the tabs on the left, the
// numbers on the right. On a phone both sides are sheets from below, one at a time, and the tools a bar under the thumb.

import { button, element, icon, keep, kept, narrow, required } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { PanelId, Tool } from "./editor.ts";

const ICONS = {
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0 0 12",
  whole: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18h.01",
  desk: "M4 6h16M4 12h16M4 18h10",
  figures: "M5 20V11M12 20V4M19 20v-6",
};

export type TabId = "problems" | "grids" | "proposals" | "history";

export interface ShellActions {
  undo(): void;
  redo(): void;
  whole(): void;
  use(tool: string): void;
  /** Another tab is in front. */
  opened(): void;
  resized(): void;
}

/** The tabs on the left and the panels that each holds, from above. */
const TABS: Record<TabId, PanelId[]> = {
  problems: ["problems", "findings"],
  grids: ["grids"],
  proposals: ["proposals"],
  history: ["history"],
};
const RIGHT: PanelId[] = ["choice", "numbers", "cards"];

export class Shell {
  readonly map = required("map");
  readonly desk = required("desk");
  readonly figures = required("figures");
  readonly notices = element("div", { id: "notices" });
  readonly readout = element("div", { id: "readout" });
  readonly help = element("dialog", { id: "help", "aria-labelledby": "help-title" });
  readonly banner = element("div", { id: "standing", role: "status", hidden: true });
  /** Read aloud, not seen. */
  readonly told = element("div", { class: "unseen", role: "status", "aria-live": "polite" });
  private readonly stage = required("stage");
  private readonly bar = element("div", { id: "bar", role: "toolbar", "aria-label": t("撤销、重做与保存") });
  private readonly tools = element("div", { id: "tools", role: "toolbar", "aria-label": t("编辑工具"), "aria-orientation": "vertical" });
  private readonly hint = element("p", { id: "hint", hidden: true });
  private readonly saved = element("span", { id: "saved", role: "status" });
  private readonly panels = new Map<PanelId, HTMLElement>();
  private readonly tabs = new Map<TabId, { tab: HTMLButtonElement; box: HTMLElement }>();
  private readonly toolButtons = new Map<string, HTMLButtonElement>();
  private readonly sides = new Map<"desk" | "figures", HTMLButtonElement>();
  private readonly undoButton: HTMLButtonElement;
  private readonly redoButton: HTMLButtonElement;

  constructor(
    private readonly actions: ShellActions,
    plan: { title: string; url: string },
  ) {
    this.undoButton = this.barButton("undo", t("撤销"), "Ctrl+Z", actions.undo);
    this.redoButton = this.barButton("redo", t("重做"), "Ctrl+Y", actions.redo);
    const title = element("a", { class: "plan-title", href: plan.url, title: t("回到方案页：核查、提交、比较、打印") }, plan.title);
    const whole = this.barButton("whole", t("全图"), "0", actions.whole);
    const help = this.barButton("help", t("帮助"), "?", () => this.openHelp());
    this.bar.append(title, this.undoButton, this.redoButton, whole, help, this.saved);
    this.fillDesk();
    for (const id of RIGHT) this.figures.append(this.newPanel(id));
    this.fillTools();
    this.stage.append(this.bar, this.tools, this.hint, this.banner, this.notices, this.readout, this.help, this.told);
    this.map.append(element("div", { class: "middle", "aria-hidden": "true" }));
    const wide = !narrow();
    this.showSide("desk", wide && kept("redraw.desk") !== "closed" && window.innerWidth >= 1000);
    this.showSide("figures", wide);
    new ResizeObserver(() => actions.resized()).observe(this.map);
  }

  panel(id: PanelId): HTMLElement {
    return this.panels.get(id)!;
  }

  openPanel(id: PanelId): void {
    const tab = (Object.keys(TABS) as TabId[]).find((each) => TABS[each].includes(id));
    if (!tab) return this.showSide("figures", true);
    this.showSide("desk", true);
    this.openTab(tab);
  }

  get openedTab(): TabId {
    return ([...this.tabs].find(([, { box }]) => !box.hidden)?.[0] ?? "problems") as TabId;
  }

  openTab(id: TabId, focus = false): void {
    for (const [each, { tab, box }] of this.tabs) {
      const here = each === id;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      box.hidden = !here;
      if (here && focus) tab.focus();
    }
    this.actions.opened();
  }

  /** Write how many of something wait behind a tab. */
  countTab(id: TabId, count: number): void {
    const tab = this.tabs.get(id)!.tab;
    tab.querySelector(".count")?.remove();
    if (count > 0) tab.append(element("span", { class: "count" }, String(count)));
  }

  /** Open or close a side; on a phone the other one closes. */
  showSide(side: "desk" | "figures", open?: boolean): void {
    const box = this[side];
    const wanted = open ?? box.hidden;
    if (wanted && narrow()) for (const other of ["desk", "figures"] as const) if (other !== side) this.showSide(other, false);
    if (box.hidden === !wanted) return;
    box.hidden = !wanted;
    this.sides.get(side)?.setAttribute("aria-expanded", String(wanted));
    if (wanted && side === "desk") this.actions.opened();
    if (!narrow() && side === "desk") keep("redraw.desk", wanted ? "open" : "closed");
    this.actions.resized();
  }

  addTool(tool: Tool): void {
    const made = button(icon(tool.icon), () => this.actions.use(tool.id), {
      title: t("{label}（{key}）：{hint}", { label: tool.label, key: tool.key, hint: tool.hint }),
      class: "tool",
      "aria-pressed": "false",
      "aria-keyshortcuts": tool.key,
    });
    made.append(element("span", {}, tool.label));
    this.toolButtons.set(tool.id, made);
    this.tools.append(made);
  }

  showTool(tool: Tool | null, hint = tool?.hint ?? ""): void {
    for (const [id, made] of this.toolButtons) made.setAttribute("aria-pressed", String(id === tool?.id));
    this.showHint(hint);
  }

  showHint(words: string): void {
    this.hint.textContent = words;
    this.hint.hidden = !words;
  }

  /** Who may not draw has no tools, no undo. */
  readOnly(): void {
    this.tools.querySelectorAll<HTMLButtonElement>(".tool").forEach((each) => {
      if (!each.classList.contains("side")) each.hidden = true;
    });
    this.undoButton.hidden = true;
    this.redoButton.hidden = true;
  }

  showSteps(undo: boolean, redo: boolean): void {
    this.undoButton.disabled = !undo;
    this.redoButton.disabled = !redo;
  }

  showSaved(words: string, manner: "fine" | "busy" | "waiting"): void {
    if (this.saved.textContent === words && this.saved.dataset.manner === manner) return;
    this.saved.textContent = words;
    this.saved.dataset.manner = manner;
  }

  openHelp(): void {
    if (!this.help.open) this.help.showModal();
  }

  /** Pixels of the map that lie under something: top, right, bottom, left. */
  covered(): [number, number, number, number] {
    if (!narrow()) return [70, 80, 56, 80];
    const stage = this.stage.getBoundingClientRect();
    const sheets = [this.desk, this.figures].map((box) => (box.hidden ? 0 : box.getBoundingClientRect().height));
    return [64, 20, Math.min(Math.max(...sheets), stage.height * 0.6) + 64, 20];
  }

  tell(words: string): void {
    this.told.textContent = words;
  }

  private barButton(name: keyof typeof ICONS, words: string, key: string, action: () => void): HTMLButtonElement {
    const made = button(icon(ICONS[name]), action, { class: `bar-button bar-${name}`, title: t("{words}（{key}）", { words, key }) });
    made.append(element("span", {}, words));
    return made;
  }

  private fillTools(): void {
    for (const [side, words] of [
      ["desk", t("清单")],
      ["figures", t("数字")],
    ] as const) {
      const made = button(icon(ICONS[side]), () => this.showSide(side), { class: `tool side side-${side}`, "aria-expanded": "true" });
      made.append(element("span", {}, words));
      this.sides.set(side, made);
      this.tools.append(made);
    }
    this.tools.addEventListener("keydown", (event) => this.moveAmong(event));
  }

  /** Arrows go from tool to tool. */
  private moveAmong(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const all = [...this.tools.querySelectorAll<HTMLButtonElement>("button:not([hidden])")];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    event.preventDefault();
    all[(at + by + all.length) % all.length]?.focus();
  }

  private fillDesk(): void {
    const names: Record<TabId, string> = { problems: t("问题"), grids: t("网格"), proposals: t("建议"), history: t("历史") };
    const list = element("div", { role: "tablist", class: "tabs", "aria-label": t("清单") });
    this.desk.append(list);
    for (const id of Object.keys(TABS) as TabId[]) {
      const tab = button(names[id], () => this.openTab(id), { role: "tab", id: `tab-${id}`, "aria-controls": `box-${id}`, "aria-selected": "false" });
      const box = element("div", { role: "tabpanel", id: `box-${id}`, class: "tab-box", "aria-labelledby": `tab-${id}`, hidden: true });
      for (const panel of TABS[id]) box.append(this.newPanel(panel));
      list.append(tab);
      this.desk.append(box);
      this.tabs.set(id, { tab, box });
    }
    list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const ids = Object.keys(TABS) as TabId[];
      const at = ids.indexOf(this.openedTab);
      event.preventDefault();
      this.openTab(ids[(at + by + ids.length) % ids.length]!, true);
    });
  }

  private newPanel(id: PanelId): HTMLElement {
    const made = element("section", { id: `panel-${id}`, class: "side-panel" });
    this.panels.set(id, made);
    return made;
  }
}

// Proposals of the solver: the best, alternatives, or the trade-off; how far it is, what it says, side by side with the
// reasons, and one of them taken over.

import { button, element } from "../map/dom.ts";
import { areaWords, whole } from "../map/formats.ts";
import { isAborted, wordsOf } from "../map/http.ts";
import { t } from "../map/words.ts";
import { type Choice, type Proposal, cancelled, proposed } from "./asking.ts";
import { canTake, factLines, preview, sizeRows, take } from "./choices.ts";
import type { Editor } from "./editor.ts";
import { frontChart } from "./front.ts";
import { nameOf, selectOf } from "./tools/offer.ts";

type Kind = "best" | "alternatives" | "front";

const MOST_REASONS = 40;

export function mountProposals(editor: Editor): void {
  new Proposals(editor);
}

class Proposals {
  private readonly box: HTMLElement;
  private readonly kind = selectOf(t("求什么"), [
    ["best", t("最好的一个：改动最少，小区全部完整")],
    ["alternatives", t("几个不同的方案，放在一起比")],
    ["front", t("权衡：少改户数，还是更均衡")],
  ]);
  private readonly where: { field: HTMLElement; select: HTMLSelectElement };
  private readonly limit = selectOf(t("最多求解"), [
    ["10", t("10 秒")],
    ["60", t("1 分钟")],
    ["300", t("5 分钟")],
  ], "60");
  private readonly maximum = element("input", { type: "checkbox" });
  private readonly ask = element("button", { type: "submit" }, t("求解"));
  private readonly progress = element("div", { class: "progress", hidden: true });
  private readonly result = element("div", { class: "proposal-result" });
  private asking: AbortController | null = null;
  private compared: HTMLDialogElement | null = null;

  constructor(private readonly editor: Editor) {
    this.box = editor.panel("proposals");
    this.box.setAttribute("aria-label", t("调整建议"));
    const { communities } = editor.plan;
    const all: [string, string] = ["", t("本方案的全部 {n} 个社区", { n: communities.length })];
    this.where = selectOf(t("哪些社区"), [all, ...communities.map(({ code, name }): [string, string] => [code, name])]);
    const form = element("form", {}, this.kind.field, this.where.field, this.limit.field, element("label", {}, this.maximum, ` ${t("宁可没有方案，也不超过户数上限")}`), this.ask);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.solve();
    });
    this.box.append(element("h2", {}, t("调整建议")), form, this.progress, this.result);
    editor.on("land", () => this.outdated());
    editor.on("online", () => (this.ask.disabled = !editor.online));
    if (!editor.writable) form.hidden = true;
  }

  private async solve(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const kind = this.kind.select.value as Kind;
    const { value } = this.where.select;
    const asked = { kind, time_limit_s: Number(this.limit.select.value), keep_maximum: this.maximum.checked, ...(value ? { communities: [value] } : {}) };
    this.ask.disabled = true;
    this.result.replaceChildren();
    this.tell(null, t("正在求解…"), asking);
    try {
      const proposal = await proposed(this.editor, "proposals/", asked, (soFar) => this.tell(soFar, soFar.progress_words, asking), asking.signal);
      this.draw(kind, proposal);
    } catch (error) {
      if (!isAborted(error)) this.result.replaceChildren(element("p", { class: "worse", role: "alert" }, wordsOf(error)));
    } finally {
      if (this.asking === asking) {
        this.ask.disabled = false;
        this.progress.hidden = true;
      }
    }
  }

  /** How far it is, and the way to stop it: what was found so far stands. */
  private tell(proposal: Proposal | null, words: string, asking: AbortController): void {
    const bar = element("progress", { max: 1, value: proposal?.progress_share ?? 0, "aria-label": t("求解进度") });
    const stop = button(
      t("停止求解"),
      () => {
        if (!proposal) return asking.abort();
        cancelled(this.editor, proposal).catch((error: unknown) => this.editor.trouble(error));
      },
      { class: "secondary outline" },
    );
    this.progress.hidden = false;
    const line = this.progress.querySelector("p") ?? element("p", { class: "small", role: "status" });
    line.textContent = words || t("正在排队…");
    const held = this.progress.contains(document.activeElement);
    this.progress.replaceChildren(bar, line, stop);
    if (held) stop.focus();
  }

  private draw(kind: Kind, proposal: Proposal): void {
    const { choices, groups, whole: complete } = proposal.answer!;
    const conflicts = groups.flatMap(({ conflict }) => (conflict ? [conflict] : []));
    const told = conflicts.map(({ said, relaxations }) =>
      element(
        "details",
        { class: "conflict" },
        element("summary", { class: "worse" }, t("有的规则不能同时遵守")),
        element("p", { class: "small" }, said),
        element("ul", {}, ...relaxations.map((each) => element("li", {}, each.said))),
      ),
    );
    const cut = complete ? [] : [element("p", { class: "small worse" }, t("到了时限或被停止：还有部分没有求完。"))];
    const none = choices.length === 0 ? [element("p", {}, t("没有可以采用的方案。"))] : [];
    const side = choices.length > 1 ? [button(t("并排比较"), () => this.compare(proposal), { class: "secondary" })] : [];
    const charts = kind === "front" ? this.charts(choices) : [];
    this.result.replaceChildren(...told, ...cut, ...none, ...charts, ...side, ...choices.map((choice) => this.card(proposal, choice)));
  }

  /** A chart for each set of communities that were solved together: only those can be weighed against each other. */
  private charts(choices: readonly Choice[]): Element[] {
    const sets = new Map<string, Choice[]>();
    for (const choice of choices) {
      const key = choice.communities.join();
      sets.set(key, [...(sets.get(key) ?? []), choice]);
    }
    const several = [...sets.values()].filter((set) => set.length > 1);
    return several.flatMap((set) => [element("h3", {}, this.placesOf(set[0]!)), frontChart(set, (choice) => this.look(choice))]);
  }

  /** The communities of a choice; nothing where it is about all of the plan's. */
  private placesOf({ communities }: Choice): string {
    const all = this.editor.plan.communities;
    if (communities.length === 0 || communities.length === all.length) return t("全部社区");
    return communities.map((code) => all.find((each) => each.code === code)?.name ?? code).join(t("、"));
  }

  private titleOf(choice: Choice): string {
    return t("第 {n} 个方案：{places}", { n: choice.number, places: this.placesOf(choice) });
  }

  private look(choice: Choice): void {
    void preview(this.editor, choice);
    this.result.querySelector<HTMLElement>(`[data-number="${choice.number}"]`)?.scrollIntoView({ block: "nearest" });
    for (const card of this.result.querySelectorAll<HTMLElement>(".choice-card")) card.classList.toggle("looked-at", card.dataset.number === String(choice.number));
  }

  private card(proposal: Proposal, choice: Choice): HTMLElement {
    const facts = [...this.figures(choice), ...factLines(this.editor, choice).slice(1)];
    const card = element(
      "article",
      { class: "choice-card", tabindex: "0", "data-number": choice.number, "aria-label": t("第 {n} 个方案", { n: choice.number }) },
      element("h3", {}, this.titleOf(choice)),
      element("p", { class: "small" }, choice.said),
      element("ul", { class: "choice-facts" }, ...facts.map((line) => element("li", { class: line.startsWith("✕") ? "worse" : null }, line))),
      sizeRows(this.editor, choice),
      this.reasons(choice),
      this.taking(proposal, choice),
    );
    card.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.look(choice));
    card.addEventListener("focusin", () => this.look(choice));
    return card;
  }

  private figures(choice: Choice): string[] {
    const { check } = choice;
    return [
      t("改归 {n} 户，{area}；改动 {grids} 个网格", { n: whole(choice.households_moved), area: areaWords(choice.area_moved_m2), grids: choice.grids_changed.length }),
      t("偏离标准合计 {n} 户", { n: whole(choice.households_off_size) }),
      t("采用后被穿越的小区剩 {n} 个", { n: check.crossed_after?.length ?? "?" }),
    ];
  }

  private reasons({ moves }: Choice): HTMLElement {
    const lines = moves.slice(0, MOST_REASONS).map((move) => element("li", {}, move.why));
    if (moves.length > MOST_REASONS) lines.push(element("li", {}, t("还有 {n} 处", { n: moves.length - MOST_REASONS })));
    return element("details", {}, element("summary", {}, t("为什么（{n} 处改动）", { n: moves.length })), element("ol", { class: "reasons" }, ...lines));
  }

  private taking(proposal: Proposal, choice: Choice): HTMLButtonElement {
    const says = t("第 {n} 个方案", { n: choice.number });
    const act = async () => {
      if (await take(this.editor, proposal, choice, says)) this.compared?.close();
    };
    return button(t("采用"), () => void act(), { class: "make", disabled: !canTake(choice), "aria-label": t("采用第 {n} 个方案", { n: choice.number }) });
  }

  /** All choices in columns of one table, with their reasons below each other. */
  private compare(proposal: Proposal): void {
    const { choices } = proposal.answer!;
    const rows: [string, (choice: Choice) => Node | string][] = [
      [t("改归户数"), (each) => whole(each.households_moved)],
      [t("改归面积"), (each) => areaWords(each.area_moved_m2)],
      [t("偏离标准户数"), (each) => whole(each.households_off_size)],
      [t("改动的网格"), (each) => each.grids_changed.map((code) => nameOf(this.editor, code)).join(t("、"))],
      [t("社区"), (each) => this.placesOf(each)],
      [t("采用后被穿越的小区"), (each) => String(each.check.crossed_after?.length ?? "?")],
      [t("新问题"), (each) => String(each.check.new_findings?.length ?? 0)],
      [t("证明"), (each) => each.said],
      [t("户数"), (each) => sizeRows(this.editor, each)],
      [t("为什么"), (each) => element("ol", { class: "reasons" }, ...each.moves.slice(0, MOST_REASONS).map((move) => element("li", {}, move.why)))],
      [t("采用"), (each) => this.taking(proposal, each)],
    ];
    const head = element("tr", {}, element("td", {}), ...choices.map(({ number }) => element("th", { scope: "col" }, t("第 {n} 个", { n: number }))));
    const body = rows.map(([words, cell]) => element("tr", {}, element("th", { scope: "row" }, words), ...choices.map((each) => element("td", {}, cell(each)))));
    const close = button(t("关闭"), () => dialog.close(), { class: "secondary" });
    const dialog = element("dialog", { class: "compare", "aria-labelledby": "compare-title" });
    const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
    dialog.append(element("h2", { id: "compare-title" }, t("并排比较")), element("div", { class: "scrolls", tabindex: "0", role: "region", "aria-labelledby": "compare-title" }, table), close);
    dialog.addEventListener("close", () => {
      dialog.remove();
      this.compared = null;
    });
    document.body.append(dialog);
    this.compared = dialog;
    dialog.showModal();
  }

  /** The plan has changed: what was proposed before cannot be taken over any more. */
  private outdated(): void {
    if (this.result.childElementCount === 0 || this.result.querySelector(".outdated")) return;
    for (const made of this.result.querySelectorAll<HTMLButtonElement>("button.make")) made.disabled = true;
    this.result.prepend(element("p", { class: "outdated small" }, t("方案已有改动，以下建议是按之前的方案求的；请重新求解。")));
  }
}

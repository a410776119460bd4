// Repair cards: for the crossed compound that is picked, the two or three ways of mending it, each with what it costs.
// The hand on a card shows it on the map; Enter or the button makes it. Cards of the next compounds are a step away.

import { button, element } from "../map/dom.ts";
import { isAborted } from "../map/http.ts";
import { whole } from "../map/formats.ts";
import { t } from "../map/words.ts";
import { type Choice, type Proposal, proposed } from "./asking.ts";
import { canTake, factLines, preview, sizeRows, take } from "./choices.ts";
import type { CrossedCompound, Editor } from "./editor.ts";
import { nameOf } from "./tools/offer.ts";

const REST_MS = 700;
const MOST_CARDS = 4;

export function mountCards(editor: Editor): void {
  new Cards(editor);
}

class Cards {
  private readonly box: HTMLElement;
  private readonly known = new Map<string, Proposal>();
  private shown: CrossedCompound | null = null;
  private asking: AbortController | null = null;
  private resting = 0;
  private busy = false;

  constructor(private readonly editor: Editor) {
    this.box = editor.panel("cards");
    this.box.setAttribute("aria-label", t("处置建议"));
    editor.on("selection", () => this.follow());
    editor.on("land", () => {
      this.known.clear();
      this.shown = null;
      this.follow();
    });
    this.follow();
  }

  /** Show the cards of the compound that is picked. */
  private follow(): void {
    const compound = this.picked();
    if (compound?.compound === this.shown?.compound && compound) return;
    this.asking?.abort();
    window.clearTimeout(this.resting);
    this.shown = compound;
    if (!compound || !this.editor.writable) return this.box.replaceChildren();
    const known = this.known.get(compound.compound);
    if (known) return this.draw(compound, known);
    this.box.replaceChildren(...this.head(compound), element("p", { class: "small", role: "status" }, t("正在求处置建议…")));
    this.resting = window.setTimeout(() => void this.ask(compound), REST_MS);
  }

  private picked(): CrossedCompound | null {
    const { selection, land, problems } = this.editor;
    const compounds = new Set([...selection.units].map((unit) => land.unit(unit)?.compound ?? ""));
    if (compounds.size !== 1) return null;
    const [code] = compounds;
    return problems.crossed.find(({ compound }) => compound === code) ?? null;
  }

  private head({ compound, name, households, grids }: CrossedCompound): HTMLElement[] {
    const shares = grids.map(({ code, share }) => `${nameOf(this.editor, code)} ${Math.round(share * 100)}%`).join(t("、"));
    return [
      element("h2", {}, t("处置建议")),
      element("p", { class: "small" }, t("{name}（{n} 户）现在分在：{shares}", { name: name || compound, n: whole(households), shares })),
    ];
  }

  private async ask(compound: CrossedCompound): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    try {
      const proposal = await proposed(this.editor, "cards/", { compound: compound.compound }, () => {}, asking.signal);
      if (asking.signal.aborted) return;
      this.known.set(compound.compound, proposal);
      this.draw(compound, proposal);
    } catch (error) {
      if (isAborted(error) || asking.signal.aborted) return;
      const again = button(t("再求一次"), () => void this.ask(compound), { class: "secondary outline" });
      this.box.replaceChildren(...this.head(compound), element("p", { class: "worse", role: "alert" }, error instanceof Error ? error.message : ""), again);
    }
  }

  private draw(compound: CrossedCompound, proposal: Proposal): void {
    const choices = proposal.answer!.choices.slice(0, MOST_CARDS);
    const conflicts = proposal.answer!.groups.flatMap(({ conflict }) => (conflict ? [conflict.said] : []));
    const cards = choices.map((choice, n) => this.card(proposal, choice, n));
    const none = cards.length === 0 ? [element("p", { class: "worse" }, conflicts[0] ?? t("没有可行的处置办法；请检查锁定的网格。"))] : [];
    this.box.replaceChildren(...this.head(compound), ...none, ...cards);
  }

  private card(proposal: Proposal, choice: Choice, n: number): HTMLElement {
    const { editor } = this;
    const says = choice.option?.said || choice.said;
    const make = button(t("照此处置"), () => void this.make(proposal, choice, says), { class: "make", disabled: !canTake(choice) });
    const card = element(
      "article",
      { class: "choice-card", tabindex: "0", "aria-label": t("办法 {n}：{says}", { n: n + 1, says }) },
      element("h3", {}, says),
      element("ul", { class: "choice-facts" }, ...factLines(editor, choice).map((line) => element("li", { class: line.startsWith("✕") ? "worse" : null }, line))),
      sizeRows(editor, choice),
      make,
    );
    const look = () => void preview(editor, choice);
    card.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && look());
    card.addEventListener("focusin", look);
    card.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== card || !canTake(choice)) return;
      event.preventDefault();
      event.stopPropagation();
      void this.make(proposal, choice, says);
    });
    return card;
  }

  private async make(proposal: Proposal, choice: Choice, says: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    if (await take(this.editor, proposal, choice, says)) this.editor.selection.clear();
    this.busy = false;
  }
}

// The history: every operation in words, with its doer and time; a click goes there, by as many steps back or forward.

import { button, element } from "../map/dom.ts";
import { isAborted } from "../map/http.ts";
import { t } from "../map/words.ts";
import type { Board } from "./board.ts";
import type { OperationTold } from "./calls.ts";

const REST_MS = 150;

export class History {
  private readonly box: HTMLElement;
  private readonly list = element("ol", { class: "steps" });
  private readonly state = element("p", { class: "small quiet", role: "status" });
  private operations: OperationTold[] = [];
  private knownAt = -1;
  private resting = 0;

  constructor(private readonly board: Board) {
    this.box = board.panel("history");
    this.box.append(this.state, this.list);
    this.list.addEventListener("keydown", (event) => this.pressed(event));
    board.on("history", () => this.soon());
    board.on("tab", () => this.soon());
    board.on("online", () => this.tellState());
  }

  private get visible(): boolean {
    return this.box.checkVisibility();
  }

  /** Several steps in a row make one question. */
  private soon(): void {
    if (!this.visible) return;
    this.mark();
    window.clearTimeout(this.resting);
    if (!this.board.steps.walking && this.knownAt !== this.board.plan.version) this.resting = window.setTimeout(() => void this.read(), REST_MS);
  }

  private async read(): Promise<void> {
    const { version } = this.board.plan;
    try {
      this.operations = await this.board.calls.operations();
      this.knownAt = version;
      this.draw();
    } catch (error) {
      if (!isAborted(error)) this.board.trouble(error);
    }
  }

  private draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".steps li")?.dataset.number;
    const start = this.row(0, t("起点：方案开始时的边界"), "");
    const rows = this.operations.map((each) => this.row(each.number, each.text, `${each.by} · ${timeWords(each.at, this.board.config.language)}`));
    this.list.replaceChildren(...[start, ...rows].reverse());
    this.mark();
    if (focused !== undefined) this.list.querySelector<HTMLElement>(`li[data-number="${focused}"] button`)?.focus();
  }

  private row(number: number, words: string, by: string): HTMLElement {
    const go = button("", () => void this.board.steps.walk(number), { class: "step" });
    if (!this.board.writable) go.disabled = true;
    go.append(element("span", { class: "number" }, String(number)), element("span", { class: "name" }, words), element("span", { class: "small quiet" }, by));
    return element("li", { "data-number": number }, go);
  }

  /** Show where the plan stands in it. */
  private mark(): void {
    const { number } = this.board.plan;
    for (const row of this.list.children) {
      const at = Number((row as HTMLElement).dataset.number);
      const go = row.firstElementChild!;
      row.classList.toggle("undone", at > number);
      if (at === number) go.setAttribute("aria-current", "step");
      else go.removeAttribute("aria-current");
      if (at === number && this.board.steps.walking) row.scrollIntoView({ block: "nearest" });
    }
    this.tellState();
  }

  private tellState(): void {
    const { number, total } = this.board.plan;
    const where = t("第 {number} 步，共 {total} 步；点一步就回到那一步。", { number, total });
    this.state.textContent = this.board.steps.walking ? t("正在走到那一步…现在第 {number} 步（Esc 停下）", { number }) : where;
  }

  private pressed(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const all = [...this.list.querySelectorAll<HTMLButtonElement>("button")];
    event.preventDefault();
    all[all.indexOf(document.activeElement as HTMLButtonElement) + by]?.focus();
  }
}

function timeWords(iso: string, language: string): string {
  const locale = language.startsWith("zh") ? "zh-CN" : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(new Date(iso));
}

// The officer's desk: list, filter, current case, changes and map, kept in step with each other.

import { element } from "../map/dom.ts";
import { isAborted, Trouble, wordsOf } from "../map/http.ts";
import { planLink } from "../map/plans.ts";
import type { MapWindow, PageConfig } from "../map/window.ts";
import { t } from "../map/words.ts";
import { ActBar, NewsBar } from "./bars.ts";
import { CasePanel } from "./casepanel.ts";
import { Changing } from "./changing.ts";
import { type Detail, Feed, type Listed, type Start } from "./feed.ts";
import { Filters, filterOf, narrowing, withFilter } from "./filters.ts";
import { ListBox } from "./listbox.ts";
import { Ordering } from "./ordering.ts";
import { mayAct } from "./rights.ts";
import { Rows } from "./rows.ts";

const REST_MS = 220;
const RENEWED_MOST = 600;
const CLOSE_ZOOM = 18;
const LOOK_ZOOM = 16;

export class Desk {
  readonly ordering = new Ordering();
  readonly rows: Rows;
  readonly list: ListBox;
  readonly panel: CasePanel;
  readonly filters: Filters;
  readonly news: NewsBar;
  readonly acts: ActBar;
  readonly changing: Changing;
  readonly count = element("span", { class: "count" });
  readonly empty = element("div", { class: "nothing", hidden: true });
  readonly told = element("div", { class: "unseen", role: "status" });
  readonly files = element("span", { class: "files" });
  private readonly filter = filterOf(location.search);
  private detail: Detail | null = null;
  private listing: AbortController | null = null;
  private fetching: AbortController | null = null;
  private resting = 0;
  /** How near the case that is being fetched is to be shown; null: the map stays where it is. */
  private nearness: number | null = null;

  constructor(
    private readonly map: MapWindow,
    config: PageConfig,
    private readonly feed: Feed,
    readonly start: Start,
  ) {
    this.rows = new Rows(feed, () => this.redraw(), (error) => this.trouble(error));
    const actions = { open: (id: number) => this.open(id), ticked: () => this.redraw() };
    this.list = new ListBox(this.ordering, this.rows, this.word, { ...actions, ticking: this.ticking });
    this.panel = new CasePanel(config.urls.findings, this.word, () => this.feed.query(this.filter), planLink(config));
    this.filters = new Filters(this.filter, () => this.narrowed());
    this.news = new NewsBar(start, () => this.filter.get("change") ?? "", (change) => this.filters.set("change", change));
    const around = {
      say: (message: string, manner?: "info" | "error") => this.map.say(message, manner),
      redraw: () => this.redraw(),
      refresh: (ids: readonly number[]) => this.refresh(ids),
    };
    this.changing = new Changing(feed, start, this.ordering, this.rows, config.district.code, config.today, around);
    const ticks = { all: () => this.tickAll(), none: () => this.untick() };
    this.acts = new ActBar((act) => void this.changing.act(act), () => void this.goToNext(), ticks, start);
  }

  /** Whether the account may do anything to cases: what nothing can be done to is not ticked. */
  private get ticking(): boolean {
    return mayAct(this.start);
  }

  readonly word = (list: string, value: string): string => this.start.words[list]?.[value] ?? value;

  /** Fetch the list; `keep` leaves the current case where it is, as after a change or when the page is looked at again. */
  async reload(keep: boolean): Promise<void> {
    this.listing?.abort();
    const asking = new AbortController();
    this.listing = asking;
    try {
      const listed = await this.feed.list(this.filter, asking.signal);
      this.take(listed, keep);
    } catch (error) {
      if (isAborted(error)) return;
      if (this.ordering.ids.length === 0) this.say(wordsOf(error), t("重新读取"), () => void this.reload(keep));
      else this.trouble(error);
    }
  }

  /** Make a case the current one; its parts are drawn when the person rests on it. */
  open(id: number, { zoom = LOOK_ZOOM as number | null, focus = true, at = REST_MS } = {}): void {
    this.ordering.current = id;
    this.detail = null;
    this.nearness = zoom;
    this.list.reveal();
    this.redraw();
    if (focus) this.list.box.focus({ preventScroll: true });
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(() => void this.look(id), at);
  }

  step(by: number): void {
    const id = this.ordering.step(by);
    if (id !== null) this.open(id);
  }

  /** Enter: as near as the finding allows. */
  nearer(): void {
    const { current } = this.ordering;
    if (current !== null) this.open(current, { zoom: CLOSE_ZOOM, at: 0 });
  }

  async goToNext(): Promise<void> {
    const next = this.ordering.nextWaiting();
    if (next === null) return this.map.say(t("筛选范围内没有其他待研判的问题。"));
    this.open(next);
  }

  toggleCurrent(range: boolean): void {
    const { current } = this.ordering;
    if (current === null || !this.ticking) return;
    if (range) this.ordering.tickRange(current);
    else this.ordering.toggle(current);
    this.redraw();
  }

  /** Shift and an arrow: go on and tick what was passed. */
  extend(by: number): void {
    if (!this.ticking) return this.step(by);
    if (this.ordering.current !== null && this.ordering.ticked.size === 0) this.ordering.toggle(this.ordering.current);
    this.step(by);
    if (this.ordering.current !== null) this.ordering.tickRange(this.ordering.current);
    this.redraw();
  }

  tickAll(): void {
    if (!this.ticking) return;
    this.ordering.tickAll();
    this.redraw();
  }

  untick(): void {
    this.ordering.clearTicks();
    this.redraw();
  }

  /** Somebody clicked a finding on the map: it is the current one, also when the filter hides it. */
  async picked(id: number): Promise<void> {
    if (this.ordering.current === id) return;
    if (!this.ordering.has(id)) {
      await this.rows.renew([id]);
      if (!this.rows.get(id)) return;
      this.map.say(t("这个问题不在当前筛选结果中，已临时列在最前。"));
      this.ordering.ids.unshift(id);
      this.ordering.take([...this.ordering.ids], this.needing(), false);
    }
    this.open(id, { zoom: null, focus: false });
  }

  redraw(): void {
    this.list.draw();
    const { current, ticked, ids, waiting } = this.ordering;
    const row = current === null ? undefined : this.rows.get(current);
    this.panel.show(row, this.detail && this.detail.id === current ? this.detail : null);
    const page = row ? this.panel.addressOf(row) : "";
    this.acts.show(ticked.size, ids.length, waiting, page, (act) => this.changing.may(act));
  }

  /** Fetch again what a change touched: the rows, and without waiting list, numbers, the open case, the map's tiles. */
  private async refresh(ids: readonly number[]): Promise<void> {
    const { current } = this.ordering;
    const near = ids.slice(0, RENEWED_MOST);
    this.rows.drop(ids.slice(RENEWED_MOST));
    await this.rows.renew(near);
    void this.reload(true);
    if (current !== null && ids.includes(current)) void this.look(current);
    void this.map.refresh().catch((error: unknown) => this.trouble(error));
  }

  /** The page is looked at again, or a minute has gone: others may have worked meanwhile. */
  async catchUp(): Promise<void> {
    const shown = this.ordering.current === null ? [] : [this.ordering.current];
    this.rows.forget([...shown, ...this.ordering.ticked]);
    await this.reload(true);
    await this.rows.renew(shown);
  }

  private needing(): number[] {
    return this.ordering.ids.filter((id) => this.ordering.waits(id));
  }

  private take(listed: Listed, keep: boolean): void {
    this.ordering.take(listed.ids, listed.needing, keep);
    this.count.textContent = t("{total} 项", { total: listed.total });
    this.filters.offer(listed.offers);
    this.news.show(listed.changes, this.start.words.change ?? {});
    if (!keep) {
      this.list.box.scrollTop = 0;
      this.told.textContent = t("筛选结果 {total} 项", { total: listed.total });
    }
    this.linkFiles();
    if (this.ordering.ids.length > 0) this.say("");
    else if (narrowing(this.filter) > 0 || this.filter.has("search"))
      this.say(t("没有符合条件的问题。"), t("清除筛选"), () => this.filters.clear());
    else this.say(this.start.run ? t("没有问题：所有小区都在网格之内，网格都在社区之内。") : t("这个区还没有检查过。导入网格和小区后即可检查。"));
    this.redraw();
  }

  private linkFiles(): void {
    const query = this.feed.query(this.filter);
    const { csv, xlsx } = this.start.files;
    const link = (href: string, words: string) => element("a", { href: `${href}?${query}`, download: true }, words);
    this.files.replaceChildren(link(csv, "CSV"), " · ", link(xlsx, "Excel"));
  }

  private narrowed(): void {
    const query = withFilter(location.search, this.filter);
    history.replaceState(null, "", `?${query}`);
    void this.reload(false);
  }

  /** Fetch the current case whole and draw it. */
  private async look(id: number): Promise<void> {
    window.clearTimeout(this.resting);
    this.fetching?.abort();
    const asking = new AbortController();
    this.fetching = asking;
    try {
      const detail = await this.feed.detail(id, asking.signal);
      if (this.ordering.current !== id) return;
      this.detail = detail;
      this.map.showFinding(detail);
      if (this.nearness !== null && detail.bbox) this.map.zoomTo(detail.bbox, { maxZoom: this.nearness });
      this.nearness = null;
      this.redraw();
    } catch (error) {
      this.trouble(error);
    }
  }

  private say(words: string, way = "", go: () => void = () => {}): void {
    this.empty.hidden = !words;
    this.list.box.hidden = Boolean(words);
    if (!words) return this.empty.replaceChildren();
    const made = element("button", { type: "button", class: "secondary outline" }, way);
    made.addEventListener("click", go);
    this.empty.replaceChildren(element("p", {}, words), way ? made : "");
  }

  private trouble(error: unknown): void {
    if (isAborted(error) || (error instanceof Trouble && error.signedOut)) return;
    this.map.say(wordsOf(error), "error");
  }
}


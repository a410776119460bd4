// The live map: everything around the map put together, and what other rooms may ask of it (MapWindow).

import type OlMap from "ol/Map.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import { fromLonLat, toLonLat } from "ol/proj.js";

import { Card, copyText } from "./card.ts";
import { kept, narrow } from "./dom.ts";
import { fillDistricts } from "./districts.ts";
import { dateWords } from "./formats.ts";
import { Frame } from "./frame.ts";
import type { LonLat } from "./frames.ts";
import { Grounds } from "./grounds.ts";
import { nameOnHover, onHeld } from "./hovering.ts";
import { getJson, isAborted } from "./http.ts";
import { LayerTree } from "./layers.ts";
import { makeMap, revealPlace, showBox } from "./make.ts";
import { Measuring } from "./measuring.ts";
import { Notices } from "./notices.ts";
import { Overlay } from "./overlay.ts";
import { type Shown, readShown, writeShown } from "./permalink.ts";
import { keyOf, picksAt } from "./picks.ts";
import type { Imprint } from "./picture.ts";
import { planLink } from "./plans.ts";
import { Printing } from "./printing.ts";
import { fillReadout } from "./readout.ts";
import { Search, type Found } from "./search.ts";
import { term } from "./terms.ts";
import { type TileIndex, Tiles, tileIndex } from "./tiles.ts";
import { fillTree, legendOf } from "./tree_panel.ts";
import type { Box, FindingShown, Geometry, MapWindow, PageConfig, Pick, PlaceKind, ZoomOptions } from "./window.ts";
import { t } from "./words.ts";

/** What a district without any land shows. */
export const CHINA: Box = [73.6, 17.9, 134.8, 53.6];

export class LiveMap implements MapWindow {
  readonly map: OlMap;
  readonly district: string;
  readonly frame: Frame;
  readonly card: Card;
  readonly measuring: Measuring;
  readonly search: Search;
  private readonly tiles: Tiles;
  private readonly tree: LayerTree;
  private readonly grounds: Grounds;
  private readonly overlay: Overlay;
  private readonly notices: Notices;
  private readonly printing: Printing;
  private readonly showTree: () => void;
  private readonly picked = new Set<(pick: Pick) => void>();
  private readonly dayHeard = new Set<(asOf: string | null) => void>();
  private day: string | null;
  private place: Shown["place"] = null;
  private finding: number | null = null;
  private outline: AbortController | null = null;
  private restoring = false;

  constructor(
    private readonly config: PageConfig,
    index: TileIndex,
    shown: Shown,
    /** What is shown where the day has no land. */
    private readonly home: Box,
  ) {
    const { urls, zone } = config;
    this.district = config.district.code;
    this.day = shown.asOf;
    this.frame = new Frame(this.frameActions(), config.today);
    fillDistricts(this.frame.search, config);
    // Before the map is made: it is fitted into the room that the open panels leave.
    this.frame.show("list", !narrow() && kept("list") !== "closed");
    this.frame.show("layers", !narrow() && kept("layers") !== "closed" && window.innerWidth >= 1600);
    this.map = makeMap(this.frame.map, {
      bounds: index.bounds ?? home,
      label: t("{name}地图：可用方向键平移，用加号、减号缩放，按问号看全部按键", { name: config.district.name }),
    });
    this.notices = new Notices(this.frame.notices, urls.signIn, () => this.refresh());
    this.grounds = new Grounds(this.map, config.baseMaps, shown.ground);
    const options = { url: urls.tiles, district: this.district, asOf: shown.asOf };
    this.tiles = new Tiles({ ...options, onTrouble: (trouble) => this.notices.trouble(trouble) }, index);
    this.tree = new LayerTree(this.map, this.tiles, shown.layers);
    this.overlay = new Overlay(this.map);
    this.showTree = fillTree(this.frame.tree, this.tree, this.grounds, () => this.remember(true));
    this.printing = new Printing(this.map, () => this.imprint(), () => legendOf(this.tree));
    this.card = new Card(
      this.frame.card,
      { api: urls.api, findings: urls.findings, district: this.district, zone, language: config.language, plan: planLink(config) },
      this.cardActions(),
    );
    this.measuring = new Measuring(
      this.map,
      zone,
      (words) => this.say(words),
      (kind) => this.frame.measuring(kind),
    );
    this.search = new Search(this.frame.search, { api: urls.api, district: this.district, zone }, this.searchActions());
    fillReadout(this.frame.readout, this.map, zone, config.note);
    this.listen();
    this.tellDay();
    if (shown.at) this.goTo(shown.at);
    else this.fitDistrict(false);
    if (shown.place) this.showCard(shown.place.kind, shown.place.key);
    if (shown.finding !== null) void this.openFinding(shown.finding, { zoom: !shown.at });
  }

  get asOf(): string | null {
    return this.day;
  }

  zoomTo(bbox: Box, options: ZoomOptions = {}): void {
    showBox(this.map, bbox, { maxZoom: options.maxZoom ?? 17, padding: this.frame.covered() });
  }

  showFinding(finding: FindingShown | null): void {
    this.overlay.showFinding(finding);
    this.finding = finding?.id ?? null;
    this.tree.hideFinding(this.finding);
    this.remember(true);
  }

  showCard(kind: PlaceKind, key: string): void {
    void this.openCard(kind, key);
  }

  private async openCard(kind: PlaceKind, key: string, also: Pick[] = [], focus = false): Promise<void> {
    this.place = { kind, key };
    this.overlay.showSpot(null);
    this.frame.giveWay();
    void this.showOutline(kind, key);
    this.remember(true);
    const card = await this.card.open(kind, key, this.day, also);
    if (card?.point) revealPlace(this.map, card.point, this.frame.covered());
    if (card && focus) this.card.focus();
  }

  onPick(listener: (pick: Pick) => void): () => void {
    this.picked.add(listener);
    return () => this.picked.delete(listener);
  }

  onAsOf(listener: (asOf: string | null) => void): () => void {
    this.dayHeard.add(listener);
    return () => this.dayHeard.delete(listener);
  }

  async refresh(): Promise<void> {
    this.tiles.take(await tileIndex(this.config.urls.tiles, this.district, this.day), this.day);
    this.tree.reach();
    this.tiles.retry();
  }

  say(message: string, manner: "info" | "error" = "info"): void {
    this.notices.say(message, manner);
  }

  trouble(error: unknown): void {
    if (!isAborted(error)) this.notices.trouble(error);
  }

  fitDistrict(animate = true): void {
    showBox(this.map, this.tiles.index.bounds ?? this.home, { padding: this.frame.covered(), animate });
  }

  toggleLayers(): void {
    this.frame.show("layers");
  }

  /** Show what lies in the middle of the map: what a click is for people without a pointer. */
  pickMiddle(): void {
    const pixel = this.map.getPixelFromCoordinate(this.map.getView().getCenter() ?? [0, 0]);
    if (pixel) this.pickAt(pixel, true);
  }

  /** Show another day (null: today). */
  async showDay(asOf: string | null): Promise<void> {
    if (asOf === this.day) return;
    const before = this.day;
    this.day = asOf;
    try {
      await this.refresh();
    } catch (error) {
      this.day = before;
      this.tellDay();
      return this.trouble(error);
    }
    this.tellDay();
    if (this.place && this.card.isOpen) this.showCard(this.place.kind, this.place.key);
    for (const listener of this.dayHeard) listener(asOf);
    this.remember(true);
  }

  /** Fetch a finding, draw it and tell the list. */
  async openFinding(id: number, { zoom = true } = {}): Promise<void> {
    this.finding = id; // the address keeps it, whatever moves the map while it is fetched
    try {
      const finding = await getJson<FindingShown>(`${this.config.urls.api}findings/${id}/`);
      if (this.finding !== id) return; // somebody went on to another one meanwhile
      this.showFinding(finding);
      if (zoom && finding.bbox) this.zoomTo(finding.bbox);
    } catch (error) {
      if (this.finding === id) this.finding = null;
      this.trouble(error);
    }
  }

  private goTo({ lat, lon, zoom }: NonNullable<Shown["at"]>): void {
    this.map.getView().setCenter(fromLonLat([lon, lat]));
    this.map.getView().setZoom(zoom);
  }

  private tellDay(): void {
    const words = this.day ? dateWords(this.day, this.config.language) : t("今天");
    this.frame.showDay(this.day, words, this.tiles.index.bounds === null);
  }

  private frameActions(): ConstructorParameters<typeof Frame>[0] {
    return {
      length: () => this.measuring.toggle("length"),
      area: () => this.measuring.toggle("area"),
      picture: () => void this.takePicture("picture"),
      print: () => void this.takePicture("print"),
      link: () => void this.copyLink(),
      day: (asOf) => void this.showDay(asOf),
    };
  }

  private cardActions(): ConstructorParameters<typeof Card>[2] {
    return {
      open: (kind, key) => void this.openCard(kind, key, [], true),
      openFinding: (id) => {
        this.tell({ kind: "finding", code: this.place?.key ?? "", name: "", findingId: id });
        void this.openFinding(id);
      },
      zoomTo: (bbox) => this.zoomTo(bbox),
      today: () => void this.showDay(null),
      closed: () => {
        this.place = null;
        this.outline?.abort();
        this.overlay.showPlace(null);
        this.overlay.showSpot(null);
        this.remember(true);
        this.frame.map.focus({ preventScroll: true });
      },
      trouble: (error) => this.trouble(error),
      say: (words) => this.say(words),
    };
  }

  private searchActions(): ConstructorParameters<typeof Search>[2] {
    return {
      goTo: (found: Found) => {
        void this.openCard(found.kind, keyOf(found.kind, found.code, found.district), [], true);
        const [lon, lat] = found.point ?? [];
        if (found.bbox) this.zoomTo(found.bbox);
        else if (lon !== undefined && lat !== undefined) this.zoomTo([lon, lat, lon, lat]);
      },
      goToSpot: (at, words) => {
        this.openSpot(at);
        this.zoomTo([at[0], at[1], at[0], at[1]], { maxZoom: 16 });
        this.say(words);
      },
      trouble: (error) => this.trouble(error),
    };
  }

  private openSpot(at: LonLat): void {
    this.place = null;
    this.overlay.showPlace(null);
    this.overlay.showSpot(at);
    this.frame.giveWay();
    void this.card.openSpot(at, this.day);
  }

  private listen(): void {
    this.map.on("singleclick", (event) => {
      const touch = (event as MapBrowserEvent<PointerEvent>).originalEvent.pointerType === "touch";
      if (!this.measuring.active) this.pickAt(event.pixel, false, touch);
    });
    this.map.getViewport()!.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      if (this.measuring.active) return;
      this.openSpot(toLonLat(this.map.getEventCoordinate(event)) as LonLat);
    });
    this.map.on("moveend", () => this.remember(false));
    window.addEventListener("popstate", () => this.restore());
    window.addEventListener("online", () => void this.refresh().catch((error) => this.trouble(error)));
    nameOnHover(this.map, (pixel) => (this.measuring.active ? [] : picksAt(this.map, this.tree, pixel)), hoverWords);
    onHeld(this.map, (coordinate) => {
      if (!this.measuring.active) this.openSpot(toLonLat(coordinate) as LonLat);
    });
    new ResizeObserver(() => this.map.updateSize()).observe(this.frame.map);
  }

  private pickAt(pixel: number[], byKeyboard: boolean, touch = false): void {
    const picks = picksAt(this.map, this.tree, pixel, touch);
    const [first] = picks;
    if (!first) {
      if (this.card.isOpen) this.card.close();
      else if (byKeyboard) this.say(t("地图中心处没有可查看的对象。"));
      return;
    }
    this.tell(first);
    if (first.kind === "finding") {
      if (first.findingId !== undefined) void this.openFinding(first.findingId, { zoom: false });
      const place = picks.find((pick) => pick.kind !== "finding" && pick.code === first.code);
      if (place) this.showPick(place, picks, byKeyboard);
    } else this.showPick(first, picks, byKeyboard);
  }

  private showPick(pick: Pick, picks: Pick[], focus: boolean): void {
    const kind = pick.kind as PlaceKind;
    void this.openCard(kind, keyOf(kind, pick.code, this.district), picks, focus);
  }

  private tell(pick: Pick): void {
    for (const listener of this.picked) listener(pick);
  }

  private async showOutline(kind: PlaceKind, key: string): Promise<void> {
    this.outline?.abort();
    const asking = new AbortController();
    this.outline = asking;
    const query = this.day ? `?as_of=${this.day}` : "";
    const list = kind === "community" ? "communities" : `${kind}s`;
    const url = `${this.config.urls.api}${list}/${encodeURIComponent(key)}/${query}`;
    try {
      const { geometry } = await getJson<{ geometry: Geometry | null }>(url, asking.signal);
      this.overlay.showPlace(geometry);
    } catch (error) {
      // The card says what went wrong with this place; here only an old outline must not stay.
      if (!isAborted(error)) this.overlay.showPlace(null);
    }
  }

  private shown(): Shown {
    const view = this.map.getView();
    const [lon, lat] = toLonLat(view.getCenter() ?? [0, 0]);
    const at = lon === undefined || lat === undefined ? null : { lat, lon, zoom: view.getZoom() ?? 0 };
    const { place, finding } = this;
    return { at, layers: this.tree.chosen(), ground: this.grounds.inAddress(), asOf: this.day, place, finding };
  }

  /** Write what is shown into the address: a step that "back" undoes, or only where the view stands now. */
  private remember(step: boolean): void {
    if (this.restoring || !this.tiles) return;
    const query = writeShown(this.shown(), location.search);
    const without = (text: string) => writeShown({ ...readShown(text), at: null }, text);
    if (step && without(query) !== without(location.search)) history.pushState(null, "", `?${query}`);
    else if (`?${query}` !== location.search) history.replaceState(null, "", `?${query}`);
  }

  /** Show what the address says: the person went back or forward. */
  private restore(): void {
    const shown = readShown(location.search);
    this.restoring = true;
    this.tree.choose(shown.layers);
    this.grounds.choose(shown.ground ?? "");
    this.showTree();
    if (shown.at) this.goTo(shown.at);
    if (shown.place) this.showCard(shown.place.kind, shown.place.key);
    else this.card.close();
    if (shown.finding === null) this.showFinding(null);
    const work = [this.showDay(shown.asOf)];
    if (shown.finding !== null && shown.finding !== this.finding) work.push(this.openFinding(shown.finding, { zoom: false }));
    void Promise.allSettled(work).then(() => (this.restoring = false));
  }

  private async takePicture(tool: "picture" | "print"): Promise<void> {
    this.frame.busy(tool, true);
    try {
      if (tool === "print") await this.printing.print();
      else await this.printing.save(`${this.config.district.name}-${this.day ?? this.config.today}.png`);
    } catch {
      this.say(t("没有做成图片：底图服务器不允许取用其图像。请换成素色底图再试。"), "error");
    } finally {
      this.frame.busy(tool, false);
    }
  }

  private imprint(): Imprint {
    return {
      title: t("{name}社区网格图", { name: this.config.district.name }),
      day: dateWords(this.day ?? this.config.today, this.config.language),
      note: this.config.note,
      attribution: this.grounds.attribution(),
    };
  }

  private async copyLink(): Promise<void> {
    this.remember(false);
    await copyText(location.href);
    this.say(t("链接已复制：打开它的人须登录，看到的是同一视图。"));
  }
}

function hoverWords(pick: Pick): string {
  return pick.kind === "finding" ? t("问题：{name}", { name: pick.name }) : t("{name}（{kind}）", { name: pick.name, kind: term("LayerKind", pick.kind) });
}

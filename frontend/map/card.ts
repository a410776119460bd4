// The card of a place: what it is, where it belongs, its figures, its conflicts, its earlier borders; and the card of a
// spot: its coordinates in every frame and what lies there.

import { coordinateWords, frameName } from "./coordinates.ts";
import { type Attributes, button, element } from "./dom.ts";
import { areaWords, dateWords, lengthWords, whole } from "./formats.ts";
import { type Frame, type LonLat, type Zone, fromDegrees } from "./frames.ts";
import { Trouble, getJson, isAborted } from "./http.ts";
import { keyOf } from "./picks.ts";
import type { PlanLink } from "./plans.ts";
import { term } from "./terms.ts";
import type { Box, Pick, PlaceKind } from "./window.ts";
import { t } from "./words.ts";

export interface PlaceRef {
  kind: PlaceKind;
  code: string;
  name: string;
  district?: string;
}

export interface CardFinding {
  id: number;
  kind: string;
  clarity: string;
  state: string;
  width_m: number | null;
  households: number | null;
}

/** What `/api/v1/card/<kind>/<key>/` answers. */
export interface CardJson extends PlaceRef {
  district: string;
  parents: PlaceRef[];
  facts: { label: string; value: string | number | null; unit: string }[];
  history: { in_force_from: string; in_force_to: string | null; accuracy_m: number | null; source: string; area_m2: number | null }[];
  findings: CardFinding[];
  bbox: Box | null;
  point: LonLat | null;
}

export interface CardActions {
  open(kind: PlaceKind, key: string): void;
  openFinding(id: number): void;
  zoomTo(bbox: Box): void;
  /** Leave the old day. */
  today(): void;
  closed(): void;
  trouble(error: unknown): void;
  say(message: string): void;
}

export interface CardPlace {
  /** Addresses ending in "/". */
  api: string;
  findings: string;
  district: string;
  zone: Zone;
  language: string;
  /** To a new plan, for an account that may open one. */
  plan?: PlanLink;
}

const FRAMES: Frame[] = ["cgcs2000", "zone", "gcj02", "bd09"];

export class Card {
  private asking: AbortController | null = null;
  private readonly names = new Map<string, string>();

  constructor(
    private readonly box: HTMLElement,
    private readonly place: CardPlace,
    private readonly actions: CardActions,
  ) {
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  get isOpen(): boolean {
    return !this.box.hidden;
  }

  /** Ask for a place and show it; a later question overtakes an earlier one. `also`: what else lies under the click. */
  async open(kind: PlaceKind, key: string, asOf: string | null, also: Pick[] = []): Promise<CardJson | null> {
    const asking = this.begin();
    const query = asOf ? `?as_of=${asOf}` : "";
    try {
      const url = `${this.place.api}card/${kind}/${encodeURIComponent(key)}/${query}`;
      const card = await getJson<CardJson>(url, asking.signal);
      this.names.set(`${kind}:${key}`, card.name);
      this.show(...this.contents(card, also));
      return card;
    } catch (error) {
      if (asOf && error instanceof Trouble && error.status === 404) this.show(...this.absent(kind, key, asOf));
      else if (!isAborted(error)) {
        this.close();
        this.actions.trouble(error);
      }
      return null;
    } finally {
      if (this.asking === asking) this.box.removeAttribute("aria-busy");
    }
  }

  /** Show a spot: its coordinates, and what lies there. */
  async openSpot(at: LonLat, asOf: string | null): Promise<void> {
    const asking = this.begin();
    const rows = FRAMES.map((frame) => this.coordinateRow(at, frame));
    const here = element("div", { class: "here" });
    this.show(element("h2", { tabindex: -1 }, t("所选位置")), element("dl", { class: "facts spot" }, ...rows.flat()), here);
    const query = new URLSearchParams({ lon: String(at[0]), lat: String(at[1]), district: this.place.district });
    if (asOf) query.set("as_of", asOf);
    try {
      const found = await getJson<{ places: PlaceRef[] } | PlaceRef[]>(`${this.place.api}where/?${query}`, asking.signal);
      const places = Array.isArray(found) ? found : found.places;
      here.replaceChildren(...this.placesList(t("这里是"), places));
    } catch (error) {
      if (!isAborted(error)) this.actions.trouble(error);
    } finally {
      if (this.asking === asking) this.box.removeAttribute("aria-busy");
    }
  }

  focus(): void {
    this.box.querySelector("h2")?.focus();
  }

  close(): void {
    this.asking?.abort();
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.box.replaceChildren();
    this.actions.closed();
  }

  private begin(): AbortController {
    this.asking?.abort();
    this.asking = new AbortController();
    this.box.setAttribute("aria-busy", "true");
    return this.asking;
  }

  private show(...contents: (Node | null)[]): void {
    const close = button("×", () => this.close(), { class: "close", "aria-label": t("关闭") });
    this.box.replaceChildren(close, ...contents.filter((each): each is Node => each !== null));
    this.box.hidden = false;
    this.box.scrollTop = 0;
  }

  /** What an old day answers for a place that it does not know: the choice stays, for the way back to today. */
  private absent(kind: PlaceKind, key: string, asOf: string): Node[] {
    const day = dateWords(asOf, this.place.language);
    return [
      element("p", { class: "kind" }, term("LayerKind", kind)),
      element("h2", { tabindex: -1 }, this.names.get(`${kind}:${key}`) || key.replace(/^\d+:/, "")),
      element("p", { role: "status" }, t("{day} 没有这个对象：当时还没有设立，或已经停用。", { day })),
      button(t("回到今天"), () => this.actions.today(), { class: "secondary outline" }),
    ];
  }

  private contents(card: CardJson, also: Pick[]): (Node | null)[] {
    const kind = term("LayerKind", card.kind);
    const others = also
      .filter((pick) => pick.kind !== "finding" && pick.code !== card.code)
      .filter((pick) => !card.parents.some((parent) => parent.code === pick.code))
      .map((pick) => ({ kind: pick.kind as PlaceKind, code: pick.code, name: pick.name }));
    return [
      element("p", { class: "kind" }, kind),
      element("h2", { tabindex: -1 }, card.name || card.code),
      this.trail(card.parents),
      this.facts(card),
      this.findings(card.findings),
      element("div", {}, ...this.placesList(t("此处还有"), others)),
      this.history(card),
      this.toPlan(card),
      card.bbox ? button(t("缩放到此处"), () => this.actions.zoomTo(card.bbox!), { class: "secondary outline" }) : null,
    ];
  }

  /** A crossed compound is mended by a plan; one can be opened for any community. */
  private toPlan({ kind, code, findings }: CardJson): Node | null {
    const isCrossed = kind === "compound" && findings.some((finding) => finding.kind === "compound_crossed");
    if (!this.place.plan || (kind !== "community" && !isCrossed)) return null;
    return element("p", {}, this.place.plan(kind === "community" ? kind : "compound", code));
  }

  private trail(parents: PlaceRef[]): Node | null {
    if (!parents.length) return null;
    const steps = parents.map((parent) => element("li", {}, this.placeButton(parent)));
    return element("nav", { "aria-label": t("所属") }, element("ol", { class: "trail" }, ...steps));
  }

  private placeButton(place: PlaceRef): HTMLButtonElement {
    const key = keyOf(place.kind, place.code, place.district ?? this.place.district);
    return button(place.name || place.code, () => this.actions.open(place.kind, key), { class: "link" });
  }

  private facts(card: CardJson): Node {
    const rows: [string, string][] = [[t("编码"), card.code]];
    for (const { label, value, unit } of card.facts) {
      if (value === null || value === "") continue;
      const words = typeof value === "number" && Number.isInteger(value) ? whole(value) : String(value);
      rows.push([label, unit ? `${words} ${unit}` : words]);
    }
    const cells = rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
    return element("dl", { class: "facts" }, ...cells);
  }

  private findings(findings: CardFinding[]): Node | null {
    if (!findings.length) return null;
    const rows = findings.map((finding) => {
      const figures: string[] = [];
      if (finding.width_m) figures.push(t("宽 {width}", { width: lengthWords(finding.width_m) }));
      if (finding.households) figures.push(t("{n} 户", { n: whole(finding.households) }));
      const see = button(term("FindingKind", finding.kind), () => this.actions.openFinding(finding.id), { class: "link" });
      const clarity = element("span", { class: `mark ${finding.clarity}` }, term("Clarity", finding.clarity));
      const state = element("span", { class: "mark state" }, term("CaseState", finding.state));
      const more: Attributes = { href: `${this.place.findings}${finding.id}/`, target: "_blank", rel: "noopener" };
      const page = element("a", more, t("详情页"));
      return element("li", {}, see, " ", clarity, " ", state, element("span", { class: "quiet" }, figures.join("，")), " ", page);
    });
    return element("section", {}, element("h3", {}, t("问题")), element("ul", { class: "findings" }, ...rows));
  }

  private placesList(title: string, places: PlaceRef[]): Node[] {
    if (!places.length) return [];
    const rows = places.map((place) =>
      element("li", {}, element("span", { class: "quiet" }, term("LayerKind", place.kind)), " ", this.placeButton(place)),
    );
    return [element("h3", {}, title), element("ul", { class: "places" }, ...rows)];
  }

  private history(card: CardJson): Node | null {
    if (!card.history.length) return null;
    const rows = card.history.map((period) => {
      const until = period.in_force_to ? dateWords(period.in_force_to, this.place.language) : t("至今");
      const words = [period.area_m2 ? areaWords(period.area_m2) : "", period.source];
      if (period.accuracy_m !== null) words.push(t("精度 {n} 米", { n: period.accuracy_m }));
      const when = element("time", {}, `${dateWords(period.in_force_from, this.place.language)} – ${until}`);
      return element("li", {}, when, element("div", { class: "quiet" }, words.filter(Boolean).join("，")));
    });
    return element("details", {}, element("summary", {}, t("历次边界（{n}）", { n: card.history.length })), element("ul", {}, ...rows));
  }

  private coordinateRow(at: LonLat, frame: Frame): Node[] {
    const words = coordinateWords(fromDegrees(at, frame, this.place.zone), frame);
    const copy = button(t("复制"), () => void this.copy(words), { class: "link", "aria-label": t("复制 {words}", { words }) });
    return [element("dt", {}, frameName(frame, this.place.zone)), element("dd", {}, words, " ", copy)];
  }

  private async copy(words: string): Promise<void> {
    await copyText(words);
    this.actions.say(t("已复制：{words}", { words }));
  }
}

/** Copy a text; where the browser has no clipboard for us (plain http on an intranet), by a hidden field. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element("textarea", { class: "unseen", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

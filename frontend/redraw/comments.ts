// Remarks pinned to places of the plan: seen on the map and in a list, added at the middle of the map or where one
// clicks, and marked as dealt with.

import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import { fromLonLat, toLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

import { button, element } from "../map/dom.ts";
import { getJson, postJson } from "../map/http.ts";
import { t } from "../map/words.ts";
import type { Editor, Place } from "./editor.ts";
import { go, rowButton } from "./lists.ts";
import { nameOf } from "./tools/offer.ts";

const ABOVE_NAMES = 290;
const DIGITS = 7;
const TEXT_MAX = 2000;

interface Comment {
  id: number;
  by: string;
  at: string;
  text: string;
  grid: string;
  place: Place | null;
  resolved_at: string | null;
}

export function mountComments(editor: Editor): void {
  new Comments(editor);
}

class Comments {
  private readonly box = element("section", { id: "panel-comments", class: "side-panel", "aria-label": t("批注") });
  private readonly pins = new VectorSource<Feature<Point>>();
  private rows: Comment[] = [];
  private place: Place | null = null;
  private readonly text = element("textarea", { rows: 2, maxlength: TEXT_MAX, required: true });
  private readonly where = element("p", { class: "small", role: "status" });
  private readonly list = element("ul", { class: "comments" });
  private readonly heading = element("h2", {}, t("批注"));

  constructor(private readonly editor: Editor) {
    editor.panel("findings").after(this.box);
    editor.map.addLayer(new VectorLayer({ source: this.pins, zIndex: ABOVE_NAMES, style: (feature) => pin(String(feature.get("number")), Boolean(feature.get("done"))) }));
    this.box.append(this.heading, this.list, this.form());
    editor.map.on("singleclick", this.clicked);
    void this.read();
  }

  private form(): HTMLElement {
    const form = element("form", { class: "comment-form" });
    const here = button(t("钉在地图中心"), () => this.pinAt(toLonLat(this.editor.map.getView().getCenter()!)), { class: "secondary outline" });
    const nowhere = button(t("不钉"), () => this.pinAt(null), { class: "secondary outline" });
    const add = element("button", { type: "submit" }, t("添加批注"));
    form.append(element("label", {}, t("写批注"), this.text), this.where, element("div", { class: "actions" }, add, here, nowhere));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.add();
    });
    this.pinAt(null);
    return form;
  }

  private pinAt(at: number[] | null): void {
    this.place = at ? [Number(at[0]!.toFixed(DIGITS)), Number(at[1]!.toFixed(DIGITS))] : null;
    this.where.textContent = this.place ? t("钉在 {lon}，{lat}", { lon: this.place[0].toFixed(5), lat: this.place[1].toFixed(5) }) : t("没有钉在地点上：是对整个方案的批注。");
    this.drawPins();
  }

  private async read(): Promise<void> {
    try {
      this.rows = (await getJson<{ results: Comment[] }>(this.editor.url("comments/"))).results;
      this.draw();
    } catch (error) {
      this.editor.trouble(error);
    }
  }

  private async add(): Promise<void> {
    const text = this.text.value.trim();
    if (!text) return;
    try {
      const grid = this.place ? (this.editor.land.gridAt(fromLonLat(this.place)) ?? "") : "";
      this.rows.push(await postJson<Comment>(this.editor.url("comments/"), { text, place: this.place, grid }));
      this.text.value = "";
      this.pinAt(null);
      this.draw();
      this.editor.say(t("批注已添加。"));
    } catch (error) {
      this.editor.trouble(error);
    }
  }

  private async resolve(comment: Comment): Promise<void> {
    try {
      const done = await postJson<Comment>(this.editor.url(`comments/${comment.id}/resolve/`), {});
      this.rows = this.rows.map((each) => (each.id === done.id ? done : each));
      this.draw();
    } catch (error) {
      this.editor.trouble(error);
    }
  }

  private draw(): void {
    const open = this.rows.filter(({ resolved_at }) => !resolved_at);
    this.heading.replaceChildren(t("批注"), " ", element("span", { class: "count" }, String(open.length)));
    this.list.replaceChildren(
      ...this.rows.map((each, n) => {
        const where = each.grid ? ` · ${nameOf(this.editor, each.grid)}` : "";
        const row = { words: `${n + 1}　${each.text}`, places: each.place ? [each.place] : [] };
        const done = each.resolved_at
          ? element("span", { class: "small better" }, t("已处理"))
          : button(t("已处理"), () => void this.resolve(each), { class: "secondary outline small", "aria-label": t("第 {n} 条批注已处理", { n: n + 1 }) });
        return element("li", { class: each.resolved_at ? "done" : null }, rowButton(this.editor, row), element("span", { class: "small quiet" }, `${each.by}${where}`), " ", done);
      }),
    );
    this.drawPins();
  }

  private drawPins(): void {
    this.pins.clear(true);
    const pinned = this.rows.flatMap((each, n) => (each.place ? [this.pinOf(each.place, { id: each.id, number: n + 1, done: each.resolved_at !== null })] : []));
    this.pins.addFeatures([...pinned, ...(this.place ? [this.pinOf(this.place, { number: "＋" })] : [])]);
    this.pins.changed();
  }

  private pinOf(place: Place, facts: Record<string, unknown>): Feature<Point> {
    const feature = new Feature(new Point(fromLonLat(place)));
    feature.setProperties(facts);
    return feature;
  }

  /** A click on a pin opens its remark. */
  private readonly clicked = (event: MapBrowserEvent): void => {
    const reach = 12 * (this.editor.map.getView().getResolution() ?? 1);
    const [x = 0, y = 0] = event.coordinate;
    const met = this.pins.getFeaturesInExtent([x - reach, y - reach, x + reach, y + reach]).find((each) => each.get("id"));
    const comment = this.rows.find(({ id }) => id === met?.get("id"));
    if (!comment) return;
    this.editor.openPanel("findings");
    this.editor.say(`${comment.by}：${comment.text}`);
    go(this.editor, { words: comment.text, places: [] });
    this.list.children[this.rows.indexOf(comment)]?.scrollIntoView({ block: "nearest" });
  };
}

function pin(number: string, done: boolean): Style {
  const color = done ? "#5b6570" : "#7a1fa2";
  return new Style({
    image: new CircleStyle({ radius: 10, fill: new Fill({ color }), stroke: new Stroke({ color: "#ffffff", width: 2 }) }),
    text: new Text({ text: number, font: "700 12px sans-serif", fill: new Fill({ color: "#ffffff" }) }),
  });
}

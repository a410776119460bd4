// What the tools that draw a line have in common: the line is drawn, looked at, offered as an edit; then the next one.

import { t } from "../../map/words.ts";
import type { Editor, Tool } from "../editor.ts";
import { LineDrawing, SNAP_PX } from "./drawing_line.ts";
import { type Joined, type XY, lengthOf, meetsItself, samples } from "./lines.ts";
import type { Offer } from "./offer.ts";
import { groundMetres, placeOf } from "./outlines.ts";

const MOST_SAMPLES = 240;

export abstract class LineTool implements Tool {
  abstract readonly id: string;
  abstract readonly label: string;
  abstract readonly key: string;
  abstract readonly hint: string;
  abstract readonly icon: string;
  protected editor: Editor | null = null;
  private drawing: LineDrawing | null = null;
  private offer: Offer | null = null;

  start(editor: Editor): void {
    this.editor = editor;
    editor.selection.clear();
    this.drawing = new LineDrawing(editor, (line) => this.drawn(line));
  }

  stop(): void {
    const { offer } = this;
    this.offer = null;
    offer?.close();
    this.drawing?.remove();
    this.drawing = null;
    this.editor = null;
  }

  pressed(event: KeyboardEvent): boolean {
    if (this.offer && event.key === "Escape") this.offer.close();
    else if (this.offer && event.key === "Enter") void this.offer.commit();
    else return this.drawing?.pressed(event) ?? false;
    return true;
  }

  /** Offer what a line would make; null when it makes nothing: why was said already. */
  protected abstract offered(line: XY[], done: () => void): Offer | null;

  /** Snapping distance in map metres. */
  protected get reach(): number {
    return SNAP_PX * (this.editor!.map.getView().getResolution() ?? 1);
  }

  protected samplesOf(line: readonly XY[]): XY[] {
    return samples(line, Math.max(this.reach / 2, lengthOf(line) / MOST_SAMPLES));
  }

  private drawn(line: XY[]): boolean {
    const { editor } = this;
    if (!editor) return false;
    const loop = meetsItself(line);
    if (loop) {
      const words = t("所画的线绕成了圈，与自身相交；请退回几点（Backspace）重画。");
      editor.refuse({ rule: "edit.line_invalid", words, place: placeOf(loop) });
      return false;
    }
    this.offer = this.offered(line, () => {
      this.offer = null;
      this.drawing?.clear();
    });
    if (this.offer && !editor.map.getTargetElement()?.matches(":focus")) this.offer.focus();
    return this.offer !== null;
  }
}

/** What to tell of a line that was drawn on to the border; nothing where it reached it. */
export function joinedNotes({ joined, line }: Joined): string[] {
  const ends = joined.filter((length) => length > 0);
  if (ends.length === 0) return [];
  const most = groundMetres(Math.max(...ends), line[0]!);
  return [t("线的端点离边界还差 {n} 米（不超过 8 像素），已自动接到边界上。", { n: most.toFixed(1) })];
}

/** Why a line that stops too far inside is not taken. */
export function shortWords({ short }: Joined): string {
  const missing = short ? groundMetres(short.away, short.at) : 0;
  return t("线的一端停在网格内部，离边界还有 {n} 米；请画到边界上，或放大后重画。", { n: missing.toFixed(missing < 10 ? 1 : 0) });
}

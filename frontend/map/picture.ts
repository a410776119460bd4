// The view as a picture to take away or print: map, title, day, scale bar, note (审图号 or 内部使用), all on one canvas.

import type OlMap from "ol/Map.js";
import { getPointResolution } from "ol/proj.js";

import { INK } from "./styles/drawing.ts";
import { t } from "./words.ts";

export interface Imprint {
  title: string;
  day: string;
  note: string;
  attribution: string;
}

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';
const HEAD_PX = 52;
const FOOT_PX = 34;
const BAR_MAX_PX = 160;

/** Wait until everything is drawn. */
export async function drawn(map: OlMap): Promise<void> {
  await new Promise<void>((resolve) => {
    map.once("rendercomplete", () => resolve());
    map.render();
  });
}

/** Return the view as it is drawn now, as a canvas with title and imprint. */
export function pictureOf(map: OlMap, imprint: Imprint): HTMLCanvasElement {
  const [width = 0, height = 0] = map.getSize() ?? [];
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((height + HEAD_PX + FOOT_PX) * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.scale(ratio, ratio);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height + HEAD_PX + FOOT_PX);
  pen.save();
  pen.translate(0, HEAD_PX);
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.clip();
  pen.fillStyle = getComputedStyle(map.getTargetElement()!).backgroundColor;
  pen.fillRect(0, 0, width, height);
  drawLayers(map, pen);
  pen.restore();
  writeHead(pen, width, imprint);
  writeFoot(pen, width, HEAD_PX + height, imprint, map);
  return canvas;
}

function drawLayers(map: OlMap, pen: CanvasRenderingContext2D): void {
  const canvases = map.getViewport()!.querySelectorAll<HTMLCanvasElement>(".ol-layer canvas, canvas.ol-layer");
  const here = pen.getTransform();
  for (const canvas of canvases) {
    if (!canvas.width) continue;
    const holder = canvas.parentElement;
    const opacity = canvas.style.opacity || holder?.style.opacity || "";
    pen.globalAlpha = opacity === "" ? 1 : Number(opacity);
    const matrix = /^matrix\(([^)]*)\)$/.exec(canvas.style.transform)?.[1]?.split(",").map(Number);
    const [a, b, c, d, e, f] = matrix ?? [
      (Number.parseFloat(canvas.style.width) || canvas.width) / canvas.width, 0, 0,
      (Number.parseFloat(canvas.style.height) || canvas.height) / canvas.height, 0, 0,
    ];
    pen.setTransform(here.multiply(new DOMMatrix([a!, b!, c!, d!, e!, f!])));
    pen.drawImage(canvas, 0, 0);
  }
  pen.globalAlpha = 1;
  pen.setTransform(here);
}

function writeHead(pen: CanvasRenderingContext2D, width: number, { title, day }: Imprint): void {
  pen.fillStyle = INK;
  pen.textBaseline = "middle";
  pen.font = `700 22px ${FONT}`;
  pen.fillText(title, 16, HEAD_PX / 2, width * 0.65);
  pen.font = `400 14px ${FONT}`;
  pen.textAlign = "right";
  pen.fillText(day, width - 16, HEAD_PX / 2, width * 0.3);
  pen.textAlign = "left";
  pen.fillRect(0, HEAD_PX - 2, width, 2);
}

function writeFoot(pen: CanvasRenderingContext2D, width: number, top: number, imprint: Imprint, map: OlMap): void {
  pen.fillStyle = INK;
  pen.fillRect(0, top, width, 1);
  const middle = top + FOOT_PX / 2;
  const bar = scaleBar(map);
  pen.strokeStyle = INK;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(16, middle + 1);
  pen.lineTo(16, middle + 7);
  pen.lineTo(16 + bar.px, middle + 7);
  pen.lineTo(16 + bar.px, middle + 1);
  pen.stroke();
  pen.font = `400 12px ${FONT}`;
  pen.fillText(bar.words, 16, middle - 6);
  pen.textAlign = "right";
  const words = [imprint.attribution, "CGCS2000", imprint.note].filter(Boolean).join("　");
  pen.fillText(words, width - 16, middle, width - bar.px - 60);
  pen.textAlign = "left";
}

/** A round length that fits, as long as it is on this map's middle. */
function scaleBar(map: OlMap): { px: number; words: string } {
  const view = map.getView();
  const m_a_px = getPointResolution(view.getProjection(), view.getResolution() ?? 1, view.getCenter() ?? [0, 0], "m");
  const most_m = BAR_MAX_PX * m_a_px;
  const power = 10 ** Math.floor(Math.log10(most_m));
  const length_m = [5, 2, 1].map((step) => step * power).find((each) => each <= most_m) ?? power;
  const words = length_m >= 1000 ? t("{n} 公里", { n: length_m / 1000 }) : t("{n} 米", { n: length_m });
  return { px: length_m / m_a_px, words };
}

/** Offer a canvas as a PNG file to keep. */
export async function savePicture(canvas: HTMLCanvasElement, name: string): Promise<void> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("no picture");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

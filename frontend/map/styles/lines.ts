// Borders and roads by rank: the higher the rank, the stronger the line. Neighbours draw their common border twice, so
// borders carry no dashes (two dashes out of step make a solid line); rank shows in width and in the band behind.

import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { type Styling, INSIDE, between, brief, half, label, remembered, textOf } from "./drawing.ts";

/** The land of the district, lighter than what lies around it. */
export const ground: Styling = () => GROUND;

const GROUND = new Style({ fill: new Fill({ color: "rgba(253, 252, 248, 0.92)" }) });

interface BorderLook {
  color: string;
  width: [far: number, near: number];
  band?: { color: string; width: [far: number, near: number] };
}

const BORDERS: Record<string, BorderLook> = {
  district: { color: "#1d2733", width: [2.4, 3.4], band: { color: "rgba(122, 92, 160, 0.28)", width: [9, 13] } },
  street: { color: "#2f3d4d", width: [1.7, 2.8], band: { color: "rgba(122, 92, 160, 0.2)", width: [5, 9] } },
  community: { color: "#33475b", width: [1.1, 2.4], band: { color: "rgba(255, 255, 255, 0.75)", width: [2.6, 4.6] } },
  grid: { color: "#66717c", width: [0.5, 1.6] },
};

/** Borders of a rank; the inside is hit by clicks too. */
export function border(rank: string): Styling {
  const { color, width, band } = BORDERS[rank]!;
  const made = remembered((key) => {
    const zoom = Number(key);
    const stroke = (of: string, [far, near]: [number, number]) =>
      new Stroke({ color: of, width: between(zoom, [11.5, far], [17, near]), lineJoin: "round" });
    const line = new Style({ stroke: stroke(color, width), fill: INSIDE, zIndex: 2 });
    return band ? [new Style({ stroke: stroke(band.color, band.width), zIndex: 1 }), line] : [line];
  });
  return (_feature, zoom) => made(String(half(zoom)));
}

const NAMES: Record<string, { size: [far: number, near: number]; weight: number; color: string }> = {
  district: { size: [16, 18], weight: 700, color: "#1d2733" },
  street: { size: [14, 16], weight: 700, color: "#4b3a63" },
  community: { size: [12.5, 15], weight: 700, color: "#24364a" },
  grid: { size: [11, 12], weight: 400, color: "#515c66" },
};

/** Names of a rank of territory, from one zoom to another. */
export function territoryName(rank: string, fromZoom: number, toZoom: number): Styling {
  const { size, weight, color } = NAMES[rank]!;
  const made = remembered((key) => {
    const [zoom = "", name = ""] = split(key);
    return label(name, { size: between(Number(zoom), [12, size[0]], [16, size[1]]), weight, color });
  });
  return (feature, zoom) => {
    if (zoom < fromZoom || zoom > toZoom) return undefined;
    const name = textOf(feature, "name") || textOf(feature, "code");
    return made(`${half(zoom)} ${brief(rank === "grid" ? shortGridName(name) : name)}`);
  };
}

/** Drop the community's name from the front of its grid's: it stands there already, in larger letters. */
export function shortGridName(name: string): string {
  return /第?\s*[\d一二三四五六七八九十百]+\s*号?网格$/u.exec(name)?.[0] ?? name;
}

function split(key: string): [string, string] {
  const at = key.indexOf(" ");
  return [key.slice(0, at), key.slice(at + 1)];
}

const ROADS: Record<string, { width: [far: number, near: number]; fill: string; casing: string; from: number }> = {
  arterial: { width: [1.6, 13], fill: "#fdf0cc", casing: "#cfae62", from: 11 },
  secondary: { width: [1.1, 9], fill: "#ffffff", casing: "#c3baa6", from: 12.5 },
  local: { width: [0.7, 6], fill: "#ffffff", casing: "#d3ccbc", from: 14 },
};

/** Roads by rank: all casings below all fills, so that crossings are open. */
export const road: Styling = (feature, zoom) => {
  const rank = textOf(feature, "rank");
  const look = ROADS[rank] ?? ROADS.local!;
  return zoom < look.from ? undefined : roadStyles(`${half(zoom)} ${rank}`);
};

const roadStyles = remembered((key) => {
  const [zoom, rank] = split(key);
  const { width, fill, casing } = ROADS[rank] ?? ROADS.local!;
  const inner = between(Number(zoom), [11, width[0]], [18, width[1]]);
  const stroke = (color: string, wide: number) => new Stroke({ color, width: wide, lineCap: "round", lineJoin: "round" });
  if (inner < 1.6) return [new Style({ stroke: stroke(casing, inner), zIndex: 1 })];
  return [
    new Style({ stroke: stroke(casing, inner + 1.6), zIndex: 1 }),
    new Style({ stroke: stroke(fill, inner), zIndex: rank === "arterial" ? 3 : 2 }),
  ];
});

export const ROAD_NAMES_FROM = { arterial: 13.5, secondary: 15, local: 16.5 };

/** Names along the roads, the important ones from farther away. */
export const roadName: Styling = (feature, zoom) => {
  const rank = textOf(feature, "rank");
  const from = ROAD_NAMES_FROM[rank as keyof typeof ROAD_NAMES_FROM] ?? ROAD_NAMES_FROM.local;
  return zoom < from ? undefined : roadNameStyle(brief(textOf(feature, "name")));
};

const roadNameStyle = remembered((name) =>
  label(name, { size: 11, color: "#6b5c33", halo: 2.5 }, { placement: "line", maxAngle: 0.5, repeat: 420, overflow: false }),
);

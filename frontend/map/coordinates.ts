// Reading coordinates as people paste them: "36.1, 120.4" from a phone, "120°28′05″E 36°06′15″N", northing and easting
// of a Gauss-Krüger zone, a link of a map service. What it was taken for is said, since a wrong guess is off by 500 m.

import { type Frame, type LonLat, type Zone, toDegrees, zoneOf } from "./frames.ts";
import { t } from "./words.ts";

/** Coordinates understood: where it is, and what the text was taken for. */
export interface Reading {
  place: LonLat;
  frame: Frame;
  /** What it was taken for, in words. */
  taken: string;
  /** True when plain degrees came without a word on their frame: they could also be GCJ-02. */
  frameGuessed: boolean;
}

const NAMED: [RegExp, Frame][] = [
  [/gcj-?\s?02|高德|腾讯|微信|火星|amap|qq\.com/i, "gcj02"],
  [/bd-?\s?09(ll)?|百度|baidu/i, "bd09"],
  [/wgs-?\s?(19)?84|cgcs-?\s?2000|epsg:\s?\d+|国家大地坐标系|天地图|geo:/i, "cgcs2000"],
];
const AXIS = /\b[xy]\s*[:=]\s*/gi;
const ZONE_NUMBERS: [first: number, last: number] = [25, 45];
const NUMBER = String.raw`[-+]?\d+(?:\.\d+)?`;

/** Read a text as coordinates; null when it holds none. `frame` overrides what the text itself says. */
export function readCoordinates(text: string, zone: Zone, frame: Frame | null = null): Reading | null {
  const plain = halfWidth(text);
  const named = NAMED.find(([words]) => words.test(plain))?.[1] ?? null;
  const bare = NAMED.reduce((rest, [words]) => rest.replace(new RegExp(words, "gi"), " "), plain).replace(AXIS, " ");
  const numbers = sexagesimal(bare) ?? decimalPair(bare);
  if (!numbers) return null;
  return metric(numbers, zone) ?? degrees(numbers, frame ?? named, zone);
}

/** Degrees, each with its letter when the text gave one. */
interface Pair {
  first: number;
  second: number;
  firstIsLon: boolean | null;
}

function halfWidth(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[、;|]/g, ",")
    .replace(/[′’＇´]/g, "'")
    .replace(/[″”“＂]/g, '"');
}

// 36°06'15.2"N, N36°6.25', 北纬36度6分15秒: each part with its letter before or behind, the letters both or neither.
const SEXAGESIMAL = new RegExp(
  String.raw`([NSEW北南东西]?)纬?经?\s*:?\s*(\d+(?:\.\d+)?)\s*[°度]\s*(?:(\d+(?:\.\d+)?)\s*['分]\s*)?(?:(\d+(?:\.\d+)?)\s*(?:"|秒|'')\s*)?([NSEW]?)`,
  "giu",
);

function sexagesimal(text: string): Pair | null {
  const found = [...text.matchAll(SEXAGESIMAL)].map(([, before, whole, minutes, seconds, behind]) => {
    const letter = (before || behind || "").toUpperCase();
    const size = Number(whole) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600;
    return { letter, value: /[SW南西]/.test(letter) ? -size : size };
  });
  const [one, other] = found;
  if (found.length !== 2 || !one || !other) return null;
  return { first: one.value, second: other.value, firstIsLon: lonFirst(one.letter, other.letter) };
}

function lonFirst(first: string, second: string): boolean | null {
  if (/[EW东西]/.test(first) || /[NS北南]/.test(second)) return true;
  if (/[NS北南]/.test(first) || /[EW东西]/.test(second)) return false;
  return null;
}

const LETTERED = new RegExp(
  String.raw`(N|E|北纬|东经|纬度|经度|lat\w*|lo?ng?\w*)\s*[:=]?\s*(${NUMBER})[^\d+-]+(N|E|北纬|东经|纬度|经度|lat\w*|lo?ng?\w*)\s*[:=]?\s*(${NUMBER})`,
  "iu",
);
const LETTERED_BEHIND = new RegExp(String.raw`(${NUMBER})\s*([NE])[\s,]+(${NUMBER})\s*([NE])`, "iu");
const ADJACENT = new RegExp(String.raw`(?<![\w.])(${NUMBER})\s*(?:,|\s|%2C)\s*(${NUMBER})(?![\w.])`, "iu");

function decimalPair(text: string): Pair | null {
  const lettered = LETTERED.exec(text);
  if (lettered) {
    return { first: Number(lettered[2]), second: Number(lettered[4]), firstIsLon: /^(e|东经|经度|lo)/i.test(lettered[1]!) };
  }
  const behind = LETTERED_BEHIND.exec(text);
  if (behind) return { first: Number(behind[1]), second: Number(behind[3]), firstIsLon: behind[2]!.toUpperCase() === "E" };
  const pair = ADJACENT.exec(text);
  return pair ? { first: Number(pair[1]), second: Number(pair[2]), firstIsLon: null } : null;
}

function degrees({ first, second, firstIsLon }: Pair, named: Frame | null, zone: Zone): Reading | null {
  const lonIsFirst = firstIsLon ?? (Math.abs(first) > 90 && Math.abs(second) <= 90);
  const [lon, lat] = lonIsFirst ? [first, second] : [second, first];
  if (Math.abs(lon) > 180 || Math.abs(lat) > 85) return null;
  const frame = named && named !== "zone" ? named : "cgcs2000";
  const order = lonIsFirst ? t("经度在前") : t("纬度在前");
  return {
    place: toDegrees([lon, lat], frame, zone),
    frame,
    taken: t("按 {frame} 经纬度（{order}）理解", { frame: frameName(frame, zone), order }),
    frameGuessed: named === null,
  };
}

/** Northing and easting in either order; an easting of eight digits begins with its zone's number. */
function metric({ first, second }: Pair, zone: Zone): Reading | null {
  const northing = [first, second].find((value) => value >= 1_500_000 && value < 6_500_000);
  const easting = northing === first ? second : first;
  if (northing === undefined || easting < 100_000) return null;
  const number = Math.floor(easting / 1e6);
  const [lowest, highest] = ZONE_NUMBERS;
  if (number !== 0 && (number < lowest || number > highest)) return null;
  const own = number === 0 ? zone : zoneOf(number);
  const order = northing === first ? t("北坐标在前") : t("东坐标在前");
  return {
    place: toDegrees([easting - number * 1e6, northing], "zone", own),
    frame: "zone",
    taken: t("按 {frame} 平面坐标（{order}）理解", { frame: frameName("zone", own), order }),
    frameGuessed: false,
  };
}

/** Name of a frame as people call it. */
export function frameName(frame: Frame, zone: Zone): string {
  if (frame === "gcj02") return t("GCJ-02（高德、腾讯、微信）");
  if (frame === "bd09") return t("BD-09（百度）");
  if (frame === "zone") return `EPSG:${zone.epsg}`;
  return "CGCS2000";
}

/** Write a place in a frame: degrees latitude first with letters, the zone as 北 and 东 in metres. */
export function coordinateWords(place: LonLat, frame: Frame): string {
  const [x, y] = place;
  if (frame === "zone") return t("北 {north} 东 {east}", { north: y.toFixed(1), east: x.toFixed(1) });
  return `${y.toFixed(6)}, ${x.toFixed(6)}`;
}

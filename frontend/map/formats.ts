// Numbers as the map writes them: thin spaces between thousands, the unit that fits the size.

import { t } from "./words.ts";

const THIN_SPACE = "\u202f";

/** Write a whole number with thin spaces between thousands. */
export function whole(number: number): string {
  return Math.round(number)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** Write a length: metres (one decimal below 100), from 10 km on kilometres. */
export function lengthWords(length_m: number): string {
  if (length_m >= 9_995) return t("{n} 公里", { n: decimals(length_m / 1000, length_m < 99_950 ? 2 : 1) });
  return t("{n} 米", { n: length_m < 99.95 ? decimals(length_m, 1) : whole(length_m) });
}

/** Write an area: square metres, from 1 ha on hectares, from 1 km² on square kilometres. */
export function areaWords(area_m2: number): string {
  if (area_m2 >= 999_950) return t("{n} 平方公里", { n: decimals(area_m2 / 1e6, 3) });
  if (area_m2 >= 9_995) return t("{n} 公顷", { n: decimals(area_m2 / 1e4, 2) });
  return t("{n} 平方米", { n: area_m2 < 99.95 ? decimals(area_m2, 1) : whole(area_m2) });
}

/** Write a date of the ISO form 2026-03-01 as people read it. */
export function dateWords(iso: string, language = "zh-hans"): string {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  if (!year || !month || !day) return iso;
  const date = new Date(Date.UTC(year, month - 1, day));
  const locale = language.startsWith("zh") ? "zh-CN" : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(date);
}

function decimals(number: number, digits: number): string {
  const [before = "", after = ""] = number.toFixed(digits).split(".");
  const grouped = before.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return after ? `${grouped}.${after}` : grouped;
}

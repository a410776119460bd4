// Compounds by what the audit says of them (colour, and dash or dots as well), quiet buildings, signs of stations and
// offices (a sign of its own for each kind, so that nothing hangs on colour).

import Fill from "ol/style/Fill.js";
import Icon from "ol/style/Icon.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";

import { type Styling, between, brief, half, label, remembered, textOf } from "./drawing.ts";

export interface CompoundLook {
  fill: string;
  stroke: string;
  width: number;
  dash?: number[];
}

/** How a compound is shown, by its state; a crossing that is not sure has a look of its own. */
export const COMPOUNDS: Record<string, CompoundLook> = {
  inside: { fill: "#e8e0cb", stroke: "#b5ab91", width: 0.8 },
  holds: { fill: "#cfdce4", stroke: "#93a7b4", width: 0.8 },
  crossed: { fill: "#f08a3c", stroke: "#a63d00", width: 2 },
  doubtful: { fill: "#fbd9b5", stroke: "#b86e00", width: 1.6, dash: [5, 3] },
  uncovered: { fill: "#a9cdec", stroke: "#0b5394", width: 1.8, dash: [1.5, 3.5] },
  unknown: { fill: "#ece9e1", stroke: "#b9b4a7", width: 0.8 },
};

/** Return which look a compound has. */
export function compoundLook(state: string, clarity: string): string {
  if ((state === "crossed" || state === "uncovered") && clarity === "doubtful") return "doubtful";
  return state in COMPOUNDS ? state : "unknown";
}

const compoundStyles = remembered((key) => {
  const { fill, stroke, width, dash } = COMPOUNDS[key]!;
  const line = new Stroke({ color: stroke, width, ...(dash ? { lineDash: dash } : {}) });
  return new Style({ fill: new Fill({ color: fill }), stroke: line, zIndex: key === "crossed" ? 3 : width > 1 ? 2 : 1 });
});

export const compound: Styling = (feature) =>
  compoundStyles(compoundLook(textOf(feature, "state"), textOf(feature, "clarity")));

const troubledName = remembered((key) => {
  const [offset = "", ...name] = key.split(" ");
  return label(name.join(" "), { size: 12.5, weight: 700, color: "#7a2c00", offsetY: Number(offset) });
});
/** To this zoom the middle of a troubled compound bears the finding's mark: its name stands below. */
const MARKED_TO_ZOOM = 15.25;
const compoundNames = remembered((name) => label(name, { size: 12, color: "#4d473b" }));

/** From which zoom on names are written. */
export const NAMES_FROM = { troubled: 13.5, compound: 15, building: 16.75 };

/** Names of compounds: those with something wrong from farther away. */
export function compoundName(troubled: boolean): Styling {
  return (feature, zoom) => {
    const look = compoundLook(textOf(feature, "state"), textOf(feature, "clarity"));
    const isTroubled = look === "crossed" || look === "doubtful" || look === "uncovered";
    if (isTroubled !== troubled || zoom < (troubled ? NAMES_FROM.troubled : NAMES_FROM.compound)) return undefined;
    const name = brief(textOf(feature, "name") || textOf(feature, "code"));
    return troubled ? troubledName(`${zoom < MARKED_TO_ZOOM ? 17 : 0} ${name}`) : compoundNames(name);
  };
}

const buildingArea = new Style({
  fill: new Fill({ color: "rgba(134, 118, 92, 0.28)" }),
  stroke: new Stroke({ color: "rgba(110, 98, 76, 0.55)", width: 0.6 }),
});
const buildingPoint = remembered((zoom) => {
  const radius = between(Number(zoom), [14.5, 1.6], [18, 6]);
  const fill = new Fill({ color: "rgba(134, 118, 92, 0.75)" });
  return new Style({ image: new RegularShape({ points: 4, angle: Math.PI / 4, radius, fill, declutterMode: "none" }) });
});

export const building: Styling = (feature, zoom) =>
  (feature.getGeometry()?.getType() ?? "").endsWith("Point") ? buildingPoint(String(half(zoom))) : buildingArea;

const buildingNames = remembered((name) => label(name, { size: 10.5, color: "#5a5040", halo: 2.5, offsetY: 11 }));

export const buildingName: Styling = (feature, zoom) => {
  const name = brief(shortBuildingName(textOf(feature, "name")));
  return zoom < NAMES_FROM.building || !name ? undefined : buildingNames(name);
};

/** Drop the compound's name from the front of its building's. */
export function shortBuildingName(name: string): string {
  return /[A-Za-z\d]+\s*(?:号楼|号|栋|幢|座|楼).{0,6}$/u.exec(name)?.[0] ?? name;
}

// Signs on a 20 × 20 board, white on the colour of the family.
const SIGNS: Record<string, string> = {
  centre: "M4 16h12M5 16V8l5-3 5 3v8M8 16v-4h4v4M10 5V2h4",
  station: "M4 10l6-5 6 5M6 9v7h8V9M9 16v-4h2v4",
  post: "M5 7h8v4a4 4 0 0 1-8 0zM13 8h2a1.5 1.5 0 0 1 0 4h-2M5 17h8",
  mediation: "M10 4v12M6 16h8M4 7h12M4 7l-1.5 4a2 2 0 0 0 3 0zM16 7l-1.5 4a2 2 0 0 0 3 0z",
  liaison: "M6 10h8M4 10a2 2 0 1 0 4 0a2 2 0 1 0-4 0M12 10a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  office: "M4 16h12M6 16V4h8v12M8.5 7h3M8.5 10h3M10 16v-3",
};
const FAMILY_COLORS: Record<string, string> = { office: "#00694e" };
const STATION_COLOR = "#1b4f86";

/** The picture of a sign as an address; `office` or a kind of station. */
export function signPicture(kind: string): string {
  const color = FAMILY_COLORS[kind] ?? STATION_COLOR;
  const board =
    kind === "office"
      ? `<circle cx="10" cy="10" r="9.25" fill="${color}" stroke="#fff" stroke-width="1.5"/>`
      : `<rect x=".75" y=".75" width="18.5" height="18.5" rx="3" fill="${color}" stroke="#fff" stroke-width="1.5"/>`;
  const drawn = `<path d="${SIGNS[kind] ?? SIGNS.station}" fill="none" stroke="#fff" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 20 20">${board}${drawn}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const signs = remembered((key) => {
  const [kind = "", zoom = ""] = key.split(" ");
  const scale = between(Number(zoom), [12.5, 0.4], [17, 0.58]) * (kind === "centre" ? 1.15 : 1);
  return new Style({ image: new Icon({ src: signPicture(kind), scale, declutterMode: "obstacle" }) });
});

/** Signs by the zoom from which they are shown: from far away only the centres. */
export const SIGNS_FROM = { centre: 12.5, station: 14.75, office: 14.25 };

/** Signs of stations by kind. */
export const station: Styling = (feature, zoom) => {
  const kind = textOf(feature, "kind");
  return zoom < (kind === "centre" ? SIGNS_FROM.centre : SIGNS_FROM.station) ? undefined : signs(`${kind} ${half(zoom)}`);
};

export const office: Styling = (_feature, zoom) => (zoom < SIGNS_FROM.office ? undefined : signs(`office ${half(zoom)}`));

const signNames = remembered((key) => {
  const [color = "", ...name] = key.split(" ");
  return label(name.join(" "), { size: 11, color, offsetY: 17 });
});

export function signName(fromZoom: number, color: string): Styling {
  return (feature, zoom) => {
    const name = brief(textOf(feature, "name"));
    return zoom < fromZoom || !name ? undefined : signNames(`${color} ${name}`);
  };
}

// Coordinates in the frames that people here use: CGCS2000 degrees (what is stored and shown), the Gauss-Krüger zone of
// the district, and the shifted degrees of phones' maps: GCJ-02 (Amap, Tencent, WeChat) and BD-09 (Baidu).

import gcoord from "gcoord";
import proj4 from "proj4/lib/core.js";
import Proj from "proj4/lib/Proj.js";
import etmerc from "proj4/lib/projections/etmerc.js";

Proj.projections.start();
Proj.projections.add(etmerc);

export type LonLat = [lon: number, lat: number];
export type Frame = "cgcs2000" | "zone" | "gcj02" | "bd09";

/** The district's metric frame. */
export interface Zone {
  epsg: number;
  /** WKT or proj4 text. */
  definition: string;
}

// A little inside the box in which gcoord shifts at all: on its edge gcoord's inverse swings to and fro for ever.
const SHIFTED = { west: 72.1, south: 0.9, east: 137.7, north: 55.7 };

const SHIFT_OF = { gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const;

const isShifted = ([lon, lat]: LonLat): boolean =>
  lon > SHIFTED.west && lon < SHIFTED.east && lat > SHIFTED.south && lat < SHIFTED.north;

/** Return CGCS2000 degrees of a place given in another frame; easting first for the zone. */
export function toDegrees(place: LonLat, frame: Frame, zone: Zone): LonLat {
  if (frame === "zone") return proj4(zone.definition, "WGS84").forward([...place]) as LonLat;
  if (frame === "cgcs2000" || !isShifted(place)) return place;
  return gcoord.transform([...place] as LonLat, SHIFT_OF[frame], gcoord.WGS84) as LonLat;
}

/** Return a place of CGCS2000 degrees in another frame; easting first for the zone. */
export function fromDegrees(place: LonLat, frame: Frame, zone: Zone): LonLat {
  if (frame === "zone") return proj4("WGS84", zone.definition).forward([...place]) as LonLat;
  if (frame === "cgcs2000" || !isShifted(place)) return place;
  return gcoord.transform([...place] as LonLat, gcoord.WGS84, SHIFT_OF[frame]) as LonLat;
}

/** Return the definition of a 3-degree Gauss-Krüger zone by its number (40: 120° E), eastings without the number. */
export function zoneOf(number: number): Zone {
  const meridian = 3 * number;
  const definition = `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs`;
  return { epsg: 4534 + (meridian - 75) / 3, definition };
}

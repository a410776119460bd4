import assert from "node:assert/strict";
import { test } from "node:test";

import { coordinateWords, readCoordinates } from "./coordinates.ts";
import { type Zone, fromDegrees, toDegrees, zoneOf } from "./frames.ts";

const WKT =
  'PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",GEOGCS["China Geodetic Coordinate System 2000",' +
  'DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],' +
  'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],' +
  'PARAMETER["central_meridian",120],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],' +
  'PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","4549"]]';
const ZONE: Zone = { epsg: 4549, definition: WKT };
const HERE = { lon: 120.46812, lat: 36.10421 };
// pyproj: Transformer.from_crs(4490, 4549, always_xy=True).transform(120.46812, 36.10421)
const EASTING_M = 542151.9705;
const NORTHING_M = 3997207.2771;

const near = (found: number, wanted: number, within: number) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`);

const read = (text: string) => {
  const reading = readCoordinates(text, ZONE);
  assert.ok(reading, `nothing understood in ${text}`);
  return reading;
};

test("the zone agrees with pyproj to a millimetre, both ways, by WKT and by number", () => {
  for (const zone of [ZONE, zoneOf(40)]) {
    const [easting, northing] = fromDegrees([HERE.lon, HERE.lat], "zone", zone);
    near(easting, EASTING_M, 0.001);
    near(northing, NORTHING_M, 0.001);
    const [lon, lat] = toDegrees([EASTING_M, NORTHING_M], "zone", zone);
    near(lon, HERE.lon, 1e-8);
    near(lat, HERE.lat, 1e-8);
    assert.equal(zone.epsg, 4549);
  }
});

test("phones' frames are off by hundreds of metres and come back to centimetres", () => {
  for (const frame of ["gcj02", "bd09"] as const) {
    const shifted = fromDegrees([HERE.lon, HERE.lat], frame, ZONE);
    assert.ok(Math.abs(shifted[0] - HERE.lon) > 0.003);
    const [lon, lat] = toDegrees(shifted, frame, ZONE);
    near(lon, HERE.lon, 2e-6);
    near(lat, HERE.lat, 2e-6);
  }
});

test("the edge of the shifted world does not hang", () => {
  for (const lon of [72.004, 72.0041, 137.8347, 137.8346]) {
    for (const lat of [0.8293, 0.8294, 30, 55.8271]) toDegrees([lon, lat], "gcj02", ZONE);
  }
});

test("degrees in every order and spelling", () => {
  const texts = [
    "36.10421, 120.46812",
    "36.10421,120.46812",
    "36.10421 120.46812",
    "120.46812, 36.10421",
    "（120.46812，36.10421）",
    "３６．１０４２１，１２０．４６８１２",
    "N36.10421 E120.46812",
    "36.10421N, 120.46812E",
    "北纬36.10421 东经120.46812",
    "北纬36.10421度，东经120.46812度",
    "经度：120.46812 纬度：36.10421",
    "lat: 36.10421, lng: 120.46812",
    "lat=36.10421&lon=120.46812",
    "36°6'15.156\"N 120°28'5.232\"E",
    "36°06′15.156″N，120°28′05.232″E",
    "东经120度28分5.232秒，北纬36度6分15.156秒",
    "36° 6.2526' N, 120° 28.0872' E",
    "geo:36.10421,120.46812",
    "WGS84 36.10421 120.46812",
    "CGCS2000：120.46812, 36.10421",
    "EPSG:4490 120.46812 36.10421",
  ];
  for (const text of texts) {
    const { place, frame } = read(text);
    near(place[0], HERE.lon, 1e-7);
    near(place[1], HERE.lat, 1e-7);
    assert.equal(frame, "cgcs2000", text);
  }
});

test("what was guessed is said to be guessed", () => {
  assert.equal(read("36.1, 120.4").frameGuessed, true);
  assert.match(read("36.1, 120.4").taken, /CGCS2000.*纬度在前/);
  assert.match(read("120.4, 36.1").taken, /经度在前/);
  assert.equal(read("geo:36.1,120.4").frameGuessed, false);
  assert.equal(read("高德 120.4,36.1").frameGuessed, false);
});

test("a link or a word of a map service tells its frame", () => {
  const gcj = fromDegrees([HERE.lon, HERE.lat], "gcj02", ZONE);
  const bd = fromDegrees([HERE.lon, HERE.lat], "bd09", ZONE);
  const texts: [string, string][] = [
    [`https://uri.amap.com/marker?position=${gcj[0]},${gcj[1]}&name=x`, "gcj02"],
    [`https://apis.map.qq.com/uri/v1/marker?marker=coord:${gcj[1]},${gcj[0]};title:x`, "gcj02"],
    [`高德 ${gcj[0]},${gcj[1]}`, "gcj02"],
    [`GCJ-02: ${gcj[1]}, ${gcj[0]}`, "gcj02"],
    [`百度 ${bd[0]},${bd[1]}`, "bd09"],
    [`BD-09 ${bd[1]} ${bd[0]}`, "bd09"],
  ];
  for (const [text, frame] of texts) {
    const reading = read(text);
    assert.equal(reading.frame, frame, text);
    near(reading.place[0], HERE.lon, 2e-6);
    near(reading.place[1], HERE.lat, 2e-6);
  }
});

test("the person's choice of a frame overrides the guess", () => {
  const plain = read("36.10421, 120.46812").place;
  const phone = readCoordinates("36.10421, 120.46812", ZONE, "gcj02");
  assert.ok(phone);
  assert.ok(Math.abs(phone.place[0] - plain[0]) > 0.003);
  assert.equal(phone.frameGuessed, false);
});

test("northing and easting, with and without the zone's number", () => {
  for (const text of ["3997207.277, 542151.971", "542151.971 3997207.277", "X=3997207.277 Y=40542151.971"]) {
    const { place, frame, taken } = read(text);
    near(place[0], HERE.lon, 1e-7);
    near(place[1], HERE.lat, 1e-7);
    assert.equal(frame, "zone");
    assert.match(taken, /EPSG:4549/);
  }
  assert.match(read("3997207, 39542151").taken, /EPSG:4548/);
});

test("what is none is none", () => {
  for (const text of ["", "崂山区", "12345", "91, 200", "999999999, 3", "370212001001", "36.1", ",", "-", "1e5,7"]) {
    assert.equal(readCoordinates(text, ZONE), null, text);
  }
});

test("written as people read it back", () => {
  assert.equal(coordinateWords([HERE.lon, HERE.lat], "cgcs2000"), "36.104210, 120.468120");
  assert.equal(coordinateWords([EASTING_M, NORTHING_M], "zone"), "北 3997207.3 东 542152.0");
});

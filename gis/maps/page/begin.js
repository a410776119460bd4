// The take-away map. Each file adds its part to one object; every name from the data goes into the page as text,
// never as markup.
window.gridwork = {};
(function (gridwork) {
  "use strict";

  const THIN_SPACE = "\u202f";

  gridwork.data = JSON.parse(document.getElementById("sheet-data").textContent);
  gridwork.words = gridwork.data.words;

  /** A flat list of micro-degrees, each vertex a step from the one before, as GeoJSON coordinates. */
  const unrolled = (steps) => {
    const line = [];
    for (let at = 0, x = 0, y = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      line.push([x / 1e6, y / 1e6]);
    }
    return line;
  };

  /** A packed shape (see packing.py) as GeoJSON. */
  const unpacked = ([kind, parts]) =>
    kind === "area"
      ? { type: "MultiPolygon", coordinates: parts.map((rings) => rings.map(unrolled)) }
      : { type: "MultiLineString", coordinates: parts.map(unrolled) };

  for (const name of ["communities", "grids", "compounds", "pieces", "cut_lines", "gaps", "overlaps"]) {
    for (const place of gridwork.data[name]) place.g = place.g && unpacked(place.g);
  }

  /** Whole numbers with thin spaces between thousands. */
  gridwork.whole = (number) => Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);

  /** Metres: one decimal under 100, none above. */
  gridwork.metres = (length_m) =>
    (length_m < 99.95 ? length_m.toFixed(1) : gridwork.whole(length_m)) + THIN_SPACE + gridwork.words.metre;

  gridwork.squareMetres = (area_m2) =>
    (area_m2 < 9.95 ? area_m2.toFixed(1) : gridwork.whole(area_m2)) + THIN_SPACE + gridwork.words.square_metre;

  gridwork.households = (count) => gridwork.whole(count) + THIN_SPACE + gridwork.words.household;

  gridwork.percent = (share) => (share >= 0.0995 ? (share * 100).toFixed(0) : (share * 100).toFixed(1)) + "%";

  /** An element with text or children. */
  gridwork.element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };

  /** Fill the {count} of a sentence. */
  gridwork.counted = (sentence, count) => sentence.replace("{count}", gridwork.whole(count));

  /** How a compound is shown: its state, and for a crossed one whether that is sure. */
  gridwork.look = (compound) =>
    compound.state === "crossed" && compound.class === "doubtful" ? "doubtful" : compound.state;

  gridwork.narrow = () => window.matchMedia("(max-width: 720px)").matches;
})(window.gridwork);

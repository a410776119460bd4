// Before and after a plan on folium's map: both drawn, each cut off at the divider. Names go into the page as text.
window.gridworkBeforeAfter = function (map) {
  "use strict";

  const data = JSON.parse(document.getElementById("sheet-data").textContent);
  const { words } = data;
  const HATCH_PX = 7;
  const SHOWN_MAX = 400;

  const unrolled = (steps) => {
    const line = [];
    for (let at = 0, x = 0, y = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      line.push([x / 1e6, y / 1e6]);
    }
    return line;
  };
  const unpacked = ([kind, parts]) =>
    kind === "area"
      ? { type: "MultiPolygon", coordinates: parts.map((rings) => rings.map(unrolled)) }
      : { type: "MultiLineString", coordinates: parts.map(unrolled) };
  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const households = (count) => words.households.replace("{count}", count.toLocaleString("en").replaceAll(",", "\u202f"));

  const pane = (name, zIndex) => {
    const made = map.createPane(name);
    made.style.zIndex = zIndex;
    made.style.pointerEvents = "none";
    return made;
  };
  pane("ground", 401);
  const SIDES = ["before", "after"];
  for (const side of SIDES) {
    pane(side, 430);
    pane("names-" + side, 460).setAttribute("aria-hidden", "true");
  }
  pane("chosen", 455);
  const canvas = (name) => L.canvas({ pane: name, padding: 0.5 });
  const renderers = { ground: canvas("ground"), before: canvas("before"), after: canvas("after"), chosen: canvas("chosen") };
  const draw = (packed, style, name) =>
    L.geoJSON(unpacked(packed), { interactive: false, pane: name, renderer: renderers[name], style: { ...style, renderer: renderers[name] } }).addTo(map);

  // The ground, the same on both sides.
  for (const place of data.neighbours) if (place.g) draw(place.g, { color: "#b4b4ae", weight: 0.8, fillColor: "#efefec", fillOpacity: 1 }, "ground");
  for (const place of data.communities) if (place.g) draw(place.g, { stroke: false, fillColor: "#fbf8ef", fillOpacity: 1 }, "ground");
  for (const place of data.compounds) if (place.g) draw(place.g, { color: "#bfb08a", weight: 0.8, fillColor: "#ece3cb", fillOpacity: 1 }, "ground");
  const wide = { arterial: 6, secondary: 4, local: 2.5 };
  for (const road of data.roads) draw(road.g, { color: "#b9b2a1", weight: (wide[road.rank] || 2.5) + 1.5, fill: false }, "ground");
  for (const road of data.roads) draw(road.g, { color: "#ffffff", weight: wide[road.rank] || 2.5, fill: false }, "ground");

  // A hatch that is drawn, not a picture: a canvas pattern of one slanting line.
  const hatch = document.createElement("canvas");
  hatch.width = hatch.height = HATCH_PX;
  const ink = hatch.getContext("2d");
  ink.strokeStyle = "#b23c00";
  ink.lineWidth = 1.2;
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    ink.beginPath();
    ink.moveTo(shift, HATCH_PX);
    ink.lineTo(shift + HATCH_PX, 0);
    ink.stroke();
  }
  const pattern = ink.createPattern(hatch, "repeat");
  SIDES.forEach((side, at) => {
    for (const piece of data.changed) if (piece) draw(piece.g, { color: "#b23c00", weight: 1, fillColor: pattern, fillOpacity: 1 }, side);
    const drawn = data.grids.filter((grid) => grid.sides[at]).sort((one, other) => Boolean(one.standing) - Boolean(other.standing));
    for (const grid of drawn) {
      const style = grid.standing ? { color: "#1d2733", weight: 2.4 } : { color: "#5b6672", weight: 1 };
      draw(grid.sides[at].g, { ...style, fill: false }, side);
    }
    for (const place of data.communities) if (place.g) draw(place.g, { color: "#3f2a5c", weight: 3, dashArray: "14 4 3 4", fill: false }, side);
  });

  // Names: what the plan changes first, none on another.
  const candidates = (at) => {
    const made = [];
    const add = (place, text, kind, from, figure) => {
      if (place && place.at && text) made.push({ at: place.at, text, kind, from, figure });
    };
    if (map.getZoom() < 14) for (const place of data.communities) add(place, place.name, "community", 0);
    for (const grid of data.grids) if (grid.standing) add(grid.sides[at], grid.label, "changed", 13.5, households(grid.households[at]));
    for (const grid of data.grids) if (!grid.standing) add(grid.sides[at], grid.label, "grid", 14.5, households(grid.households[at]));
    for (const place of data.compounds) add(place, place.name, "compound", 15.25);
    for (const place of data.neighbours) add(place, place.name, "neighbour", 14.75);
    return made;
  };
  const placeNames = () => {
    SIDES.forEach((side, at) => {
      const names = map.getPane("names-" + side);
      names.replaceChildren();
      const view = map.getBounds().pad(0.05);
      const taken = [];
      for (const name of candidates(at)) {
        if (taken.length >= SHOWN_MAX) break;
        if (map.getZoom() < name.from || !view.contains([name.at[1], name.at[0]])) continue;
        const label = element("span", "place-name " + name.kind, name.text);
        if (name.figure) label.append(element("small", "", name.figure));
        names.append(label);
        const point = map.latLngToLayerPoint([name.at[1], name.at[0]]);
        const [width, height] = [label.offsetWidth, label.offsetHeight];
        const free = [0, height, -height, height / 2, -height / 2]
          .map((down) => [point.x - width / 2 - 3, point.y - height / 2 + down - 1, point.x + width / 2 + 3, point.y + height / 2 + down + 1])
          .find((box) => !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
        if (!free) {
          label.remove();
          continue;
        }
        taken.push(free);
        label.style.transform = "translate(" + Math.round(free[0] + 3) + "px," + Math.round(free[1] + 1) + "px)";
      }
    });
  };

  // Each side is cut off at the divider.
  const swipe = document.getElementById("swipe");
  const divider = document.getElementById("divider");
  const line = document.getElementById("line");
  const mode = () => document.querySelector("#mode input:checked").value;
  const cut = () => {
    const size = map.getSize();
    const chosen = mode();
    const thumb = 21;
    const across = Number(divider.value) / 100;
    const at = chosen === "swipe" ? thumb + across * (size.x - 2 * thumb) : chosen === "before" ? size.x : 0;
    swipe.hidden = chosen !== "swipe";
    line.style.left = at + "px";
    const corner = map.containerPointToLayerPoint([0, 0]);
    const far = map.containerPointToLayerPoint(size);
    const middle = corner.x + at;
    const rect = (left, right) => "rect(" + corner.y + "px," + right + "px," + far.y + "px," + left + "px)";
    for (const name of ["before", "names-before"]) map.getPane(name).style.clip = rect(corner.x, middle);
    for (const name of ["after", "names-after"]) map.getPane(name).style.clip = rect(middle, far.x);
  };
  divider.addEventListener("input", cut);
  document.getElementById("mode").addEventListener("change", cut);
  map.on("move zoomend resize", cut);
  map.on("zoomstart", () => SIDES.forEach((side) => map.getPane("names-" + side).replaceChildren()));
  map.on("moveend zoomend resize", placeNames);

  // The list of what changes.
  const rows = document.getElementById("rows");
  const concerned = data.grids.filter((grid) => grid.standing);
  document.getElementById("count").textContent = concerned.length;
  let outline = null;
  const choose = (grid, button) => {
    for (const other of rows.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    if (outline) outline.remove();
    const shapes = grid.sides.filter(Boolean).map((side) => L.geoJSON(unpacked(side.g)));
    const bounds = shapes.map((shape) => shape.getBounds()).reduce((one, other) => one.extend(other));
    outline = L.layerGroup(grid.sides.filter(Boolean).map((side) => draw(side.g, { color: "#0b63ce", weight: 4, fill: false, dashArray: "2 7" }, "chosen"))).addTo(map);
    map.fitBounds(bounds, { padding: [60, 60], maxZoom: 17, animate: false });
  };
  for (const grid of concerned) {
    const button = element(
      "button",
      "",
      element("strong", "", grid.name),
      element("span", "figure", grid.households[0] + " → " + households(grid.households[1])),
      element("span", "small", grid.standing + " · " + grid.code),
      element("span", "small", grid.change),
    );
    button.type = "button";
    button.addEventListener("click", () => choose(grid, button));
    rows.append(element("li", "", button));
  }
  if (!concerned.length) rows.append(element("li", "small", words.nothing));

  const box = map.getContainer();
  document.body.prepend(document.getElementById("panel"));
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", words.map);
  L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
  const north = L.control({ position: "topleft" });
  north.onAdd = () => element("div", "north", words.north);
  north.addTo(map);
  map.invalidateSize();
  if (data.bounds) map.fitBounds(data.bounds, { padding: [16, 16], animate: false });
  cut();
  placeNames();
  window.addEventListener("resize", () => map.invalidateSize());
};

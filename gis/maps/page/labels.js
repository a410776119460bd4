// Names by zoom, the important first, none on top of another.
(function (gridwork) {
  "use strict";

  const SHOWN_MAX = 400;
  const MARGIN_PX = 3;
  const DOT_PX = 5;
  const WIDE_ZOOM = 13.5;
  const NEAR_ZOOM = 14.5;

  /** Every name that could stand on the sheet, the most important first. */
  const candidates = (groups) => {
    const { data, words } = gridwork;
    const made = [];
    const add = (place, text, kind, group, from, to = 99) => {
      if (place.at && group && text) made.push({ at: place.at, text: String(text), kind, group, from, to });
    };
    for (const place of data.communities) add(place, place.name || place.code, "community", groups.communities, 0, 17.4);
    for (const place of data.compounds) {
      const look = gridwork.look(place);
      if (look === "crossed") add(place, place.name || place.code, "crossed", groups.crossed, 13);
    }
    for (const piece of data.pieces) {
      if (!piece.material || !gridwork.cutOff(piece)) continue;
      const group = groups[gridwork.look(gridwork.compounds.get(piece.compound))];
      add(piece, words.width_short + " " + gridwork.metres(piece.width_m), "width", group, 15.5);
    }
    for (const place of data.compounds) {
      const look = gridwork.look(place);
      if (look === "doubtful" || look === "uncovered") {
        add(place, place.name || place.code, "crossed", groups[look], 14);
      }
    }
    for (const place of data.compounds) {
      const look = gridwork.look(place);
      if (look === "inside" || look === "holds") add(place, place.name || place.code, "compound", groups[look], 15.25);
    }
    for (const place of data.grids) add(place, place.label, "grid", groups.grids, 15.25);
    return made;
  };

  const collides = (box, taken) =>
    taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);

  gridwork.drawLabels = (map, groups) => {
    const { data } = gridwork;
    const pane = map.createPane("names");
    pane.style.zIndex = 460;
    pane.style.pointerEvents = "none";
    pane.setAttribute("aria-hidden", "true");
    const all = candidates(groups);
    // Far out the communities tell where one is; close by the crossed compounds are what the sheet is about.
    const rank = { crossed: 0, width: 1, community: 2, compound: 3, grid: 4 };
    const crossedFirst = [...all].sort((one, other) => rank[one.kind] - rank[other.kind]);
    const widths = new Map();

    const measure = (label, name) => {
      const key = label.className + " " + name.text;
      if (!widths.has(key)) widths.set(key, [label.offsetWidth, label.offsetHeight]);
      return widths.get(key);
    };

    // A grid's and its compound's widest point are often the same: a name that finds its place taken tries beside it.
    const OFFSETS = {
      community: [0, -15, 15],
      width: [0, 18, -18],
      crossed: [0, -16, 16],
      grid: [0, 18, -18],
      compound: [0, 15, -15],
    };
    // Close by, a community is large on the screen: its name stays inside it even well beside the middle.
    const ROOMY_OFFSETS = [...OFFSETS.community, -26, 26, -48, 48];

    // Far out the dots of what is wrong stay in sight; a name covers one only where it finds no other place.
    const dotBoxes = () =>
      map.getZoom() >= gridwork.DOTS_BELOW_ZOOM ? [] : data.compounds
        .filter((compound) => compound.at && !["inside", "holds"].includes(gridwork.look(compound)))
        .map((compound) => map.latLngToLayerPoint([compound.at[1], compound.at[0]]))
        .map(({ x, y }) => [x - DOT_PX, y - DOT_PX, x + DOT_PX, y + DOT_PX]);

    const place = () => {
      const zoom = map.getZoom();
      const view = map.getBounds().pad(0.1);
      const taken = [];
      const dots = dotBoxes();
      const near = zoom >= NEAR_ZOOM;
      const distance = near ? " near" : zoom < WIDE_ZOOM || gridwork.narrow() ? " wide-view" : "";
      const fresh = document.createDocumentFragment();
      pane.replaceChildren();
      for (const name of near ? crossedFirst : all) {
        if (taken.length >= SHOWN_MAX) break;
        if (zoom < name.from || zoom > name.to || !map.hasLayer(name.group)) continue;
        if (!view.contains([name.at[1], name.at[0]])) continue;
        const label = document.createElement("span");
        label.className = "place-name " + name.kind + distance;
        label.textContent = name.text;
        pane.append(label);
        const [width, height] = measure(label, name);
        const point = map.latLngToLayerPoint([name.at[1], name.at[0]]);
        const x = Math.round(point.x - width / 2);
        const free = (near && name.kind === "community" ? ROOMY_OFFSETS : OFFSETS[name.kind])
          .map((down) => Math.round(point.y - height / 2 + down))
          .map((y) => [x - MARGIN_PX, y - MARGIN_PX, x + width + MARGIN_PX, y + height + MARGIN_PX])
          .filter((tried) => !collides(tried, taken));
        const box = free.find((tried) => !collides(tried, dots)) || free[0];
        if (!box) {
          label.remove();
          continue;
        }
        taken.push(box);
        label.style.transform = "translate(" + x + "px," + (box[1] + MARGIN_PX) + "px)";
        fresh.append(label);
      }
      pane.replaceChildren(fresh);
    };

    map.on("zoomstart", () => pane.replaceChildren());
    map.on("moveend viewreset resize overlayadd overlayremove", place);
    place();
  };
})(window.gridwork);

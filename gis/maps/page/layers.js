// What is drawn, from the ground up: compounds, their cut-off parts, grid lines, community lines, cut lines.
(function (gridwork) {
  "use strict";

  const STYLES = {
    inside: { color: "#b5ab91", weight: 0.8, fillColor: "#e8e0cb", fillOpacity: 1 },
    holds: { color: "#93a7b4", weight: 0.8, fillColor: "#cfdce4", fillOpacity: 1 },
    crossed: { color: "#a63d00", weight: 2, fillColor: "#f08a3c", fillOpacity: 0.85 },
    doubtful: { color: "#b86e00", weight: 1.6, dashArray: "5 3", fillColor: "#fbd9b5", fillOpacity: 0.9 },
    uncovered: { color: "#0b5394", weight: 1.8, dashArray: "1 3", fillColor: "#a9cdec", fillOpacity: 0.9 },
    gaps: { color: "#8c2f6b", weight: 1, fillColor: "#d99cc4", fillOpacity: 0.9 },
    overlaps: { color: "#00694e", weight: 1, fillColor: "#7fc8b0", fillOpacity: 0.9 },
    noise: { color: "#8f8f8f", weight: 1, fillColor: "#c9c9c9", fillOpacity: 0.9 },
  };
  const CUT_OFF = {
    crossed: { stroke: false, fillColor: "#a63d00", fillOpacity: 0.45 },
    doubtful: { stroke: false, fillColor: "#d98a3d", fillOpacity: 0.45 },
  };
  // Below this zoom a compound is a few pixels: a dot says where to look.
  gridwork.DOTS_BELOW_ZOOM = 13.4;
  const GROUND = { stroke: false, fillColor: "#fbf9f3", fillOpacity: 1 };

  const pane = (map, name, zIndex, touchable) => {
    const made = map.createPane(name);
    made.style.zIndex = zIndex;
    if (!touchable) made.style.pointerEvents = "none";
    const renderer = L.canvas({ pane: name, padding: 0.4, tolerance: 4 });
    return { pane: name, renderer, interactive: touchable };
  };

  const shape = (geometry, style, where) => L.geoJSON(geometry, { ...where, style: { ...style, ...where } });

  const lineWeights = (zoom) => ({
    grid: zoom < 13 ? 0.5 : zoom < 15 ? 0.8 : zoom < 17 ? 1.2 : 1.6,
    community: zoom < 13 ? 1.8 : zoom < 15 ? 2.4 : 3.2,
    cut: zoom < 13 ? 2 : zoom < 15 ? 2.6 : zoom < 17 ? 3.4 : 4.5,
  });

  /** Draw everything into folium's groups; `choose` is called with a compound, gap or overlap that was clicked. */
  gridwork.drawLayers = (map, groups, choose) => {
    const { data } = gridwork;
    const ground = pane(map, "ground", 401, false);
    const subjects = pane(map, "subjects", 410, true);
    const parts = pane(map, "parts", 420, false);
    const gridLines = pane(map, "grid-lines", 430, false);
    const communityLines = pane(map, "community-lines", 440, false);
    const chosen = pane(map, "chosen", 445, false);
    const cuts = pane(map, "cuts", 450, false);

    // A shape's click goes on to the map, which would answer with the grid.
    const answered = (place) => (event) => {
      L.DomEvent.stop(event);
      choose(place);
    };
    const dots = [];
    const drawCompound = (compound) => {
      const look = gridwork.look(compound);
      const group = groups[look];
      if (!group || !compound.g) return;
      compound.layer = shape(compound.g, STYLES[look], subjects).on("click", answered(compound));
      group.addLayer(compound.layer);
      if (look === "inside" || look === "holds" || !compound.at) return;
      const [lon, lat] = compound.at;
      const { color, fillColor } = STYLES[look];
      const dot = L.circleMarker([lat, lon], { ...subjects, radius: 5.5, color, weight: 2, fillColor, fillOpacity: 1 });
      dots.push({ group, dot: dot.on("click", answered(compound)) });
    };
    // The quiet ones first, so that what matters lies on top.
    const order = ["inside", "holds", "uncovered", "doubtful", "crossed"];
    [...data.compounds]
      .sort((one, other) => order.indexOf(gridwork.look(one)) - order.indexOf(gridwork.look(other)))
      .forEach(drawCompound);

    for (const kind of ["gaps", "overlaps"]) {
      for (const place of data[kind]) {
        if (!groups[kind] || !place.g) continue;
        place.kind = kind;
        place.layer = shape(place.g, STYLES[kind], subjects).on("click", answered(place));
        groups[kind].addLayer(place.layer);
      }
    }
    for (const piece of data.pieces) {
      if (!piece.g) continue;
      if (!piece.material) {
        if (groups.noise) groups.noise.addLayer(shape(piece.g, STYLES.noise, parts));
      } else if (gridwork.cutOff(piece)) {
        const compound = gridwork.compounds.get(piece.compound);
        const look = gridwork.look(compound);
        groups[look].addLayer(shape(piece.g, CUT_OFF[look] || CUT_OFF.crossed, parts));
      }
    }

    const lines = { grid: [], community: [], cut: [], casing: [] };
    const drawLine = (kind, place, group, style, where) => {
      if (!place.g) return;
      const line = shape(place.g, { fill: false, ...style }, where);
      lines[kind].push(line);
      group.addLayer(line);
    };
    for (const grid of data.grids) drawLine("grid", grid, groups.grids, { color: "#66717c" }, gridLines);
    for (const community of data.communities) {
      if (community.g) groups.communities.addLayer(shape(community.g, GROUND, ground));
      drawLine("community", community, groups.communities, { color: "#33475b", lineJoin: "round" }, communityLines);
    }
    if (groups.cuts) {
      for (const cut of data.cut_lines) drawLine("casing", cut, groups.cuts, { color: "#ffffff", opacity: 0.95 }, cuts);
      for (const cut of data.cut_lines) drawLine("cut", cut, groups.cuts, { color: "#2b0a3d" }, cuts);
    }

    const fitToZoom = () => {
      const weights = lineWeights(map.getZoom());
      for (const kind of ["grid", "community", "cut"]) {
        lines[kind].forEach((line) => line.setStyle({ weight: weights[kind] }));
      }
      lines.casing.forEach((line) => line.setStyle({ weight: weights.cut + 3 }));
      // Among the dots of a far view the cut lines would be blots.
      const far = map.getZoom() < gridwork.DOTS_BELOW_ZOOM;
      map.getPane("cuts").style.display = far ? "none" : "";
      for (const { group, dot } of dots) {
        if (far) group.addLayer(dot);
        else group.removeLayer(dot);
      }
    };
    map.on("zoomend", fitToZoom);
    fitToZoom();

    let outline = null;
    gridwork.outline = (place) => {
      if (outline) outline.remove();
      outline = null;
      if (!place || !place.g) return;
      const halo = shape(place.g, { fill: false, color: "#ffffff", weight: 6 }, chosen);
      const line = shape(place.g, { fill: false, color: "#0b3d91", weight: 3 }, chosen);
      outline = L.layerGroup([halo, line]).addTo(map);
    };
  };

  /** Index of compounds, and of the parts of each: what a card and a list row need. */
  gridwork.index = () => {
    const { data } = gridwork;
    gridwork.compounds = new Map(data.compounds.map((compound) => [compound.code, compound]));
    gridwork.gridNames = new Map(data.grids.map((grid) => [grid.code, grid.name || grid.code]));
    gridwork.communityNames = new Map(data.communities.map((place) => [place.code, place.name || place.code]));
    gridwork.parts = new Map();
    for (const piece of data.pieces) {
      if (!gridwork.parts.has(piece.compound)) gridwork.parts.set(piece.compound, []);
      gridwork.parts.get(piece.compound).push(piece);
    }
    for (const parts of gridwork.parts.values()) parts.sort((one, other) => other.share - one.share);
  };

  /** Whether a part lies outside the grid that holds most of its compound. */
  gridwork.cutOff = (piece) => {
    const parts = gridwork.parts.get(piece.compound).filter((part) => part.material);
    return parts.length > 1 && parts[0] !== piece;
  };
})(window.gridwork);

// The card of what was chosen: its figures and its parts, beside the map and never on top of the place itself.
(function (gridwork) {
  "use strict";

  const card = document.getElementById("card");

  const facts = (rows) => {
    const list = gridwork.element("dl");
    for (const [name, value] of rows) {
      if (value === null || value === undefined || value === "") continue;
      list.append(gridwork.element("dt", "", name), gridwork.element("dd", "", String(value)));
    }
    return list;
  };

  const partsTable = (parts) => {
    const { words } = gridwork;
    const row = (tag, cells) => gridwork.element("tr", "", ...cells.map((cell) => gridwork.element(tag, "", cell)));
    const head = row("th", [words.grid, words.share, words.width_short, words.households]);
    head.querySelectorAll("th").forEach((cell) => cell.setAttribute("scope", "col"));
    const body = parts.map((part) =>
      row("td", [
        gridwork.gridNames.get(part.grid) || part.grid,
        gridwork.percent(part.share),
        gridwork.metres(part.width_m),
        gridwork.whole(part.households || 0),
      ]),
    );
    return gridwork.element(
      "table", "",
      gridwork.element("caption", "", words.parts),
      gridwork.element("thead", "", head),
      gridwork.element("tbody", "", ...body),
    );
  };

  const compoundCard = (compound) => {
    const { words } = gridwork;
    const parts = gridwork.parts.get(compound.code) || [];
    const material = parts.filter((part) => part.material);
    const troubled = compound.state === "crossed" || compound.state === "uncovered";
    const verdict = words["fit_" + compound.state] + (troubled ? "（" + words["clarity_" + compound.class] + "）" : "");
    const communities = [...new Set((compound.grids || []).map((code) => code.slice(0, 12)))]
      .map((code) => gridwork.communityNames.get(code)).filter(Boolean);
    const made = [
      gridwork.element("h2", "", compound.name || compound.code),
      gridwork.element("p", "verdict", verdict),
      facts([
        [words.code, compound.code],
        [words.community, communities.join("、")],
        [words.households, compound.households ? gridwork.households(compound.households) : null],
        [words.width, compound.state === "crossed" ? gridwork.metres(compound.width_m || 0) : null],
      ]),
    ];
    if (material.length) made.push(partsTable(material));
    const noise = parts.length - material.length;
    if (noise) made.push(gridwork.element("p", "noise", gridwork.counted(words.noise_parts, noise)));
    return made;
  };

  const faultCard = (place) => {
    const { words } = gridwork;
    return [
      gridwork.element("h2", "", place.kind === "gaps" ? words.gap : words.overlap),
      gridwork.element("p", "verdict", words["clarity_" + place.class] || ""),
      facts([
        [words.area, gridwork.squareMetres(place.area_m2 || 0)],
        [words.width_short, gridwork.metres(place.width_m || 0)],
        [words.between, (place.grids || []).map((code) => gridwork.gridNames.get(code) || code).join("、")],
      ]),
    ];
  };

  const gridCard = (grid) => {
    const { words } = gridwork;
    return [
      gridwork.element("h2", "", grid.name || grid.code),
      gridwork.element("p", "verdict", words["grid_fit_" + grid.state] || ""),
      facts([
        [words.code, grid.code],
        [words.community, gridwork.communityNames.get(String(grid.code).slice(0, 12))],
        [words.households, grid.households ? gridwork.households(grid.households) : null],
      ]),
    ];
  };

  gridwork.showCard = (place) => {
    const close = gridwork.element("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", gridwork.words.close);
    close.addEventListener("click", gridwork.hideCard);
    const made = place.kind === "grid" ? gridCard(place) : place.kind ? faultCard(place) : compoundCard(place);
    card.className = place.kind ? "" : gridwork.look(place);
    card.replaceChildren(close, ...made);
    card.hidden = false;
    card.scrollTop = 0;
  };

  gridwork.hideCard = () => {
    card.hidden = true;
    card.replaceChildren();
    gridwork.outline(null);
    gridwork.mark(null);
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !card.hidden) gridwork.hideCard();
  });
})(window.gridwork);

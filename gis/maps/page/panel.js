// The list of compounds: chosen, sorted and searched; a row zooms to its place.
(function (gridwork) {
  "use strict";

  const ROWS_MAX = 300;
  const at = (id) => document.getElementById(id);

  const CHOICES = {
    crossed: (compound) => compound.state === "crossed",
    doubtful: (compound) => compound.class === "doubtful" && ["crossed", "uncovered"].includes(compound.state),
    uncovered: (compound) => compound.state === "uncovered",
    all: () => true,
  };
  const collator = new Intl.Collator("zh-CN-u-co-pinyin-kn-true");
  const ORDERS = {
    width: (one, other) => (other.width_m || 0) - (one.width_m || 0),
    households: (one, other) => (other.households || 0) - (one.households || 0),
    name: (one, other) => collator.compare(one.name || one.code, other.name || other.code),
  };

  const found = (compound, sought) =>
    [compound.name, compound.code, ...(compound.grids || [])].some((text) => String(text || "").toLowerCase().includes(sought));

  gridwork.startPanel = (choose) => {
    const { data, words } = gridwork;
    const buttons = new Map();

    const row = (compound) => {
      const crossed = compound.state === "crossed";
      const button = gridwork.element(
        "button", gridwork.look(compound),
        gridwork.element("span", "name", compound.name || compound.code),
        gridwork.element("span", "figure", crossed ? gridwork.metres(compound.width_m || 0) : ""),
        gridwork.element("span", "small", words["fit_" + compound.state] + (compound.class === "doubtful" ? " · " + words.clarity_doubtful : "")),
        gridwork.element("span", "small figure", compound.households ? gridwork.households(compound.households) : ""),
      );
      button.type = "button";
      button.addEventListener("click", () => choose(compound, true));
      buttons.set(compound, button);
      return gridwork.element("li", "", button);
    };

    const show = () => {
      const sought = at("search").value.trim().toLowerCase();
      // Whoever seeks a name wants it, whatever state is chosen.
      const chosen = sought ? CHOICES.all : CHOICES[at("show").value];
      const kept = data.compounds
        .filter((compound) => chosen(compound) && (!sought || found(compound, sought)))
        .sort(ORDERS[at("sort").value]);
      buttons.clear();
      at("rows").replaceChildren(...kept.slice(0, ROWS_MAX).map(row));
      at("count").textContent = gridwork.counted(words.shown, kept.length);
      at("rest").textContent = kept.length === 0 ? words.nothing
        : kept.length > ROWS_MAX ? gridwork.counted(words.more, kept.length - ROWS_MAX) : "";
    };

    gridwork.mark = (compound) => {
      for (const [place, button] of buttons) {
        if (place === compound) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    };

    at("choice").addEventListener("submit", (event) => event.preventDefault());
    at("search").addEventListener("input", show);
    at("show").addEventListener("change", show);
    at("sort").addEventListener("change", show);
    if (!data.compounds.some(CHOICES.crossed)) at("show").value = "all";
    show();
  };
})(window.gridwork);

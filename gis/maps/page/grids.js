// A click where no compound lies answers with the grid of that place.
(function (gridwork) {
  "use strict";

  const inRing = (x, y, ring) => {
    let inside = false;
    for (let here = 0, before = ring.length - 1; here < ring.length; before = here++) {
      const [hx, hy] = ring[here];
      const [bx, by] = ring[before];
      if (hy > y !== by > y && x < ((bx - hx) * (y - hy)) / (by - hy) + hx) inside = !inside;
    }
    return inside;
  };

  const inPolygon = (x, y, rings) => inRing(x, y, rings[0]) && !rings.slice(1).some((hole) => inRing(x, y, hole));

  const holds = (geometry, x, y) => {
    if (geometry.type === "Polygon") return inPolygon(x, y, geometry.coordinates);
    return geometry.type === "MultiPolygon" && geometry.coordinates.some((rings) => inPolygon(x, y, rings));
  };

  gridwork.startGrids = (map, choose) => {
    const grids = gridwork.data.grids.filter((grid) => grid.g);
    grids.forEach((grid) => { grid.kind = "grid"; });
    map.on("click", (event) => {
      const { lng, lat } = event.latlng;
      const grid = grids.find((place) => holds(place.g, lng, lat));
      if (grid) choose(grid);
      else gridwork.hideCard();
    });
  };
})(window.gridwork);

// Put the parts together on folium's map.
window.gridworkSheet = function (map, groups, control) {
  "use strict";
  const gridwork = window.gridwork;
  const { data, words } = gridwork;
  const box = map.getContainer();
  const panel = document.getElementById("panel");

  document.body.prepend(panel);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", words.map);
  document.getElementById("legend-body").append(control.getContainer());
  if (gridwork.narrow()) {
    document.getElementById("list").open = false;
    document.querySelector("#legend details").open = false;
  }

  L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
  const north = L.control({ position: "topleft" });
  north.onAdd = () => gridwork.element("div", "north", words.north);
  north.addTo(map);

  map.invalidateSize();
  if (data.bounds) {
    const legend = document.getElementById("legend");
    // Room for the legend beside the district or below it, whichever leaves the district larger.
    const rooms = gridwork.narrow() ? [[12, 12]] : [[legend.offsetWidth + 24, 16], [16, legend.offsetHeight + 24]];
    const zoomWith = (room) => map.getBoundsZoom(data.bounds, false, L.point(room[0] + 16, room[1] + 16));
    const [room] = rooms.sort((one, other) => zoomWith(other) - zoomWith(one));
    map.fitBounds(data.bounds, { paddingTopLeft: [16, 16], paddingBottomRight: room, animate: false });
  }

  /** Show the card of a place; from the list also go there, leaving room for the card. */
  const choose = (place, goThere) => {
    gridwork.showCard(place);
    gridwork.outline(place);
    gridwork.mark(place);
    if (!goThere || !place.g) return;
    if (gridwork.narrow()) document.getElementById("list").open = false;
    map.invalidateSize();
    const card = document.getElementById("card");
    const room = gridwork.narrow() ? [20, card.offsetHeight + 20] : [card.offsetWidth + 30, 40];
    map.fitBounds(L.geoJSON(place.g).getBounds(), { paddingTopLeft: [40, 40], paddingBottomRight: room, maxZoom: 17, animate: false });
  };

  gridwork.index();
  gridwork.drawLayers(map, groups, (place) => choose(place, false));
  gridwork.startPanel(choose);
  gridwork.drawLabels(map, groups);
  gridwork.startGrids(map, choose);
  document.getElementById("list").addEventListener("toggle", () => map.invalidateSize());
  window.addEventListener("resize", () => map.invalidateSize());
};

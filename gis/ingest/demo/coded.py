"""The invented district as layers with codes and names, EPSG:4549 metres, and the truth about it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo import names
from gis.ingest.demo.district import Plan, make_plan
from gis.ingest.demo.estates import PERSONS_PER_HOUSEHOLD
from gis.ingest.demo.noise import digitised
from gis.terms import CompoundKind, GridKind, LayerKind, Management, RoadRank, StationKind

ORIGIN = np.array([537_600.0, 3_990_000.0])
"""Where the local frame stands in EPSG:4549: about 120.5° E, 36.1° N. Invented land: a real coast is elsewhere."""

FRAME = "EPSG:4549"


@dataclass(frozen=True, slots=True, eq=False)
class DemoLayer:
    """One kind of place: shapes in EPSG:4549 and columns by field name (code, name, parent ...)."""

    shapes: NDArray[np.object_]
    columns: dict[str, list[Any]]

    @property
    def codes(self) -> list[str]:
        """Return the codes, in the order of the shapes."""
        return list(self.columns["code"])


@dataclass(frozen=True, slots=True, eq=False)
class DemoDistrict:
    """An invented district and what is planted in it.

    truth : "crossed" compound codes, "crossing" {compound: grids}, "holds" {compound: its whole grids}, "straddling"
        grid codes, "far_from_office" compound codes.
    """

    code: str
    name: str
    seed: int
    noise_m: float
    layers: dict[LayerKind, DemoLayer]
    truth: dict[str, Any] = field(default_factory=dict)


def make_district(seed: int = 1, noise_m: float = 0.3) -> DemoDistrict:
    """Return the invented district of this seed, its compounds drawn with this much digitising noise.

    The same seed and noise give the same district, to the last bit. The noise changes nothing but compounds' outlines.
    """
    return coded(make_plan(seed), seed, noise_m)


def placed(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return local shapes in EPSG:4549, on the lattice of a millimetre."""
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy + ORIGIN, 3)))


def dissolved(shapes: NDArray[np.object_], group: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the exact union of each group of faces: every vertex of the faces' borders is kept."""
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order])) + 1
    return np.array([shapely.coverage_union_all(part) for part in np.split(shapes[order], bounds)], dtype=object)


def numbered(parent: list[str], xy: NDArray[np.float64], digits: int, row_m: float) -> list[str]:
    """Return child codes: within each parent from north to south in rows of `row_m`, each row from west to east."""
    order = np.lexsort((xy[:, 0], -np.round(xy[:, 1] / row_m), np.array(parent)))
    codes, count = [""] * len(parent), dict.fromkeys(parent, 0)
    for i in order.tolist():
        count[parent[i]] += 1
        codes[i] = f"{parent[i]}{count[parent[i]]:0{digits}d}"
    return codes


def coded(plan: Plan, seed: int, noise_m: float) -> DemoDistrict:
    """Return a plan's layers with codes and names."""
    rng = np.random.default_rng([seed, 2024])
    drawn = np.random.default_rng([seed, 4, round(noise_m * 1000)])
    tree = _tree(plan, rng)
    grid_codes = tree[LayerKind.GRID].codes
    compound = _compounds(plan, tree, digitised(plan.estates.walls, noise_m, drawn), rng)
    layers = {
        **tree,
        LayerKind.COMPOUND: compound,
        LayerKind.BUILDING: _buildings(plan, compound),
        LayerKind.ROAD: _roads(plan, rng),
        LayerKind.STATION: _stations(plan, tree, compound),
        LayerKind.OFFICE: _offices(plan, tree),
    }
    truth = _truth(plan, grid_codes, compound.codes)
    return DemoDistrict(names.DISTRICT_CODE, names.DISTRICT_NAME, seed, noise_m, layers, truth)


def _tree(plan: Plan, rng: np.random.Generator) -> dict[LayerKind, DemoLayer]:
    faces = placed(plan.faces.shapes)
    community = plan.community_of_lot[plan.faces.lot]
    street_of = plan.territories.street_of_community
    street_codes = [f"{names.DISTRICT_CODE}{number + 1:03d}" for number in range(int(street_of.max()) + 1)]
    parents = [street_codes[number] for number in street_of.tolist()]
    shapes = dissolved(faces, community)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    community_codes = numbered(parents, middle, 3, 900)
    community_names = names.community_names(len(shapes), rng)
    grids = dissolved(faces, plan.grids.grid_of_face)
    grid_parents = [community_codes[number] for number in plan.grids.community.tolist()]
    grid_codes = numbered(grid_parents, shapely.get_coordinates(shapely.centroid(grids)), 3, 260)
    short = [community_names[number].removesuffix("社区") for number in plan.grids.community.tolist()]
    return {
        LayerKind.DISTRICT: DemoLayer(
            np.array([shapely.coverage_union_all(faces)], dtype=object),
            {"code": [names.DISTRICT_CODE], "name": [names.DISTRICT_NAME]},
        ),
        LayerKind.STREET: DemoLayer(
            dissolved(faces, street_of[community]),
            {"code": street_codes, "name": list(names.STREETS), "parent": [names.DISTRICT_CODE] * len(street_codes)},
        ),
        LayerKind.COMMUNITY: DemoLayer(shapes, {"code": community_codes, "name": community_names, "parent": parents}),
        LayerKind.GRID: DemoLayer(
            grids,
            {
                "code": grid_codes,
                "name": [f"{name}第{int(code[-3:])}网格" for name, code in zip(short, grid_codes, strict=True)],
                "parent": grid_parents,
                "kind": [GridKind(kind).label for kind in plan.grids.kind],
            },
        ),
    }


def _compounds(
    plan: Plan, tree: dict[LayerKind, DemoLayer], drawn: NDArray[np.object_], rng: np.random.Generator
) -> DemoLayer:
    estates = plan.estates
    codes = tree[LayerKind.COMMUNITY].codes
    return DemoLayer(
        placed(drawn),
        {
            "code": [f"XQ{names.DISTRICT_CODE}{number + 1:04d}" for number in range(len(estates))],
            "name": names.compound_names(len(estates), rng),
            "parent": [codes[number] for number in estates.community.tolist()],
            "kind": [CompoundKind(kind).label for kind in estates.kind],
            "management": [Management(mode).label for mode in estates.management],
            "households": estates.households.tolist(),
            "people": np.round(estates.households * PERSONS_PER_HOUSEHOLD).astype(int).tolist(),
        },
    )


def _buildings(plan: Plan, compounds: DemoLayer) -> DemoLayer:
    buildings = plan.buildings
    names_of = compounds.columns["name"]
    number_in: dict[int, int] = {}
    titles = []
    for compound, kind in zip(buildings.compound.tolist(), buildings.type.tolist(), strict=True):
        number_in[compound] = number_in.get(compound, 0) + 1
        titles.append(
            f"{names_of[compound]}{number_in[compound]}号楼" if compound >= 0 else f"{kind}{number_in[compound]}"
        )
    return DemoLayer(
        placed(buildings.shapes),
        {
            "code": [f"LD{names.DISTRICT_CODE}{number + 1:05d}" for number in range(len(buildings.shapes))],
            "name": titles,
            "parent": [compounds.codes[number] if number >= 0 else "" for number in buildings.compound.tolist()],
            "households": buildings.households.tolist(),
            "storeys": buildings.storeys.tolist(),
            "type": buildings.type.tolist(),
        },
    )


def _roads(plan: Plan, rng: np.random.Generator) -> DemoLayer:
    edges = plan.blocks.edges
    built = np.flatnonzero(edges.road >= 0)
    roads, group = np.unique(edges.road[built], return_inverse=True)
    lines = np.array(
        [shapely.line_merge(shapely.multilinestrings(edges.lines[built[group == i]])) for i in range(len(roads))]
    )
    ranks = [RoadRank(plan.roads[number].rank) for number in roads.tolist()]
    return DemoLayer(
        placed(lines),
        {
            "code": [f"DL{names.DISTRICT_CODE}{number + 1:04d}" for number in range(len(roads))],
            "name": names.road_names([rank.value for rank in ranks], rng),
            "rank": [rank.label for rank in ranks],
        },
    )


def _stations(plan: Plan, tree: dict[LayerKind, DemoLayer], compounds: DemoLayer) -> DemoLayer:
    stations = plan.stations
    codes = tree[LayerKind.COMMUNITY].codes
    return DemoLayer(
        placed(stations.points),
        {
            "code": [f"ZD{names.DISTRICT_CODE}{number + 1:03d}" for number in range(len(stations.points))],
            "name": [
                f"{compounds.columns['name'][compound]}{StationKind(kind).label}"
                for compound, kind in zip(stations.compound.tolist(), stations.kind, strict=True)
            ],
            "parent": [codes[number] for number in stations.community.tolist()],
            "kind": [StationKind(kind).label for kind in stations.kind],
        },
    )


def _offices(plan: Plan, tree: dict[LayerKind, DemoLayer]) -> DemoLayer:
    community = tree[LayerKind.COMMUNITY]
    return DemoLayer(
        placed(np.asarray(shapely.points(plan.offices))),
        {
            "code": [f"BG{code}" for code in community.codes],
            "name": [f"{name}居委会办公点" for name in community.columns["name"]],
            "parent": community.codes,
        },
    )


def _truth(plan: Plan, grids: list[str], compounds: list[str]) -> dict[str, Any]:
    faces, of_face = plan.faces, plan.grids.grid_of_face

    def grids_of(compound: int) -> list[str]:
        mine = (faces.lot == plan.estates.lot[compound]) & (faces.part > 0)
        return sorted({grids[number] for number in of_face[mine].tolist()})

    return {
        "crossed": sorted(compounds[number] for number in plan.roles.lines),
        "crossing": {compounds[number]: grids_of(number) for number in sorted(plan.roles.lines)},
        "holds": {
            compounds[number]: grids_of(number) for number, cells in sorted(plan.roles.cells.items()) if len(cells) > 1
        },
        "straddling": sorted(grids[number] for number in plan.grids.straddling),
        "far_from_office": [compounds[plan.far]],
    }

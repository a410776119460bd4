"""Small worlds to redraw: drawn ones, and invented ones by seed."""

from collections.abc import Mapping

import numpy as np
import shapely

from gis.geometry.ground import Ground
from gis.geometry.layers import AuditRules, District, Homes, Layer
from gis.geometry.units import Units, make_units
from gis.optimize.problem import NO_WISHES, Problem, Wishes, make_problem
from tests.drawn import as_shapes, drawn, layer

RULES = AuditRules(min_households=20, max_households=100, hard_max_households=150)


def world(
    grids: str | Layer,
    compounds: str | Layer,
    homes: Mapping[str, int] | None = None,
    *,
    rules: AuditRules = RULES,
    roads: list[shapely.LineString] | None = None,
    **more: object,
) -> Units:
    """Return the units of a drawn district; what it takes is said at `ground_of`."""
    return make_units(ground_of(grids, compounds, homes, rules=rules, roads=roads, **more))


def ground_of(
    grids: str | Layer,
    compounds: str | Layer,
    homes: Mapping[str, int] | None = None,
    *,
    rules: AuditRules = RULES,
    roads: list[shapely.LineString] | None = None,
    **more: object,
) -> Ground:
    """Return a drawn district as ground.

    Parameters
    ----------
    homes : {compound: households}, spread evenly over the squares of 100 m that the compound covers.
    """
    grid_layer = drawn(grids) if isinstance(grids, str) else grids
    compound_layer = drawn(compounds) if isinstance(compounds, str) else compounds
    points, counts = [], []
    for code, households in (homes or {}).items():
        shape = compound_layer.shapes[list(compound_layer.codes).index(code)]
        squares = _squares(shape)
        points += squares
        counts += [households // len(squares) + (i < households % len(squares)) for i in range(len(squares))]
    lived = Homes(as_shapes(points), np.array(counts, dtype=np.int64)) if points else None
    district = District(grid_layer, compound_layer, None, lived, rules)
    lines = as_shapes(list(roads)) if roads is not None else None
    return Ground(district, roads=lines, **more)  # type: ignore[arg-type]


def _squares(shape: shapely.Geometry) -> list[shapely.Point]:
    x1, y1, x2, y2 = (int(v) for v in shape.bounds)
    spots = [shapely.Point(x + 50, y + 50) for x in range(x1, x2, 100) for y in range(y1, y2, 100)]
    return [spot for spot in spots if shape.contains(spot)]


def problem_of(units: Units, rules: AuditRules = RULES, **wishes: object) -> Problem:
    """Return the whole world as one problem."""
    every = np.arange(len(units.communities))
    return make_problem(units, every, rules, Wishes(**wishes) if wishes else NO_WISHES)  # type: ignore[arg-type]


def invented(seed: int) -> tuple[Units, District]:
    """Return the units of an invented town, and its layers."""
    ground = invented_ground(seed)
    return make_units(ground), ground.district


def invented_ground(seed: int) -> Ground:
    """Return a town of 12 grids between roads with up to 12 compounds, some of them cut by a grid line."""
    rng = np.random.default_rng(seed)
    grids, walls, homes, counts = {}, {}, [], []
    for row in range(3):
        for column in range(4):
            x, y = 300 * column, 300 * row
            grids[f"G{row}{column}"] = shapely.box(x, y, x + 300, y + 300)
            shift = rng.choice([0, 0, 90, 130, 160]) if column < 3 else 0
            wall = shapely.box(x + 40 + shift, y + 40, x + 250 + shift, y + 250)
            if shift or rng.random() < 0.9:
                walls[f"C{row}{column}"] = wall
    walls = _without_overlaps(walls)
    for wall in walls.values():
        total = int(rng.integers(20, 130))
        x1, y1, x2, y2 = wall.bounds
        for i in range(6):
            homes.append(shapely.Point(x1 + (i % 3 + 0.5) * (x2 - x1) / 3, y1 + (i // 3 + 0.5) * (y2 - y1) / 2))
            counts.append(total // 6)
    roads = [shapely.LineString([(0, y), (1200, y)]) for y in (20, 280, 320, 580, 620, 880)]
    district = District(layer(grids), layer(walls), None, Homes(as_shapes(homes), np.array(counts)), RULES)
    return Ground(district, roads=as_shapes(list(roads)))


def _without_overlaps(walls: dict[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    kept: dict[str, shapely.Geometry] = {}
    for code, wall in walls.items():
        if not any(wall.intersects(other) for other in kept.values()):
            kept[code] = wall
    return kept

"""An invented city of any size, made in seconds: grids and communities that tile exactly, compounds of every sort.

Grids are the faces of a jittered lattice whose lines wander; neighbours share every vertex. What each compound is, is
known from how it was made, so engines can be checked before they are timed. In EPSG:4549 metres, like a district on the
Shandong coast. It looks like no city; for one that does, see ``manage.py make_demo``.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Layer
from gis.terms import Fit

Points = NDArray[np.float64]

ORIGIN_M = np.array([560_000.0, 3_990_000.0])
STEP_M = 250.0
CHAIN = 15
"""Segments in the line between two crossings of the lattice: a grid has four lines, 60 vertices."""

ACCURACY_M = 0.8
"""Stated accuracy of every layer: noise is up to 4.8 m wide, clear is above 7.2 m."""

CLASSES = {
    "interior": 0.46,
    "side": 0.12,
    "sliver": 0.15,
    "equal": 0.04,
    "redigitised": 0.05,
    "two_grids": 0.02,
    "shallow": 0.06,
    "deep": 0.06,
    "corner": 0.04,
}
"""Shares of the sorts of compound: 16 % are crossed, shallow ones by 11 m; a quarter only look crossed."""

STATE = {"two_grids": Fit.HOLDS, "shallow": Fit.CROSSED, "deep": Fit.CROSSED, "corner": Fit.CROSSED}


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """The layers, and what is true of them by construction."""

    grids: Layer
    compounds: Layer
    communities: Layer
    states: NDArray[np.object_]
    straddling: NDArray[np.bool_]


def make_city(grids: int, compounds: int, *, seed: int = 1) -> City:
    """Make a city with about this many grids and this many compounds."""
    rng = np.random.default_rng(seed)
    lattice = _Lattice.make(grids, rng)
    cells = lattice.cells()
    grid_layer = _layer("G", shapely.polygons(cells))
    shapes, states = _compounds(lattice, cells, compounds, rng)
    communities, straddling = _communities(lattice, rng)
    return City(grid_layer, _layer("C", shapes), _layer("Q", communities), states, straddling)


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """Lines eastward (rows + 1, columns, CHAIN + 1, 2) and northward (rows, columns + 1, CHAIN + 1, 2)."""

    east: Points
    north: Points

    @classmethod
    def make(cls, cells: int, rng: np.random.Generator) -> "_Lattice":
        # Whole communities of 3 x 4 grids.
        columns = 3 * max(round(np.sqrt(cells) / 3), 1)
        rows = 4 * max(round(cells / columns / 4), 1)
        y, x = np.mgrid[0 : rows + 1, 0 : columns + 1]
        nodes = ORIGIN_M + STEP_M * np.stack([x, y], axis=-1) + rng.uniform(-40, 40, (rows + 1, columns + 1, 2))
        return cls(_wander(nodes[:, :-1], nodes[:, 1:], rng), _wander(nodes[:-1], nodes[1:], rng))

    @property
    def shape(self) -> tuple[int, int]:
        return self.north.shape[0], self.east.shape[1]

    def cells(self) -> Points:
        """Return the outlines of all grids, (n, 61, 2), row by row."""
        rings = _ring(self.east[:-1], self.north[:, 1:], self.east[1:], self.north[:, :-1])
        return rings.reshape(-1, rings.shape[-2], 2)


def _wander(start: Points, end: Points, rng: np.random.Generator) -> Points:
    share = np.linspace(0, 1, CHAIN + 1)[:, None]
    lines = start[..., None, :] * (1 - share) + end[..., None, :] * share
    lines[..., 1:-1, :] += rng.uniform(-3, 3, lines[..., 1:-1, :].shape)
    return lines


def _ring(south: Points, east: Points, north: Points, west: Points) -> Points:
    return np.concatenate(
        [south[..., :-1, :], east[..., :-1, :], north[..., :0:-1, :], west[..., :0:-1, :], south[..., :1, :]], axis=-2
    )


def _compounds(
    lattice: _Lattice, cells: Points, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    rows, columns = lattice.shape
    inner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    chosen = np.sort(rng.choice(inner, count, replace=count > len(inner)))
    sort = rng.choice(list(CLASSES), count, p=list(CLASSES.values()))
    shapes = np.empty(count, dtype=object)
    states = np.empty(count, dtype=object)
    states[:] = Fit.INSIDE
    for name in CLASSES:
        mine = np.flatnonzero(sort == name)
        shapes[mine] = shapely.polygons(_outlines(name, lattice, cells, chosen[mine], rng))
        if name in STATE:
            states[mine] = STATE[name]
    return shapes, states


def _outlines(name: str, lattice: _Lattice, cells: Points, at: NDArray[np.int64], rng: np.random.Generator) -> Points:
    columns = lattice.shape[1]
    row, column = at // columns, at % columns
    cell = cells[at]
    centre = cell[:, :-1].mean(axis=1, keepdims=True)
    if name == "equal":
        return cell
    if name == "redigitised":
        return _closed(cell[:, :-1] + rng.uniform(-0.8, 0.8, cell[:, :-1].shape))
    if name == "two_grids":
        south = np.concatenate([lattice.east[row, column, :-1], lattice.east[row, column + 1]], axis=1)
        north = np.concatenate([lattice.east[row + 1, column, :-1], lattice.east[row + 1, column + 1]], axis=1)
        return _ring(south, lattice.north[row, column + 2], north, lattice.north[row, column])
    if name in ("side", "sliver", "shallow"):
        wall = lattice.east[row + 1, column].copy()
        if name == "sliver":
            wall += rng.uniform(-0.8, 0.8, wall.shape)
        if name == "shallow":
            wall[:, 1:-1, 1] += 11.0
        return _strip(wall, centre)
    line = lattice.east[row + 1, column]
    return _blob({"interior": centre, "deep": line[:, 7:8], "corner": line[:, -1:]}[name], rng)


def _strip(wall: Points, centre: Points) -> Points:
    """Return an estate along a line: the line itself and its copy half way to the middle of the grid, 80 vertices."""
    share = np.linspace(0, 1, 64)[:, None]
    back = wall[:, :1] * (1 - share) + wall[:, -1:] * share
    back = back + 0.5 * (centre - back)
    return _closed(np.concatenate([wall, back[:, ::-1]], axis=1))


def _blob(place: Points, rng: np.random.Generator) -> Points:
    count = len(place)
    angle = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    radius = rng.uniform(30, 70, (count, 1)) * (1 + rng.uniform(-0.05, 0.05, (count, 80)))
    return _closed(place + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1))


def _closed(rings: Points) -> Points:
    return np.concatenate([rings, rings[:, :1]], axis=1)


def _communities(lattice: _Lattice, rng: np.random.Generator) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return communities of 4 x 3 grids. A quarter of their lines was drawn anew within 0.3 m; 3 % bulge by 30 m."""
    rows, columns = lattice.shape
    east, north = lattice.east.copy(), lattice.north.copy()
    straddling = np.zeros((rows, columns), dtype=bool)
    for lines, vertical in ((east, False), (north, True)):
        lot = rng.random(lines.shape[:2])
        again = lot < 0.25
        lines[again, 1:-1] += rng.uniform(-0.3, 0.3, (*lines[again, 1:-1].shape,))
        bulge = (lot > 0.97) & _inner_border(lines.shape[:2], vertical)
        push = 30.0 * np.sin(np.linspace(0, np.pi, CHAIN + 1))[1:-1]
        lines[bulge, 1:-1, 0 if vertical else 1] += push
        # The bulge points north or east, into the grid that begins at the line.
        straddling |= bulge[:, :-1] if vertical else bulge[:-1, :]
    rings = [_outline(east, north, r, c) for r in range(0, rows, 4) for c in range(0, columns, 3)]
    return shapely.polygons(np.array(rings)), straddling.ravel()


def _inner_border(shape: tuple[int, int], vertical: bool) -> NDArray[np.bool_]:
    """Tell which lines lie between two communities."""
    line = np.arange(shape[1 if vertical else 0])
    border = (line % (3 if vertical else 4) == 0) & (line > 0) & (line < line[-1])
    return np.broadcast_to(border[None, :] if vertical else border[:, None], shape)


def _outline(east: Points, north: Points, row: int, column: int) -> Points:
    def along(lines: Points) -> Points:
        return np.concatenate([*(line[:-1] for line in lines[:-1]), lines[-1]])

    south, top = along(east[row, column : column + 3]), along(east[row + 4, column : column + 3])
    west, right = along(north[row : row + 4, column]), along(north[row : row + 4, column + 3])
    return _ring(south, right, top, west)


def _layer(letter: str, shapes: NDArray[np.object_]) -> Layer:
    codes = np.array([f"{letter}{i:06d}" for i in range(len(shapes))], dtype=object)
    return Layer(codes=codes, shapes=np.asarray(shapes, dtype=object), accuracy_m=ACCURACY_M)

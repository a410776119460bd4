"""The road network: shore road and mountain roads first, then arterials, secondary roads and side roads between them.

Streets are lines traced through the direction raster until they come too near to a parallel one, then led on to
the next road: curved blocks of uneven size, as towns have them.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString

from gis.ingest.demo.headings import Site, raster_frame
from gis.ingest.demo.terrain import Points, Ripples, Terrain, smooth_line
from gis.terms import RoadRank

STEP_M = 14.0
CELL_M = 25.0
ORDER = {RoadRank.ARTERIAL: 3, RoadRank.SECONDARY: 2, RoadRank.LOCAL: 1}
BINS = 8

MOUNTAIN = (
    np.array([(8700, 7300), (9000, 8300), (9900, 9200), (10300, 10000), (10500, 11300)], float),
    np.array([(12300, 4700), (12500, 5500), (12150, 6300), (12700, 7300), (13500, 8000), (14300, 8900)], float),
    np.array([(4900, 9600), (4500, 10300), (4200, 11700)], float),
)
"""Roads that climb: x, y in local metres."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadLine:
    """A road's centre line with its rank."""

    line: LineString
    rank: RoadRank


class Occupied:
    """Remembers where roads run and which way, so that parallel ones keep their distance."""

    def __init__(self, terrain: Terrain) -> None:
        self._rows, self._columns, self._left, self._bottom = raster_frame(terrain, CELL_M)
        self._near = np.zeros((BINS, self._rows, self._columns), dtype=bool)

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int((y - self._bottom) / CELL_M), int((x - self._left) / CELL_M)

    def mark(self, xy: Points, reach_m: float) -> None:
        """Keep the strip of `reach_m` on both sides of a line for itself, against lines that run its way."""
        cells = int(reach_m / CELL_M)
        span = np.arange(-cells, cells + 1)
        disc = span[:, None] ** 2 + span[None, :] ** 2 <= cells**2
        heading = np.arctan2(*np.gradient(xy, axis=0).T[::-1]) % math.pi
        stride = max(2, int(reach_m / STEP_M / 8))
        for (x, y), angle in zip(xy[::stride].tolist(), heading[::stride].tolist(), strict=True):
            row, column = self._cell(x, y)
            r0, r1 = max(row - cells, 0), min(row + cells + 1, self._rows)
            c0, c1 = max(column - cells, 0), min(column + cells + 1, self._columns)
            part = disc[r0 - row + cells : r1 - row + cells, c0 - column + cells : c1 - column + cells]
            middle = round(angle / math.pi * BINS)
            for turn in (-1, 0, 1):
                self._near[(middle + turn) % BINS, r0:r1, c0:c1] |= part

    def taken(self, x: float, y: float, heading: float) -> bool:
        """Say whether a line that runs this way would be too near to a parallel one."""
        row, column = self._cell(x, y)
        return bool(self._near[round(heading % math.pi / math.pi * BINS) % BINS, row, column])


@dataclass(frozen=True, slots=True)
class Class:
    """One pass of tracing: rank, spacing in metres, lowest urbanity and greatest height where it is built."""

    rank: RoadRank
    apart_m: float
    least_urbanity: float
    height_m: float
    shortest_m: float


CLASSES = (
    Class(RoadRank.ARTERIAL, 1250, 0.10, 60, 1200),
    Class(RoadRank.SECONDARY, 640, 0.26, 52, 500),
    Class(RoadRank.LOCAL, 190, 0.90, 45, 160),
    Class(RoadRank.LOCAL, 310, 0.42, 45, 240),
)


class Tracer:
    """Traces the lines of one class."""

    def __init__(self, site: Site, rank: Class) -> None:
        self.rank = rank
        self.headings = site.headings
        allowed = site.dry & (site.urbanity >= rank.least_urbanity) & (site.height_m < rank.height_m)
        self.places = site.xy[allowed]
        self.allowed = allowed.reshape(site.headings.rows, site.headings.columns).tolist()

    def may(self, x: float, y: float) -> bool:
        """Say whether this class is built here."""
        row, column = self.headings.cell(x, y)
        return bool(self.allowed[row][column])

    def half(self, x: float, y: float, heading: float, near: Occupied, longest_m: float) -> list[tuple[float, float]]:
        """Return the line from a place onward, until it leaves the allowed ground or meets a parallel one."""
        line: list[tuple[float, float]] = []
        for _ in range(int(longest_m / STEP_M)):
            half_way = self.headings.at(x, y, heading)
            x_mid, y_mid = x + STEP_M / 2 * math.cos(half_way), y + STEP_M / 2 * math.sin(half_way)
            turned = self.headings.at(x_mid, y_mid, heading)
            heading += max(-0.16, min(0.16, turned - heading))
            x, y = x + STEP_M * math.cos(heading), y + STEP_M * math.sin(heading)
            if not self.may(x, y) or near.taken(x, y, heading):
                break
            line.append((x, y))
        return line

    def line(self, x: float, y: float, square: bool, near: Occupied, longest_m: float) -> Points:
        """Return the whole line through a place, running with the raster or square to it."""
        heading = self.headings.at(x, y, 0.0) + (math.pi / 2 if square else 0.0)
        back = self.half(x, y, heading + math.pi, near, longest_m)
        ahead = self.half(x, y, heading, near, longest_m)
        return np.array([*back[::-1], (x, y), *ahead])


def _trace_class(terrain: Terrain, site: Site, rank: Class, roads: list[RoadLine], rng: np.random.Generator) -> None:
    tracer = Tracer(site, rank)
    headings = site.headings
    wide, close = Occupied(terrain), Occupied(terrain)
    for road in roads:
        xy = shapely.get_coordinates(road.line)
        wide.mark(xy, rank.apart_m * 0.97)
        close.mark(xy, rank.apart_m * 0.55)
    places = tracer.places[rng.permutation(len(tracer.places))[:6000]]
    for number, (x, y) in enumerate(places.tolist()):
        square = bool(number % 2)
        heading = headings.at(x, y, 0.0) + (math.pi / 2 if square else 0.0)
        if wide.taken(x, y, heading):
            continue
        longest_m = rng.choice([900, 1800, 5000]) if rank.rank is RoadRank.LOCAL else 12000
        xy = tracer.line(x, y, square, close, longest_m)
        if len(xy) * STEP_M < rank.shortest_m:
            continue
        wide.mark(xy, rank.apart_m * 0.97)
        close.mark(xy, rank.apart_m * 0.55)
        roads.append(RoadLine(LineString(xy), rank.rank))


def _led_on(roads: list[RoadLine], first: int, fixed: list[LineString], reach_m: float) -> None:
    """Lead both ends of the roads from `first` on to the next line ahead, so that no road stops in mid-block."""
    lines = [road.line for road in roads] + fixed
    tree = shapely.STRtree(lines)
    for number in range(first, len(roads)):
        xy = shapely.get_coordinates(roads[number].line)
        pieces = [xy]
        for end, before, front in ((xy[-1], xy[-3:][0], False), (xy[0], xy[:3][-1], True)):
            step = (end - before) / np.hypot(*(end - before))
            ray = LineString([end, end + step * reach_m])
            others = [i for i in tree.query(ray, predicate="intersects") if i != number]
            if not others:
                continue
            hits = shapely.get_coordinates(shapely.intersection(ray, np.array([lines[i] for i in others])))
            far = np.hypot(*(hits - end).T).min() + 1.0
            steps = np.linspace(0, far, max(2, round(far / STEP_M) + 1))[1:, None]
            pieces = [(end + step * steps)[::-1], *pieces] if front else [*pieces, end + step * steps]
        roads[number] = RoadLine(LineString(np.concatenate(pieces)), roads[number].rank)


def _shore_road(terrain: Terrain) -> list[LineString]:
    inner = terrain.land.buffer(-620).buffer(330)
    ring = shapely.intersection(shapely.boundary(inner), terrain.shore.buffer(700, cap_style="flat"))
    parts = [part for part in shapely.get_parts(shapely.line_merge(ring)) if part.length > 900]
    return [
        LineString(smooth_line(shapely.get_coordinates(part.simplify(25).segmentize(260)), STEP_M)) for part in parts
    ]


def _river_roads(terrain: Terrain) -> list[LineString]:
    banks = []
    for river, away in zip(terrain.rivers, (75.0, 55.0), strict=True):
        for side in (-1, 1):
            bank = shapely.offset_curve(river.simplify(40), side * away, quad_segs=2)
            dry = shapely.intersection(bank, terrain.land.buffer(-260))
            banks += [part for part in shapely.get_parts(shapely.line_merge(dry)) if part.length > 600]
    return [
        LineString(smooth_line(shapely.get_coordinates(part.simplify(12).segmentize(160)), STEP_M)) for part in banks
    ]


def lay_roads(terrain: Terrain, site: Site, rng: np.random.Generator) -> list[RoadLine]:
    """Return centre lines, unnoded: they cross and may overshoot a junction by a metre."""
    roads = [RoadLine(line, RoadRank.ARTERIAL) for line in _shore_road(terrain)]
    for sketch in MOUNTAIN:
        climb = shapely.intersection(
            LineString(smooth_line(sketch + rng.normal(0, 60, sketch.shape), 22)), terrain.land
        )
        roads += [RoadLine(part, RoadRank.SECONDARY) for part in shapely.get_parts(climb)]
    fixed = [LineString(terrain.land.exterior), *terrain.rivers]
    _led_on(roads, 0, fixed, 900)
    for rank in CLASSES:
        first = len(roads)
        _trace_class(terrain, site, rank, roads, rng)
        _led_on(roads, first, fixed, rank.apart_m * 1.15 + 120)
        if rank.rank is RoadRank.ARTERIAL:
            roads += [RoadLine(line, RoadRank.SECONDARY) for line in _river_roads(terrain)]
    return roads


RIDGES = Class(RoadRank.LOCAL, 1350, 0.0, 2000, 700)
"""Not roads: ridges and streams in the hills, which territories follow where there is no road."""


def find_ridges(terrain: Terrain, site: Site, roads: list[RoadLine], rng: np.random.Generator) -> list[LineString]:
    """Return natural lines through the hills, led on to the next road, shore or district line."""
    found = list(roads)
    _trace_class(terrain, site, RIDGES, found, rng)
    _led_on(found, len(roads), [LineString(terrain.land.exterior), *terrain.rivers], 2200)
    fine = (Ripples(rng, 180, 800), Ripples(rng, 180, 800))
    return [_rambling(ridge.line, fine) for ridge in found[len(roads) :]]


def _rambling(line: LineString, ripples: tuple[Ripples, Ripples]) -> LineString:
    """Return the line winding a little between its ends."""
    xy = shapely.get_coordinates(line)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    size = 42 * np.clip(np.minimum(along, along[-1] - along) / 200, 0, 1)
    return LineString(xy + size[:, None] * np.column_stack([ripple(xy) for ripple in ripples]))


def network_lines(roads: list[RoadLine]) -> MultiLineString:
    """Return all centre lines as one."""
    return MultiLineString([road.line for road in roads])


def roads_of(edges: NDArray[np.object_], roads: list[RoadLine]) -> NDArray[np.int64]:
    """Return the road (the highest, where two run together) that each noded edge is part of; -1: shore or river."""
    tree = shapely.STRtree([road.line for road in roads])
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    best = np.full(len(edges), -1)
    for edge, road in zip(*tree.query(middles, predicate="dwithin", distance=0.05).tolist(), strict=True):
        if best[edge] < 0 or ORDER[roads[road].rank] > ORDER[roads[best[edge]].rank]:
            best[edge] = road
    return best

"""An audit that stands: one grid is drawn anew, and only what that can change is judged again.

For an editor that shows findings while a line is dragged. The answer is that of a full audit; what it costs depends on
the neighbourhood, not on the size of the city (docs/performance.md).
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.geometry.crossing import Fits, GridFits, fit_grids, judge_compounds, judge_grids
from gis.geometry.engines import EngineName, choose_engine, open_engine
from gis.geometry.errors import GridworkError, InvalidShape
from gis.geometry.homes import Seating, Seats, count_seats, first_subjects, largest_cells, pairs_within
from gis.geometry.layers import Codes, District, Layer, Shapes
from gis.geometry.pieces import Bools, Ints, Overlay
from gis.geometry.relations import Limits, Relations
from gis.geometry.said import said
from gis.geometry.scopes import take
from gis.geometry.segments import lone_segments, segments_in
from gis.geometry.widths import MULTIPOLYGON, POLYGON

if TYPE_CHECKING:
    from gis.geometry.edge_tables import EdgeTable


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What drawing one grid anew changes.

    Parameters
    ----------
    grid : position of the grid.
    compounds : positions of the compounds that were judged again, ascending.
    fits : their verdicts, one entry each of `compounds`; `pieces.subject` and `pieces.cell`, like `home`, are positions
        in the district's layers.
    changed : those of `compounds` whose state or clarity is not what it was.
    grid_fit : the grid's own verdict among the communities (one entry); None without communities.
    grid_changed : whether that verdict is not what it was.
    faults : lines along which the grid and its neighbours overlap or do not share every vertex (MultiLineString,
        metres); empty when they fit exactly. A gap that leaves the two sides apart is a matter for
        `gis.geometry.partition`.
    """

    grid: int
    compounds: Ints
    fits: Fits
    changed: Ints
    grid_fit: GridFits | None
    grid_changed: bool
    faults: shapely.MultiLineString


ROOM = 64
"""Shapes drawn anew that are kept before the lists grow."""


class _Edges:
    """Edges of a layer that does not move, read once, for the engine that judges by edges."""

    def __init__(self, shapes: Shapes, *, wanted: bool) -> None:
        self._table = _edges_of(shapes) if wanted else None

    def take(self, at: Ints) -> "EdgeTable | None":
        """Return those of the shapes at some positions, None where nobody asked for them."""
        return None if self._table is None else self._table.take(at)


def _edges_of(shapes: Shapes) -> "EdgeTable":
    from gis.geometry.edge_tables import EdgeTable  # numba takes half a second to load: only where wanted

    return EdgeTable.of(shapes)


class _Index:
    """A search tree over shapes of which some are drawn anew: the tree keeps the old box, the moved are looked at."""

    def __init__(self, layer: Layer) -> None:
        self.layer = replace(layer, shapes=layer.shapes.copy())
        self._tree = shapely.STRtree(layer.shapes)
        self._row: dict[int, int] = {}
        self._moved = np.empty(ROOM, dtype=np.int64)
        self._boxes = np.empty((ROOM, 4))

    @property
    def shapes(self) -> Shapes:
        """The shapes as they stand now."""
        return self.layer.shapes

    def near(self, places: Shapes) -> Ints:
        """Return the positions of shapes whose box may meet one of the places' boxes, ascending."""
        found = self._tree.query(places)[1]
        count = len(self._row)
        if count and len(places):
            boxes, moved = shapely.bounds(places), self._boxes[:count, None]
            both = (moved[..., :2] <= boxes[:, 2:]) & (moved[..., 2:] >= boxes[:, :2])
            meets = np.any(np.all(both, axis=2), axis=1)
            found = np.concatenate([found, self._moved[:count][meets]])
        return np.array(sorted(set(found.tolist())), dtype=np.int64)

    def move(self, position: int, shape: shapely.Geometry) -> None:
        """Put a new shape in the place of the old one."""
        self.shapes[position] = shape
        row = self._row.setdefault(position, len(self._row))
        if row == len(self._moved):
            self._moved, self._boxes = np.resize(self._moved, 2 * row), np.resize(self._boxes, (2 * row, 4))
        self._moved[row], self._boxes[row] = position, shapely.bounds(shape)


class StandingAudit:
    """Verdicts on a district that are kept up to date while grids are drawn anew.

    Parameters
    ----------
    district : the layers; homes and communities may be missing.
    engine : who judges; "auto" goes by the size of the whole district, and the neighbourhoods follow it.

    Attributes
    ----------
    states, clarity : one entry a compound, as in `Fits`.
    grid_states, grid_clarity : one entry a grid, as in `GridFits`; None without communities.
    """

    def __init__(self, district: District, *, engine: EngineName = "auto", threads: int = 1) -> None:
        self._district = district
        self._limits = Limits.of(district.rules, district.compounds, district.grids)
        self._position = {code: i for i, code in enumerate(district.grids.codes)}
        self._grids, self._compounds = _Index(district.grids), _Index(district.compounds)
        self._engine = choose_engine(engine, len(district.grids))
        self._homes = None if district.homes is None else shapely.STRtree(district.homes.points)
        self._seating = Seating(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        by_edges = self._engine == "edges"
        self._compound_edges = _Edges(district.compounds.shapes, wanted=by_edges)
        towns = district.communities.shapes if district.communities is not None else district.grids.shapes[:0]
        self._community_edges = _Edges(towns, wanted=by_edges)
        fits = self._judge_all(threads)
        self.states, self.clarity = fits.states, fits.clarity
        self._communities: _Index | None = None
        self.grid_states: Codes | None = None
        self.grid_clarity: Codes | None = None
        if district.communities is not None:
            self._communities = _Index(district.communities)
            grid_fits = fit_grids(
                district.grids,
                district.communities,
                rules=district.rules,
                engine=self._engine,
                threads=threads,
                widths="material",
            )
            self.grid_states, self.grid_clarity = grid_fits.states, grid_fits.clarity

    @property
    def grids(self) -> Layer:
        """The grids as they stand now."""
        return replace(self._district.grids, shapes=self._grids.shapes.copy())

    def replace_grid(self, code: str, shape: shapely.Geometry) -> Change:
        """Draw one grid anew and judge again what it touched and touches.

        Parameters
        ----------
        code : the grid's code.
        shape : its new shape, a valid Polygon or MultiPolygon in metres.

        Raises
        ------
        GridworkError
            "grid.unknown" when there is no such grid.
        InvalidShape
            when the shape is empty, not a polygon, or not valid; nothing is changed then.
        """
        grid = self._known(code)
        _require_polygon(code, shape)
        ground = np.array([self._grids.shapes[grid], shape], dtype=object)
        self._grids.move(grid, shape)
        compounds = self._compounds.near(np.concatenate([ground, self._sharing(ground)]))
        fits = self._judge(compounds, grid, ground)
        differs = (fits.states != self.states[compounds]) | (fits.clarity != self.clarity[compounds])
        self.states[compounds], self.clarity[compounds] = fits.states, fits.clarity
        grid_fit, grid_changed = self._judge_grid(grid)
        return Change(grid, compounds, fits, compounds[differs], grid_fit, grid_changed, self._faults(grid, ground))

    def _known(self, code: str) -> int:
        if code not in self._position:
            raise GridworkError(said("没有编码为 {code} 的网格，请核对编码。", code=code), rule="grid.unknown")
        return self._position[code]

    def _judge_all(self, threads: int) -> Fits:
        """Make the full audit of the compounds, and seat every home."""
        district = self._district
        with open_engine(self._engine, district.compounds, district.grids, self._limits, threads) as ready:
            overlay = ready.overlay()
            seats = Seats.empty(overlay)
            if district.homes is not None and self._homes is not None:
                count = len(district.grids)
                in_subject = pairs_within(self._homes, district.compounds.shapes)
                in_cell = pairs_within(self._homes, district.grids.shapes)
                subject_of = first_subjects(in_subject, len(district.homes.points))
                self._seating = Seating(subject_of, largest_cells(in_cell, subject_of, overlay, count))
                seats = count_seats(district.homes.households, self._seating, in_subject, in_cell, overlay, count)
            return judge_compounds(Relations(ready, self._limits, overlay, seats), "material")

    def _judge(self, compounds: Ints, grid: int, ground: Shapes) -> Fits:
        """Judge some compounds among the grids near them; positions in the answer are the district's."""
        shapes = self._compounds.shapes[compounds]
        cells = np.union1d(self._grids.near(np.concatenate([shapes, ground])), [grid])
        judged, near = take(self._compounds.layer, compounds), take(self._grids.layer, cells)
        edges = self._compound_edges.take(compounds), None
        with open_engine(self._engine, judged, near, self._limits, 1, edges) as engine:
            overlay = engine.overlay()
            seats = self._seats(compounds, cells, overlay, ground)
            fits = judge_compounds(Relations(engine, self._limits, overlay, seats), "material")
        pieces = replace(fits.pieces, subject=compounds[fits.pieces.subject], cell=cells[fits.pieces.cell])
        return replace(fits, pieces=pieces, home=np.where(fits.home >= 0, cells[fits.home], -1))

    def _sharing(self, ground: Shapes) -> Shapes:
        """Return the grids that a home on the changed grid's line may also belong to."""
        if self._homes is None or self._district.homes is None:
            return ground[:0]
        on_line = np.unique(self._homes.query(shapely.boundary(ground), predicate="intersects")[1])
        if not len(on_line):
            return ground[:0]
        shapes: Shapes = self._grids.shapes[self._grids.near(self._district.homes.points[on_line])]
        return shapes

    def _seats(self, compounds: Ints, cells: Ints, overlay: Overlay, ground: Shapes) -> Seats:
        """Seat the homes on the changed ground anew, and count those of the compounds and cells."""
        homes = self._district.homes
        if homes is None or self._homes is None:
            return Seats.empty(overlay)
        subject, home_in_subject = pairs_within(self._homes, self._compounds.shapes[compounds])
        cell, home_in_cell = pairs_within(self._homes, self._grids.shapes[cells])
        # A home's cell can only change where the grid lay or lies.
        stale = np.unique(pairs_within(self._homes, ground)[1])
        known = np.unique(np.concatenate([home_in_subject, home_in_cell, stale]))
        in_subject = subject, np.searchsorted(known, home_in_subject)
        in_cell = cell, np.searchsorted(known, home_in_cell)
        subject_of = _local(self._seating.subject_of[known], compounds)
        seated = largest_cells(in_cell, subject_of, overlay, len(cells))[np.searchsorted(known, stale)]
        self._seating.cell_of[stale] = np.where(seated >= 0, cells[seated], -1)
        seating = Seating(subject_of, _local(self._seating.cell_of[known], cells))
        return count_seats(homes.households[known], seating, in_subject, in_cell, overlay, len(cells))

    def _judge_grid(self, grid: int) -> tuple[GridFits | None, bool]:
        communities = self._district.communities
        if communities is None or self._communities is None or self.grid_states is None or self.grid_clarity is None:
            return None, False
        limits = Limits.of(self._district.rules, self._district.grids, communities)
        judged = take(self._grids.layer, np.array([grid]))
        near = self._communities.near(judged.shapes)
        edges = None, self._community_edges.take(near)
        with open_engine(self._engine, judged, take(communities, near), limits, 1, edges) as engine:
            overlay = engine.overlay()
            fit = judge_grids(Relations(engine, limits, overlay, Seats.empty(overlay)), "material")
        pieces = replace(fit.pieces, subject=np.full(len(fit.pieces), grid), cell=near[fit.pieces.cell])
        fit = replace(fit, pieces=pieces, home=np.where(fit.home >= 0, near[fit.home], -1) if len(near) else fit.home)
        changed = fit.states[0] != self.grid_states[grid] or fit.clarity[0] != self.grid_clarity[grid]
        self.grid_states[grid], self.grid_clarity[grid] = fit.states[0], fit.clarity[0]
        return fit, bool(changed)

    def _faults(self, grid: int, ground: Shapes) -> shapely.MultiLineString:
        around = self._grids.near(ground)
        shapes = self._grids.shapes[around]
        asked = _at_fault(shapes, around == grid, ground)
        if asked.sum() == 1 and shapely.get_num_geometries(shapes[asked][0]) == 1:
            return shapely.MultiLineString()  # one polygon alone fits itself
        lines = shapely.get_parts(shapely.coverage_invalid_edges(shapes[asked]))
        return shapely.MultiLineString(list(lines[~shapely.is_empty(lines)]))


def _at_fault(shapes: Shapes, own: Bools, ground: Shapes) -> Bools:
    """Pick the shapes that may not fit the one of our own: most neighbours do, vertex by vertex.

    Away from segments that one shape only has, as many shapes lie over each point as over a point inside our own.
    """
    inner = shapely.point_on_surface(shapes[own][0])
    if shapely.intersects(shapes, inner).sum() > 1:
        return np.ones(len(shapes), dtype=bool)
    loose = segments_in(shapely.total_bounds(ground), lone_segments(shapes))
    if not len(loose):
        return own
    ends = loose.reshape(-1, 2)
    boxes, low, high = shapely.bounds(shapes), ends.min(axis=0), ends.max(axis=0)
    return own | ((boxes[:, :2] <= high) & (boxes[:, 2:] >= low)).all(axis=1)


def _require_polygon(code: str, shape: shapely.Geometry) -> None:
    if shapely.get_type_id(shape) not in (POLYGON, MULTIPOLYGON) or shapely.is_empty(shape):
        raise InvalidShape(said("网格 {code} 的新图形不是面，请画成闭合的面。", code=code))
    if not shapely.is_valid(shape):
        raise InvalidShape(
            said(
                "网格 {code} 的新图形无效（{reason}），请修正后再试。",
                code=code,
                reason=shapely.is_valid_reason(shape),
            )
        )


def _local(positions: Ints, chosen: Ints) -> Ints:
    """Return positions within `chosen` (ascending) instead of in the whole layer; -1 for those not chosen."""
    if not len(chosen):
        return np.full(len(positions), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(chosen, positions), len(chosen) - 1)
    return np.where(chosen[place] == positions, place, -1).astype(np.int64)

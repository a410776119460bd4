"""A grid drawn anew: what is judged again, and that the answer is that of a full audit."""

from importlib.util import find_spec

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.geometry.crossing import fit_compounds, fit_grids
from gis.geometry.errors import GridworkError, InvalidShape
from gis.geometry.layers import District, Homes
from gis.geometry.standing import StandingAudit
from gis.terms import Clarity, Fit, GridFit
from tests.drawn import drawn, layer

GRIDS = """AAABBB
           AAABBB
           CCCDDD
           CCCDDD"""
COMPOUNDS = """x....y
               xx.zz.
               ...zz.
               ww...."""
COMMUNITIES = """PPPQQQ
                 PPPQQQ
                 PPPQQQ
                 PPPQQQ"""


def district(homes: Homes | None = None) -> District:
    """Return two communities of two grids each; z lies across B and D."""
    return District(drawn(GRIDS), drawn(COMPOUNDS), drawn(COMMUNITIES), homes)


def test_moving_a_line_off_a_compound_settles_it_and_nothing_else_is_judged():
    audit = StandingAudit(district())
    assert audit.states.tolist() == [Fit.INSIDE, Fit.INSIDE, Fit.INSIDE, Fit.CROSSED]
    first = audit.replace_grid("B", shapely.box(300, 100, 600, 400))
    assert first.compounds.tolist() == [2, 3]
    assert first.changed.tolist() == []
    second = audit.replace_grid("D", shapely.box(300, 0, 600, 100))
    assert second.changed.tolist() == [3]
    assert second.fits.states.tolist() == [Fit.INSIDE]
    assert second.fits.pieces.cell.tolist() == [1]
    assert second.fits.pieces.subject.tolist() == [3]
    assert second.fits.home.tolist() == [1]
    assert audit.states.tolist() == [Fit.INSIDE] * 4
    assert audit.grids.shapes[1].bounds == (300, 100, 600, 400)


def test_a_grid_drawn_over_its_communitys_line_straddles():
    audit = StandingAudit(district())
    change = audit.replace_grid("A", shapely.box(0, 200, 400, 400))
    assert change.grid_changed
    assert change.grid_fit.states.tolist() == [GridFit.STRADDLING]
    assert change.grid_fit.pieces.cell.tolist() == [0, 1]
    assert change.grid_fit.pieces.subject.tolist() == [0, 0]
    assert not audit.replace_grid("A", shapely.box(0, 200, 400, 400)).grid_changed
    assert audit.replace_grid("A", shapely.box(0, 200, 300, 400)).grid_fit.clarity.tolist() == [Clarity.CLEAR]


def test_neighbours_that_no_longer_fit_are_shown():
    audit = StandingAudit(district())
    torn = audit.replace_grid("A", shapely.box(0, 200, 290, 400))
    assert torn.faults.geom_type == "MultiLineString"
    assert torn.faults.distance(shapely.Point(290, 300)) == 0
    assert audit.replace_grid("A", drawn(GRIDS).shapes[0]).faults.is_empty


def test_without_communities_only_compounds_are_judged():
    audit = StandingAudit(District(drawn(GRIDS), drawn(COMPOUNDS)))
    change = audit.replace_grid("A", shapely.box(0, 200, 400, 400))
    assert change.grid_fit is None
    assert not change.grid_changed


def test_a_grid_can_be_drawn_where_no_compound_is():
    audit = StandingAudit(district())
    change = audit.replace_grid("D", shapely.box(9000, 0, 9300, 200))
    assert change.changed.tolist() == [3]
    assert audit.states[3] is Fit.UNCOVERED
    assert audit.replace_grid("D", shapely.box(9000, 0, 9300, 300)).compounds.tolist() == []


def test_homes_move_with_the_line():
    home = Homes(shapely.points([[450, 195]]), np.array([40]))
    narrow = layer({"z": shapely.box(400, 190, 500, 300)})
    audit = StandingAudit(District(drawn(GRIDS), narrow, None, home))
    # A home in a strip of 10 m of grid D.
    assert audit.states.tolist() == [Fit.CROSSED]
    audit.replace_grid("B", shapely.box(300, 194, 600, 400))
    change = audit.replace_grid("D", shapely.box(300, 0, 600, 194))
    assert change.fits.pieces.households.tolist() == [40, 0]
    assert audit.states.tolist() == [Fit.INSIDE]


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        (shapely.Point(0, 0), InvalidShape),
        (shapely.Polygon(), InvalidShape),
        (shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), InvalidShape),
    ],
)
def test_a_shape_that_is_no_grid_is_refused_and_nothing_changes(shape, error):
    audit = StandingAudit(district())
    with pytest.raises(error, match="网格 A"):
        audit.replace_grid("A", shape)
    assert audit.grids.shapes[0].equals(shapely.box(0, 200, 300, 400))


def test_an_unknown_grid_is_refused_by_name():
    with pytest.raises(GridworkError, match="Z9") as refusal:
        StandingAudit(district()).replace_grid("Z9", shapely.box(0, 0, 1, 1))
    assert refusal.value.rule == "grid.unknown"


ENGINES = ["geos", "edges"] if find_spec("numba") else ["geos"]
corner = st.integers(-2, 62)
moves = st.lists(
    st.tuples(st.sampled_from("ABCD"), corner, corner, corner, corner).filter(lambda m: m[1] != m[3] and m[2] != m[4]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=90, deadline=None)
@given(
    moves=moves,
    homes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=0, max_size=12),
    accuracy_m=st.sampled_from([0.5, 2.0]),
    engine=st.sampled_from(ENGINES),
)
def test_a_standing_audit_says_what_a_full_one_says(moves, homes, accuracy_m, engine):
    points = shapely.points(10.0 * np.array(homes, dtype=float).reshape(-1, 2))
    seats = Homes(points, np.arange(1, len(homes) + 1)) if homes else None
    start = District(drawn(GRIDS, accuracy_m=accuracy_m), drawn(COMPOUNDS), drawn(COMMUNITIES), seats)
    audit = StandingAudit(start, engine=engine)
    for code, x1, y1, x2, y2 in moves:
        shape = shapely.box(10 * min(x1, x2), 10 * min(y1, y2), 10 * max(x1, x2), 10 * max(y1, y2))
        change = audit.replace_grid(code, shape)
        full = fit_compounds(start.compounds, audit.grids, homes=seats, engine=engine)
        assert audit.states.tolist() == full.states.tolist()
        assert audit.clarity.tolist() == full.clarity.tolist()
        mine = np.flatnonzero(np.isin(full.pieces.subject, change.compounds))
        assert change.fits.pieces.cell.tolist() == full.pieces.cell[mine].tolist()
        assert change.fits.pieces.households.tolist() == full.pieces.households[mine].tolist()
        assert change.fits.pieces.material.tolist() == full.pieces.material[mine].tolist()
        assert change.fits.pieces.area_m2 == pytest.approx(full.pieces.area_m2[mine], abs=1e-6)
        unfit = ~shapely.is_empty(shapely.coverage_invalid_edges(audit.grids.shapes))
        assert not change.faults.is_empty or not unfit[change.grid]
        assert change.faults.is_empty or unfit.any()
        grid_fits = fit_grids(audit.grids, start.communities, engine=engine)
        assert audit.grid_states.tolist() == grid_fits.states.tolist()
        assert audit.grid_clarity.tolist() == grid_fits.clarity.tolist()


@pytest.mark.skipif("edges" not in ENGINES, reason="numba is not installed")
def test_edges_taken_from_a_table_are_those_of_the_shapes():
    from gis.geometry.edge_tables import EdgeTable

    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    shapes = np.array([ring, shapely.box(20, 0, 29, 9), shapely.multipolygons([ring, shapely.box(40, 0, 41, 9)])])
    table = EdgeTable.of(shapes)
    for at in ([], [1], [0, 2], [2, 1, 0]):
        taken, read = table.take(np.array(at, dtype=np.int64)), EdgeTable.of(shapes[at])
        for ours, theirs in zip((*taken.arrays, taken.sizes.area_m2), (*read.arrays, read.sizes.area_m2), strict=True):
            assert ours.tolist() == theirs.tolist()

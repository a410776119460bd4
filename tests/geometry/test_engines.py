"""Both engines give the same answer: on awkward shapes, at any place and turn, with noise, and when one is missing."""

import subprocess
import sys

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.geometry import engine_geos, engines
from gis.geometry.crossing import Fits, fit_compounds, fit_grids, fit_places
from gis.geometry.edge_tables import EdgeTable
from gis.geometry.engine_edges import EdgeEngine
from gis.geometry.engine_geos import GeosEngine
from gis.geometry.errors import GridworkError, InvalidShape
from gis.geometry.layers import Homes, Layer
from gis.geometry.pieces import Region
from gis.terms import Clarity, Fit, GridFit
from tests.benchmarks.city import ACCURACY_M, make_city
from tests.drawn import as_shapes, drawn, layer

ORIGIN_M = (565_000.0, 3_995_000.0)
"""Where coordinates of EPSG:4549 lie: rounding must be harmless there."""


def same(one: Fits, other: Fits, *, widths_within_m: float | None = None) -> None:
    """Check that two answers agree: verdicts exactly, areas within 1e-6 m²."""
    assert one.states.tolist() == other.states.tolist()
    assert one.clarity.tolist() == other.clarity.tolist()
    assert one.home.tolist() == other.home.tolist()
    assert one.pieces.subject.tolist() == other.pieces.subject.tolist()
    assert one.pieces.cell.tolist() == other.pieces.cell.tolist()
    assert one.pieces.material.tolist() == other.pieces.material.tolist()
    assert one.pieces.households.tolist() == other.pieces.households.tolist()
    np.testing.assert_allclose(one.pieces.area_m2, other.pieces.area_m2, rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.uncovered_m2, other.uncovered_m2, rtol=0, atol=2e-6)
    if widths_within_m is not None:
        for mine, theirs in (
            (one.pieces.width_m, other.pieces.width_m),
            (one.crossing_width_m, other.crossing_width_m),
            (one.uncovered_width_m, other.uncovered_width_m),
        ):
            np.testing.assert_allclose(mine, theirs, rtol=0.02, atol=widths_within_m)


def star(rng: np.random.Generator, radius_m: float, spread_m: float) -> shapely.Polygon:
    """Return a spiky polygon somewhere near the origin."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 40)))
    radius = radius_m * rng.uniform(0.5, 1.2, len(angle))
    middle = np.array(ORIGIN_M) + rng.uniform(-spread_m, spread_m, 2)
    return shapely.Polygon(middle + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def awkward(rng: np.random.Generator) -> shapely.Geometry:
    """Return a valid polygon: with a hole, in parts, on a coarse lattice, a rectangle, or plain."""
    shape = shapely.make_valid(star(rng, rng.uniform(10, 150), 150), method="structure", keep_collapsed=False)
    sort = rng.integers(5)
    if sort == 0:
        shape = shapely.difference(shape, shapely.make_valid(star(rng, 30, 60), method="structure"))
    elif sort == 1:
        shape = shapely.union(shape, shapely.make_valid(star(rng, 40, 250), method="structure"))
    elif sort == 2:
        # Through WKB: the precision must not stick to the shape.
        shape = shapely.from_wkb(shapely.to_wkb(shapely.set_precision(shape, 10.0)))
    elif sort == 3:
        x, y, u, v = 10.0 * rng.integers(-15, 15, 4)
        shape = shapely.box(min(x, u), min(y, v), max(x, u) + 10, max(y, v) + 10)
        shape = shapely.affinity.translate(shape, *ORIGIN_M)
    polygonal = shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
    return shape if polygonal else awkward(rng)


def awkward_layers(seed: int, count: int) -> tuple[Layer, Layer]:
    """Return two layers of awkward shapes; some are in both, some are cut along a shape of the other."""
    rng = np.random.default_rng(seed)
    ones, others = [awkward(rng) for _ in range(count)], [awkward(rng) for _ in range(count)]
    for i in range(0, count, 4):
        others[i] = ones[i]
        cut = shapely.difference(others[i + 1], ones[i + 1])
        if cut.geom_type in ("Polygon", "MultiPolygon") and not cut.is_empty:
            others[i + 1] = cut
    return (
        layer({f"c{i}": shape for i, shape in enumerate(ones)}),
        layer({f"g{i}": shape for i, shape in enumerate(others)}),
    )


@pytest.mark.parametrize("seed", range(3))
def test_engines_agree_on_awkward_shapes(seed):
    compounds, grids = awkward_layers(seed, 24)
    same(
        fit_compounds(compounds, grids, engine="geos"),
        fit_compounds(compounds, grids, engine="edges"),
        widths_within_m=0.13,
    )


@pytest.mark.parametrize("seed", range(2))
def test_areas_agree_pair_by_pair(seed):
    compounds, grids = awkward_layers(100 + seed, 120)
    edges = EdgeEngine(compounds.shapes, grids.shapes, tolerance_m=0.06)
    table = edges.overlay()
    shapes = shapely.intersection(compounds.shapes[table.subject], grids.shapes[table.cell])
    np.testing.assert_allclose(table.area_m2, shapely.area(shapes), rtol=0, atol=1e-6)
    assert (table.outline_m >= shapely.length(shapes) - 1e-6).all()
    sizes = EdgeTable.of(grids.shapes).sizes
    np.testing.assert_allclose(sizes.area_m2, shapely.area(grids.shapes), rtol=0, atol=1e-6)
    np.testing.assert_allclose(sizes.outline_m, shapely.length(grids.shapes), rtol=0, atol=1e-6)


@pytest.mark.parametrize("region", [Region.SHARED, Region.REST, Region.BEYOND])
@pytest.mark.parametrize("seed", range(3))
def test_widths_agree_pair_by_pair(region, seed):
    compounds, grids = awkward_layers(200 + seed, 16)
    edges = EdgeEngine(compounds.shapes, grids.shapes, tolerance_m=0.06)
    geos = GeosEngine(compounds.shapes, grids.shapes, tolerance_m=0.06)
    table = edges.overlay()
    exact, _ = geos.widths(region, table.subject, table.cell, None)
    measured, _ = edges.widths(region, table.subject, table.cell, None)
    np.testing.assert_allclose(measured, exact, rtol=0.02, atol=0.13)
    for share in (0.5, 0.9, 1.1, 2.0):
        above = np.maximum(share * exact, 0.5)
        for engine in (edges, geos):
            low, high = engine.widths(region, table.subject, table.cell, above)
            sure = np.abs(exact - above) > 0.02 * exact + 0.13
            assert ((low > above) == (exact > above))[sure].all()
            assert (high >= exact - 0.02 * exact - 0.13).all()


def test_a_wide_box_is_searched_in_its_whole_height():
    # 138 m x 56 m in a corner of two large shapes: squares of 46 m in a row would miss the middle.
    compounds = layer({"x": shapely.box(0, 0, 137.8, 55.7)})
    grids = layer({"A": shapely.box(0, 0, 400, 400)})
    engine = EdgeEngine(compounds.shapes, grids.shapes, tolerance_m=0.03)
    low, high = engine.widths(Region.SHARED, np.array([0]), np.array([0]), np.array([50.0]))
    assert low[0] > 50
    assert high[0] >= 55.7


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("widths", ["all", "material"])
def test_engines_agree_on_a_city_and_find_what_was_planted(threads, widths, monkeypatch):
    # The proof that grids tile is tried from 200 grids on: the city has enough of them.
    city = make_city(480, 300, seed=3)
    assert len(city.grids) >= engine_geos.PROOF_PAYS_ABOVE
    geos = fit_compounds(city.compounds, city.grids, engine="geos", threads=threads, widths=widths)
    edges = fit_compounds(city.compounds, city.grids, engine="edges", threads=threads, widths=widths)
    assert geos.states.tolist() == city.states.tolist()
    same(geos, edges, widths_within_m=0.15 if widths == "all" else None)
    monkeypatch.setattr(engine_geos, "PROOF_PAYS_ABOVE", 10**9)
    same(geos, fit_compounds(city.compounds, city.grids, engine="geos", widths=widths))


@pytest.mark.parametrize("engine", ["geos", "edges"])
def test_planted_straddling_grids_are_found(engine):
    city = make_city(480, 1, seed=4)
    fits = fit_grids(city.grids, city.communities, engine=engine)
    assert (fits.states == GridFit.STRADDLING).tolist() == city.straddling.tolist()
    assert np.count_nonzero(fits.states == GridFit.OUTSIDE) == 0


def test_the_proof_that_grids_tile_is_not_believed_over_gaps_overlaps_and_parts(monkeypatch):
    monkeypatch.setattr(engine_geos, "PROOF_PAYS_ABOVE", 1)
    grids = layer(
        {
            "A": shapely.box(0, 0, 100, 100),
            "B": shapely.box(100, 0, 200, 100),
            "over": shapely.box(50, 20, 150, 80),
            "far": shapely.box(500, 0, 600, 100),
        }
    )
    compounds = layer(
        {
            "under the third": shapely.box(80, 30, 120, 70),
            "two parts, one on no grid": shapely.union(shapely.box(10, 10, 40, 40), shapely.box(300, 10, 340, 40)),
            "over a gap": shapely.box(180, 10, 520, 90),
            "in one": shapely.box(510, 10, 590, 90),
        }
    )
    fits = fit_compounds(compounds, grids, engine="geos")
    assert fits.uncovered_m2.tolist() == pytest.approx([0, 1200, 24_000, 0])
    same(fits, fit_compounds(compounds, grids, engine="edges"), widths_within_m=0.13)


noise = st.integers(0, 2**32 - 1)


@settings(max_examples=25, deadline=None)
@given(seed=noise, noise_m=st.floats(0.05, 0.8))
def test_noise_below_the_accuracy_never_makes_a_finding(seed, noise_m):
    """Compounds that keep to their grids, every vertex moved by up to the stated accuracy: nothing is found."""
    grids = drawn("AABB\nAABB\nCCDD\nCCDD")
    true = drawn("xx.y\nxx.y\nzzww\nz..w")
    rng = np.random.default_rng(seed)
    rings = [shapely.get_coordinates(shapely.segmentize(shape, 25))[:-1] for shape in true.shapes]
    moved = [shapely.Polygon(ring + rng.uniform(-noise_m, noise_m, ring.shape)) for ring in rings]
    drawn_again = Layer(true.codes, as_shapes(moved), accuracy_m=noise_m * np.sqrt(2))
    for engine in ("geos", "edges"):
        fits = fit_compounds(drawn_again, grids_as_accurate(grids, noise_m), engine=engine)
        assert set(fits.states) == {Fit.INSIDE}
        assert Clarity.DOUBTFUL not in fits.clarity.tolist()


def grids_as_accurate(grids: Layer, accuracy_m: float) -> Layer:
    """Return the layer with another stated accuracy."""
    return Layer(grids.codes, grids.shapes, accuracy_m)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 50),
    degrees=st.floats(0, 360),
    east_m=st.floats(-4e5, 4e5),
    north_m=st.floats(-2e6, 2e6),
)
def test_moving_and_turning_changes_nothing(seed, degrees, east_m, north_m):
    rng = np.random.default_rng(seed)
    compounds = layer(
        {
            "x": shapely.box(200, 40, 400, 160),
            "y": shapely.box(20, 20, 120, 90),
            "z": shapely.box(250, 210, 320.0, 330),
            "w": shapely.box(0, 200, 302, 395),
            "v": shapely.box(560, 0, 640, 100),
        }
    )
    grids = drawn("AAABBB\nAAABBB\nCCCDDD\nCCCDDD")
    homes = Homes(shapely.points(rng.uniform(5, 395, (30, 2)).round(1) + 0.037), np.full(30, 3))

    def moved(shapes: np.ndarray) -> np.ndarray:
        turn = np.radians(degrees)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return shapely.transform(shapes, lambda xy: xy @ matrix.T + [5e5 + east_m, 4e6 + north_m])

    for engine in ("geos", "edges"):
        before = fit_compounds(compounds, grids, homes=homes, engine=engine)
        after = fit_compounds(
            Layer(compounds.codes, moved(compounds.shapes)),
            Layer(grids.codes, moved(grids.shapes)),
            homes=Homes(moved(homes.points), homes.households),
            engine=engine,
        )
        assert before.states.tolist() == after.states.tolist()
        assert before.clarity.tolist() == after.clarity.tolist()
        assert before.pieces.cell.tolist() == after.pieces.cell.tolist()
        assert before.pieces.households.tolist() == after.pieces.households.tolist()
        np.testing.assert_allclose(before.pieces.area_m2, after.pieces.area_m2, rtol=0, atol=1e-3)
        np.testing.assert_allclose(before.crossing_width_m, after.crossing_width_m, rtol=0.02, atol=0.13)


@pytest.mark.parametrize("engine", ["geos", "edges"])
@pytest.mark.parametrize(
    ("grids", "communities", "state", "clarity"),
    [
        (".GG.", "PPQQ", GridFit.STRADDLING, Clarity.CLEAR),
        ("GG..", "PPQQ", GridFit.NESTED, Clarity.CLEAR),
        ("GG..", "P..Q", GridFit.OUTSIDE, Clarity.CLEAR),
        ("GGG.", "PQ..", GridFit.STRADDLING, Clarity.CLEAR),
        ("G..G", "P...", GridFit.OUTSIDE, Clarity.CLEAR),
        ("GGGG", ".PP.", GridFit.OUTSIDE, Clarity.CLEAR),
        ("...G", "PP..", GridFit.OUTSIDE, Clarity.CLEAR),
    ],
)
def test_grids_among_communities(engine, grids, communities, state, clarity):
    fits = fit_grids(drawn(grids), drawn(communities), engine=engine)
    assert (fits.states[0], fits.clarity[0]) == (state, clarity)


@pytest.mark.parametrize("engine", ["geos", "edges"])
@pytest.mark.parametrize(
    ("strip_m", "state", "clarity"),
    [
        (2.0, GridFit.NESTED, Clarity.NOISE),
        (5.5, GridFit.NESTED, Clarity.DOUBTFUL),
        (8.0, GridFit.STRADDLING, Clarity.DOUBTFUL),
        (20.0, GridFit.STRADDLING, Clarity.CLEAR),
    ],
)
def test_width_decides_whether_a_grid_straddles(engine, strip_m, state, clarity):
    grid = layer({"G": shapely.box(0, 0, 200 + strip_m, 100)})
    fits = fit_grids(grid, drawn("PPQQ"), engine=engine)
    assert (fits.states[0], fits.clarity[0]) == (state, clarity)
    assert fits.crossing_width_m[0] == pytest.approx(strip_m if state is GridFit.STRADDLING else 0, abs=0.13)


def test_recorded_parents_do_not_decide():
    grids = drawn("GG..")
    wrong = Layer(grids.codes, grids.shapes, parents=np.array(["Q"], dtype=object))
    assert fit_grids(wrong, drawn("PPQQ")).home.tolist() == [0]


def test_compounds_among_communities_are_judged_alike():
    fits = fit_places(drawn("xyyz"), drawn("PPQQ"))
    assert fits.states.tolist() == [GridFit.NESTED, GridFit.STRADDLING, GridFit.NESTED]


def test_auto_loads_the_compiled_engine_for_large_layers_only(monkeypatch):
    monkeypatch.setattr(engines, "_loaded", False)
    assert engines.choose_engine("auto", engines.EDGES_FROM_CELLS - 1) == "geos"
    assert engines.choose_engine("auto", engines.EDGES_FROM_CELLS) == "edges"
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    assert engines.choose_engine("auto", 10**6) == "geos"
    engines.load_compiled()
    assert engines.choose_engine("auto", 10**6) == "geos"


def test_auto_takes_the_compiled_engine_once_it_is_loaded(monkeypatch):
    monkeypatch.setattr(engines, "_loaded", False)
    engines.load_compiled()
    assert engines.choose_engine("auto", 3) == "edges"
    assert engines.choose_engine("geos", 10**6) == "geos"


def test_a_missing_engine_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(engines, "_loaded", False)
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    with pytest.raises(GridworkError, match="numba") as refusal:
        fit_compounds(drawn("x"), drawn("A"), engine="edges")
    assert refusal.value.rule == "engine.missing"


def test_an_unknown_engine_is_refused():
    with pytest.raises(GridworkError, match="postgis") as refusal:
        fit_compounds(drawn("x"), drawn("A"), engine="postgis")
    assert refusal.value.rule == "engine.unknown"


def test_an_invalid_shape_is_named():
    bow_tie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    with pytest.raises(InvalidShape, match="编码 x"):
        fit_compounds(layer({"x": bow_tie}), drawn("AB"), engine="geos")


def test_the_compiled_engine_is_loaded_only_when_asked_for():
    code = "import sys, gis.geometry.crossing, gis.geometry.standing; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_that_cannot_be_written_does_not_stop_the_compiled_engine(tmp_path):
    # Numba keeps machine code beside the module or in the home folder; here it may write neither.
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "from gis.geometry import edge_kernels as k\n"
        "import numpy as np\n"
        "print(k.is_one_ring(np.array([[0., 0.], [1., 0.], [0., 1.], [0., 0.]]), np.array([0, 4])))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[ True]", run.stderr


def test_the_city_states_its_accuracy():
    assert make_city(24, 5).grids.accuracy_m == ACCURACY_M

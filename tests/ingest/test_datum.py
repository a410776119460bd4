"""Shifted coordinates are undone exactly and recognised against a trusted layer."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.ingest.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    suspect_datum,
    undo_shift,
    wgs84_to_gcj02,
)
from gis.ingest.normalise import to_records
from gis.terms import LayerKind
from tests.ingest.samples import X0, Y0, raw_layer

DEGREE_M = 111_320.0
places = st.tuples(st.floats(74, 134), st.floats(18, 53)).map(lambda place: np.array([place]))


@given(places)
def test_the_inverse_is_exact_to_a_tenth_of_a_millimetre(xy):
    assert np.abs(gcj02_to_wgs84(wgs84_to_gcj02(xy)) - xy).max() * DEGREE_M < 1e-4
    assert np.abs(bd09_to_gcj02(gcj02_to_bd09(xy)) - xy).max() * DEGREE_M < 1e-4


def test_the_shift_at_qingdao_is_what_the_field_knows():
    here = np.array([[120.40, 36.10]])
    metres = np.array([DEGREE_M * np.cos(np.radians(36.1)), DEGREE_M])
    assert 414 < np.hypot(*((wgs84_to_gcj02(here) - here) * metres)[0]) < 465
    assert 1150 < np.hypot(*((gcj02_to_bd09(wgs84_to_gcj02(here)) - here) * metres)[0]) < 1300


def test_neighbours_keep_their_common_vertices():
    rng = np.random.default_rng(5)
    shared = np.array([X0, Y0]) + rng.uniform(0, 0.01, (7, 2))
    for before in range(9):
        one = gcj02_to_wgs84(np.concatenate([rng.uniform(36, 120, (before, 2)), shared]))[before:]
        assert (one == gcj02_to_wgs84(shared)).all()


def district(rows: int = 12, step: float = 0.003):
    """Return grids, four by four to a community, with codes; degrees."""
    grids, codes = [], []
    for row in range(rows):
        for column in range(rows):
            community = f"37021200{row // 4 + 1}{column // 4 + 1:03d}"
            codes.append(f"{community}{(row % 4) * 4 + column % 4 + 1:03d}")
            west, south = X0 + column * step, Y0 + row * step
            grids.append(shapely.box(west, south, west + step, south + step))
    grids = np.array(grids, dtype=object)
    owners = sorted({code[:12] for code in codes})
    communities = np.array(
        [shapely.union_all(grids[[code[:12] == owner for code in codes]]) for owner in owners], dtype=object
    )
    return grids, codes, communities, owners


SHIFTS = {
    "as_is": lambda xy: xy,
    "gcj02": wgs84_to_gcj02,
    "bd09": lambda xy: gcj02_to_bd09(wgs84_to_gcj02(xy)),
}


@pytest.mark.parametrize("datum", SHIFTS)
@pytest.mark.parametrize("by_codes", [True, False])
def test_the_datum_is_recognised_against_communities(datum, by_codes):
    grids, codes, communities, owners = district()
    shifted = shapely.transform(grids, SHIFTS[datum])
    named = {"codes": codes, "trusted_codes": owners} if by_codes else {}
    verdict = suspect_datum(shifted, communities, **named)
    assert verdict.datum == datum
    assert verdict.is_clear
    assert verdict.by_codes is by_codes
    assert verdict.is_shifted is (datum != "as_is")
    assert verdict.shares[datum] == pytest.approx(1, abs=0.001)
    assert ("不会自行换算" in verdict.words) is verdict.is_shifted


def test_codes_that_match_nothing_fall_back_to_all_trusted_land():
    grids, codes, communities, _ = district()
    verdict = suspect_datum(
        shapely.transform(grids, wgs84_to_gcj02), communities, codes=codes, trusted_codes=["1"] * len(communities)
    )
    assert (verdict.datum, verdict.by_codes) == ("gcj02", False)


def test_points_are_recognised_by_their_number():
    grids, codes, communities, owners = district()
    points = shapely.transform(shapely.centroid(grids), SHIFTS["bd09"])
    assert suspect_datum(points, communities, codes=codes, trusted_codes=owners).datum == "bd09"


def test_another_city_is_said_to_be_elsewhere():
    grids, _, communities, _ = district()
    verdict = suspect_datum(shapely.transform(grids, lambda xy: xy + 2), communities)
    assert verdict.datum == "as_is"
    assert not verdict.is_clear
    assert "几乎不重叠" in verdict.words


def test_missing_and_crossing_shapes_do_not_stop_the_verdict():
    grids, codes, communities, owners = district()
    grids[0] = None
    grids[1] = shapely.Polygon([(X0, Y0), (X0 + 0.003, Y0 + 0.003), (X0 + 0.003, Y0), (X0, Y0 + 0.003)])
    assert suspect_datum(grids, communities, codes=codes, trusted_codes=owners).datum == "as_is"


def test_conversion_happens_only_when_asked_for():
    grids, codes, *_ = district()
    shifted = shapely.transform(grids, wgs84_to_gcj02)
    layer = raw_layer({"网格编码": codes}, shifted)
    plain = to_records(LayerKind.GRID, layer)
    assert shapely.equals_exact([r.shape.geoms[0] for r in plain.records], shifted, 0).all()
    assert plain.notices == []
    moved = to_records(LayerKind.GRID, layer, datum="gcj02")
    assert shapely.equals_exact([r.shape.geoms[0] for r in moved.records], grids, 1e-9).all()
    assert [n.rule for n in moved.notices] == ["datum.converted"]
    assert undo_shift(grids, "as_is") is grids
    assert np.abs(shapely.get_coordinates(undo_shift(shifted, "gcj02")) - shapely.get_coordinates(grids)).max() < 1e-9
    assert np.abs(bd09_to_wgs84(SHIFTS["bd09"](np.array([[X0, Y0]]))) - (X0, Y0)).max() < 1e-9

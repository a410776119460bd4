"""The invented district: all 44 crossed compounds are mended, every community is proven, nothing new is found."""

import numpy as np
import pytest
import shapely

from gis.geometry.audit import Extras
from gis.geometry.edits import apply_edit
from gis.geometry.ground import Ground
from gis.geometry.redraw_check import check_redraw
from gis.geometry.tiling import tiling_of
from gis.geometry.tiling_store import part_of, tiling_to_bytes
from gis.geometry.tiling_units import units_of_tiling
from gis.geometry.units import Units, make_units
from gis.optimize.district import redraw_district
from gis.optimize.proposals import edits_of, solve_tiling
from gis.optimize.search import Limits
from gis.terms import Proof
from tests.benchmarks.demo_ground import demo_ground
from tests.geometry.scribbles import scribble_long

STEPS = 100


@pytest.fixture(scope="module")
def ground() -> Ground:
    return demo_ground()


@pytest.fixture(scope="module")
def units(ground: Ground) -> Units:
    return make_units(ground)


def test_the_invented_district_is_mended_and_proven(ground: Ground, units: Units) -> None:
    redraw = redraw_district(units, ground.district.rules, limits=Limits(time_s=120))
    check = check_redraw(
        ground.district, units.grid_layer(), units.grid_layer(redraw.grid), extras=Extras(sized=ground.sized)
    )
    assert redraw.proven
    assert (len(check.crossed_before), check.crossed_after) == (44, ())
    assert (check.refusal, check.new_findings, check.scattered) == (None, [], ())
    assert check.households_moved == redraw.households_moved


def test_a_hundredth_of_a_second_is_answered_honestly(ground: Ground, units: Units) -> None:
    """What was not proven in time is not called proven; what was found is a plan all the same."""
    redraw = redraw_district(units, ground.district.rules, limits=Limits(time_s=0.01))
    assert not redraw.proven
    assert redraw.gap is None or redraw.gap > 0 or any(o.proof is Proof.GAP for o in redraw.outcomes)
    for outcome in redraw.outcomes:
        assert outcome.proof is Proof.PROVEN or outcome.limit_reached
        assert (outcome.plan is None) == (outcome.proof in {Proof.LIMIT, Proof.INFEASIBLE})
        if outcome.proof is Proof.UNPROVEN:
            assert outcome.gap is None
    layer = units.grid_layer(redraw.grid)
    check = check_redraw(ground.district, units.grid_layer(), layer, extras=Extras(sized=ground.sized))
    assert check.refusal is None
    assert check.households_moved == redraw.households_moved
    without = sum(outcome.plan is None for outcome in redraw.outcomes)
    assert bool(check.crossed_after) == bool(without)


def test_a_plan_of_one_community_takes_its_proposal_over(ground: Ground, units: Units) -> None:
    largest = int(np.bincount(units.community[units.community >= 0]).argmax())
    codes = [str(code) for code in units.grids.codes[units.grid_community == largest]]
    part = part_of(tiling_of(units), codes)
    stand = units_of_tiling(part, ground)
    redraw = solve_tiling(stand, ground.district.rules, limits=Limits(time_s=120))
    assert redraw.proven
    after = part
    for edit in edits_of(stand, redraw, new_codes=(), names={}):
        after = apply_edit(after, edit)
    assert units_of_tiling(after, ground).units.crossed.sum() == 0
    assert after.divided() == []
    assert shapely.coverage_is_valid(after.layer().shapes)
    assert len(tiling_to_bytes(after)) < 1_000_000


def test_random_edits_lose_nothing_and_replay_to_the_bit(units: Units) -> None:
    """A hundred here; `tests/benchmarks/test_redraw_speed.py` makes ten thousand."""
    largest = int(np.bincount(units.community[units.community >= 0]).argmax())
    codes = [str(code) for code in units.grids.codes[units.grid_community == largest]]
    assert len(scribble_long(part_of(tiling_of(units), codes), STEPS, seed=1)) > STEPS // 3

"""What is judged edit by edit is what a check of everything finds; buildings sit where a fresh look seats them."""

from typing import Any

import numpy as np
import pytest
import shapely

from gis.geometry.audit import Extras
from gis.geometry.edit_log import begin
from gis.geometry.errors import InvalidShape
from gis.geometry.findings import Finding
from gis.geometry.ground import Ground
from gis.geometry.layers import AuditRules, District, Homes, Layer
from gis.geometry.plan_check import check_plan, compare_findings
from gis.geometry.plan_seats import seat_again, seat_all, unit_shapes, units_between
from gis.geometry.plan_standing import Setting, stand_after, stand_whole
from gis.geometry.tiling import tiling_of
from gis.geometry.tiling_patch import patch_to_bytes, tiling_from_patch
from gis.geometry.tiling_store import tiling_to_bytes
from gis.geometry.units import make_units
from tests.drawn import read_map
from tests.geometry.scribbles import scribble
from tests.geometry.test_plan_check import changed

GRIDS = """
    AAAABBBBDD
    AAAABBBBDD
    CCCCCCCCDD
    CCEECCCCDD
    CCCCCCIIDD"""
COMPOUNDS = """
    xx.zz.....
    ..wzz.yyy.
    ..w.......
    ....vvvv..
    yy...uu..."""
COMMUNITIES = """
    MMMMMMMMMM
    MMMMMMMMMM
    NNNNNNNNNN
    NNNNNNNNNN
    NNNNNNNNNN"""


def layer(drawn: str, parents: dict[str, str] | None = None) -> Layer:
    shapes = read_map(drawn)
    codes = np.array(sorted(shapes), dtype=object)
    listed = np.empty(len(codes), dtype=object)
    listed[:] = [shapes[code] for code in codes]
    named = None if parents is None else np.array([parents.get(code, "") for code in codes], dtype=object)
    return Layer(codes, listed, parents=named)


def town(seed: int) -> Setting:
    """Return a town of random buildings, some of them on a line between grids."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1, (90, 2)) * (1000, 500)
    xy[:12, 0] = 400.0
    points = np.array([shapely.Point(x, y) for x, y in xy], dtype=object)
    homes = Homes(points, rng.integers(1, 40, len(points)))
    rules = AuditRules(min_households=100, max_households=300, hard_max_households=400)
    parents = {"A": "M", "B": "M", "C": "N", "D": "M", "E": "N", "I": "N"}
    district = District(layer(GRIDS, parents), layer(COMPOUNDS), layer(COMMUNITIES), homes, rules)
    return Setting(district, Extras(), tiling_of(make_units(Ground(district))))


def told(findings: list[Finding]) -> list[Any]:
    """Return findings as what can be compared, in one order."""
    listed = [
        (
            finding.kind.value,
            finding.subjects,
            finding.clarity.value,
            repr(finding.evidence),
            finding.place.normalize().wkt,
        )
        for finding in findings
    ]
    return sorted(listed)


@pytest.mark.parametrize("seed", range(6))
def test_edit_by_edit_the_findings_are_those_of_a_full_check(seed: int):
    setting, rng = town(seed), np.random.default_rng(100 + seed)
    log = begin(setting.base)
    standing = stand_whole(setting, log.now, ())
    kinds = set()
    for _step in range(30):
        log = scribble(log, rng)
        differ = changed(setting.base, log.now)
        standing = stand_after(standing, setting, log.now, differ)
        full = stand_whole(setting, log.now, differ)
        assert told(standing.findings) == told(full.findings)
        kinds |= {finding.kind for finding in full.findings}
    assert len(kinds) >= 3  # something was there to be judged


def test_new_known_and_resolved_are_those_of_the_plan_check():
    setting, rng = town(7), np.random.default_rng(7)
    log = begin(setting.base)
    before = stand_whole(setting, setting.base, ())
    standing = before
    for _step in range(12):
        log = scribble(log, rng)
    differ = changed(setting.base, log.now)
    standing = stand_after(before, setting, log.now, differ)
    compared = compare_findings(before.findings, standing.findings, setting.base, log.now)
    check = check_plan(setting.district, setting.base, log.now, differ)
    assert told(compared.new) == told([*check.new, *check.new_sizes])
    assert set(told(check.resolved)) <= set(told(compared.resolved))
    assert len(told(compared.known)) >= len(check.known)


@pytest.mark.parametrize("seed", range(4))
def test_buildings_and_units_are_followed_from_state_to_state(seed: int):
    setting, rng = town(seed), np.random.default_rng(200 + seed)
    points = shapely.STRtree(setting.district.homes.points)
    log = begin(setting.base)
    seats, shapes = seat_all(log.now, points), unit_shapes(log.now)
    for _step in range(25):
        before = log.now
        log = scribble(log, rng)
        seats = seat_again(seats, before, log.now, points)
        fresh = seat_all(log.now, points)
        assert seats.grid.tolist() == fresh.grid.tolist()
        assert seats.unit.tolist() == fresh.unit.tolist()
        drawn, moved, gone = units_between(before, log.now)
        shapes = {unit: shape for unit, shape in shapes.items() if unit not in gone} | unit_shapes(log.now, drawn)
        whole = unit_shapes(log.now)
        assert shapes.keys() == whole.keys()
        assert all(shapely.equals_exact(shapes[unit], shape) for unit, shape in whole.items())
        stay = set(whole) & set(before.grid_of) - drawn - moved
        assert all(before.grid_of[unit] == log.now.grid_of[unit] for unit in stay)


@pytest.mark.parametrize("seed", range(4))
def test_a_patch_gives_the_very_bits_back(seed: int):
    base, rng = town(seed).base, np.random.default_rng(300 + seed)
    log = begin(base)
    for _step in range(25):
        log = scribble(log, rng)
        stored = patch_to_bytes(base, log.now)
        back = tiling_from_patch(stored, base)
        assert tiling_to_bytes(back) == tiling_to_bytes(log.now)
        assert patch_to_bytes(base, back) == stored


def test_a_patch_of_another_base_is_refused():
    one = town(1).base
    other = tiling_of(make_units(Ground(District(layer("AB"), layer("x.")))))
    with pytest.raises(InvalidShape) as refusal:
        tiling_from_patch(patch_to_bytes(one, one), other)
    assert refusal.value.rule == "tiling.unreadable"
    with pytest.raises(InvalidShape):
        tiling_from_patch(b"GWP\x00", one)

"""Plans and moments side by side; compounds across a community line."""

from datetime import timedelta

import pytest
import shapely
from django.utils import timezone

from gis.policy import NotYours
from gis.selectors.plans import UnknownPlan
from gis.selectors.plans.comparison import comparison
from gis.selectors.plans.refusals import WrongComparison
from gis.services.plans.community_lines import proposed_community_lines
from gis.services.plans.operating import apply_operation
from tests.services.audits import world
from tests.services.plans.proposal_world import G1, G2, XA, make_ground, plan_of, units_of

pytestmark = pytest.mark.django_db


def assigned(officer, compound, grid):
    """Open a plan that gives a compound whole to a grid."""
    plan = plan_of(officer)
    edit = {"kind": "assign_units", "units": units_of(plan, compound), "grid": grid}
    apply_operation(plan_id=plan.id, version=1, by=officer, edit=edit)
    return plan


def test_a_plan_against_today() -> None:
    officer = make_ground()
    plan = assigned(officer, XA, G1)
    found = comparison(timezone.now(), plan.id, user=officer)
    (change,) = [row for row in found.rows if not row.kept and not row.noise]
    assert (change.from_code, change.to_code, change.households, change.buildings) == (G2, G1, 20, 1)
    assert change.area_m2 == pytest.approx(5000, rel=1e-3)
    assert sum(row.area_m2 for row in found.rows) == pytest.approx(4 * 300 * 300, rel=1e-3)
    assert (found.households_moved, found.area_moved_m2) == (20, pytest.approx(5000, rel=1e-3))
    texts = {line.code: str(line.text) for line in found.lines}
    assert texts.keys() == {G1, G2}
    assert "海晏苑" in texts[G1]
    assert "20 户" in texts[G1]
    drawn = found.shapes[found.rows.index(change)]
    middle = world.stored(shapely.Point(330, 150))
    assert drawn.contains(shapely.Point(middle.x, middle.y))


def test_two_plans_and_the_way_back() -> None:
    officer = make_ground()
    west, east = assigned(officer, XA, G1), assigned(officer, XA, G2)
    there = comparison(west.id, east.id, user=officer)
    back = comparison(east.id, west.id, user=officer)
    assert there.households_moved == back.households_moved == 80
    assert (there.left.title, there.left.version) == ("调整", 2)
    assert comparison(west.id, west.id, user=officer).lines == []


def test_outside_its_communities_a_plan_stands_as_its_base() -> None:
    officer = make_ground()
    small = assigned(officer, XA, G1)
    large = plan_of(officer, world.WEST, world.EAST)
    found = comparison(large.id, small.id, user=officer)
    assert found.communities == (world.WEST, world.EAST)
    assert {line.code for line in found.lines} == {G1, G2}


def test_two_moments_of_a_district() -> None:
    officer = make_ground()
    then = timezone.now()
    strip = shapely.box(260, 0, 300, 100)
    later = then + timedelta(seconds=1)
    world.replace(world.GridBoundary, G1, world.cell(0, 0).difference(strip), at=later)
    world.replace(world.GridBoundary, G2, world.cell(1, 0).union(strip), at=later)
    found = comparison(then, later + timedelta(seconds=1), user=officer, district_code=world.DISTRICT)
    assert [line.code for line in found.lines] == [G1, G2]
    assert found.area_moved_m2 == pytest.approx(4000, rel=1e-3)


def test_what_cannot_be_compared_is_refused() -> None:
    officer = make_ground()
    plan = plan_of(officer)
    with pytest.raises(WrongComparison, match="请指明比较哪个区") as refused:
        comparison(timezone.now(), timezone.now(), user=officer)
    assert refused.value.rule == "comparison.no_district"
    with pytest.raises(WrongComparison) as refused:
        comparison(plan.id, timezone.now(), user=officer, district_code="370299")
    assert refused.value.rule == "comparison.other_district"
    with pytest.raises(UnknownPlan):
        comparison(plan.id, timezone.now(), user=world.officer("else", "370299"))
    with pytest.raises(NotYours):
        comparison(timezone.now(), timezone.now(), user=officer, district_code="370299")
    with pytest.raises(WrongComparison) as refused:
        comparison(plan.id, plan.id, user=officer, communities=["370212001009"])
    assert refused.value.rule == "comparison.nothing"


def test_a_compound_across_a_community_line_gets_a_proposal_for_the_line() -> None:
    officer = make_ground()
    world.add_compound("XS", shapely.box(560, 100, 680, 200), name="望潮里")
    for n, x in enumerate((570, 620, 640, 660)):
        world.add_building(f"S{n}", shapely.Point(x, 150), 25)
    (line,) = proposed_community_lines(district_code=world.DISTRICT, by=officer)
    assert (line.compound, line.to_community, line.from_communities) == ("XS", world.EAST, (world.WEST,))
    assert (line.households, line.area_m2, line.authority) == (25, pytest.approx(4000, rel=1e-3), "community_line")
    assert [(part.community, part.households) for part in line.parts] == [(world.EAST, 75), (world.WEST, 25)]
    assert set(line.communities) == {world.WEST, world.EAST}
    inside = world.stored(shapely.Point(580, 150))
    assert line.communities[world.EAST].contains(shapely.Point(inside.x, inside.y))
    assert "“望潮里”跨社区：建议整体划入“社区2”" in line.text
    assert "社区界线由民政部门决定" in line.text
    assert line.grids == (G2,)
    with pytest.raises(NotYours):
        proposed_community_lines(district_code=world.DISTRICT, by=world.member("steward", "steward"))


def test_a_district_without_such_compounds_has_no_proposals() -> None:
    officer = make_ground()
    assert proposed_community_lines(district_code=world.DISTRICT, by=officer) == []

"""Where it gets hard: no plan at all, a compound above the maximum, no time, an island, noise on every line."""

import numpy as np
import pytest
import shapely
from shapely import Point, box

from gis.models import Community, CommunityBoundary, District, DistrictRules, Grid, GridBoundary, Street
from gis.selectors.plans import tiling_of_plan
from gis.services.plans.proposals import asking
from gis.services.plans.proposals.asking import apply_proposal
from gis.services.plans.proposals.wording import worded
from gis.terms import ProposalKind
from tests.services.audits import world
from tests.services.plans.proposal_world import G1, G2, XA, XB, asked, make_ground, plan_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is: these tests are about answers, not about time."""
    monkeypatch.setattr(asking, "AT_ONCE_S", 60.0)


def small_sizes(low: int, high: int, hard: int) -> None:
    DistrictRules.objects.create(
        district_id=world.DISTRICT, min_households=low, max_households=high, hard_max_households=hard
    )


def test_no_feasible_plan_names_the_rules_and_the_least_that_must_give() -> None:
    """Both grids at the line are full, and the compound must stay whole: neither may take all of it."""
    officer = make_ground(households=330)
    small_sizes(150, 300, 400)
    plan = plan_of(officer, world.WEST)
    strict = asked(plan, officer, keep_maximum=True, whole=[XA], forbidden=[[XA, G1]])
    told = worded(strict.result)
    (group,) = told["groups"]
    assert (strict.state, group["proof"], told["choices"], strict.edits) == ("done", "infeasible", [], [])
    assert group["said"] == "规则相互冲突"
    conflict = group["conflict"]
    named = {rule["rule"] for rule in conflict["rules"]}
    assert "hard_maximum" in named
    assert "以下规则不能同时遵守" in conflict["said"]
    ways = [way["said"] for way in conflict["relaxations"]]
    assert any("超过上限" in way and "即有方案" in way for way in ways)


def test_where_the_maximum_may_give_it_gives_the_least_and_says_so() -> None:
    officer = make_ground(households=390, each=20)
    small_sizes(150, 300, 400)
    proposal = asked(plan_of(officer), officer, whole=[XA, XB])
    told = worded(proposal.result)
    (choice,) = told["choices"]
    above = sum(one["above"] for one in choice["relaxed"])
    assert above > 0
    assert all("超过上限" in one["said"] for one in choice["relaxed"])
    assert told["groups"][0]["conflict"]["rules"]
    assert choice["check"]["crossed_after"] == []


def test_a_compound_above_the_maximum_comes_to_hold_whole_grids() -> None:
    officer = make_ground(households=30, each=130)
    small_sizes(100, 250, 300)
    plan = plan_of(officer)
    proposal = asked(plan, officer, own={XA: 2})
    (choice,) = proposal.result["choices"]
    assert choice["check"]["crossed_after"] == []
    assert all(size["after"] <= size["hard"] for size in choice["sizes"])
    kept = asked(plan, officer, keep_maximum=True, whole=[XA, XB])
    assert kept.result["groups"][0]["proof"] == "infeasible"
    told = worded(kept.result)["groups"][0]["conflict"]
    assert any(
        "“海晏苑”已指定保持完整" in rule["said"] or "“澄碧园”已指定保持完整" in rule["said"] for rule in told["rules"]
    )


@pytest.mark.parametrize("kind", [ProposalKind.BEST, ProposalKind.ALTERNATIVES, ProposalKind.FRONT, ProposalKind.CARD])
def test_a_limit_of_a_hundredth_of_a_second_is_answered_honestly(kind: ProposalKind) -> None:
    officer = make_ground()
    wanted = {"compound": XA} if kind is ProposalKind.CARD else {}
    proposal = asked(plan_of(officer), officer, kind, time_limit_s=0.01, **wanted)
    assert proposal.state == "done"
    told = worded(proposal.result)
    for group in told["groups"]:
        assert group["proof"] in ("proven", "gap", "unproven", "limit")
        assert group["said"]
        if group["proof"] != "proven":
            assert group["limit_reached"]
            assert not told["whole"]
    for choice in told["choices"]:
        assert choice["check"]["tiles"] or not choice["grids_changed"]
        if choice["proof"] == "proven":
            assert choice["gap"] == 0.0


def make_island() -> str:
    """Make a community of a mainland grid pair and an island that belongs to one of the grids."""
    district = District.objects.create(code=world.DISTRICT, name="区", established_on=world.ESTABLISHED)
    street = Street.objects.create(code=world.STREET, name="街", district=district, established_on=world.ESTABLISHED)
    place = Community.objects.create(code=world.WEST, name="岛", street=street, established_on=world.ESTABLISHED)
    west = shapely.union(world.cell(0, 0), box(0, 500, 150, 620))
    world.put(CommunityBoundary, place, shapely.union(west, world.cell(1, 0)))
    for number, shape in ((1, west), (2, world.cell(1, 0))):
        grid = Grid.objects.create(
            code=f"{world.WEST}00{number}", name="", community=place, established_on=world.ESTABLISHED
        )
        made = GridBoundary(place=grid, in_force=(world.LONG_AGO, None), accuracy_m=1.0)
        made.shape = world.stored(shape)
        made.save()
    world.add_compound(XA, box(250, 100, 350, 200), name="海晏苑")
    for n, x in enumerate((260, 280, 320)):
        world.add_building(f"A{n}", Point(x, 150), 30)
    world.add_building("I", Point(60, 560), 40)
    return world.WEST


def test_an_island_stays_with_its_grid() -> None:
    make_island()
    officer = world.officer()
    plan = plan_of(officer)
    proposal = asked(plan, officer)
    (choice,) = proposal.result["choices"]
    assert (choice["proof"], choice["check"]["crossed_after"], choice["check"]["scattered"]) == ("proven", [], [])
    apply_proposal(proposal_id=proposal.id, version=1, by=officer)
    tiling = tiling_of_plan(plan.id)
    (spot,) = [shape for shape in shapely.get_parts(tiling.shapes[G1]) if shape.area == pytest.approx(18_000, rel=0.01)]
    assert spot.area > 0
    assert set(tiling.shapes) == {G1, G2}


def noisy(shape: shapely.Polygon, rng: np.random.Generator, noise_m: float) -> shapely.Polygon:
    """Return a shape drawn anew by another hand, a vertex every 40 m."""
    vertices = shapely.get_coordinates(shapely.segmentize(shape, 40.0))[:-1]
    return shapely.Polygon(vertices + rng.uniform(-noise_m, noise_m, vertices.shape))


def test_noise_on_every_line_changes_no_verdict() -> None:
    """Every grid is drawn by its own hand; overlaps are settled as an import settles them, gaps are left."""
    officer = make_ground()
    rng = np.random.default_rng(7)
    taken = shapely.Polygon()
    for code, (column, row) in world.GRIDS.items():
        shape = noisy(world.cell(column, row), rng, 1.0).difference(taken)
        shape = max(shapely.get_parts(shape), key=lambda part: part.area)
        taken = taken.union(shape)
        GridBoundary.objects.filter(place__code=code).update(shape=world.stored(shape))
    plan = plan_of(officer)
    proposal = asked(plan, officer)
    (choice,) = proposal.result["choices"]
    assert (choice["proof"], choice["households_moved"]) == ("proven", 60)
    assert choice["check"]["crossed_before"] == [XA, XB]
    assert choice["check"]["crossed_after"] == []
    assert choice["check"]["publishable"]
    apply_proposal(proposal_id=proposal.id, version=1, by=officer)
    tiling_of_plan(plan.id).check()


def test_where_every_grid_lies_apart_the_gap_is_named_with_its_place() -> None:
    """A strip of 10 m that no grid holds runs between all grids, and through both compounds."""
    officer = make_ground()
    for code, (column, row) in world.GRIDS.items():
        x, y = column * world.CELL_M, row * world.CELL_M
        apart = box(x + 5, y + 5, x + world.CELL_M - 5, y + world.CELL_M - 5)
        GridBoundary.objects.filter(place__code=code).update(shape=world.stored(apart))
    plan = plan_of(officer)
    proposal = asked(plan, officer)
    (choice,) = proposal.result["choices"]
    assert (choice["proof"], choice["check"]["crossed_after"], choice["check"]["tiles"]) == ("proven", [], True)
    (group,) = worded(proposal.result)["groups"]
    assert [one["compound"]["code"] for one in group["parted"]] == [XA, XB]
    first = group["parted"][0]
    (middle,) = shapely.from_wkt([world.stored(Point(300, 150)).wkt])
    assert first["width_m"] == 10.0
    assert abs(first["place"][0] - middle.x) < 1e-5
    assert abs(first["place"][1] - middle.y) < 1e-3
    assert "“海晏苑”中间有约 10.0 米宽的土地不属于任何网格" in first["said"]
    apply_proposal(proposal_id=proposal.id, version=1, by=officer)
    tiling_of_plan(plan.id).check()

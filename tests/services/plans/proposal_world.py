"""A community with two compounds across grid lines, a plan for it, and answers of the solver.

g3 g4        XA lies over the line between g1 and g2 (three of its four buildings in g1),
g1 g2        XB over the line between g3 and g4 (two and two)
"""

from typing import Any

import shapely
from shapely import Point

from gis.models import Plan, PlanProposal, User
from gis.services.plans.opening import open_plan
from gis.services.plans.proposals.asking import ask_proposal
from gis.terms import ProposalKind
from tests.services.audits import world

G1, G2, G3, G4 = (f"{world.WEST}00{n}" for n in (1, 2, 3, 4))
XA, XB = "XA", "XB"
ACROSS_A = shapely.box(190, 100, 350, 200)
ACROSS_B = shapely.box(250, 400, 350, 500)


def make_ground(*, households: int = 150, each: int = 20) -> User:
    """Make the district with the two compounds; return an officer of it.

    Parameters
    ----------
    households : of the one building beside the compounds in each grid. each : of each of the compounds' buildings.
    """
    world.make_district(households=households)
    world.add_compound(XA, ACROSS_A, name="海晏苑")
    world.add_compound(XB, ACROSS_B, name="澄碧园")
    for n, x in enumerate((210, 240, 270, 330)):
        world.add_building(f"A{n}", Point(x, 150), each)
    for n, x in enumerate((260, 280, 320, 340)):
        world.add_building(f"B{n}", Point(x, 450), each)
    return world.officer()


def plan_of(by: User, *communities: str) -> Plan:
    """Open a plan for the western community, or for others."""
    row = open_plan(
        district_code=world.DISTRICT, communities=communities or (world.WEST,), title="调整", reason="小区被穿过", by=by
    )
    return Plan.objects.get(id=row.id)


def asked(plan: Plan, by: User, kind: ProposalKind = ProposalKind.BEST, **wanted: Any) -> PlanProposal:
    """Ask, and return the proposal as it is kept."""
    proposal = ask_proposal(plan_id=plan.id, kind=kind, by=by, asked=wanted)
    return PlanProposal.objects.select_related("plan", "by").get(id=proposal.id)


def units_of(plan: Plan, compound: str) -> list[int]:
    """Return the numbers of a compound's units."""
    from gis.selectors.plans import tiling_of_plan

    return sorted(unit for unit, code in tiling_of_plan(plan.id).compound_of.items() if code == compound)

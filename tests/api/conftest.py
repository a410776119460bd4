"""A district with findings, and a client signed in with a role on a territory."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from shapely import LineString, Point

from gis.models import (
    Building,
    Compound,
    DistrictBoundary,
    Finding,
    Membership,
    Road,
    ServiceStation,
    Street,
    StreetBoundary,
    User,
)
from gis.services.audits.exceptions import accept_exception
from gis.services.audits.runs import run_audit
from gis.services.plans.commenting import comment_on_plan
from gis.services.plans.opening import open_plan
from gis.services.plans.proposals.asking import ask_proposal
from gis.terms import ProposalKind, Role
from tests.services.audits import world
from tests.services.audits.world import DISTRICT, EAST, ESTABLISHED, STREET, WEST, cell, crossed_outline, inside_outline

SINCE = date(2024, 1, 1)


@dataclass
class City:
    """What the tests speak of by name."""

    crossed: Finding
    excepted: Finding
    run_id: int

    @cached_property
    def plan_id(self) -> uuid.UUID:
        """Return a draft for the western community, opened when somebody first speaks of it."""
        author = world.officer("author-of-the-fixture")
        return open_plan(
            district_code=DISTRICT, communities=[WEST], title="长岭苑调整", reason="小区被网格线穿过", by=author
        ).id

    @cached_property
    def proposal_id(self) -> uuid.UUID:
        """Return a question to the solver about that plan."""
        author = User.objects.get(plans=self.plan_id)
        asked = {"compound": "XQ1"}
        return ask_proposal(plan_id=self.plan_id, kind=ProposalKind.CARD, by=author, asked=asked).id

    @cached_property
    def comment_id(self) -> int:
        """Return a remark on that plan."""
        author = User.objects.get(plans=self.plan_id)
        return comment_on_plan(plan_id=self.plan_id, text="请核实", by=author).id


@pytest.fixture(autouse=True)
def _nobody_is_too_fast() -> Iterator[None]:
    """Forget how often each account has asked."""
    cache.clear()
    yield
    cache.clear()


def crowd(district: Any) -> None:
    """Give the district boundaries, a station and a road; its buildings, grids and offices are the world's."""
    world.put(DistrictBoundary, district, cell(0, 0, 4, 2))
    world.put(StreetBoundary, Street.objects.get(code=STREET), cell(0, 0, 4, 2))
    ServiceStation.objects.create(
        code="Z1",
        name="望海服务站",
        district=district,
        community_id=WEST,
        established_on=ESTABLISHED,
        shape=world.stored(Point(100, 100)),
    )
    line = world.stored(LineString([(-50, 300), (1300, 300)]))
    shape = GEOSGeometry(line.wkt.replace("LINESTRING", "MULTILINESTRING").replace("(", "((").replace(")", "))"))
    shape.srid = 4490
    Road.objects.create(code="R1", name="长乐路", district=district, established_on=ESTABLISHED, shape=shape)


def make_city() -> City:
    """Make two communities side by side, WEST and EAST; one compound crossed in each, the eastern one an exception."""
    district = world.make_district()
    crowd(district)
    world.add_compound("XQ1", crossed_outline(0, 0), name="长岭苑")
    world.add_compound("XQ2", inside_outline(1, 1), name="望海苑")
    world.add_compound("XQ3", crossed_outline(2, 0), community=EAST, name="重阳里")
    Building.objects.create(
        code="L1",
        name="1号楼",
        district=district,
        compound=Compound.objects.get(code="XQ1"),
        established_on=ESTABLISHED,
        households=30,
        shape=world.stored(inside_outline(0, 0).buffer(-30)),
    )
    run = run_audit(district_code=DISTRICT, by=None, cause="测试")
    by_subject = {finding.subjects[0]: finding for finding in Finding.objects.filter(kind="compound_crossed")}
    approver = world.approver("approver-of-the-fixture")
    later = timezone.localdate() + timedelta(days=90)
    accept_exception(finding_id=by_subject["XQ3"].pk, reason="规划已批准", expires_on=later, by=approver)
    return City(by_subject["XQ1"], Finding.objects.get(pk=by_subject["XQ3"].pk), run.id)


@pytest.fixture
def city(db: None) -> City:
    """Return the district with its findings."""
    return make_city()


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """Return a client signed in with a role on a territory (None: without any role)."""

    def client_of(role: Role | None, territory: str = DISTRICT, *, csrf: bool = False) -> Client:
        user = User.objects.create_user(username=f"u{User.objects.count()}", password="Quiet-Harbour-7")
        if role is not None:
            Membership.objects.create(user=user, role=role, territory_code=territory, begins_on=SINCE)
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


@pytest.fixture
def officer(signed_in: Callable[..., Client]) -> Client:
    """Return a client of a GIS officer of the whole district."""
    return signed_in(Role.OFFICER)

"""A district with one crossed compound as the pages meet it, and an account for each role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from gis.models import (
    AuditRun,
    Community,
    Compound,
    District,
    Finding,
    Grid,
    Membership,
    RawPiece,
    Sighting,
    Street,
    User,
)
from gis.terms import CaseState, Clarity, FindingKind, Novelty, Role, RunKind, RunState

DISTRICT = "370202"
PASSWORD = "Quiet-Harbour-7"
SINCE = date(2024, 1, 1)
FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
LAST = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def square(west: float, south: float, size: float = 2.0) -> GEOSGeometry:
    """Return a square at 120° E, 36° N; the unit is 0.001 degrees (about 100 m)."""
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    ring = ", ".join(f"{120 + (west + x) / 1000} {36 + (south + y) / 1000}" for x, y in corners)
    return GEOSGeometry(f"SRID=4490;MULTIPOLYGON((({ring})))")


@dataclass
class Town:
    """The district and its cases: `crossed` in the first street, `doubtful` in the second."""

    district: District
    crossed: Finding
    doubtful: Finding
    run: AuditRun


@pytest.fixture
def town(db: None) -> Town:
    district = District.objects.create(code=DISTRICT, name="海岬区", established_on=SINCE)
    for number in (1, 2):
        street = Street.objects.create(
            code=f"{DISTRICT}00{number}", name=f"第{number}街道", district=district, established_on=SINCE
        )
        community = Community.objects.create(
            code=f"{street.code}001", name=f"松岚{number}社区", street=street, established_on=SINCE
        )
        for grid in (1, 2):
            Grid.objects.create(
                code=f"{community.code}00{grid}", name=f"第{grid}网格", community=community, established_on=SINCE
            )
    for code, name in [("XQ1", "望海苑"), ("XQ2", "鸣泉花园")]:
        Compound.objects.create(code=code, name=name, district=district, households=420, established_on=SINCE)
    runs = [_run(district, moment, clear) for moment, clear in [(FIRST, 3), (LAST, 1)]]
    crossed = _finding(district, runs, "XQ1", f"{DISTRICT}001001", Clarity.CLEAR, 42.5, 180)
    doubtful = _finding(district, runs, "XQ2", f"{DISTRICT}002001", Clarity.DOUBTFUL, 4.2, 30)
    for grid, share in [(1, 0.7), (2, 0.3)]:
        RawPiece.objects.create(
            district=district,
            run=runs[-1],
            compound_code="XQ1",
            grid_code=f"{DISTRICT}00100100{grid}",
            area_m2=9000 * share,
            share=share,
            width_m=42.5,
            households=180,
            material=True,
        )
    return Town(district, crossed, doubtful, runs[-1])


def _run(district: District, moment: datetime, clear: int) -> AuditRun:
    return AuditRun.objects.create(
        district=district,
        kind=RunKind.FULL,
        state=RunState.DONE,
        as_of=moment,
        started_at=moment,
        finished_at=moment,
        totals={"compounds": {"inside": 316, "crossed": clear + 1}, "grids": {}},
        standing={FindingKind.COMPOUND_CROSSED: {Clarity.CLEAR: clear, Clarity.DOUBTFUL: 1}},
        new_count=1,
        known_count=1,
        resolved_count=2,
    )


def _finding(
    district: District,
    runs: list[AuditRun],
    code: str,
    community: str,
    clarity: Clarity,
    width_m: float,
    households: int,
) -> Finding:
    finding = Finding.objects.create(
        district=district,
        kind=FindingKind.COMPOUND_CROSSED,
        subjects_key=code,
        subjects=[code, f"{community}001", f"{community}002"],
        community_code=community,
        state=CaseState.FOUND,
        clarity=clarity,
        width_m=width_m,
        households=households,
        place=square(0, 0),
        cut=GEOSGeometry("SRID=4490;MULTILINESTRING((120.001 36, 120.001 36.002))"),
        first_seen=runs[0],
        last_seen=runs[-1],
        opened_at=FIRST,
        moved_at=FIRST,
    )
    for run, novelty in zip(runs, [Novelty.NEW, Novelty.KNOWN], strict=True):
        Sighting.objects.create(
            run=run, finding=finding, novelty=novelty, clarity=clarity, width_m=width_m, households=households
        )
    return finding


@pytest.fixture
def as_role(db: None) -> Callable[..., Client]:
    """Return a client signed in with a role on a territory."""

    def signed_in(role: Role | None, territory_code: str = DISTRICT) -> Client:
        user = User.objects.create_user(username=f"u{User.objects.count()}", password=PASSWORD)
        if role is not None:
            Membership.objects.create(user=user, role=role, territory_code=territory_code, begins_on=SINCE)
        client = Client()
        client.force_login(user)
        return client

    return signed_in

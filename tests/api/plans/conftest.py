"""A community with a compound across a grid line, and clients that work on a plan for it over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import shapely
from django.test import Client

from gis.terms import Role
from tests.api.conftest import signed_in
from tests.services.audits.world import DISTRICT, WEST
from tests.services.plans import plan_world

__all__ = ["signed_in"]

PLANS = "/api/v1/plans/"


@dataclass
class Desk:
    """A client that remembers the plan on its desk and the ETag that it was told last."""

    client: Client
    plan_id: str = ""
    tag: str = ""
    seen: dict[str, Any] = field(default_factory=dict)

    def open(self, **fields: Any) -> dict[str, Any]:
        """Open a plan."""
        told = {"district": DISTRICT, "communities": [WEST], "title": "海晏苑调整", "reason": "小区被网格线穿过"}
        response = self.client.post(PLANS, {**told, **fields}, content_type="application/json")
        assert response.status_code == 201, response.content.decode()
        made: dict[str, Any] = response.json()
        self.plan_id, self.tag = made["id"], response["ETag"]
        return made

    def take(self, other: "Desk") -> "Desk":
        """Read the plan that lies on another desk."""
        self.plan_id = other.plan_id
        self.read()
        return self

    def read(self, word: str = "", query: str = "", **headers: str) -> Any:
        """Read something of the plan; of the plan itself the tag is remembered."""
        response = self.client.get(f"{PLANS}{self.plan_id}/{word}{query}", headers=headers)
        if not word and "ETag" in response:
            self.tag = response["ETag"]
        return response

    def ask(self, word: str, body: Any = None, *, method: str = "post", tag: str | None = None) -> Any:
        """Write; the tag read last goes along, or the one given ("" for none)."""
        tag = self.tag if tag is None else tag
        headers = {"If-Match": tag} if tag else {}
        address = f"{PLANS}{self.plan_id}/{word}"
        body = body if isinstance(body, str | bytes) else body or {}
        return getattr(self.client, method)(address, body, content_type="application/json", headers=headers)

    def do(self, word: str, body: Any = None, *, method: str = "post", status: int = 200) -> dict[str, Any]:
        """Write, and remember the tag of what came of it."""
        response = self.ask(word, body, method=method)
        assert response.status_code == status, response.content.decode()
        if "ETag" in response and status == 200:
            self.tag = response["ETag"]
        told: dict[str, Any] = response.json()
        return told

    def edit(self, *edits: dict[str, Any]) -> dict[str, Any]:
        """Make some edits."""
        return self.do("operations/", {"edits": list(edits)})

    def units(self) -> list[dict[str, Any]]:
        """Return the properties of the plan's units."""
        return [feature["properties"] for feature in self.read("units/").json()["features"]]

    def unit_of(self, compound: str) -> int:
        """Return the number of the unit of a compound."""
        (number,) = [int(unit["number"]) for unit in self.units() if unit["compound"] == compound]
        return number

    def mend(self, into: str = plan_world.G1) -> dict[str, Any]:
        """Give the crossed compound whole to a grid."""
        return self.edit({"kind": "assign_units", "units": [self.unit_of(plan_world.X1)], "grid": into})


def problem(response: Any, status: int, rule: str = "") -> dict[str, Any]:
    """Return the document of a refusal after looking at its form."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["type"] == f"urn:gridwork:problem:{told['rule']}"
    assert told["title"]
    assert told["detail"]
    if rule:
        assert told["rule"] == rule, told
    return told


def area_of(feature: dict[str, Any]) -> Any:
    """Return the area of a feature."""
    import json

    return shapely.from_geojson(json.dumps(feature["geometry"]))


@pytest.fixture
def ground(db: None) -> None:
    """Make the district with the crossed compound."""
    plan_world.make_ground()


@pytest.fixture
def desk(ground: None, signed_in: Callable[..., Client]) -> Callable[..., Desk]:
    """Return somebody's desk: a role on a territory."""

    def desk_of(role: Role = Role.OFFICER, territory: str = DISTRICT) -> Desk:
        return Desk(signed_in(role, territory))

    return desk_of


@pytest.fixture
def officer_desk(desk: Callable[..., Desk]) -> Desk:
    """Return the desk of an officer with a plan on it."""
    made = desk()
    made.open()
    return made

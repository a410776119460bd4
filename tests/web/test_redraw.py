"""The page around the redraw editor: who gets it, and what its script is told."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gis.models import Membership, Plan, User
from gis.terms import Role
from tests.services.audits import world
from tests.services.plans import plan_world


@pytest.fixture
def ground(db):
    plan_world.make_ground()


def someone(name: str, role: Role) -> tuple[User, Client]:
    user = User.objects.create_user(username=name, password="Quiet-Harbour-7")
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.create(user=user, role=role, territory_code=world.DISTRICT, begins_on=yesterday)
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture
def officer(ground):
    return someone("officer", Role.OFFICER)


@pytest.fixture
def draft(officer):
    return plan_world.opened(officer[0])


def told(response) -> dict:
    found = re.search(r'<script id="redraw-config" type="application/json">(.*?)</script>', response.content.decode())
    assert found
    return json.loads(found[1])


def test_an_officer_gets_the_editor_with_what_its_script_needs(officer, draft):
    response = officer[1].get(f"/plans/{draft.id}/edit/")
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    config = told(response)
    assert config["plan"] == {"id": str(draft.id), "title": draft.title, "baseAt": draft.base_at.isoformat()}
    assert config["urls"]["plan"] == f"/plans/{draft.id}/"
    assert config["district"]["code"] == world.DISTRICT
    assert config["username"] == "officer"
    assert config["terms"]["FindingKind"]


def test_without_scripts_the_page_shows_the_way_to_the_plan(officer, draft):
    page = officer[1].get(f"/plans/{draft.id}/edit/").content.decode()
    assert f'<a href="/plans/{draft.id}/">' in page.split('id="no-script"')[1].split("</div>")[0]


def test_a_title_cannot_leave_its_place(officer, draft):
    draft_title = "</script><script>alert(1)</script>"
    Plan.objects.filter(id=draft.id).update(title=draft_title)
    response = officer[1].get(f"/plans/{draft.id}/edit/")
    assert "<script>alert" not in response.content.decode()
    assert told(response)["plan"]["title"] == draft_title


def test_an_approver_may_look(draft):
    assert someone("approver", Role.APPROVER)[1].get(f"/plans/{draft.id}/edit/").status_code == 200


def test_a_draft_is_not_there_for_others(draft):
    for name, role in (("leader", Role.LEADER), ("steward", Role.STEWARD)):
        assert someone(name, role)[1].get(f"/plans/{draft.id}/edit/").status_code == 404, role


def test_a_plan_that_is_none_is_not_there(officer):
    assert officer[1].get(f"/plans/{uuid.uuid4()}/edit/").status_code == 404


def test_a_stranger_is_sent_to_the_entrance(draft):
    response = Client().get(f"/plans/{draft.id}/edit/")
    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]


def test_the_page_is_only_read(officer, draft):
    assert officer[1].post(f"/plans/{draft.id}/edit/").status_code == 405

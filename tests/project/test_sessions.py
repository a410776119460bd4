"""The idle time: noted with what a person does, once a minute, never with what an open page asks by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from gis.terms import Role
from project import middleware
from tests.web.conftest import DISTRICT, Town, as_role, town

__all__ = ["as_role", "town"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(town: Town, as_role: Callable[..., Client]) -> Client:
    client = as_role(Role.OFFICER, DISTRICT)
    client.get("/journal/")
    return client


def ends(minutes_ago: int | None = None) -> float:
    """Return when the session ends, in minutes from now; first let it be as old as said."""
    session = Session.objects.get()
    if minutes_ago is not None:
        told = session.get_decoded() | {"seen_s": int(timezone.now().timestamp()) - 60 * minutes_ago}
        session.session_data = Session.get_session_store_class()().encode(told)
        session.expire_date -= timedelta(minutes=minutes_ago)
        session.save()
    return (session.expire_date - timezone.now()).total_seconds() / 60


def test_a_request_begins_the_idle_time_anew(officer: Client) -> None:
    assert ends(20) == pytest.approx(10, abs=0.2)
    answer = officer.get("/")
    assert ends() == pytest.approx(30, abs=0.2)
    assert "sessionid" in answer.cookies


def test_within_a_minute_nothing_is_written(officer: Client) -> None:
    before = ends()
    answer = officer.get("/")
    assert "sessionid" not in answer.cookies
    assert ends() == pytest.approx(before, abs=0.1)


def test_what_a_page_asks_by_the_clock_does_not_count(officer: Client) -> None:
    assert "/tiles/index.json" in middleware.FOR_THE_CLOCK
    ends(20)
    assert officer.get(f"/tiles/index.json?district={DISTRICT}").status_code == 200
    assert ends() == pytest.approx(10, abs=0.2)


def test_a_session_that_has_ended_is_signed_out(officer: Client) -> None:
    ends(31)
    assert officer.get("/").status_code == 302

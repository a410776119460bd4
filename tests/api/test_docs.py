"""The page that people read the interface on, and the description itself."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("city")


def test_the_page_keeps_the_strict_policy(officer: Client) -> None:
    response = officer.get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "csrftoken" in response.cookies
    assert "编程接口" in page
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "<style" not in page
    assert "style=" not in page
    assert "://" not in page
    assert page.count("<script") == page.count('<script src="/static/')


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page() -> None:
    response = Client().get("/api/docs/")
    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]


def test_the_description_is_for_those_who_are_signed_in(officer: Client) -> None:
    assert Client().get("/api/schema/").status_code == 401
    told: Any = officer.get("/api/schema/").json()
    assert told["openapi"].startswith("3.1")
    assert "/api/v1/grids/" in told["paths"]


def test_every_address_is_described(officer: Client) -> None:
    from gis.api.urls import version_1

    paths = officer.get("/api/schema/").json()["paths"]
    assert len(paths) == len(version_1)

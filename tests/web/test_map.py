"""The map page as the server gives it: who gets it, what its script is told, what is there without a script."""

import json
import re

import pytest
from django.test import override_settings

from gis import terms
from gis.models import CommunityBoundary, District
from gis.terms import Role
from gis.web.map import ON_CARDS
from tests.web.conftest import DISTRICT, FIRST, SINCE, square


def config_of(response) -> dict:
    assert response.status_code == 200, response.content.decode()[:500]
    told = re.search(r'<script id="map-config" type="application/json">(.*?)</script>', response.content.decode(), re.S)
    assert told
    return json.loads(told[1])


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_the_map_of_its_district(town, as_role, role):
    config = config_of(as_role(role).get("/map/"))
    assert config["district"] == {"code": DISTRICT, "name": "海岬区"}
    assert config["zone"] is None, "nothing lies anywhere yet: the script takes the zone of what it shows"
    assert config["note"] == "内部使用"
    assert config["may"]["triage_finding"] is (role is Role.OFFICER)
    assert config["may"]["accept_exception"] is (role is Role.APPROVER)


def test_a_district_is_measured_in_its_own_zone(town, as_role):
    community = town.district.streets.get(code=f"{DISTRICT}001").communities.get()
    CommunityBoundary.objects.create(
        place=community, shape=square(0, 0), in_force=(FIRST, None), accuracy_m=1.0, source="测绘院"
    )
    zone = config_of(as_role(Role.LEADER).get("/map/"))["zone"]
    assert zone["epsg"] == 4549
    assert zone["definition"].startswith("PROJCS[")


def test_the_script_is_told_the_words_of_the_field(town, as_role):
    told = config_of(as_role(Role.LEADER).get("/map/"))["terms"]
    assert {enum.__name__ for enum in ON_CARDS} == set(told)
    for name, labels in told.items():
        assert labels == {word.value: word.label for word in getattr(terms, name)}


def test_the_script_is_told_which_tiles_there_are(town, as_role):
    leader = as_role(Role.LEADER)
    for day in ("", "&as_of=2026-01-01"):
        told = leader.get(f"/tiles/index.json?district={DISTRICT}{day}").json()
        assert config_of(leader.get(f"/map/?district={DISTRICT}{day}"))["index"] == told
    assert config_of(leader.get(f"/map/?district={DISTRICT}&as_of=someday"))["index"] is None


def test_the_head_asks_for_all_scripts_at_once(town, as_role, tmp_path, settings):
    (tmp_path / "gridwork" / "build").mkdir(parents=True)
    (tmp_path / "gridwork" / "build" / "modules.json").write_text('{"map": ["chunk-A1.js"]}')
    settings.STATICFILES_DIRS, settings.DEBUG = [tmp_path], True
    text = as_role(Role.LEADER).get("/map/").content.decode()
    assert re.findall(r'<link rel="modulepreload" href="([^"]+)">', text) == [
        "/static/gridwork/build/map.js",
        "/static/gridwork/build/chunk-A1.js",
    ]


def test_nobody_gets_it_without_signing_in(client, town):
    response = client.get("/map/?district=370202&at=36.1,120.4,14")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/map/%3Fdistrict%3D370202%26at%3D36.1%2C120.4%2C14"


def test_a_district_of_others_is_not_there(town, as_role):
    District.objects.create(code="370203", name="别区", established_on=SINCE)
    assert as_role(Role.OFFICER).get("/map/?district=370203").status_code == 404
    assert as_role(Role.OFFICER).get("/map/?district=../../").status_code == 404


def test_an_account_without_a_role_is_told_so(town, as_role):
    assert "没有可看的区" in as_role(None).get("/map/").content.decode()


def test_without_a_script_there_are_ways_to_the_lists(town, as_role):
    text = as_role(Role.LEADER).get("/map/").content.decode()
    offered = re.search(r'<div id="no-script".*?</div>', text, re.S)
    assert offered
    for link in re.findall(r'href="([^"]+)"', offered[0]):
        assert as_role(Role.LEADER).get(link.replace("&amp;", "&")).status_code == 200, link


def test_a_name_is_never_markup(town, as_role):
    town.district.name = "</script><img src=x onerror=alert(1)>" + "长" * 80
    town.district.save()
    response = as_role(Role.LEADER).get("/map/")
    assert config_of(response)["district"]["name"] == town.district.name
    assert "<img" not in response.content.decode()


def test_the_page_is_bound_to_its_own_site(town, as_role):
    response = as_role(Role.LEADER).get("/map/")
    policy = response["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy + ";"
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", response.content.decode())
    assert "style=" not in response.content.decode()


def test_the_map_is_in_the_menu(town, as_role):
    text = as_role(Role.STEWARD).get("/map/").content.decode()
    assert '<a href="/map/" aria-current="page">地图</a>' in text


def test_the_scripts_words_cost_a_question_only(client, db):
    first = client.get("/jsi18n/")
    assert first.status_code == 200
    assert "django.gettext" in first.content.decode()
    again = client.get("/jsi18n/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@override_settings(LANGUAGES=[("zh-hans", "简体中文"), ("en", "English")])
def test_another_language_is_one_press_away(client, db):
    text = client.get("/sign-in/").content.decode()
    assert 'lang="en">English</button>' in text
    assert "jsi18n" not in text
    changed = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert changed["Location"] == "/sign-in/"
    english = client.get("/sign-in/").content.decode()
    assert 'html lang="en"' in english
    assert '<script defer src="/jsi18n/"></script>' in english
    assert 'lang="zh-hans">简体中文</button>' in english


@override_settings(LANGUAGES=[("zh-hans", "简体中文")])
def test_one_language_has_no_switch(client, db):
    assert "/language/" not in client.get("/sign-in/").content.decode()

"""The take-away page as text; how it looks and works in a browser is in tests/journeys."""

import json
import re
from datetime import datetime

import pytest

from gis.maps.audit_map import audit_map, thin
from gis.maps.content import AuditMap
from gis.terms import Fit
from tests.maps.invented import collection, feature, town

MEGABYTE = 1_000_000


def data_of(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="sheet-data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def test_the_sheet_says_what_it_shows():
    page = audit_map(town())
    assert "<title>海岬区网格与小区边界检查图</title>" in page
    assert '<html lang="zh-CN">' in page
    assert "12 个小区被网格线穿过" in page
    assert "内部使用" in page
    assert "2026-11-22 10:30" in page, "in Beijing time"


def test_nothing_is_fetched_and_nothing_could_be():
    page = audit_map(town())
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=\"(?!data:)", page)
    assert "bootstrap" not in page
    assert "jquery" not in page.lower()


def test_no_flag_and_no_attribution_line():
    assert '"attributionControl": false' in audit_map(town())


def test_people_may_enlarge_the_page():
    page = audit_map(town())
    assert "user-scalable" not in page
    assert "maximum-scale" not in page


def test_the_same_content_gives_the_same_page():
    assert audit_map(town()) == audit_map(town())


NASTY = "/*sheet:code*/<!--sheet:body--><script>alert(1)</script>{{7*7}}{% raw %}\"'&"


def test_names_cannot_become_markup_or_template():
    compound = feature(
        None, code="C<b>", name=NASTY, state="crossed", width_m=9.0, households=1, grids=["G"], **{"class": "clear"}
    )
    page = audit_map(town(title=NASTY, note=NASTY, compounds=collection([compound])))
    assert "<script>alert(1)" not in page
    assert "49{%" not in page
    assert data_of(page)["compounds"][0]["name"] == NASTY
    assert "--&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def test_a_title_that_looks_like_a_style_is_only_words():
    assert "url(//example.org)" in audit_map(town(title="url(//example.org) @import src=http://example.org"))


@pytest.mark.parametrize(
    ("words", "count"),
    [("小区被网格线穿过（明确）", 8), ("小区被网格线穿过（待核实）", 4), ("小区含整网格", 8), ("社区界线", 12)],
)
def test_the_legend_says_every_state_in_words_with_its_count(words, count):
    # folium writes the layers' names into a script, as JSON with "<" escaped.
    name = json.dumps(f"{words}</span><b>{count}</b>")[1:-1].replace("<", "\\u003c").replace(">", "\\u003e")
    assert name in audit_map(town())


def test_noise_is_off_at_first():
    page = audit_map(town())
    assert "feature_group_noise" in page
    assert "feature_group_noise.addTo(map_audit)" not in page
    assert "feature_group_crossed.addTo(map_audit)" in page


def test_a_clean_district_says_so():
    page = audit_map(town(summary={"crossed": 0, "compounds": 3}))
    assert "没有小区被网格线穿过" in page


def test_an_empty_district_is_still_a_page():
    empty = collection([])
    page = audit_map(
        town(communities=empty, grids=empty, compounds=empty, pieces=empty, cut_lines=empty, gaps=empty, summary={})
    )
    assert data_of(page)["bounds"] is None


def test_a_large_city_says_what_is_left_out(monkeypatch):
    monkeypatch.setattr("gis.maps.drawing.DRAWN_COMPOUNDS_MAX", 20)
    assert "另有 48 个小区未画出" in audit_map(town())
    monkeypatch.setattr("gis.maps.drawing.TROUBLED_DRAWN_MAX", 5)
    assert "只画出穿入最宽的 5 个" in audit_map(town())


def test_a_district_of_the_reference_size_stays_small():
    page = audit_map(town(wide=26, high=20))
    drawn = data_of(page)
    assert len(drawn["grids"]) == 520
    assert len(drawn["compounds"]) > 1000
    assert len(page.encode()) < 4 * MEGABYTE


def test_every_state_has_its_words():
    words = data_of(audit_map(town()))["words"]
    assert {f"fit_{fit.value}" for fit in Fit} <= set(words)


@pytest.mark.parametrize(("number", "text"), [(7, "7"), (1234, "1\u202f234"), (268000, "268\u202f000")])
def test_numbers_have_thin_spaces(number, text):
    assert thin(number) == text


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        AuditMap(title="", produced_at=datetime(2026, 1, 1), note="", summary={})  # noqa: DTZ001

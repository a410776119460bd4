"""The map of the last audit, to take away."""

import pytest
from django.utils import timezone

from gis.models import CompoundBoundary, DistrictRules
from gis.selectors.audits import latest_run
from gis.services.audits.maps import audit_map, audit_map_content
from gis.services.audits.refusals import NothingToAudit
from gis.services.audits.runs import run_audit
from tests.services.audits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    district = world.make_district()
    world.add_compound("X1", world.crossed_outline(depth_m=50), name="滨海花园")
    world.add_compound("IN", world.inside_outline(1, 1))
    return district


def content():
    return audit_map_content(latest_run(district_code=world.DISTRICT))


def test_the_map_shows_what_the_run_saw(district):
    run_audit(district_code=world.DISTRICT, by=None)
    world.replace(CompoundBoundary, "X1", world.inside_outline(0, 0), at=timezone.now())
    DistrictRules.objects.create(district=district, noise_factor=60, clear_factor=90)
    sheet = content()
    compounds = {each["code"]: each for each in sheet.compounds.properties}
    assert (compounds["X1"]["state"], compounds["IN"]["state"]) == ("crossed", "inside")
    assert compounds["X1"]["name"] == "滨海花园"
    assert len(sheet.cut_lines) == 1
    assert (len(sheet.grids), len(sheet.communities)) == (8, 2)
    assert sheet.title == "海滨区网格与小区边界检查图"
    assert sheet.summary["crossed"] == 1


def test_the_page_opens_from_disk_and_prints_the_review_number(district, settings):
    settings.MAP_REVIEW_NUMBER = "鲁SG(2026)001号"
    run_audit(district_code=world.DISTRICT, by=None)
    page = audit_map(district_code=world.DISTRICT)
    assert "滨海花园" in page
    assert "鲁SG(2026)001号" in page


def test_a_district_that_was_never_audited_has_no_map(district):
    with pytest.raises(NothingToAudit, match="还没有检查过"):
        audit_map(district_code=world.DISTRICT)

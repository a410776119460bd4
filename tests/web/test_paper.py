"""The papers of a plan: what they say, who may see them, what is taken away."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from psycopg.types.range import TimestamptzRange
from pypdf import PdfReader

from gis.geometry.edit_kinds import MergeGrids
from gis.maps.offline import refuse_addresses
from gis.models import DistrictImprint, JournalLine, NoticeNumber, Plan, StewardPost, User
from gis.services.plans.deciding import approve_plan, submit_plan
from gis.terms import Happening, Role
from tests.services.audits import world
from tests.services.plans import plan_world

A4, A3 = (595.3, 841.9), (841.9, 1190.6)


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    """An officer and an approver, on the land whose compound is crossed."""
    plan_world.make_ground()
    return world.officer(), world.approver()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(reader: PdfReader) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Return each font's name and whether it is embedded."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            described = font.get_object().get("/FontDescriptor")
            embedded = described is not None and "/FontFile2" in described.get_object()
            found[font.get_object()["/BaseFont"]] = embedded
    return found


@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("A3", A3)])
def test_the_notice_of_a_plan_in_force_as_pdf(people, paper, size):
    officer, approver = people
    plan = plan_world.in_force(officer, approver)
    response = signed_in(officer).get(f"/plans/{plan.id}/notice.pdf", {"paper": paper})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    reader = read(response.content)
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=0.2)
        assert not list(page.images), "maps are drawn, not pictures: sharp at any number of dots"
    fonts = fonts_of(reader)
    assert len(fonts) >= 2
    assert all(fonts.values()), f"a font is not embedded: {fonts}"
    assert all("NotoSansSC" in name for name in fonts)
    said = text_of(reader)
    year = timezone.localdate().year
    for words in ("网格调整公告", "小区被网格线穿过", "海晏苑", "东至", "南至", "西至", "北至", "内部使用", "比例尺"):
        assert words in said
    assert f"〔{year}〕1号" in said
    assert "起生效" in said
    assert "草案" not in said
    line = JournalLine.objects.get(happening=Happening.FILE_TAKEN.value)
    assert line.by == officer
    assert line.summary["file"].endswith(f"{paper}.pdf")


def test_a_draft_says_so_on_every_page_and_is_for_those_who_draw_only(people):
    officer, _approver = people
    plan = plan_world.mended(officer)
    reader = read(signed_in(officer).get(f"/plans/{plan.id}/notice.pdf").content)
    assert len(reader.pages) >= 2
    assert all("草案" in page.extract_text() for page in reader.pages)
    assert "征求意见" in text_of(reader)
    page = signed_in(officer).get(f"/plans/{plan.id}/notice/").content.decode()
    assert 'class="draft-mark"' in page
    leader, stranger = world.member("leader", Role.LEADER), world.member("afar", Role.OFFICER, "370203")
    for user in (leader, stranger, world.member("steward", Role.STEWARD, plan_world.G1)):
        for paper in ("notice/", "notice.pdf", "handover/", "handover.pdf", "before-after.html"):
            assert signed_in(user).get(f"/plans/{plan.id}/{paper}").status_code == 404
    assert not JournalLine.objects.filter(happening=Happening.FILE_TAKEN.value).exclude(by=officer).exists()


def test_a_leader_reads_a_submitted_plan_and_it_still_is_a_draft(people):
    officer, _approver = people
    plan = plan_world.submitted(officer)
    page = signed_in(world.member("leader", Role.LEADER)).get(f"/plans/{plan.id}/notice/")
    assert page.status_code == 200
    assert "尚未批准，不生效" in page.content.decode()
    assert not NoticeNumber.objects.exists()


def test_numbers_are_given_once_in_the_order_of_the_decisions(people):
    officer, approver = people
    first = plan_world.in_force(officer, approver)
    second = plan_world.opened(officer, world.EAST, title="东片调整")
    second = plan_world.edited(second, MergeGrids((f"{world.EAST}002",), f"{world.EAST}001"), officer)
    second = submit_plan(plan_id=second.id, version=second.version, by=officer)
    approve_plan(
        plan_id=second.id, version=second.version, by=approver, in_force_from=timezone.now() + timedelta(days=3)
    )
    numbers = dict(NoticeNumber.objects.values_list("plan_id", "number"))
    assert numbers == {first.id: 1, second.id: 2}
    page = signed_in(officer).get(f"/plans/{second.id}/notice/").content.decode()
    assert "2号" in page
    assert "已批准，自" in page


def test_the_page_holds_the_maps_as_drawings_without_styles_or_scripts(people):
    officer, approver = people
    plan = plan_world.in_force(officer, approver)
    page = signed_in(officer).get(f"/plans/{plan.id}/notice/").content.decode()
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "<path" in drawing
    assert " style=" not in drawing
    assert "海晏苑" in drawing
    assert signed_in(officer).get(f"/plans/{plan.id}/notice/", {"paper": "A3"}).status_code == 200
    refused = signed_in(officer).get(f"/plans/{plan.id}/notice/", {"paper": "B5"})
    assert refused.status_code == 422
    assert "A4" in refused.content.decode()


def test_names_are_text_on_paper_whatever_they_hold(people):
    officer, _approver = people
    plan = plan_world.opened(officer, title="<b>调整</b> & <script>alert(1)</script>")
    page = signed_in(officer).get(f"/plans/{plan.id}/notice/").content.decode()
    assert "<script>alert" not in page
    assert "<b>调整</b>&<script>alert(1)</script>" in text_of(
        read(signed_in(officer).get(f"/plans/{plan.id}/notice.pdf").content)
    )
    assert "尚未改变任何网格" in page


def test_who_signs_is_recorded_and_printed(people):
    officer, approver = people
    plan = plan_world.in_force(officer, approver)
    unsigned = signed_in(officer).get(f"/plans/{plan.id}/notice/").content.decode()
    assert f"/districts/{world.DISTRICT}/imprint/" in unsigned
    address = f"/districts/{world.DISTRICT}/imprint/"
    told = {
        "issuer": "海岬区网格化服务管理中心",
        "office": "综合科",
        "telephone": "0532-8888 0000",
        "address": "",
        "review_number": "鲁SG(2026)009号",
    }
    leader = signed_in(world.member("leader", Role.LEADER))
    assert leader.get(address).status_code == 404
    link = f'href="{address}"'
    assert link in unsigned
    assert link not in leader.get(f"/plans/{plan.id}/notice/").content.decode(), "who may not sign is not led there"
    assert signed_in(officer).post(address, told | {"telephone": "1" * 41}).status_code == 422
    assert not DistrictImprint.objects.exists()
    assert signed_in(officer).post(address, told).status_code == 302
    assert JournalLine.objects.filter(happening=Happening.IMPRINT_CHANGED.value).count() == 1
    assert signed_in(officer).post(address, told).status_code == 302
    assert JournalLine.objects.filter(happening=Happening.IMPRINT_CHANGED.value).count() == 1, "nothing changed"
    said = text_of(read(signed_in(officer).get(f"/plans/{plan.id}/notice.pdf").content))
    assert "海岬区网格化服务管理中心" in said
    assert "0532-88880000" in said
    assert "审图号：鲁SG(2026)009号" in said
    assert "内部使用" not in said


def test_a_steward_sees_the_own_sheets_of_a_plan_in_force(people):
    officer, approver = people
    grids = (plan_world.G1, plan_world.G2, plan_world.G3)
    stewards = [world.member(f"steward{n}", Role.STEWARD, grid) for n, grid in enumerate(grids, start=1)]
    since = timezone.now() - timedelta(days=30)
    for steward, grid in zip(stewards, grids, strict=True):
        StewardPost.objects.create(steward=steward, grid_id=grid, in_force=TimestamptzRange(since, None))
    plan = plan_world.in_force(officer, approver)
    whole = signed_in(officer).get(f"/plans/{plan.id}/handover/").content.decode()
    assert whole.count("one-sheet") == 2
    own = signed_in(stewards[1]).get(f"/plans/{plan.id}/handover/").content.decode()
    assert own.count("one-sheet") == 1
    assert plan_world.G2 in own
    assert "海晏苑" in own
    assert signed_in(stewards[2]).get(f"/plans/{plan.id}/handover/").status_code == 404, "nothing of the plan is theirs"
    assert signed_in(stewards[1]).get(f"/plans/{plan.id}/notice/").status_code == 404
    reader = read(signed_in(stewards[1]).get(f"/plans/{plan.id}/handover.pdf").content)
    assert len(reader.pages) == 1
    assert all(fonts_of(reader).values())
    said = text_of(reader)
    for words in ("网格交接清单", "移交（交出）", "接收（接入）", "海晏苑", "移交人", "steward2", "不含居民个人信息"):
        assert words in said


def test_a_draft_tells_what_would_be_handed_over(people):
    officer, _approver = people
    page = signed_in(officer).get(f"/plans/{plan_world.mended(officer).id}/handover/").content.decode()
    assert page.count("one-sheet") == 2
    assert "岗位空缺" in page
    assert "草案" in page


def test_the_page_to_forward_holds_everything_and_nobody(people):
    officer, approver = people
    plan = plan_world.in_force(officer, approver)
    response = signed_in(officer).get(f"/plans/{plan.id}/before-after.html")
    assert response["Content-Disposition"].startswith("attachment")
    page = response.content.decode()
    refuse_addresses(page)
    for words in ("调整前", "调整后", "海晏苑", "内部使用", "户"):
        assert words in page
    assert "officer" not in page
    assert Plan.objects.get(id=plan.id).author.username not in page
    assert JournalLine.objects.filter(happening=Happening.FILE_TAKEN.value).count() == 1


def test_a_community_of_one_grid_prints(people):
    officer, _approver = people
    grids = (plan_world.G2, plan_world.G3, plan_world.G4)
    plan = plan_world.edited(plan_world.opened(officer), MergeGrids(grids, plan_world.G1), officer)
    client = signed_in(officer)
    said = text_of(read(client.get(f"/plans/{plan.id}/notice.pdf").content))
    assert "停用3" in said
    assert "停用，不再有范围" in said
    assert client.get(f"/plans/{plan.id}/notice/").status_code == 200
    page = client.get(f"/plans/{plan.id}/handover/").content.decode()
    assert page.count("本网格停用，全部土地移交") == 3
    assert client.get(f"/plans/{plan.id}/before-after.html").status_code == 200

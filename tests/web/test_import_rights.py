"""Whose draft it is: other accounts, a second window, a job that is gone, what lasts."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gis.models import ImportDraft, User
from gis.services.territory import drafts
from gis.services.territory.drafts import storing
from gis.terms import DraftState, Role
from tests.services.territory.conftest import COMMUNITIES, DISTRICT, Files, account_of, grid_code
from tests.services.territory.drafting import work
from tests.web.uploading import JSON, MOVED, NEW, brought, confirmed, files_left, officer, sent, signed_in, town  # noqa: F401 - fixtures


@pytest.mark.parametrize("role", [Role.LEADER, Role.APPROVER, Role.STEWARD])
def test_others_may_not_import(town: Files, role: Role) -> None:
    territory = {Role.STEWARD: grid_code(1)}.get(role, DISTRICT)
    client = signed_in(account_of(role, territory))
    assert client.get("/imports/").status_code == 403
    assert client.get(NEW).status_code == 403
    assert sent(client, ("a.geojson", b"{}")).status_code == 403
    assert files_left() == []
    assert "/imports/" not in client.get("/").content.decode()


def test_a_draft_is_its_authors_alone(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    other = signed_in(account_of(Role.OFFICER, COMMUNITIES[0]))
    for path in ("", "state.json", "preview.geojson", "preview.svg", "report.json"):
        assert other.get(page + path).status_code == 404, path
    for step in ("read", "plan", "commit", "stop", "discard"):
        assert other.post(f"{page}{step}/").status_code == 404, step
    assert officer.get(f"/imports/{uuid4()}/").status_code == 404
    assert officer.get("/imports/no-uuid/").status_code == 404


def test_a_second_window_is_told(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    confirmed(officer, page)
    edition = work(ImportDraft.objects.get()).edition
    assert officer.post(f"{page}commit/", {"edition": edition}).status_code == 302
    again = officer.post(f"{page}commit/", {"edition": edition})
    assert again.status_code == 409
    assert "后台正在处理" in again.content.decode()
    work(ImportDraft.objects.get())
    late = officer.post(f"{page}commit/", {"edition": edition})
    assert late.status_code == 409
    assert "已经导入过" in late.content.decode()
    assert officer.post(f"{page}discard/").status_code == 409


def test_an_address_of_a_step_opened_again_leads_to_the_draft(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    assert officer.get(f"{page}plan/").url == page


def test_a_wrong_confirmation_is_said_at_its_field(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    response = confirmed(officer, page, map_code="", accuracy_m="-3", in_force_on="0001-01-01")
    assert response.status_code == 422
    text = response.content.decode()
    assert "请指明哪一列是编码" in text
    assert "生效日期不合理" in text
    unknown = confirmed(officer, page, crs="EPSG:99999999")
    assert unknown.status_code == 302
    work(ImportDraft.objects.get())
    assert "不认识坐标系" in officer.get(page).content.decode()


def test_reading_again_with_another_kind(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    assert officer.post(f"{page}read/", {"kind": "sky"}).status_code == 302
    assert ImportDraft.objects.get().state == DraftState.READY
    officer.post(f"{page}read/", {"kind": "compound", "encoding": "gb18030"})
    draft = work(ImportDraft.objects.get())
    assert (draft.kind, draft.state) == ("compound", DraftState.READY)
    assert "管理方式" in officer.get(page).content.decode()


def test_stop_and_discard(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    confirmed(officer, page)
    officer.post(f"{page}stop/")
    assert "已按要求停止" in officer.get(page).content.decode()
    assert officer.post(f"{page}stop/").status_code == 409
    assert officer.post(f"{page}discard/").url == "/imports/"
    assert files_left() == []
    assert "已放弃" in officer.get(page).content.decode()


def test_a_dead_worker_is_seen_by_looking(town: Files, officer: Client, monkeypatch: Any) -> None:
    from django.utils import timezone

    page = brought(officer, town)
    confirmed(officer, page)
    ImportDraft.objects.update(started_at=timezone.now(), progress_words="与现行边界比较")
    told = officer.get(f"{page}state.json").json()
    assert (told["state"], told["at_work"]) == ("failed", False)
    text = officer.get(page).content.decode()
    assert "后台进程在“与现行边界比较”时中断" in text
    assert "重新试算" in text
    confirmed(officer, page)
    assert work(ImportDraft.objects.get()).state == DraftState.PLANNED


def test_a_job_that_waits_long_is_explained(town: Files, officer: Client) -> None:
    from datetime import timedelta

    from django.utils import timezone

    page = brought(officer, town)
    confirmed(officer, page)
    ImportDraft.objects.update(queued_at=timezone.now() - timedelta(minutes=3))
    assert officer.get(f"{page}state.json").json()["waits_long"] is True
    assert '<p id="waits-long" class="notice">' in officer.get(page).content.decode()


def test_drafts_of_a_closed_account_stay_out_of_reach(town: Files) -> None:
    user = account_of(Role.OFFICER, DISTRICT)
    client = signed_in(user)
    page = brought(client, town)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(page).status_code == 302
    assert drafts.close_broken_drafts() == 0


def test_an_import_outlives_its_report(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    confirmed(officer, page)
    draft = work(ImportDraft.objects.get())
    officer.post(f"{page}commit/", {"edition": draft.edition})
    work(ImportDraft.objects.get())
    assert "drawing-map" in officer.get(page).content.decode()
    storing.forget(draft.pk)
    text = officer.get(page).content.decode()
    assert "已导入（导入记录" in text
    assert "试算报告已过保留期限" in text

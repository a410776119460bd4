"""What becomes of drafts that nobody finishes: a process that is gone, another account, time, a second thought."""

import gzip
import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gis.models import GridBoundary, ImportDraft
from gis.policy import NotYours
from gis.services.territory import drafts
from gis.services.territory.drafts import DraftRefused, WrongDraftMove, opening, running, storing
from gis.services.territory.drafts.pulse import LOCK_CLASS, lock_key
from gis.terms import DRAFT_MOVES, DraftState, LayerKind, Role
from tests.services.territory.conftest import DISTRICT, STREET, account_of
from tests.services.territory.draft_towns import MOVED, TWO, files_left, officer, open_town, town  # noqa: F401 - fixtures
from tests.services.territory.drafting import again, bring, committed, confirmed, planned, upload
from tests.tasks.conftest import no_jobs  # noqa: F401 - a fixture


def test_a_job_whose_process_is_gone_is_closed(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    draft = drafts.start_commit(draft_id=draft.pk, by=officer, edition=draft.edition)
    assert not drafts.close_if_broken(draft.pk)
    ImportDraft.objects.filter(id=draft.pk).update(started_at=timezone.now(), progress_words="写入边界")
    assert drafts.close_broken_drafts() == 1
    ended = again(draft)
    assert (ended.state, ended.rule) == (DraftState.FAILED, "draft.worker_died")
    assert "写入边界" in ended.reason
    drafts.commit_draft(draft_id=draft.pk, attempt=draft.attempt)
    assert again(draft).state == DraftState.FAILED
    assert committed(planned(ended, officer), officer).state == DraftState.DONE


def test_a_living_job_is_not_closed(open_town, officer) -> None:
    draft = planned(bring(open_town.grids(MOVED), by=officer), officer)
    draft = drafts.start_commit(draft_id=draft.pk, by=officer, edition=draft.edition)
    ImportDraft.objects.filter(id=draft.pk).update(started_at=timezone.now())
    worker = connection.copy()
    try:
        with worker.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, lock_key(draft.pk)])
        assert drafts.close_broken_drafts() == 0
        with pytest.raises(drafts.StillAtWork):
            drafts.commit_draft(draft_id=draft.pk, attempt=draft.attempt)
    finally:
        worker.close()
    assert drafts.close_broken_drafts() == 1


def test_who_was_declared_dead_writes_nothing(open_town, officer, monkeypatch) -> None:
    """A worker that lost sight of the database comes back: its import is rolled back, the draft stays failed."""
    draft = planned(bring(open_town.grids(MOVED), by=officer), officer)
    written = running.commit_import

    def declared_dead(*told, **more):
        record = written(*told, **more)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("UPDATE gridwork_importdraft SET state = 'failed' WHERE id = %s", [draft.pk])
        finally:
            other.close()
        return record

    monkeypatch.setattr(running, "commit_import", declared_dead)
    assert committed(draft, officer).state == DraftState.FAILED
    assert GridBoundary.objects.count() == 2


def test_nobody_else_touches_a_draft(town, officer) -> None:
    other = account_of(Role.OFFICER, STREET)
    draft = bring(town.grids(MOVED), by=officer)
    with pytest.raises(DraftRefused, match="没有这份"):
        drafts.start_plan(draft_id=draft.pk, by=other, choices=confirmed(draft))
    with pytest.raises(DraftRefused, match="没有这份"):
        drafts.discard(draft_id=draft.pk, by=other)


def test_a_leader_brings_nothing(town) -> None:
    with pytest.raises(NotYours):
        drafts.open_draft(uploads=[upload(town.grids(TWO))], kind=LayerKind.GRID, by=account_of(Role.LEADER, DISTRICT))
    assert files_left() == []


def test_an_officer_of_one_street_is_refused_by_the_dry_run_for_another(town) -> None:
    officer = account_of(Role.OFFICER, f"{DISTRICT}009")
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    assert (draft.state, draft.rule) == (DraftState.READY, "policy.not_yours")
    assert STREET in draft.reason or DISTRICT in draft.reason


def test_discarding_deletes_the_files(town, officer) -> None:
    draft = bring(town.grids(MOVED), by=officer)
    drafts.discard(draft_id=draft.pk, by=officer)
    assert (again(draft).state, files_left()) == (DraftState.CANCELLED, [])
    drafts.discard(draft_id=draft.pk, by=officer)
    with pytest.raises(WrongDraftMove, match="已放弃"):
        drafts.read_again(draft_id=draft.pk, by=officer, kind=LayerKind.GRID)


def test_what_nobody_comes_back_to_expires(town, officer, settings) -> None:
    settings.IMPORT_DRAFT_DAYS = 3
    draft = bring(town.grids(MOVED), by=officer)
    assert drafts.expire_drafts() == 0
    ImportDraft.objects.update(touched_at=timezone.now() - timedelta(days=4))
    assert drafts.expire_drafts() == 1
    assert (again(draft).state, files_left()) == (DraftState.EXPIRED, [])
    ImportDraft.objects.update(touched_at=timezone.now() - timedelta(days=7))
    drafts.expire_drafts()
    assert not ImportDraft.objects.exists()


def test_only_so_many_wait(town, officer, monkeypatch) -> None:
    monkeypatch.setattr(opening, "OPEN_AT_MOST", 1)
    bring(town.grids(MOVED), by=officer)
    with pytest.raises(DraftRefused, match="已有 1 份"):
        bring(town.grids(MOVED), by=officer)


def test_stopping_nothing_is_refused(town, officer) -> None:
    with pytest.raises(WrongDraftMove, match="没有正在进行"):
        drafts.stop(draft_id=bring(town.grids(MOVED), by=officer).pk, by=officer)


def test_a_draft_whose_file_is_gone_says_so(town, officer) -> None:
    draft = bring(town.grids(MOVED), by=officer)
    storing.forget_upload(draft.pk)
    ended = planned(draft, officer)
    assert (ended.state, ended.rule) == (DraftState.READY, "upload.gone")


def test_a_rolled_back_upload_has_no_job(open_town, officer) -> None:
    with transaction.atomic():
        drafts.open_draft(uploads=[upload(open_town.grids(TWO))], kind=LayerKind.GRID, by=officer)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'gis.imports.%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("网格.zip", "网格.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\图层\\网格.shp", "网格.shp"),
        ("a\x00b\n.gpkg", "a_b_.gpkg"),
        ("...", "upload"),
        ("网" * 200 + ".gpkg", "网" * 58 + ".gpkg"),
        ("x" * 300, "x" * 180),
    ],
)
def test_names_are_made_safe(name: str, stored: str) -> None:
    assert storing.safe_name(name) == stored
    assert len(stored.encode()) <= storing.NAME_BYTES


def test_the_drawing_is_packed_json(town, officer) -> None:
    draft = bring(town.grids(MOVED), by=officer)
    packed = drafts.packed_sheet(draft.pk, "preview")
    assert packed is not None
    assert len(json.loads(gzip.decompress(packed))["features"]) == 3
    assert drafts.packed_sheet(draft.pk, "rows") is None


def test_every_state_leads_somewhere_or_is_an_end() -> None:
    assert set(DRAFT_MOVES) == set(DraftState)
    assert {state for state, moves in DRAFT_MOVES.items() if not moves} == set(opening.ENDED)

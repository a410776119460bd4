"""An upload from its arrival to the record of its import, and every way it can end before that."""

import gzip
import json
import zipfile
from datetime import timedelta

import pytest
import shapely
from django.db import connection, transaction
from django.utils import timezone

from gis.ingest.records import IngestError
from gis.models import Grid, GridBoundary, ImportDraft, ImportRecord, JournalLine
from gis.policy import NotYours
from gis.services.territory import drafts
from gis.services.territory.drafts import DraftRefused, WrongDraftMove, opening, pulse, running, storing
from gis.services.territory.drafts.pulse import LOCK_CLASS, lock_key
from gis.terms import DRAFT_MOVES, DraftState, Happening, LayerKind, Role
from tests.services.territory.conftest import DISTRICT, STREET, Files, account_of, box, found, grid_code, imported
from tests.services.territory.drafting import SameLine, again, bring, committed, confirmed, planned, upload, work
from tests.tasks.conftest import no_jobs  # noqa: F401 - a fixture

TWO = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}
MOVED = {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(3, 0, 4, 4), grid_code(3): box(4, 0, 8, 4)}


@pytest.fixture
def town(db: None, files: Files, settings, tmp_path, monkeypatch) -> Files:
    """A district with two grids in force."""
    monkeypatch.setattr(pulse, "second_line", SameLine)
    return _town(files, settings, tmp_path)


@pytest.fixture
def open_town(no_jobs: None, files: Files, settings, tmp_path) -> Files:  # noqa: F811
    """The same district, committed: other connections see it."""
    return _town(files, settings, tmp_path)


def _town(files: Files, settings, tmp_path) -> Files:
    settings.MEDIA_ROOT = tmp_path / "media"
    found(files)
    imported(LayerKind.GRID, files.grids(TWO))
    return files


@pytest.fixture
def officer(request):
    request.getfixturevalue("open_town" if "open_town" in request.fixturenames else "town")
    return account_of(Role.OFFICER, DISTRICT)


def files_left() -> list[str]:
    return sorted(path.name for path in storing.root().rglob("*") if path.is_file())


def test_the_whole_way(town, officer) -> None:
    draft = bring(town.grids(MOVED), by=officer, source="网格中心")
    assert draft.state == DraftState.READY
    assert draft.preview["guess"]["mapping"] == {"code": "网格编码", "name": "网格名称"}
    assert (draft.preview["rows"], draft.preview["frame"]["chosen"]) == (3, "EPSG:4326")
    draft = planned(draft, officer, source="网格中心")
    assert draft.state == DraftState.PLANNED, draft.reason
    counts = draft.report["counts"]
    assert (counts["added"], counts["redrawn"], draft.report["can_commit"]) == (1, 2, True)
    assert GridBoundary.objects.count() == 2
    draft = committed(draft, officer)
    assert (draft.state, draft.progress_share) == (DraftState.DONE, 1.0)
    assert draft.record.source == "网格中心"
    assert GridBoundary.objects.filter(made_by=draft.record).count() == 3
    assert JournalLine.objects.filter(happening=Happening.BOUNDARIES_IMPORTED, by=officer).count() == 1
    assert files_left() == ["difference.json.gz", "preview.json.gz", "rows.json.gz"]


def test_the_difference_is_drawn_and_told_row_by_row(town, officer) -> None:
    wrong = {"12": box(0, 0, 1, 1)}
    draft = planned(bring(town.grids(MOVED | wrong), by=officer), officer)
    drawn = drafts.read_sheet(draft.pk, "difference")
    said = sorted((each["properties"]["status"], each["properties"]["code"]) for each in drawn["features"])
    assert said == [
        ("added", grid_code(3)),
        *(("after", grid_code(n)) for n in (1, 2)),
        *(("before", grid_code(n)) for n in (1, 2)),
        ("refused", "12"),
    ]
    assert drawn["bbox"] == [120.4, 36.0, 120.408, 36.004]
    rows = drafts.read_sheet(draft.pk, "rows")
    assert [(row["status"], row["code"], row["words"]) for row in rows[1:]] == [
        ("added", grid_code(3), ""),
        ("changed", grid_code(1), "边界变更"),
        ("changed", grid_code(2), "边界变更"),
    ]
    assert (rows[0]["status"], rows[0]["row"], rows[0]["rule"]) == ("refused", 4, "code.length")
    assert rows[0]["bbox"] == [120.4, 36.0, 120.401, 36.001]


def test_what_is_missing_is_retired_only_when_asked(town, officer) -> None:
    path = town.grids({grid_code(1): box(0, 0, 4, 4)})
    draft = planned(bring(path, by=officer), officer)
    assert draft.report["counts"]["retired"] == 0
    draft = planned(draft, officer, retire_missing=True)
    assert draft.report["counts"]["retired"] == 1
    rows = drafts.read_sheet(draft.pk, "rows")
    assert [row["status"] for row in rows] == ["changed", "retired"]
    committed(draft, officer)
    assert Grid.objects.get(code=grid_code(2)).retired_on is not None


def test_names_of_fields_changed_are_said_old_and_new(town, officer) -> None:
    path = town.write("renamed", [({"网格编码": grid_code(1), "网格名称": "新名"}, TWO[grid_code(1)])])
    draft = planned(bring(path, by=officer), officer)
    assert drafts.read_sheet(draft.pk, "rows")[0]["words"] == "名称：第001网格 → 新名"


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (b"", "空.shp", "file.empty"),
        (b"AC1032" + b"x" * 200, "图.dwg", "format.dwg"),
        (bytes(range(256)) * 8, "乱码.bin", "format.unknown"),
        (b"\x03" + b"x" * 100, "网格.dbf", "format.unknown"),
    ],
)
def test_what_no_reader_takes_is_refused_at_once_and_not_kept(town, officer, content, name, rule) -> None:
    with pytest.raises(IngestError) as refused:
        drafts.open_draft(uploads=[upload(content, name)], kind=LayerKind.GRID, by=officer)
    assert refused.value.rule.startswith(rule.partition(".")[0])
    assert (files_left(), ImportDraft.objects.count()) == ([], 0)


def test_parts_of_a_shapefile_alone_are_refused(town, officer) -> None:
    with pytest.raises(IngestError, match="Shapefile 的一部分"):
        drafts.open_draft(
            uploads=[upload(b"\x03" + b"\x01" * 99, "网格.dbf"), upload(b"GEOGCS[]", "网格.prj")],
            kind=LayerKind.GRID,
            by=officer,
        )
    assert files_left() == []


def test_two_files_of_one_name_are_refused(town, officer) -> None:
    path = town.grids(TWO)
    with pytest.raises(DraftRefused, match="同名"):
        drafts.open_draft(uploads=[upload(path), upload(path)], kind=LayerKind.GRID, by=officer)
    assert files_left() == []


def test_a_damaged_file_fails_with_the_readers_words(town, officer) -> None:
    path = town.folder / "坏.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    draft = bring(path, by=officer)
    assert draft.state == DraftState.FAILED
    assert "坏.geojson" in draft.reason
    assert JournalLine.objects.filter(happening=Happening.IMPORT_FAILED).count() == 1


def test_a_bomb_is_stopped(town, officer) -> None:
    path = town.folder / "炸弹.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.geojson", b" " * 80 * 1024 * 1024)
    draft = bring(path, by=officer)
    assert (draft.state, draft.rule) == (DraftState.FAILED, "limit.unpack_ratio")


def test_of_two_layers_one_is_chosen(town, officer) -> None:
    path = town.folder / "两层.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(town.grids(TWO, "旧"), "旧.geojson")
        packed.write(town.grids(MOVED, "新"), "新.geojson")
    draft = bring(path, by=officer)
    assert (draft.state, draft.rule) == (DraftState.READY, "layer.ambiguous")
    assert draft.preview["layers"] == ["新.geojson", "旧.geojson"]
    draft = work(drafts.read_again(draft_id=draft.pk, by=officer, kind=LayerKind.GRID, layer="新.geojson"))
    assert (draft.preview["rows"], draft.preview["layers"]) == (3, ["新.geojson", "旧.geojson"])
    assert planned(draft, officer, layer="新.geojson").report["counts"]["added"] == 1


def test_a_refused_dry_run_says_what_to_mend_and_can_be_made_again(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer, accuracy_m=-1.0)
    assert (draft.state, draft.rule) == (DraftState.READY, "accuracy.not_positive")
    assert planned(draft, officer).state == DraftState.PLANNED


def test_a_shifted_file_is_recognised_before_the_dry_run(town, officer) -> None:
    from gis.ingest.datum import wgs84_to_gcj02

    shifted = {code: shapely.transform(shape, wgs84_to_gcj02) for code, shape in TWO.items()}
    draft = bring(town.grids(shifted, "火星"), by=officer)
    assert draft.preview["datum"]["datum"] == "gcj02"
    assert "GCJ-02" in draft.preview["datum"]["words"]
    refused = planned(draft, officer)
    assert [each["rule"] for each in refused.report["refusals"]] == ["datum.shifted"]
    with pytest.raises(DraftRefused, match="没有通过"):
        drafts.start_commit(draft_id=draft.pk, by=officer, edition=refused.edition)
    assert planned(draft, officer, datum="gcj02").report["can_commit"]


def test_data_changed_since_the_dry_run_are_compared_anew_and_shown(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    before = draft.edition
    other = {grid_code(3): box(4, 0, 8, 4)}
    imported(LayerKind.GRID, town.grids(other, "他人"))
    draft = committed(draft, officer)
    assert (draft.state, draft.rule) == (DraftState.PLANNED, "import.stale")
    assert draft.edition != before
    assert draft.report["counts"]["added"] == 0
    assert committed(draft, officer).state == DraftState.DONE


def test_a_second_window_commits_nothing_twice(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    edition = draft.edition
    committed(draft, officer)
    with pytest.raises(WrongDraftMove, match="已经导入过"):
        drafts.start_commit(draft_id=draft.pk, by=officer, edition=edition)
    assert ImportRecord.objects.filter(kind="grid").count() == 2


def test_another_windows_dry_run_is_not_committed_unseen(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    seen = draft.edition
    planned(draft, officer, accuracy_m=2.0)
    with pytest.raises(WrongDraftMove, match="另一个窗口"):
        drafts.start_commit(draft_id=draft.pk, by=officer, edition=seen)


def test_a_job_of_an_earlier_attempt_does_nothing(town, officer) -> None:
    draft = planned(bring(town.grids(MOVED), by=officer), officer)
    first = drafts.start_commit(draft_id=draft.pk, by=officer, edition=draft.edition)
    stopped = drafts.stop(draft_id=draft.pk, by=officer)
    assert (stopped.state, stopped.rule) == (DraftState.PLANNED, "draft.stopped")
    drafts.commit_draft(draft_id=draft.pk, attempt=first.attempt)
    assert again(draft).state == DraftState.PLANNED
    assert GridBoundary.objects.count() == 2


def test_a_commit_that_is_stopped_in_the_middle_leaves_nothing(open_town, officer, monkeypatch) -> None:
    from gis.services.territory import committing

    draft = planned(bring(open_town.grids(MOVED), by=officer), officer)
    drawn = committing.draw

    def stopped_while_drawing(*told):
        drawn(*told)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("UPDATE gridwork_importdraft SET cancel_asked = true WHERE id = %s", [draft.pk])
                cursor.execute("SELECT progress_words, progress_share FROM gridwork_importdraft")
                seen.append(cursor.fetchone())
        finally:
            other.close()

    seen: list[tuple[str, float]] = []
    monkeypatch.setattr(committing, "draw", stopped_while_drawing)
    ended = committed(draft, officer)
    assert (ended.state, ended.rule) == (DraftState.PLANNED, "draft.stopped")
    assert seen == [("写入边界", 0.7)]
    assert (GridBoundary.objects.count(), ImportRecord.objects.filter(kind="grid").count()) == (2, 1)
    monkeypatch.undo()
    assert committed(ended, officer).state == DraftState.DONE


def test_a_fault_of_the_program_is_said_and_nothing_written(town, officer, monkeypatch) -> None:
    from gis.services.territory import committing

    draft = planned(bring(town.grids(MOVED), by=officer), officer)

    def broken(*told):
        raise ZeroDivisionError

    monkeypatch.setattr(committing, "draw", broken)
    with pytest.raises(ZeroDivisionError):
        committed(draft, officer)
    ended = again(draft)
    assert (ended.state, ended.rule) == (DraftState.FAILED, "draft.fault")
    assert GridBoundary.objects.count() == 2


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

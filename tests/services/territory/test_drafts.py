"""An upload from its arrival to the record of its import, and how it can fail on the way."""

import zipfile

import numpy as np
import pytest
import shapely
from django.db import connection

from gis.ingest.records import IngestError
from gis.models import Grid, GridBoundary, ImportDraft, ImportRecord, JournalLine
from gis.models.spoken import as_said
from gis.services.territory import drafts
from gis.services.territory.drafts import DraftRefused, WrongDraftMove
from gis.speech import in_words
from gis.terms import DraftState, Happening, LayerKind
from tests.services.territory.conftest import box, grid_code, imported
from tests.services.territory.draft_towns import MOVED, TWO, files_left, officer, open_town, town  # noqa: F401 - fixtures
from tests.services.territory.drafting import again, bring, committed, planned, upload, work
from tests.tasks.conftest import no_jobs  # noqa: F401 - a fixture


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
    rows = in_words(drafts.read_sheet(draft.pk, "rows"))
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
    assert in_words(drafts.read_sheet(draft.pk, "rows")[0]["words"]) == "名称：第001网格 → 新名"


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


def test_a_place_out_of_the_world_does_not_hinder_the_preview(town, officer) -> None:
    far = shapely.transform(TWO[grid_code(1)], lambda xy: xy + np.array([9_000_000, 0]))
    draft = bring(town.grids(TWO | {grid_code(3): far}), by=officer)
    assert (draft.state, draft.preview["datum"]["datum"]) == (DraftState.READY, "as_is")


def test_a_shifted_file_is_recognised_before_the_dry_run(town, officer) -> None:
    from gis.ingest.datum import wgs84_to_gcj02

    shifted = {code: shapely.transform(shape, wgs84_to_gcj02) for code, shape in TWO.items()}
    draft = bring(town.grids(shifted, "火星"), by=officer)
    assert draft.preview["datum"]["datum"] == "gcj02"
    assert "GCJ-02" in in_words(draft.preview["datum"]["words"])
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
    assert [(as_said(words), share) for words, share in seen] == [("写入边界", 0.7)]
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

"""The pages of an import: the whole way by plain forms, every bad upload answered in words, nobody else's draft."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override
from openpyxl import load_workbook

from gis.models import GridBoundary, ImportDraft
from gis.services.territory.drafts import storing
from gis.terms import DraftState, Role
from tests.services.territory.conftest import DISTRICT, Files, account_of, box
from tests.services.territory.drafting import work
from tests.web.uploading import JSON, MOVED, NEW, brought, confirmed, files_left, officer, sent, signed_in, town  # noqa: F401 - fixtures


def test_the_whole_way_by_plain_forms(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    text = officer.get(page).content.decode()
    assert "首几行" in text
    assert "列名“网格编码”就是常用名" in text
    assert confirmed(officer, page).url == page
    at_work = officer.get(page).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in at_work
    assert "等待后台任务" in at_work
    assert officer.get(f"{page}state.json").json()["state"] == "planning"
    draft = work(ImportDraft.objects.get())
    report = officer.get(page)
    assert "试算结果（未写入）" in report.content.decode()
    assert GridBoundary.objects.count() == 2
    assert officer.post(f"{page}commit/", {"edition": draft.edition}).url == page
    work(ImportDraft.objects.get())
    assert "已导入（导入记录" in officer.get(page).content.decode()
    assert GridBoundary.objects.count() == 5
    listed = officer.get("/imports/").content.decode()
    assert page in listed


def test_rows_are_filtered_and_taken_away(town: Files, officer: Client) -> None:
    page = brought(officer, town, MOVED | {"=12": box(0, 0, 1, 1)})
    confirmed(officer, page)
    work(ImportDraft.objects.get())
    assert "code.length" not in officer.get(f"{page}?show=added").content.decode()
    assert "code.length" in officer.get(f"{page}?show=refused").content.decode()
    assert officer.get(f"{page}?show=nonsense&page=9").status_code == 200
    table = officer.get(f"{page}report.csv").content.decode("utf-8-sig")
    assert "'=12" in table, "a spreadsheet would run it as a formula"
    sheet = load_workbook(io.BytesIO(officer.get(f"{page}report.xlsx").content)).active
    assert sheet.max_row == 5
    told = json.loads(officer.get(f"{page}report.json").content)
    assert (told["counts"]["refused"], len(told["rows"]), told["state"]) == (1, 4, "planned")


def test_the_drawing_comes_as_geojson_and_as_a_picture(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    response = officer.get(f"{page}preview.geojson")
    assert (response["Content-Type"], response["Content-Encoding"]) == ("application/geo+json", "gzip")
    picture = officer.get(f"{page}preview.svg")
    assert picture.content.decode().count("<path") == 3
    assert "style=" not in picture.content.decode()
    assert officer.get(f"{page}difference.geojson").status_code == 404
    assert officer.get(f"{page}rows.geojson").status_code == 404
    assert officer.get(f"{page}report.csv").status_code == 404


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return out.getvalue()


BAD_AT_ONCE = [
    ("空.geojson", b"", "空文件"),
    ("图.dwg", b"AC1032" + b"\x00x" * 300, "DWG"),
    ("乱码.bin", bytes(range(256)) * 64, "不是任何可以读取的格式"),
    ("图片.png", b"\x89PNG\r\n\x1a\n" + b"x" * 99, "图片"),
    ("网格.dbf", b"\x03\x01\x01\x01" + b"\x00" * 99, "Shapefile 的一部分"),
    ("旧表.xls", b"\xd0\xcf\x11\xe0" + b"x" * 99, ".xlsx"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD_AT_ONCE)
def test_a_bad_file_is_refused_next_to_the_upload(officer: Client, name: str, content: bytes, words: str) -> None:
    response = sent(officer, (name, content))
    assert response.status_code == 422
    text = response.content.decode()
    assert words in text
    assert 'id="upload"' in text
    problem = sent(officer, (name, content), headers=JSON)
    assert problem["Content-Type"] == "application/problem+json"
    assert words in problem.json()["detail"]
    assert (ImportDraft.objects.count(), files_left()) == (0, [])


BAD_WHEN_READ = [
    ("坏.geojson", b'{"type": "FeatureCollection", "features": [', "坏.geojson"),
    ("空包.zip", zipped(), "没有可以导入的图层"),
    ("说明.zip", zipped(readme__md="只有说明".encode()), "没有可以导入的图层"),
    ("炸弹.zip", zipped(a__geojson=b" " * 70 * 1024 * 1024), "压缩炸弹"),
    ("逃逸.zip", zipped(**{"../../逃__geojson": b"{}"}), "压缩包以外"),
    ("截断.zip", zipped(a__geojson=b"{}" * 999)[:60], "不完整"),
    ("没有要素.geojson", b'{"type": "FeatureCollection", "features": []}', "没有任何要素"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD_WHEN_READ)
def test_what_only_reading_shows_is_said_with_a_new_upload(
    officer: Client, name: str, content: bytes, words: str
) -> None:
    response = sent(officer, (name, content))
    assert response.status_code == 302, response.content.decode()
    draft = work(ImportDraft.objects.get())
    assert draft.state == DraftState.FAILED
    text = officer.get(response.url).content.decode()
    assert words in text
    assert 'id="upload"' in text
    assert officer.post(f"{response.url}plan/", {}).status_code == 409


def test_nothing_chosen(officer: Client) -> None:
    response = officer.post(NEW, {"kind": "grid", "district": DISTRICT})
    assert response.status_code == 422
    assert "没有选择文件" in response.content.decode()


@pytest.mark.parametrize("told", [{"kind": "sky"}, {"district": "999999"}, {"source": "单" * 200}])
def test_a_wrong_form_is_said_and_nothing_kept(officer: Client, told: dict[str, str]) -> None:
    response = sent(officer, ("a.geojson", b"{}"), told=told)
    assert response.status_code == 422
    assert (ImportDraft.objects.count(), files_left()) == (0, [])


def test_more_than_the_limit_is_refused_whether_announced_or_not(officer: Client, settings: Any) -> None:
    settings.IMPORT_UPLOAD_BYTES = 1000
    for size in (1001, 3 * 1024 * 1024):
        response = sent(officer, ("大.geojson", b"x" * size), headers=JSON)
        assert (response.status_code, response.json()["rule"]) == (413, "limit.upload_bytes")
        assert "上传上限" in response.json()["detail"]
    together = sent(officer, ("一.shp", b"x" * 600), ("二.dbf", b"x" * 600))
    assert together.status_code == 413
    assert (ImportDraft.objects.count(), files_left()) == (0, [])


def test_a_full_disk_is_said(officer: Client, monkeypatch: Any) -> None:
    from gis.web import uploads

    def full(handler: Any, *told: Any) -> None:
        handler._give_up(OSError(28, "No space left on device"))

    monkeypatch.setattr(uploads.BoundedUpload, "receive_data_chunk", full)
    response = sent(officer, ("a.geojson", b"{}"), headers=JSON)
    assert (response.status_code, response.json()["rule"]) == (507, "upload.disk")
    assert files_left() == []


def test_a_broken_upload_is_said(officer: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nhalf'
    response = officer.post(NEW, body, content_type="multipart/form-data; boundary=")
    assert response.status_code == 400
    assert "上传没有完成" in response.content.decode()
    assert files_left() == []


def test_too_many_files(officer: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = sent(officer, *((f"{n}.shp", b"x") for n in range(3)))
    assert response.status_code == 400
    assert files_left() == []


@pytest.mark.parametrize(
    "name", ["网" * 200 + ".geojson", "../../../etc/x.geojson", "a/b\\c.geojson", "<script>.geojson", "x" * 250]
)
def test_any_name_of_a_file_is_taken_and_shown_harmlessly(town: Files, officer: Client, name: str) -> None:
    response = sent(officer, (name, town.grids(MOVED, "new").read_bytes()))
    assert response.status_code == 302
    work(ImportDraft.objects.get())
    text = officer.get(response.url).content.decode()
    assert "<script>.geojson" not in text
    assert all(path.is_relative_to(storing.root()) for path in storing.root().rglob("*"))
    assert ImportDraft.objects.get().state == DraftState.READY


def test_loose_parts_of_a_shapefile_go_together(town: Files, officer: Client, tmp_path: Any) -> None:
    import geopandas

    rows = geopandas.GeoDataFrame(
        {"网格编码": list(MOVED), "网格名称": ["甲", "乙", "丙"]}, geometry=list(MOVED.values()), crs=4490
    )
    (tmp_path / "shp").mkdir()
    rows.to_file(tmp_path / "shp" / "网格.shp", encoding="GBK")
    parts = [path for path in sorted((tmp_path / "shp").iterdir()) if path.suffix != ".cpg"]
    response = sent(officer, *((path.name, path.read_bytes()) for path in parts))
    draft = work(ImportDraft.objects.get())
    assert (draft.file_name, draft.state) == ("网格.shp", DraftState.READY)
    text = officer.get(response.url).content.decode()
    assert "丙" in text
    assert 'value="gb18030" checked' in text


def test_without_a_session_the_upload_is_answered_in_words(town: Files) -> None:
    stranger = Client()
    problem = sent(stranger, ("a.geojson", b"{}"), headers=JSON)
    assert (problem.status_code, problem.json()["rule"]) == (401, "session.expired")
    response = sent(stranger, ("a.geojson", b"{}"))
    assert response.url == "/sign-in/?next=%2Fimports%2Fnew%2F"
    assert "登录已过期，文件没有保存" in stranger.get(response.url).content.decode()
    assert (ImportDraft.objects.count(), files_left()) == (0, [])


@pytest.mark.parametrize(("cookie", "read_bytes"), [("", 1024**2), ("sessionid", 3_000_000), ("csrftoken", 3_000_000)])
def test_a_long_upload_of_a_stranger_is_not_read_to_its_end(cookie: str, read_bytes: int) -> None:
    """Whoever has a cookie of ours has our page open, and its browser waits until everything is sent."""
    from gis.web.uploads import read_out

    request = RequestFactory().post(NEW, b"0" * 3_000_000, content_type="application/octet-stream")
    request.COOKIES[cookie or "another"] = "x"
    read_out(request, 2 * 1024**2)
    assert len(request.read()) == 3_000_000 - read_bytes


def test_a_session_that_ends_while_the_file_comes_in_leaves_no_half_file(
    town: Files, officer: Client, monkeypatch: Any
) -> None:
    from gis.web import uploads

    taken = uploads.BoundedUpload.receive_data_chunk

    def signed_out_meanwhile(handler: Any, *told: Any) -> None:
        taken(handler, *told)
        officer.session.flush()

    monkeypatch.setattr(uploads.BoundedUpload, "receive_data_chunk", signed_out_meanwhile)
    response = sent(officer, ("a.geojson", town.grids(MOVED, "new").read_bytes()), headers=JSON)
    assert (response.status_code, response.json()["rule"]) == (401, "session.expired")
    assert (ImportDraft.objects.count(), files_left()) == (0, [])


def test_the_token_is_asked_for(town: Files) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_of(Role.OFFICER, DISTRICT))
    assert sent(client, ("a.geojson", b"{}")).status_code == 403
    assert files_left() == []
    client.get(NEW)
    token = client.cookies["csrftoken"].value
    content = town.grids(MOVED, "new").read_bytes()
    assert sent(client, ("a.geojson", content), headers=JSON | {"X-CSRFToken": token}).status_code == 201


@pytest.fixture
def spoken() -> Iterator[None]:
    """Leave the language to the next test as it was: the last page's stays active."""
    with override("zh-hans"):
        yield


@pytest.mark.usefixtures("spoken")
def test_what_is_said_of_rows_is_read_in_two_languages(town: Files, officer: Client) -> None:
    """Stored once by the job, in Chinese, and told to each reader in his own language: pages, sheets, JSON."""
    page = brought(officer, town, MOVED | {"12": box(8, 0, 9, 4)})
    confirmed(officer, page)
    work(ImportDraft.objects.get())
    told = {
        "zh-hans": "第 4 行“网格编码”应为 15 位数字（网格编码），实际是 2 位：12；请核对。",
        "en": "Row 4: “网格编码” should have 15 digits (code of the layer “Grid”), but it has 2: 12; please check.",
    }
    for language, words in told.items():
        officer.cookies["django_language"] = language
        assert words in officer.get(page).content.decode()
        for sheet in ("report.csv", "report.json"):
            assert words in officer.get(f"{page}{sheet}").content.decode()


@pytest.mark.usefixtures("spoken")
def test_why_a_draft_failed_is_read_in_two_languages(town: Files, officer: Client) -> None:
    response = sent(officer, ("空.geojson", b'{"type": "FeatureCollection", "features": []}'))
    work(ImportDraft.objects.get())
    assert "“空.geojson”中没有任何要素" in officer.get(response.url).content.decode()
    officer.cookies["django_language"] = "en"
    assert "“空.geojson” holds no features" in officer.get(response.url).content.decode()


@pytest.mark.usefixtures("spoken")
def test_what_was_stored_before_it_could_be_translated_still_shows(town: Files, officer: Client) -> None:
    page = brought(officer, town)
    ImportDraft.objects.update(state="failed", rule="file.unreadable", reason='从前的话 {"said": 1}')
    officer.cookies["django_language"] = "en"
    assert "从前的话" in officer.get(page).content.decode()

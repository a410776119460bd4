"""A plan goes out as a GeoPackage and comes back as operations; what cannot be read is refused, whatever it is."""

import io
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from gis.api.plans_files import BoundedFile, _kept_name
from gis.terms import Role
from tests.api.plans.conftest import PLANS, Desk, problem
from tests.services.audits.world import DISTRICT
from tests.services.plans.plan_world import G1, G2


def fetched(desk: Desk, **headers: str) -> Any:
    """Return the answer with a plan's package."""
    return desk.read("export.gpkg", **headers)


def package(desk: Desk, folder: Path) -> Path:
    """Return a plan's package on the disk."""
    response = fetched(desk)
    assert response.status_code == 200
    path = folder / "plan.gpkg"
    path.write_bytes(response.content)
    return path


def sent(desk: Desk, content: bytes, name: str = "改.gpkg", *, tag: str | None = None, **fields: str) -> Any:
    """Bring a file."""
    file = SimpleUploadedFile(name, content)
    headers = {"If-Match": desk.tag if tag is None else tag}
    address = f"{PLANS}{desk.plan_id}/upload/"
    return desk.client.post(address, {"file": file, **fields}, headers={k: v for k, v in headers.items() if v})


def test_out_and_back(officer_desk: Desk, tmp_path: Path) -> None:
    done = officer_desk.mend()
    response = fetched(officer_desk, Accept="application/geopackage+sqlite3")
    assert response["Content-Type"] == "application/geopackage+sqlite3"
    assert "attachment" in response["Content-Disposition"]
    assert fetched(officer_desk, **{"If-None-Match": response["ETag"]}).status_code == 304
    path = tmp_path / "plan.gpkg"
    path.write_bytes(response.content)
    assert {name for name, _kind in pyogrio.list_layers(path)} == {"grids", "units", "compounds", "communities"}
    officer_desk.do("undo/")
    tried = sent(officer_desk, path.read_bytes(), try_only="true").json()
    assert (tried["operations"], tried["plan"]["version"]) == (1, 3)
    told = sent(officer_desk, path.read_bytes())
    assert told.status_code == 200, told.content.decode()
    back = told.json()
    assert (back["operations"], back["plan"]["done"], back["left"]) == (1, 1, [])
    (edit,) = back["edits"]
    assert {pair["grid"] for pair in edit["units"]} == {G1}
    assert told["ETag"].startswith('"4.')
    officer_desk.read()
    sizes = {f["id"]: f["properties"]["households"] for f in officer_desk.read("grids/").json()["features"]}
    assert {G1: sizes[G1], G2: sizes[G2]} == done["moved"]["households"]


def test_an_upload_names_its_version(officer_desk: Desk, tmp_path: Path, desk: Any) -> None:
    path = package(officer_desk, tmp_path)
    second = desk().take(officer_desk)
    officer_desk.mend()
    told = problem(sent(second, path.read_bytes()), 412, "plan.moved")
    assert [change["what"] for change in told["since"]] == ["operation"]
    problem(sent(second, path.read_bytes(), tag=""), 428)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"nonsense", "a.gpkg"),
        (b"", "a.gpkg"),
        (b"PK\x03\x04broken", "a.zip"),
        (b'{"type":"FeatureCollection","features":[]}', "a.geojson"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{}}]}', "a.geojson"),
        (b"%PDF-1.7", "plan.pdf"),
        (b"x", "无后缀"),
        (b"code,name\n1,2\n", "a.csv"),
    ],
)
def test_what_is_no_layer_is_refused(officer_desk: Desk, content: bytes, name: str) -> None:
    response = sent(officer_desk, content, name)
    assert response.status_code in (400, 422), response.content.decode()
    problem(response, response.status_code)
    assert officer_desk.read().json()["version"] == 1


def test_what_is_no_form_is_refused(officer_desk: Desk) -> None:
    address = f"{PLANS}{officer_desk.plan_id}/upload/"
    headers = {"If-Match": officer_desk.tag}
    problem(officer_desk.client.post(address, {}, content_type="application/json", headers=headers), 415)
    problem(officer_desk.client.post(address, {"layer": "x"}, headers=headers), 400)
    problem(officer_desk.client.post(address, b"x", content_type="multipart/form-data", headers=headers), 400)
    broken = "multipart/form-data; boundary=b"
    problem(officer_desk.client.post(address, b"--b\r\nx", content_type=broken, headers=headers), 400)
    problem(sent(officer_desk, b"x", colour="red"), 400)
    problem(sent(officer_desk, b"x", datum="mars"), 400)


def test_an_upload_is_bounded(officer_desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORT_UPLOAD_BYTES = 1000
    problem(sent(officer_desk, b"x" * 2000), 413, "request.too_large")
    monkeypatch.setattr("gis.api.plans_files.FORM_BYTES", 0)
    problem(sent(officer_desk, b"x" * 990), 413, "request.too_large")

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    settings.IMPORT_UPLOAD_BYTES = 10_000
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", full)
    told = problem(sent(officer_desk, b"x" * 900), 507, "upload.disk")
    assert "No space" in told["detail"]


def test_an_upload_needs_the_token_of_the_page(officer_desk: Desk, signed_in: Any, settings: Any) -> None:
    """Reading the token means reading the form: the bounds hold there too."""
    careful = Desk(signed_in(Role.OFFICER, DISTRICT, csrf=True), officer_desk.plan_id, officer_desk.tag)
    problem(sent(careful, b"x"), 403, "request.csrf")
    careful.client.cookies["csrftoken"] = "a" * 32
    with_token = {"X-CSRFToken": "a" * 32, "If-Match": careful.tag}
    address = f"{PLANS}{careful.plan_id}/upload/"

    def brought(content: bytes) -> Any:
        return careful.client.post(address, {"file": SimpleUploadedFile("a.gpkg", content)}, headers=with_token)

    problem(brought(b"nonsense"), 422)
    settings.IMPORT_UPLOAD_BYTES = 1000
    problem(brought(b"x" * 2000), 413, "request.too_large")


def test_an_upload_goes_onto_the_disk(rf: Any) -> None:
    request = rf.post("/", {"file": io.BytesIO(b"x" * 100)})
    request.upload_handlers = [BoundedFile(request, 1000)]
    with request.FILES["file"] as file:
        assert Path(file.temporary_file_path()).read_bytes() == b"x" * 100


def test_a_name_fits_the_disk() -> None:
    assert _kept_name("网" * 300 + ".gpkg").encode().__len__() < 255
    assert _kept_name("../../etc/passwd") == "passwd"


def test_only_who_draws_brings_a_file(officer_desk: Desk, desk: Any) -> None:
    approver = desk(Role.APPROVER).take(officer_desk)
    problem(sent(approver, b"x"), 403, "policy.not_yours")
    assert Client().get(f"{PLANS}{officer_desk.plan_id}/export.gpkg").status_code == 401

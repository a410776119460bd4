"""Officers and their uploads, by plain forms: what the tests of imports begin with."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gis.models import ImportDraft, User
from gis.services.territory.drafts import pulse, storing
from gis.terms import LayerKind, Role
from tests.services.territory.conftest import COMMUNITIES, DISTRICT, Files, account_of, box, found, grid_code, imported
from tests.services.territory.drafting import SameLine, work

NEW = "/imports/new/"
JSON = {"Accept": "application/json"}
MOVED = {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(3, 0, 4, 4), grid_code(3, COMMUNITIES[1]): box(4, 0, 8, 4)}


@pytest.fixture
def town(db: None, tmp_path: Any, settings: Any, monkeypatch: Any) -> Files:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(pulse, "second_line", SameLine)
    files = Files(tmp_path)
    found(files)
    imported(LayerKind.GRID, files.grids({grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}))
    return files


def signed_in(user: User) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def officer(town: Files) -> Client:
    return signed_in(account_of(Role.OFFICER, DISTRICT))


def sent(client: Client, *files: tuple[str, bytes], **more: Any) -> Any:
    """Upload files by a plain form."""
    told = {"kind": "grid", "district": DISTRICT, "source": "网格中心"} | more.pop("told", {})
    parts = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(NEW, {**told, "files": parts}, **more)


def brought(client: Client, town: Files, shapes: dict[str, Any] = MOVED) -> str:
    """Upload grids, let them be read, return the address of the draft."""
    response = sent(client, ("网格.geojson", town.grids(shapes, "new").read_bytes()))
    assert response.status_code == 302, response.content.decode()
    work(ImportDraft.objects.get())
    return str(response.url)


def confirmed(client: Client, page: str, **more: Any) -> Any:
    """Send the confirm form as the page offers it."""
    shown = client.get(page)
    fields = {name: value for name, value in shown.context["form"].initial.items() if value not in (None, False)}
    return client.post(f"{page}plan/", fields | {"map_code": "网格编码", "map_name": "网格名称"} | more)


def files_left() -> list[str]:
    return sorted(path.name for path in storing.root().rglob("*") if path.is_file())

"""Files of a small invented district, written as GeoJSON, and the district imported from them."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from gis.models import User
from gis.services.staff import create_account, give_role
from gis.services.territory import ImportPlan, commit_import, plan_import
from gis.terms import LayerKind, Role

DISTRICT = "370202"
STREET = "370202001"
COMMUNITIES = ("370202001001", "370202001002")
FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 6, 1, tzinfo=UTC)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle at 120.4° E, 36° N; the unit is 0.001 degrees (about 100 m)."""
    return shapely.box(120.4 + west / 1000, 36 + south / 1000, 120.4 + east / 1000, 36 + north / 1000)


def grid_code(number: int, community: str = COMMUNITIES[0]) -> str:
    return f"{community}{number:03d}"


class Files:
    """Writes layers into a folder; a row is (properties, shape)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, rows: Iterable[tuple[dict[str, Any], Any]]) -> Path:
        """Write a GeoJSON file."""
        features = [
            {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
            for properties, shape in rows
        ]
        path = self.folder / f"{name}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    def grids(self, shapes: dict[str, Any], name: str = "grids", **more: Any) -> Path:
        """Write grids by their codes."""
        return self.write(
            name, [({"网格编码": code, "网格名称": f"第{code[-3:]}网格", **more}, s) for code, s in shapes.items()]
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


Import = Callable[..., ImportPlan]


def plan(kind: LayerKind, path: Path, *, at: datetime = FOUNDED, by: User | None = None, **more: Any) -> ImportPlan:
    """Plan with the defaults of these tests."""
    return plan_import(kind=kind, path=path, by=by, in_force_from=at, **({"accuracy_m": 1.0} | more))


def imported(kind: LayerKind, path: Path, **more: Any) -> ImportPlan:
    """Plan and commit; the plan must have no refused row."""
    made = plan(kind, path, **more)
    assert not made.refused_rows, made.notices
    commit_import(made, by=more.get("by"))
    return made


def rules(made: ImportPlan) -> set[str]:
    """Return the rules of a plan's refusals."""
    return {notice.rule for notice in made.notices if notice.severity == "refused"}


@pytest.fixture
def founded(db: None, files: Files) -> Files:
    """A district of 8 × 4 units with one street and two communities side by side, in force since 2024."""
    found(files)
    return files


def found(files: Files) -> None:
    """Import district, street and communities."""
    land = box(0, 0, 8, 4)
    imported(LayerKind.DISTRICT, files.write("district", [({"区划代码": DISTRICT, "区名称": "示例区"}, land)]))
    imported(LayerKind.STREET, files.write("streets", [({"街道代码": STREET, "街道名称": "示例街道"}, land)]))
    halves = (box(0, 0, 4, 4), box(4, 0, 8, 4))
    rows = [
        ({"社区编码": code, "社区名称": f"社区{code[-1]}"}, half)
        for code, half in zip(COMMUNITIES, halves, strict=True)
    ]
    imported(LayerKind.COMMUNITY, files.write("communities", rows))


def account_of(role: Role, territory_code: str) -> User:
    """Make an account with one role."""
    user = create_account(username=f"{role.value}-{territory_code}", by=None).user
    give_role(user=user, role=role, territory_code=territory_code, by=None)
    return user

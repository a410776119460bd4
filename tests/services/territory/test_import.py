"""From file to force: dry run, commit, the same again, changes, retirements."""

from datetime import UTC, date, datetime

import pytest
import shapely

from gis import journal
from gis.models import (
    Building,
    ColumnMapping,
    Community,
    Compound,
    Grid,
    GridBoundary,
    ImportRecord,
    JournalLine,
    Street,
)
from gis.policy import NotYours
from gis.selectors import territory
from gis.services.territory import ImportRefused, StalePlan, commit_import
from gis.services.territory import committing as committing_module
from gis.terms import Happening, LayerKind, Role
from tests.services.territory.conftest import (
    COMMUNITIES,
    DISTRICT,
    FOUNDED,
    LATER,
    Files,
    account_of,
    box,
    grid_code,
    imported,
    plan,
    rules,
)

TWO = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}


def test_a_dry_run_reports_and_writes_nothing(founded: Files) -> None:
    lines = JournalLine.objects.count()
    made = plan(LayerKind.GRID, founded.grids(TWO))
    assert made.counts() | {"warnings": 0} == {
        "read": 2, "refused": 0, "repaired": 0, "warnings": 0, "added": 2, "changed": 0, "redrawn": 0, "unchanged": 0,
        "retired": 0, "missing": 0,
    }  # fmt: skip
    assert made.can_commit
    assert made.district_codes == [DISTRICT]
    assert (Grid.objects.count(), JournalLine.objects.count()) == (0, lines)


def test_a_commit_is_one_dated_change_with_one_journal_line(founded: Files) -> None:
    officer = account_of(Role.OFFICER, DISTRICT)
    made = plan(LayerKind.GRID, founded.grids(TWO), by=officer, source="网格中心")
    lines = JournalLine.objects.count()
    record = commit_import(made, by=officer)
    assert record is not None
    boundaries = GridBoundary.objects.filter(made_by=record).order_by("place__code")
    assert [b.place.code for b in boundaries] == list(TWO)
    assert all(b.in_force.lower == FOUNDED and b.in_force.upper is None for b in boundaries)
    assert (boundaries[0].accuracy_m, boundaries[0].source) == (1.0, "网格中心")
    assert boundaries[0].place.name == "第001网格"
    assert boundaries[0].place.established_on == date(2024, 1, 1)
    assert JournalLine.objects.count() == lines + 1
    line = JournalLine.objects.first()
    assert line is not None
    assert (line.happening, line.by, line.district_code) == (Happening.BOUNDARIES_IMPORTED, officer, DISTRICT)
    assert line.summary["added"] == 2
    assert (record.sha256, record.counts["added"], record.crs) == (made.sha256, 2, "EPSG:4326")


def test_the_same_file_again_changes_nothing(founded: Files) -> None:
    path = founded.grids(TWO)
    imported(LayerKind.GRID, path)
    before = (JournalLine.objects.count(), ImportRecord.objects.count(), GridBoundary.objects.count())
    again = plan(LayerKind.GRID, path, at=LATER)
    assert (again.unchanged, again.changes_nothing, again.can_commit) == (2, True, True)
    assert commit_import(again, by=None) is None
    assert (JournalLine.objects.count(), ImportRecord.objects.count(), GridBoundary.objects.count()) == before


def test_an_accuracy_that_is_not_said_is_the_last_one(founded: Files) -> None:
    path = founded.grids(TWO)
    assert plan(LayerKind.GRID, path, accuracy_m=None).request.accuracy_m == 1.0
    imported(LayerKind.GRID, path, accuracy_m=0.3)
    assert plan(LayerKind.GRID, path, at=LATER, accuracy_m=None).changes_nothing
    assert plan(LayerKind.GRID, path, at=LATER, accuracy_m=0.5).counts()["redrawn"] == 2


def test_the_same_land_drawn_otherwise_is_the_same(founded: Files) -> None:
    """Another starting vertex, the other direction, a vertex more on a straight side."""
    imported(LayerKind.GRID, founded.grids(TWO))
    ring = list(shapely.get_coordinates(TWO[grid_code(1)])[:-1])
    turned = shapely.Polygon([*ring[2:], *ring[:2]]).reverse()
    longer = shapely.Polygon(shapely.segmentize(TWO[grid_code(2)], 0.0007).exterior)
    again = plan(LayerKind.GRID, founded.grids({grid_code(1): turned, grid_code(2): longer}), at=LATER)
    assert (again.unchanged, len(again.changed)) == (2, 0)


def test_a_new_line_ends_the_old_boundary_and_begins_another(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO))
    moved = {grid_code(1): box(0, 0, 3, 4), grid_code(2): box(3, 0, 4, 4)}
    made = imported(LayerKind.GRID, founded.grids(moved), at=LATER)
    assert made.counts()["redrawn"] == 2
    before = territory.layer_in_force(LayerKind.GRID, district_code=DISTRICT, at=datetime(2024, 5, 31, tzinfo=UTC))
    after = territory.layer_in_force(LayerKind.GRID, district_code=DISTRICT, at=LATER)
    assert shapely.area(before.shapes)[0] == pytest.approx(shapely.area(before.shapes)[1], rel=1e-4)
    assert shapely.area(after.shapes)[0] == pytest.approx(3 * shapely.area(after.shapes)[1], rel=1e-4)
    assert Grid.objects.count() == 2


def test_a_new_name_redraws_nothing_and_an_empty_one_erases_nothing(founded: Files) -> None:
    path = founded.grids(TWO)
    imported(LayerKind.GRID, path)
    rows = [({"网格编码": code, "网格名称": name}, TWO[code]) for code, name in zip(TWO, ["海边网格", ""], strict=True)]
    made = imported(LayerKind.GRID, founded.write("renamed", rows), at=LATER)
    assert (made.counts()["changed"], made.counts()["redrawn"]) == (1, 0)
    assert list(Grid.objects.order_by("code").values_list("name", flat=True)) == ["海边网格", "第002网格"]
    assert GridBoundary.objects.count() == 2


def test_a_boundary_takes_force_after_the_one_it_replaces(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO), at=LATER)
    moved = {grid_code(1): box(0, 0, 1, 4)}
    for at in (LATER, FOUNDED):
        made = plan(LayerKind.GRID, founded.grids(moved), at=at)
        assert rules(made) == {"in_force.not_after"}
        assert not made.can_commit


def test_retired_places_stay_away(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO))
    one = founded.grids({grid_code(1): TWO[grid_code(1)]}, "one")
    assert plan(LayerKind.GRID, one, at=LATER).missing == [grid_code(2)]
    made = imported(LayerKind.GRID, one, at=LATER, retire_missing=True)
    assert [known.code for known in made.retired] == [grid_code(2)]
    retired = Grid.objects.get(code=grid_code(2))
    assert retired.retired_on == date(2024, 6, 1)
    assert retired.boundaries.get().in_force.upper == LATER
    back = plan(LayerKind.GRID, founded.grids(TWO), at=datetime(2024, 7, 1, tzinfo=UTC))
    assert rules(back) == {"code.retired"}
    assert back.refused_rows == {2}


def test_a_place_with_live_children_is_not_retired(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO))
    rows = [({"社区编码": COMMUNITIES[1], "社区名称": "社区2"}, box(4, 0, 8, 4))]
    made = plan(LayerKind.COMMUNITY, founded.write("half", rows), at=LATER, retire_missing=True)
    assert rules(made) == {"retire.has_children"}
    assert not made.can_commit
    with pytest.raises(ImportRefused, match="下级"):
        commit_import(made, by=None)


def test_nothing_is_retired_while_a_row_is_refused(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO))
    broken = {grid_code(1): TWO[grid_code(1)], "37020200100": box(2, 0, 4, 4)}
    made = plan(LayerKind.GRID, founded.grids(broken), at=LATER, retire_missing=True)
    assert "retire.rows_refused" in rules(made)
    assert not made.can_commit


@pytest.mark.parametrize(
    ("codes", "rule", "row"),
    [
        (["370202001009001"], "parent.unknown", 1),
        ([grid_code(1), f" {grid_code(1)} "], "code.duplicate", 2),
        (["37020200100100"], "code.length", 1),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(founded: Files, codes: list[str], rule: str, row: int) -> None:
    rows = [({"网格编码": code, "网格名称": "甲"}, box(2 * i, 0, 2 * i + 2, 2)) for i, code in enumerate(codes)]
    rows.append(({"网格编码": grid_code(9, COMMUNITIES[1]), "网格名称": "乙"}, box(4, 2, 8, 4)))
    made = plan(LayerKind.GRID, founded.write("bad", rows))
    assert rule in rules(made), made.notices
    assert row in made.refused_rows
    assert grid_code(9, COMMUNITIES[1]) in {record.code for record in made.added}
    commit_import(made, by=None)
    assert Grid.objects.filter(code=grid_code(9, COMMUNITIES[1])).exists()


def test_full_width_digits_are_the_same_code(founded: Files) -> None:
    imported(LayerKind.GRID, founded.grids(TWO))
    wide = grid_code(1).translate({ord(str(d)): ord("０") + d for d in range(10)})
    rows = [({"网格编码": wide, "网格名称": "第001网格"}, TWO[grid_code(1)])]
    assert plan(LayerKind.GRID, founded.write("wide", rows), at=LATER).unchanged == 1


def test_a_stale_plan_is_refused(founded: Files) -> None:
    path = founded.grids(TWO)
    first, second = plan(LayerKind.GRID, path), plan(LayerKind.GRID, path)
    commit_import(first, by=None)
    with pytest.raises(StalePlan, match="重新试算"):
        commit_import(second, by=None)
    assert Grid.objects.count() == 2


def test_a_parent_changed_meanwhile_makes_the_plan_stale(founded: Files) -> None:
    made = plan(LayerKind.GRID, founded.grids(TWO))
    Community.objects.update(name="别的名字")
    with pytest.raises(StalePlan):
        commit_import(made, by=None)


def test_an_officer_imports_into_the_own_territory_only(founded: Files) -> None:
    path = founded.grids(TWO)
    for role, code in ((Role.OFFICER, "370203"), (Role.LEADER, DISTRICT), (Role.OFFICER, COMMUNITIES[1])):
        stranger = account_of(role, code)
        with pytest.raises(NotYours):
            plan(LayerKind.GRID, path, by=stranger)
    with pytest.raises(NotYours):
        commit_import(plan(LayerKind.GRID, path), by=stranger)
    local = account_of(Role.OFFICER, COMMUNITIES[0])
    assert commit_import(plan(LayerKind.GRID, path, by=local), by=local) is not None
    with pytest.raises(NotYours):
        plan(LayerKind.GRID, path, by=local, retire_missing=True)


def test_a_fault_at_the_very_end_leaves_nothing_behind(founded: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(LayerKind.GRID, founded.grids(TWO), source="网格中心")

    def break_off(*_args: object, **_named: object) -> None:
        raise RuntimeError("broken off")

    monkeypatch.setattr(committing_module, "follow_up", break_off)
    with pytest.raises(RuntimeError):
        commit_import(made, by=None)
    assert Grid.objects.count() == GridBoundary.objects.count() == 0
    assert not ColumnMapping.objects.filter(source="网格中心").exists()
    assert not JournalLine.objects.filter(subject_kind="grid").exists()


def test_a_column_mapping_is_confirmed_once_for_a_source(founded: Files) -> None:
    def odd(name: str) -> list[tuple[dict[str, str], shapely.Polygon]]:
        return [({"甲": code, "乙": name, "丙": code[::-1]}, shape) for code, shape in TWO.items()]

    imported(LayerKind.GRID, founded.write("odd", odd("一")), source="某中心", mapping={"code": "甲", "name": "乙"})
    made = plan(LayerKind.GRID, founded.write("odd2", odd("二")), at=LATER, source="某中心")
    assert made.mapping == {"code": "甲", "name": "乙"}
    assert "上次确认" in made.mapping_reasons["name"]
    assert [change.fields for change in made.changed] == [{"name": "二"}, {"name": "二"}]
    assert "name" not in plan(LayerKind.GRID, founded.write("odd3", odd("三")), at=LATER, source="别的中心").mapping


def test_compounds_and_buildings_carry_codes_of_their_own(founded: Files) -> None:
    compound = {
        "小区编码": "XQ1",
        "小区名称": "海景小区",
        "所属社区编码": COMMUNITIES[0],
        "小区类型": "老旧小区",
        "户数": 12,
    }
    imported(LayerKind.COMPOUND, founded.write("compounds", [(compound, box(0.5, 0.5, 1.5, 1.5))]))
    stored = Compound.objects.get()
    assert (stored.district_id, stored.community_id, stored.kind, stored.households) == (
        DISTRICT,
        COMMUNITIES[0],
        "old",
        12,
    )

    def building(households: int, east: float) -> tuple[dict[str, object], shapely.Polygon]:
        return {"楼栋编码": "L1", "小区编码": "XQ1", "户数": households}, box(0.6, 0.6, east, 0.8)

    imported(LayerKind.BUILDING, founded.write("buildings", [building(10, 0.8)]))
    made = imported(LayerKind.BUILDING, founded.write("buildings", [building(11, 0.9)]), at=LATER)
    assert (made.changed[0].fields, made.changed[0].redrawn) == ({"households": 11}, True)
    changed = Building.objects.get()
    assert (changed.compound, changed.households) == (stored, 11)
    assert changed.point.within(changed.shape)
    again = plan(LayerKind.BUILDING, founded.write("buildings", [building(11, 0.9)]), at=LATER)
    assert again.changes_nothing
    unknown = [({"楼栋编码": "L2", "小区编码": "XQ9", "户数": 1}, box(1, 1, 1.1, 1.1))]
    assert rules(plan(LayerKind.BUILDING, founded.write("unknown", unknown))) >= {"parent.unknown"}


def test_own_codes_need_their_district_when_there_are_several(founded: Files) -> None:
    other = [({"区划代码": "370203", "区名称": "邻区"}, box(8, 0, 9, 4))]
    imported(LayerKind.DISTRICT, founded.write("other", other))
    path = founded.write(
        "roads", [({"道路编码": "R1", "道路名称": "海滨路"}, shapely.LineString([(120.4, 36), (120.402, 36.001)]))]
    )
    with pytest.raises(ImportRefused, match="哪个区"):
        plan(LayerKind.ROAD, path)
    assert imported(LayerKind.ROAD, path, district_code=DISTRICT).counts()["added"] == 1


def test_the_request_itself_may_be_wrong(founded: Files) -> None:
    path = founded.grids(TWO)
    with pytest.raises(ImportRefused, match="精度"):
        plan(LayerKind.GRID, path, accuracy_m=0)
    with pytest.raises(ImportRefused, match="精度"):
        plan(LayerKind.GRID, path, accuracy_m=float("inf"))
    with pytest.raises(ImportRefused, match="没有编码为"):
        plan(LayerKind.ROAD, path, district_code="370299")
    with pytest.raises(ImportRefused, match="6 位"):
        plan(LayerKind.GRID, path, district_code="3702")


def test_the_command_line_is_named_in_the_journal(founded: Files) -> None:
    assert Street.objects.count() == 1
    line = JournalLine.objects.filter(subject_kind="street").get()
    assert (line.by, line.by_name) == (None, journal.COMMAND_LINE)

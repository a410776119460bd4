"""Questions about places: layers in metres as of a moment, where a point is, a district's figures."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely

from gis.geometry.errors import WrongFrame
from gis.geometry.layers import AuditRules
from gis.models import Building, DistrictRules, Grid, SizeBand
from gis.selectors import territory
from gis.terms import GridKind, LayerKind
from tests.services.territory.conftest import (
    COMMUNITIES,
    DISTRICT,
    LATER,
    STREET,
    Files,
    box,
    founded,
    grid_code,
    imported,
)

__all__ = ["founded"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def settled(founded: Files) -> Files:
    """Two grids, a cell, a compound with a building, an office."""
    imported(LayerKind.GRID, founded.grids({grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}))
    imported(LayerKind.GRID, founded.grids({grid_code(101): box(0, 0, 1, 1)}), grid_kind=GridKind.CELL)
    compound = {"小区编码": "XQ1", "小区名称": "海景小区", "所属社区编码": COMMUNITIES[0], "户数": 12}
    imported(LayerKind.COMPOUND, founded.write("compounds", [(compound, box(0.5, 0.5, 1.5, 1.5))]), accuracy_m=3.0)
    building = {"楼栋编码": "L1", "小区编码": "XQ1", "户数": 10}
    imported(LayerKind.BUILDING, founded.write("buildings", [(building, box(0.6, 0.6, 0.8, 0.8))]))
    office = {"办公点编码": "B1", "办公点名称": "社区1办公点", "所属社区编码": COMMUNITIES[0]}
    imported(LayerKind.OFFICE, founded.write("offices", [(office, shapely.Point(120.401, 36.001))]))
    return founded


def test_a_district_is_what_the_kernel_takes(settled: Files) -> None:
    district = territory.district_layers(DISTRICT)
    assert list(district.grids.codes) == [grid_code(1), grid_code(2)]  # the cell is of another layer
    assert list(district.grids.parents) == [COMMUNITIES[0]] * 2
    assert (district.compounds.accuracy_m, district.grids.accuracy_m) == (3.0, 1.0)
    assert list(district.communities.codes) == list(COMMUNITIES)
    assert district.homes.households.tolist() == [10]
    assert territory.district_frame(DISTRICT) == "EPSG:4549"
    assert shapely.area(district.compounds.shapes)[0] == pytest.approx(90.2 * 111.0, rel=0.01)
    offices = territory.offices_of(DISTRICT)
    assert list(offices.communities) == [COMMUNITIES[0]]
    assert shapely.within(offices.points[0], district.communities.shapes[0])


def test_layers_are_as_of_a_moment(settled: Files) -> None:
    imported(LayerKind.GRID, settled.grids({grid_code(1): box(0, 0, 1, 4)}), at=LATER)
    before = territory.district_layers(DISTRICT, datetime(2024, 5, 1, tzinfo=UTC))
    after = territory.district_layers(DISTRICT, LATER)
    assert shapely.area(before.grids.shapes)[0] > 1.9 * shapely.area(after.grids.shapes)[0]
    with pytest.raises(WrongFrame):
        territory.district_layers(DISTRICT, datetime(2023, 1, 1, tzinfo=UTC))


def test_near_means_the_boxes_meet(settled: Files) -> None:
    near = territory.shapes_near(box(3, 3, 3.5, 3.5), district_code=DISTRICT)
    assert list(near.grids.codes) == [grid_code(2)]
    assert len(near.compounds) == 0
    assert len(near.homes.households) == 0


def test_where_a_point_is(settled: Files) -> None:
    inside = territory.where_is(120.401, 36.001)
    assert (inside.district_code, inside.street_code, inside.community_code) == (DISTRICT, STREET, COMMUNITIES[0])
    assert (inside.grid_code, inside.compound_code) == (grid_code(1), "XQ1")
    assert territory.where_is(120.402, 36.003).grid_code == grid_code(1)  # on the line: the smaller code
    assert territory.where_is(0, 0) == territory.Whereabouts()


def test_the_figures_of_a_district(settled: Files) -> None:
    figures = territory.figures(DISTRICT)
    assert (figures.streets, figures.communities, figures.grids, figures.cells) == (1, 2, 2, 1)
    assert (figures.compounds, figures.buildings, figures.households, figures.offices) == (1, 1, 10, 1)
    Building.objects.update(households=0)
    assert territory.figures(DISTRICT).households == 12
    Grid.objects.filter(kind="ordinary").update(retired_on=datetime(2024, 2, 1).date())  # noqa: DTZ001
    assert territory.figures(DISTRICT).grids == 0
    assert territory.figures("000000") is None
    assert territory.districts() == [(DISTRICT, "示例区")]


def test_a_district_may_have_rules_of_its_own(settled: Files) -> None:
    assert territory.rules_of(DISTRICT) == AuditRules()
    DistrictRules.objects.create(district_id=DISTRICT, noise_factor=5, far_from_office_m=2000)
    SizeBand.objects.create(
        district_id=DISTRICT, grid_kind="ordinary", min_households=100, max_households=200, hard_max_households=250
    )
    rules = territory.rules_of(DISTRICT)
    assert (rules.noise_factor, rules.far_from_office_m, rules.max_households) == (5, 2000, 200)


def test_names_by_code(settled: Files) -> None:
    assert territory.names_of(LayerKind.COMPOUND, ["XQ1", "XQ2"], district_code=DISTRICT) == {"XQ1": "海景小区"}
    assert territory.names_of(LayerKind.COMMUNITY, COMMUNITIES) == dict(
        zip(COMMUNITIES, ["社区1", "社区2"], strict=True)
    )
    assert [record.kind for record in territory.imports_of(DISTRICT)][:2] == ["office", "building"]

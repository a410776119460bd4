"""An import keeps the spelling of every name that it writes."""

from datetime import timedelta

from gis.models import Grid
from gis.terms import LayerKind
from tests.services.territory.conftest import FOUNDED, Files, box, grid_code, imported


def test_names_are_spelled_when_places_are_added_and_renamed(founded: Files) -> None:
    shapes = {grid_code(1): box(0, 0, 2, 4), grid_code(2): box(2, 0, 4, 4)}
    rows = [({"网格编码": code, "网格名称": "长岭"}, shape) for code, shape in shapes.items()]
    imported(LayerKind.GRID, founded.write("grids", rows))
    assert set(Grid.objects.values_list("spelling", flat=True)) == {"|长/zhang/chang|岭/ling"}
    rows[0][0]["网格名称"] = "绿苑"
    imported(LayerKind.GRID, founded.write("renamed", rows), at=FOUNDED + timedelta(days=9))
    renamed = Grid.objects.get(code=grid_code(1))
    assert renamed.spelling.startswith("|绿/lv/lu|苑/yuan")

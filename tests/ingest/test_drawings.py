"""DXF: closed polylines with their label inside."""

import ezdxf
import pytest
import shapely

from gis.ingest.choosing import ChooseLayer
from gis.ingest.limits import Limits, TooMuch
from gis.ingest.normalise import to_records
from gis.ingest.readers import read_layer
from gis.terms import LayerKind
from tests.ingest.samples import CODES

X, Y = 531000.0, 3997000.0


def square(index: int, size: float = 300.0) -> list[tuple[float, float]]:
    west = X + index * size
    return [(west, Y), (west + size, Y), (west + size, Y + size), (west, Y + size)]


def drawing(version: str = "R2010"):
    document = ezdxf.new(version)
    document.layers.add("网格线")
    document.layers.add("注记")
    return document, document.modelspace()


def label(space, text: str, x: float, y: float) -> None:
    space.add_text(text, dxfattribs={"layer": "注记", "height": 20}).set_placement((x, y))


def test_closed_and_nearly_closed_polylines_with_labels(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(square(0), close=True, dxfattribs={"layer": "网格线"})
    space.add_lwpolyline([*square(1), square(1)[0]], dxfattribs={"layer": "网格线"})
    space.add_polyline2d([*square(2), (X + 600.2, Y + 0.1)], dxfattribs={"layer": "网格线"})
    for index, code in enumerate(CODES):
        label(space, code, X + 300 * index + 100, Y + 100)
        space.add_mtext(
            f"\\A1;第{index + 1}网格", dxfattribs={"layer": "注记", "insert": (X + 300 * index + 100, Y + 200)}
        )
    document.saveas(tmp_path / "grids.dxf")
    raw = read_layer(tmp_path / "grids.dxf")
    assert raw.columns["编码"] == CODES
    assert raw.columns["名称"] == ["第1网格", "第2网格", "第3网格"]
    assert raw.columns["图层"] == ["网格线"] * 3
    assert shapely.area(raw.shapes) == pytest.approx([90_000] * 3, rel=1e-3)
    assert raw.crs is None
    assert [notice.rule for notice in raw.notices] == ["dxf.closed"]
    records = to_records(LayerKind.GRID, raw, crs="EPSG:4549")
    assert [r.code for r in records.records] == CODES
    assert records.mapping == {"code": "编码", "name": "名称"}


def test_arcs_become_chords(tmp_path):
    document, space = drawing()
    space.add_lwpolyline([(X, Y, 1), (X + 100, Y, 1)], format="xyb", close=True, dxfattribs={"layer": "网格线"})
    document.saveas(tmp_path / "round.dxf")
    assert shapely.area(read_layer(tmp_path / "round.dxf").shapes[0]) == pytest.approx(7853.98, rel=1e-3)


def test_a_label_belongs_to_the_smallest_polygon_around_it(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(square(0, 600), close=True, dxfattribs={"layer": "网格线"})
    space.add_lwpolyline(square(0, 100), close=True, dxfattribs={"layer": "网格线"})
    label(space, "A-001", X + 50, Y + 50)
    label(space, "A-002", X + 500, Y + 500)
    document.saveas(tmp_path / "nested.dxf")
    assert read_layer(tmp_path / "nested.dxf").columns["编码"] == ["A-002", "A-001"]


def test_open_lines_stay_lines_and_are_refused_as_grids(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(square(0), close=True, dxfattribs={"layer": "网格线"})
    space.add_lwpolyline(square(1), dxfattribs={"layer": "网格线"})
    label(space, CODES[0], X + 100, Y + 100)
    document.saveas(tmp_path / "open.dxf")
    raw = read_layer(tmp_path / "open.dxf")
    assert [shape.geom_type for shape in raw.shapes] == ["Polygon", "LineString"]
    assert "dxf.open" in {notice.rule for notice in raw.notices}
    records = to_records(LayerKind.GRID, raw, crs="EPSG:4549")
    assert [r.code for r in records.records] == [CODES[0]]
    assert {"shape.type", "code.missing"} == {n.rule for n in records.notices if n.row == 2}


def test_several_layers_ask_which_and_star_joins_them(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(square(0), close=True, dxfattribs={"layer": "网格线"})
    space.add_lwpolyline(square(1), close=True, dxfattribs={"layer": "社区线"})
    document.saveas(tmp_path / "two.dxf")
    with pytest.raises(ChooseLayer) as refusal:
        read_layer(tmp_path / "two.dxf")
    assert sorted(refusal.value.layers) == ["社区线", "网格线"]
    assert len(read_layer(tmp_path / "two.dxf", layer="网格线")) == 1
    assert sorted(read_layer(tmp_path / "two.dxf", layer="*").columns["图层"]) == ["社区线", "网格线"]


def test_an_old_drawing_in_gbk_that_names_the_wrong_code_page(tmp_path):
    document, space = drawing("R2000")
    document.encoding = "gbk"
    space.add_lwpolyline(square(0), close=True, dxfattribs={"layer": "网格线"})
    label(space, "滨海网格", X + 100, Y + 100)
    path = tmp_path / "old.dxf"
    document.saveas(path, encoding="gbk")
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    raw = read_layer(path)
    assert raw.columns["名称"] == ["滨海网格"]
    assert raw.columns["图层"] == ["网格线"]


def test_a_drawing_of_too_many_entities_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "lines.dxf"
    path.write_text("  0\nSECTION\n  2\nENTITIES\n" + "  0\nLINE\n  8\n0\n" * 300_000, encoding="ascii")
    with pytest.raises(TooMuch) as refusal:
        read_layer(path)
    assert refusal.value.rule == "limit.drawing_entities"
    with pytest.raises(TooMuch, match="超过单个文件上限"):
        read_layer(path, limits=Limits(drawing_bytes=1000))


def test_shapes_in_blocks_are_found(tmp_path):
    document, space = drawing()
    block = document.blocks.new("格")
    block.add_lwpolyline([(0, 0), (100, 0), (100, 100), (0, 100)], close=True)
    space.add_blockref("格", (X, Y), dxfattribs={"layer": "网格线"})
    document.saveas(tmp_path / "blocks.dxf")
    raw = read_layer(tmp_path / "blocks.dxf")
    assert shapely.bounds(raw.shapes[0]).tolist() == [X, Y, X + 100, Y + 100]

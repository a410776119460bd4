"""A small invented town as map content: warped blocks, estates inside them, some astride a grid line."""

from datetime import UTC, datetime
from math import sin
from typing import Any

import numpy as np
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon

from gis.maps.content import AuditMap, Places

BLOCK_DEGREES = 0.0045  # about 400 m


def _at(x: float, y: float) -> tuple[float, float]:
    """Bend the plan a little, as a real town is bent, and put it on the globe."""
    return (
        120.40 + BLOCK_DEGREES * (x + 0.12 * sin(y * 1.9) + 0.05 * sin(x * 5)),
        36.08 + 0.8 * BLOCK_DEGREES * (y + 0.10 * sin(x * 1.7)),
    )


def _box(x: float, y: float, width: float, height: float) -> Polygon:
    steps = 6
    ring = [
        *((x + width * i / steps, y) for i in range(steps)),
        *((x + width, y + height * i / steps) for i in range(steps)),
        *((x + width - width * i / steps, y + height) for i in range(steps)),
        *((x, y + height - height * i / steps) for i in range(steps)),
    ]
    return Polygon([_at(*point) for point in ring])


Feature = tuple[Any, dict[str, Any]]


def feature(shape: Any, **properties: Any) -> Feature:
    """Return one shape and what is said of it."""
    return shape, properties


def collection(features: list[Feature]) -> Places:
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [shape for shape, _said in features]
    return Places([said for _shape, said in features], shapes)


def unpacked(shape: list[Any]) -> Any:
    """Return a packed shape as a geometry, as the page's script does."""
    kind, parts = shape

    def unrolled(steps: list[int]) -> Any:
        return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e6

    if kind == "line":
        return MultiLineString([unrolled(line) for line in parts])
    return MultiPolygon([Polygon(unrolled(shell), [unrolled(hole) for hole in holes]) for shell, *holes in parts])


def town(wide: int = 6, high: int = 4, **changes: Any) -> AuditMap:
    """Return a town of `wide` x `high` grids, two grids a community, one compound in three astride a line."""
    communities, grids, compounds, pieces, cuts = [], [], [], [], []
    for row in range(high):
        for column in range(wide):
            community = f"37020300{row}{column // 2 + 1:03d}"
            grid = f"{community}{column % 2 + 1:03d}"
            name = f"松{'岚溪岭浦'[row % 4]}{column // 2 + 1}社区"
            if column % 2 == 0:
                communities.append(feature(_box(column, row, 2, 1), code=community, name=name))
            grids.append(
                feature(
                    _box(column, row, 1, 1),
                    code=grid,
                    name=f"{name}第{column % 2 + 1}网格",
                    state="nested",
                    households=210,
                )
            )
            _estates(column, row, grid, f"{community}{(column + 1) % 2 + 1:03d}", compounds, pieces, cuts)
    gap = feature(
        _box(2.02, 1.9, 0.3, 0.08), area_m2=310.0, width_m=7.4, **{"class": "clear"}, grids=["370203001002001"]
    )
    fields: dict[str, Any] = {
        "title": "海岬区网格与小区边界检查图",
        "produced_at": datetime(2026, 11, 22, 2, 30, tzinfo=UTC),
        "note": "内部使用",
        "summary": {
            "compounds": len(compounds),
            "grids": len(grids),
            "communities": len(communities),
            "crossed": sum(said["state"] == "crossed" for _shape, said in compounds),
            "uncovered": sum(said["state"] == "uncovered" for _shape, said in compounds),
            "straddling_grids": 0,
            "gaps": 1,
            "overlaps": 0,
        },
        "communities": collection(communities),
        "grids": collection(grids),
        "compounds": collection(compounds),
        "pieces": collection(pieces),
        "cut_lines": collection(cuts),
        "gaps": collection([gap]),
        **changes,
    }
    return AuditMap(**fields)


def _estates(column: int, row: int, grid: str, other: str, compounds: list, pieces: list, cuts: list) -> None:
    """Add the block's three estates: two inside, the third astride the line between a community's two grids."""
    for number, (x, y) in enumerate([(0.12, 0.1), (0.15, 0.55)]):
        code = f"XQ{row}{column}{number}"
        shape = _box(column + x, row + y, 0.4, 0.33)
        state = "holds" if number and column % 3 == 2 else "inside"
        compounds.append(
            _compound(shape, code, f"望{'海湖山江林'[(row + column) % 5]}苑{number + 1}期", state, "clear", 0.0, [grid])
        )
        pieces.append(_piece(shape, code, grid, 1.0, 80.0, 96, material=True))
    if column % 2:
        return
    shape = _box(column + 0.7, row + 0.3, 0.5, 0.4)
    code = f"XQ{row}{column}9"
    doubtful = (row + column) % 3 == 1
    left, right = _box(column + 0.7, row + 0.3, 0.3, 0.4), _box(column + 1, row + 0.3, 0.2, 0.4)
    clarity = "doubtful" if doubtful else "clear"
    width_m = 4.2 if doubtful else 61.5 + row * 7
    compounds.append(
        _compound(shape, code, f"鸣{'翠泉鹤'[row % 3]}花园{column}", "crossed", clarity, width_m, [grid, other])
    )
    pieces.append(_piece(left, code, grid, 0.6, 110.0, 220, material=True))
    pieces.append(_piece(right, code, other, 0.4, width_m, 140, material=True))
    sliver = _box(column + 0.7, row + 0.699, 0.5, 0.004)
    pieces.append(_piece(sliver, code, "370203009009009", 0.002, 0.7, 0, material=False))
    line = LineString([_at(column + 1, row + 0.3 + 0.04 * i) for i in range(11)])
    cuts.append(feature(line, compound=code, length_m=128.0, width_m=width_m))


def _compound(shape: Any, code: str, name: str, state: str, clarity: str, width_m: float, grids: list[str]) -> Feature:
    return feature(
        MultiPolygon([shape]),
        code=code,
        name=name,
        state=state,
        width_m=width_m,
        households=360,
        grids=grids,
        **{"class": clarity},
    )


def _piece(
    shape: Any, code: str, grid: str, share: float, width_m: float, households: int, *, material: bool
) -> Feature:
    return feature(
        shape,
        compound=code,
        grid=grid,
        area_m2=9_000.0 * share,
        share=share,
        width_m=width_m,
        households=households,
        material=material,
        **{"class": "clear" if material else "noise"},
    )

"""Which engine overlays two layers, and what it says when a shape is not fit for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from gis.geometry.engine_geos import GeosEngine
from gis.geometry.errors import GridworkError, InvalidShape
from gis.geometry.layers import Layer
from gis.geometry.packed import PackedLayer
from gis.geometry.pieces import Engine, Region
from gis.geometry.relations import Limits
from gis.geometry.said import said

if TYPE_CHECKING:
    from gis.geometry.edge_tables import EdgeTable

EngineName = Literal["auto", "geos", "edges"]
Land = Layer | PackedLayer
WidthMode = Literal["all", "findings", "material"]

EDGES_FROM_CELLS = 5000
"""Cells from which "auto" loads the compiled engine: below, loading it costs more than it saves (1.5 s against 0.3).
Where it is loaded already, "auto" takes it for any number."""

_loaded = False


def choose_engine(name: EngineName, cells: int) -> Literal["geos", "edges"]:
    """Return the engine that `name` stands for with this many cells.

    Raises
    ------
    GridworkError
        "engine.missing" when "edges" is asked for and numba is not installed; "engine.unknown" for another name.
    """
    if name not in ("auto", "geos", "edges"):
        raise GridworkError(
            said("没有名为“{name}”的计算引擎，可选 auto、geos、edges。", name=name), rule="engine.unknown"
        )
    if name == "geos":
        return name
    there = _loaded or find_spec("numba") is not None
    if name == "edges" and not there:
        raise GridworkError(
            said(
                "快速引擎 edges 需要 numba，本机没有安装：请安装可选组件 gridwork[fast]，或改用 geos 引擎，结果相同。"
            ),
            rule="engine.missing",
        )
    if name == "auto":
        return "edges" if there and (_loaded or cells >= EDGES_FROM_CELLS) else "geos"
    return name


def load_compiled() -> None:
    """Load the compiled engine, if it is installed: for processes that live on and will audit again."""
    if _loaded or find_spec("numba") is None:
        return
    square, west, east = shapely.box(0, 0, 40, 40), shapely.box(-60, 0, 20, 40), shapely.box(20, 0, 100, 40)
    subjects = Layer(np.array(["x"], dtype=object), np.array([square]))
    cells = Layer(np.array(["A", "B"], dtype=object), np.array([west, east]))
    limits = Limits(6.0, 9.0)
    with open_engine("edges", subjects, cells, limits, 1) as engine:
        overlay = engine.overlay()
        engine.widths(Region.SHARED, overlay.subject, overlay.cell, None)


@contextmanager
def open_engine(
    name: EngineName,
    subjects: Land,
    cells: Land,
    limits: Limits,
    threads: int,
    tables: "tuple[EdgeTable | None, EdgeTable | None]" = (None, None),
) -> Iterator[Engine]:
    """Give the engine for these layers; a shape that GEOS refuses is named. Packed layers are for "edges" only, and so
    are tables of edges that are at hand.
    """
    chosen = choose_engine(name, len(cells))
    try:
        if chosen == "geos" and isinstance(subjects, Layer) and isinstance(cells, Layer):
            yield GeosEngine(subjects.shapes, cells.shapes, tolerance_m=limits.tolerance_m, threads=threads)
        else:
            from gis.geometry.engine_edges import EdgeEngine  # numba takes half a second to load: only where wanted

            tolerance_m = limits.tolerance_m
            yield EdgeEngine(subjects.shapes, cells.shapes, tolerance_m=tolerance_m, threads=threads, tables=tables)
            _note_loaded()
    except shapely.errors.GEOSException as error:
        raise _name_the_invalid(subjects, cells, error) from error


def _note_loaded() -> None:
    global _loaded
    _loaded = True


def _name_the_invalid(subjects: Land, cells: Land, error: Exception) -> GridworkError:
    for land in (subjects, cells):
        layer = land.unpacked() if isinstance(land, PackedLayer) else land
        bad = np.flatnonzero(~shapely.is_valid(layer.shapes))
        if len(bad):
            reason = shapely.is_valid_reason(layer.shapes[bad[0]])
            return InvalidShape(
                said("编码 {code} 的图形无效（{reason}），请先修复再检查。", code=layer.codes[bad[0]], reason=reason)
            )
    return InvalidShape(
        said("图形叠置失败（{error}），请检查图层坐标是否正常。", error=error), rule="shape.overlay_failed"
    )

"""Read DXF drawings: closed polylines with their label inside."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import ezdxf
import numpy as np
import shapely
from ezdxf import path as paths
from ezdxf import recover
from ezdxf.disassemble import recursive_decompose
from ezdxf.entities import DXFEntity
from ezdxf.lldxf.const import DXFError

from gis.geometry.said import said
from gis.ingest.choosing import ALL_LAYERS, choose
from gis.ingest.encodings import Encoding, decide_encoding, decode
from gis.ingest.limits import check_entities, check_features
from gis.ingest.numbers import code_of
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.ingest.request import Request

ARC_SAG = 0.01
"""How far a chord may lie from the arc that it replaces, in drawing units (metres): well below any stated accuracy."""

CLOSING_SHARE = 0.001
"""An open polyline whose ends are closer than this share of its length is meant to be closed."""

_OUTLINES = frozenset({"LWPOLYLINE", "POLYLINE", "CIRCLE", "ELLIPSE", "SPLINE", "LINE", "ARC"})
_PLANE = (0.0, 0.0, 1.0)
_TEXTS = frozenset({"TEXT", "MTEXT", "ATTRIB"})
_FAULTS = (DXFError, OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
_ENTITY = re.compile(rb"\n[ \t]*0\r?\n")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-_]{2,}")

logging.getLogger("ezdxf").addHandler(logging.NullHandler())  # or logging's last resort prints to stderr


@dataclass(slots=True)
class _Content:
    """What was found in a drawing: outlines with their DXF layer, labels with their place."""

    outlines: list[tuple[str, Any]] = field(default_factory=list)
    labels: list[tuple[str, Any]] = field(default_factory=list)
    closed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def read_drawing(request: Request) -> RawLayer:
    """Read the outlines of one DXF layer, or of all with "*"; see `gis.ingest.readers.read_layer`.

    Closed polylines become polygons (arcs as chords), open ones lines, points points. Labels of every DXF layer are
    given to the smallest polygon that they stand in: digits or letters as 编码, anything else as 名称.
    """
    check_entities(len(_ENTITY.findall(request.path.read_bytes())), request.limits, request.source)
    try:
        drawing = _opened(request)
        content = _content_of(drawing, request)
    except _FAULTS as error:
        raise IngestError(
            said(
                "“{source}”不能按 DXF 读取（{error}）；请在 CAD 中另存为 DXF 2000 或更高版本。",
                source=request.source,
                error=" ".join(str(error).split())[:160],
            )
        ) from error
    encoding = _redecode(content, drawing.encoding, request.encoding)
    names = sorted({layer for layer, _ in content.outlines})
    with_land = sorted({layer for layer, shape in content.outlines if shape.geom_type == "Polygon"})
    name = choose(names if request.layer else with_land or names, request.layer, request.source, may_join=True)
    chosen = [(layer, shape) for layer, shape in content.outlines if name in (layer, ALL_LAYERS)]
    raw = _layer_of(request, chosen, content)
    raw.other_layers = [other for other in names if name not in (other, ALL_LAYERS)]
    raw.encoding, raw.encoding_reason = encoding.codec.upper(), encoding.reason
    return raw


def _opened(request: Request) -> Any:
    """Open a drawing, mending what programs get wrong in DXF."""
    try:
        return ezdxf.readfile(request.path, encoding=request.encoding, errors="surrogateescape")
    except (*_FAULTS, LookupError):
        drawing, _ = recover.readfile(request.path, errors="surrogateescape")
        return drawing


def _content_of(drawing: Any, request: Request) -> _Content:
    content = _Content()
    for entity in _entities(drawing):
        kind = entity.dxftype()
        if kind in _TEXTS:
            at = entity.dxf.insert
            content.labels.append((_text_of(entity), shapely.Point(at.x, at.y)))
        elif kind in _OUTLINES:
            shape, mended = _shape_of(entity)
            content.closed += mended
            if shape is not None:
                content.outlines.append((entity.dxf.layer, shape))
        elif kind == "POINT":
            at = entity.dxf.location
            content.outlines.append((entity.dxf.layer, shapely.Point(at.x, at.y)))
        else:
            content.skipped[kind] = content.skipped.get(kind, 0) + 1
        check_features(len(content.outlines), request.limits, request.source)
    return content


def _entities(drawing: Any) -> Iterator[DXFEntity]:
    """Yield what lies in the model space, the content of block references included."""
    yield from recursive_decompose(drawing.modelspace())


def _text_of(entity: Any) -> str:
    text = entity.plain_text() if hasattr(entity, "plain_text") else entity.dxf.text
    return " ".join(str(text).split())


def _shape_of(entity: Any) -> tuple[Any, bool]:
    """Return an outline as polygon or line, and whether its ends had to be joined."""
    if entity.dxftype() == "LWPOLYLINE" and not entity.has_arc and tuple(entity.dxf.extrusion) == _PLANE:
        xy = np.array(entity.lwpoints.values, dtype=np.float64).reshape(-1, 5)[:, :2]
        closed = bool(entity.closed)
    else:
        path = paths.make_path(entity)
        xy = np.array([(point.x, point.y) for point in path.flattening(ARC_SAG)], dtype=np.float64).reshape(-1, 2)
        closed = path.is_closed or bool(getattr(entity, "is_closed", False))
    if len(xy) < 2:
        return None, False
    ends_m = float(np.hypot(*(xy[0] - xy[-1])))
    length_m = float(np.hypot(*np.diff(xy, axis=0).T).sum())
    joins = not closed and len(xy) > 3 and 0 < ends_m <= CLOSING_SHARE * length_m
    if (closed or joins or ends_m == 0) and len(np.unique(xy, axis=0)) >= 3:
        return shapely.Polygon(xy), joins
    return shapely.LineString(xy), False


def _redecode(content: _Content, declared: str, given: str | None) -> Encoding:
    """Decode labels and layer names again where the drawing names the wrong code page (ANSI_1252 over GBK)."""
    texts = {text for text, _ in content.labels} | {layer for layer, _ in content.outlines}
    if given or declared.lower().replace("-", "") in ("utf8", "gbk", "gb18030", "cp936"):
        reason = (
            said("按指定的编码 {given} 读取", given=given)
            if given
            else said("图纸声明为 {declared}", declared=declared)
        )
        return Encoding(given or declared, reason)
    raw: dict[str, bytes] = {}
    for text in texts:
        try:
            raw[text] = text.encode(declared, errors="surrogateescape")
        except (UnicodeEncodeError, LookupError):
            continue  # written as \\U+XXXX, hence right already
    encoding = decide_encoding(raw.values())
    right = {text: decode(value, encoding.codec) for text, value in raw.items()}
    content.labels = [(right.get(text, text), at) for text, at in content.labels]
    content.outlines = [(right.get(layer, layer), shape) for layer, shape in content.outlines]
    return encoding


def _layer_of(request: Request, chosen: list[tuple[str, Any]], content: _Content) -> RawLayer:
    shapes = np.array([shape for _, shape in chosen] + [None], dtype=object)[:-1]
    codes, names = _labelled(shapes, content.labels)
    return RawLayer(
        source=request.source,
        driver=str(request.format),
        columns={"编码": codes, "名称": names, "图层": [layer for layer, _ in chosen]},
        shapes=shapes,
        rows=np.arange(1, len(shapes) + 1, dtype=np.int64),
        notices=_notices(content, shapes),
    )


def _labelled(shapes: Any, labels: list[tuple[str, Any]]) -> tuple[list[str | None], list[str | None]]:
    """Give each label to the smallest polygon around it; return codes and names, None where a polygon has none."""
    codes: list[list[str]] = [[] for _ in shapes]
    names: list[list[str]] = [[] for _ in shapes]
    sound = np.array([shape if shape.geom_type == "Polygon" else None for shape in shapes] + [None], dtype=object)[:-1]
    points = np.array([at for _, at in labels] + [None], dtype=object)[:-1]
    shapely.prepare(sound)
    asked, found = shapely.STRtree(sound).query(points, predicate="intersects")
    area = shapely.area(sound)
    home: dict[int, int] = {}
    for label, polygon in zip(asked.tolist(), found.tolist(), strict=True):
        if label not in home or area[polygon] < area[home[label]]:
            home[label] = polygon
    for label in sorted(home):
        for word in re.split(r"[\s,，;；]+", labels[label][0]):
            plain = code_of(word).text
            target = codes if _CODE.fullmatch(plain) and any(map(str.isdigit, plain)) else names
            if word:
                target[home[label]].append(plain if target is codes else word)
    return [" ".join(some) or None for some in codes], [" ".join(some) or None for some in names]


def _notices(content: _Content, shapes: Any) -> list[Notice]:
    told = []
    if content.closed:
        told.append(
            (
                "dxf.closed",
                said("{closed} 条多段线首尾几乎相接，已闭合为面。", closed=content.closed),
                Severity.REPAIRED,
            )
        )
    lines = sum(shape.geom_type == "LineString" for shape in shapes)
    if lines and lines < len(shapes):
        told.append(
            (
                "dxf.open",
                said("{lines} 条线没有闭合，不能作为面；请在 CAD 中闭合后重新导出。", lines=lines),
                Severity.WARNING,
            )
        )
    if content.skipped:
        skipped = [said("{kind} {count} 个", kind=kind, count=count) for kind, count in sorted(content.skipped.items())]
        told.append(("dxf.skipped", said("未读取的图元：{skipped}。", skipped=skipped), Severity.WARNING))
    return [Notice(rule=rule, message=message, severity=severity) for rule, message, severity in told]

"""Read GeoJSON strictly by RFC 7946, naming the member that offends.

GDAL reads 26 of 44 broken files without a word (a feature list that is an object, a position of strings, a misspelt
type …). Here the structure is checked while the shapes are made, so nothing is silently left out.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
import shapely

from gis.geometry.said import said, some
from gis.ingest.frames import declared_crs
from gis.ingest.json_texts import Json, WrongStructure, documents_of
from gis.ingest.limits import check_features
from gis.ingest.records import Notice, RawLayer, Severity
from gis.ingest.request import Request

_GEOMETRY_TYPES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_TYPES = (*_GEOMETRY_TYPES, "Feature", "FeatureCollection")
_FOREIGN = {
    "Feature": ("features", "coordinates", "geometries"),
    "FeatureCollection": ("coordinates", "geometries", "geometry", "properties"),
    "geometry": ("geometry", "properties", "features"),
}
"""Members that would change the meaning of an object (RFC 7946, 7.1): it must not have them."""


def read_geojson(request: Request) -> RawLayer:
    """Read a FeatureCollection, Feature, bare geometry, or one feature a line; see `gis.ingest.readers.read_layer`."""
    text, encoding = _text_of(request)
    reading = _Reading(request.source)
    try:
        with _without_collecting():
            features = list(reading.features_in(documents_of(text, request.source)))
    except RecursionError as error:
        raise WrongStructure(
            said("“{source}”的 GeoJSON 嵌套过深，已拒绝；请重新导出。", source=request.source)
        ) from error
    check_features(len(features), request.limits, request.source)
    shapes = np.array([shape for _, shape in features] + [None], dtype=object)[:-1]
    reading.fill_in(shapes)
    return RawLayer(
        source=request.source,
        driver=str(request.format),
        columns=_columns_of([properties for properties, _ in features]),
        shapes=shapes,
        rows=np.arange(1, len(features) + 1, dtype=np.int64),
        crs=reading.crs or "EPSG:4326",
        encoding=encoding,
        encoding_reason=said("GeoJSON 规定使用 UTF-8")
        if encoding == "UTF-8"
        else said("不是 UTF-8，按 {encoding} 读取", encoding=encoding),
        notices=reading.notices(),
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking millions of fresh coordinate lists again and again (half of the time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _text_of(request: Request) -> tuple[str, str]:
    data = request.path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    for codec, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise WrongStructure(
        said("“{source}”的文字编码不是 UTF-8；请重新导出为 UTF-8 的 GeoJSON。", source=request.source),
        rule="encoding.broken",
    )


class _Reading:
    """One pass over a file's objects: checks each and remembers what is odd but allowed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.crs: str | None = None
        self.has_z = False
        self.clockwise: list[int] = []
        self.row = 0
        self.line = 0  # of a file with one feature a line
        self.plain: list[tuple[int, Any]] = []  # (row, ring) of polygons without holes: most, and made all at once

    def fill_in(self, shapes: Any) -> None:
        """Put the polygons without holes into their rows."""
        if not self.plain:
            return
        rows = np.array([row for row, _ in self.plain])
        lengths = [len(xy) for _, xy in self.plain]
        rings = shapely.linearrings(
            np.concatenate([xy for _, xy in self.plain]), indices=np.repeat(np.arange(len(rows)), lengths)
        )
        self.clockwise += rows[~shapely.is_ccw(rings)].tolist()
        shapes[rows - 1] = shapely.polygons(rings)

    def refuse(self, path: str, what: str, rule: str = "geojson.structure") -> NoReturn:
        where = f"“{path}”" if path else said("最外层对象")
        if self.line:
            where = said("第 {line} 行的{where}", line=self.line, where=where)
        raise WrongStructure(
            said(
                "“{source}”的{where}{what}；请在原软件中重新导出 GeoJSON。", source=self.source, where=where, what=what
            ),
            rule=rule,
        )

    def features_in(self, documents: Iterator[tuple[int, Any]]) -> Iterator[tuple[Json, Any]]:
        for self.line, document in documents:
            kind = self._type(document, "", _TYPES)
            self._no_foreign(document, kind, "")
            self._crs(document)
            self._bbox(document, "")
            if kind == "FeatureCollection":
                features = document.get("features")
                if not isinstance(features, list):
                    self.refuse("features", said("应是要素列表，实际缺失或不是列表"))
                for index, feature in enumerate(features):
                    yield self._feature(feature, f"features[{index}]")
            elif kind == "Feature":
                yield self._feature(document, "")
            else:
                self.row += 1
                yield {}, self._geometry(document, "")

    def notices(self) -> list[Notice]:
        told = []
        if self.has_z:
            told.append(
                Notice(
                    rule="shape.z_dropped", message=said("图形带高程（Z 值），已去掉高程。"), severity=Severity.WARNING
                )
            )
        if self.clockwise:
            rows = sorted(set(self.clockwise))
            first = some(rows, 10)
            told.append(
                Notice(
                    rule="geojson.winding",
                    severity=Severity.WARNING,
                    message=said(
                        "{count} 行（第 {rows} 行）的环方向与 RFC 7946 相反，不影响范围，已照常读取。",
                        count=len(rows),
                        rows=first,
                    ),
                )
            )
        return told

    def _feature(self, feature: Any, path: str) -> tuple[Json, Any]:
        self.row += 1
        self._type(feature, path, ("Feature",))
        self._no_foreign(feature, "Feature", path)
        self._bbox(feature, path)
        if "id" in feature and (isinstance(feature["id"], bool) or not isinstance(feature["id"], (str, int, float))):
            self.refuse(_at(path, "id"), said("应是文字或数字"))
        properties = feature.get("properties")
        if properties is not None and not isinstance(properties, dict):
            self.refuse(_at(path, "properties"), said("应是对象或 null"))
        geometry = feature.get("geometry")
        shape = None if geometry is None else self._geometry(geometry, _at(path, "geometry"))
        return self._with_id(properties or {}, feature), shape

    @staticmethod
    def _with_id(properties: Json, feature: Json) -> Json:
        return properties if "id" not in feature or "id" in properties else {**properties, "id": feature["id"]}

    def _type(self, thing: Any, path: str, allowed: tuple[str, ...]) -> str:
        if not isinstance(thing, dict):
            self.refuse(path, said("应是 GeoJSON 对象"))
        kind = thing.get("type")
        if not isinstance(kind, str) or kind not in allowed:
            told = (
                said("是 {kind}", kind=json.dumps(kind, ensure_ascii=False)[:40]) if "type" in thing else said("缺失")
            )
            self.refuse(
                _at(path, "type"),
                said("{found}，应是 {allowed}（区分大小写）", found=told, allowed=" / ".join(allowed)),
            )
        return kind

    def _no_foreign(self, thing: Json, kind: str, path: str) -> None:
        for member in _FOREIGN[kind if kind in _FOREIGN else "geometry"]:
            if member in thing:
                self.refuse(_at(path, member), said("不应出现在 {kind} 中，会改变其含义", kind=kind))

    def _bbox(self, thing: Json, path: str) -> None:
        box = thing.get("bbox")
        if "bbox" in thing and not (isinstance(box, list) and len(box) in (4, 6) and all(map(_is_number, box))):
            self.refuse(_at(path, "bbox"), said("应是 4 个或 6 个数字"))

    def _crs(self, thing: Json) -> None:
        member = thing.get("crs")
        if member is None:
            return
        name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
        if not isinstance(name, str) or member.get("type") != "name":
            self.refuse("crs", said("只能写坐标系名称，不能指向别处"), "crs.unknown")
        crs = declared_crs(name)
        if crs is None:
            self.refuse("crs", said("写的坐标系“{name}”不认识", name=name[:60]), "crs.unknown")
        if self.crs is not None and crs != self.crs:
            self.refuse(
                "crs",
                said("是 {crs}，前面是 {before}，一个文件不能有两个坐标系", crs=crs, before=self.crs),
                "crs.two",
            )
        self.crs = crs

    def _geometry(self, geometry: Any, path: str, depth: int = 0) -> Any:
        kind = self._type(geometry, path, _GEOMETRY_TYPES)
        self._no_foreign(geometry, kind, path)
        if depth or path:
            self._bbox(geometry, path)
        if kind == "GeometryCollection":
            return self._collection(geometry, path, depth)
        if "coordinates" not in geometry:
            self.refuse(_at(path, "coordinates"), said("缺失"))
        return getattr(self, f"_{kind.lower()}")(geometry["coordinates"], _at(path, "coordinates"))

    def _collection(self, geometry: Json, path: str, depth: int) -> Any:
        if depth > 8:
            self.refuse(path, said("嵌套过深"))
        parts = geometry.get("geometries")
        if not isinstance(parts, list):
            self.refuse(_at(path, "geometries"), said("应是图形列表"))
        return shapely.geometrycollections(
            [self._geometry(part, _at(path, f"geometries[{index}]"), depth + 1) for index, part in enumerate(parts)]
        )

    def _positions(self, positions: Any, path: str, least: int) -> Any:
        """Return an (n, 2) array of a list of positions."""
        if not isinstance(positions, list):
            self.refuse(path, said("应是坐标列表"))
        try:
            xy = np.asarray(positions)
        except ValueError:
            xy = np.empty(0, dtype=object)
        if xy.ndim != 2 or xy.dtype.kind not in "if" or xy.shape[1] not in (2, 3):
            return self._mixed_positions(positions, path, least)
        if len(xy) < least:
            self.refuse(
                path, said("只有 {count} 个坐标，至少要 {least} 个", count=len(xy), least=least), "geojson.too_few"
            )
        if xy.shape[1] == 3:
            self.has_z = True
        return xy[:, :2].astype(np.float64)

    def _mixed_positions(self, positions: list[Any], path: str, least: int) -> Any:
        """Read positions one by one: some have a height and some have not, or one of them is at fault."""
        read = [self._position(position, f"{path}[{index}]") for index, position in enumerate(positions)]
        if len(read) < least:
            self.refuse(
                path, said("只有 {count} 个坐标，至少要 {least} 个", count=len(read), least=least), "geojson.too_few"
            )
        return np.array(read, dtype=np.float64).reshape(-1, 2)

    def _position(self, position: Any, path: str) -> tuple[float, float]:
        if not isinstance(position, list) or not all(map(_is_number, position)):
            self.refuse(path, said("应是数字坐标 [经度, 纬度]"), "geojson.position")
        if len(position) not in (2, 3):
            self.refuse(
                path,
                said("有 {count} 个数，应是 2 个（经度、纬度）或 3 个（加高程）", count=len(position)),
                "geojson.position",
            )
        self.has_z |= len(position) == 3
        return float(position[0]), float(position[1])

    def _list(self, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            self.refuse(path, said("应是列表"))
        return value

    def _point(self, value: Any, path: str) -> Any:
        if value == []:
            return shapely.Point()
        return shapely.points(self._position(value, path))

    def _multipoint(self, value: Any, path: str) -> Any:
        return shapely.multipoints(self._positions(value, path, 0))

    def _linestring(self, value: Any, path: str) -> Any:
        return shapely.linestrings(self._positions(value, path, 2))

    def _multilinestring(self, value: Any, path: str) -> Any:
        lines = [self._linestring(line, f"{path}[{index}]") for index, line in enumerate(self._list(value, path))]
        return shapely.multilinestrings(lines)

    def _multipolygon(self, value: Any, path: str) -> Any:
        parts = [self._polygon(part, f"{path}[{index}]") for index, part in enumerate(self._list(value, path))]
        return shapely.multipolygons(parts)

    def _polygon(self, value: Any, path: str) -> Any:
        rings = [self._ring(ring, f"{path}[{index}]") for index, ring in enumerate(self._list(value, path))]
        if not rings:
            return shapely.Polygon()
        if len(rings) == 1 and path.endswith("geometry.coordinates"):
            self.plain.append((self.row, rings[0]))
            return None
        made: Any = shapely.linearrings(
            np.concatenate(rings), indices=np.repeat(np.arange(len(rings)), list(map(len, rings)))
        )
        turns: Any = shapely.is_ccw(made)
        if not turns[0] or turns[1:].any():
            self.clockwise.append(self.row)
        return shapely.polygons(made[0], made[1:])

    def _ring(self, value: Any, path: str) -> Any:
        xy = self._positions(value, path, 4)
        if value[0] != value[-1]:
            self.refuse(path, said("首尾两点不相同，环没有闭合"), "geojson.open_ring")
        return xy


def _at(path: str, member: str) -> str:
    return f"{path}.{member}" if path else member


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _columns_of(rows: list[Json]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [_flat(row.get(name)) for row in rows] for name in names}


def _flat(value: Any) -> Any:
    """Return a value as a cell: nested objects as their JSON text."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value

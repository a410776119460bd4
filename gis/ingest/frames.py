"""Coordinate systems: what a file says of its own, whether its coordinates agree, and the way to the stored one."""

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis.geometry.crs import STORED, WEB, frame_of, missing_frame, project, require_plausible
from gis.geometry.errors import WrongFrame
from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.ingest.records import Notice, Severity

_SAME = {"OGC:CRS84": "EPSG:4326", "OGC:CRS84h": "EPSG:4326"}


@lru_cache(maxsize=256)
def declared_crs(text: str | None) -> str | None:
    """Return a declared coordinate system as "EPSG:n" or WKT; None when nothing usable is declared.

    Engineering systems (GeoPackage's "undefined Cartesian", local grids of a drawing) say nothing about where on
    earth the data lies: they count as not declared.

    Parameters
    ----------
    text : what the file says: "EPSG:4490", "urn:ogc:def:crs:EPSG::4490", WKT, PROJJSON.
    """
    if not text or not text.strip():
        return None
    try:
        frame = CRS.from_user_input(text)
    except CRSError:
        return None
    while frame.is_bound and frame.source_crs is not None:
        frame = frame.source_crs
    if not (frame.is_geographic or frame.is_projected) or "undefined" in frame.name.lower():
        return None
    if frame.is_compound and frame.sub_crs_list:
        frame = frame.sub_crs_list[0]
    name = frame.to_authority(min_confidence=70)
    if name is None:
        return str(frame.to_wkt())
    authority, code = name
    known = f"{authority}:{code}"
    return _SAME.get(known, known)


_OLD_DATUMS = ("Beijing 1954", "Xian 1980", "New Beijing")
"""Datums whose way to CGCS2000 is not public: without the survey office's parameters it is off by 50-150 m."""

_MODERN = ("WGS 84", "China Geodetic Coordinate System 2000", "CGCS2000")

FAR_OFF_DEG = 2.0
"""A shape farther than this (about 200 km) from the middle of its layer, and ten times farther than is usual in it,
does not belong to it."""

_WIDEST_DEG = 20.0
"""Extent beyond which a layer is not of one place at all: a quarter of China."""

_MINORITY = 0.2
"""Up to this share of rows may be in another frame and are refused one by one; beyond it the layer is at fault."""


def frame_for(shapes: Shapes, declared: str | None, given: str | None, *, name: str) -> tuple[str, list[Notice]]:
    """Return the frame that a layer's coordinates are in, with what a person should know about it.

    Parameters
    ----------
    declared : what the file says; `given` : what the person says, which wins and is noted.
    name : what to call the layer in a refusal.

    Raises
    ------
    WrongFrame : nothing is said (`crs.missing`, with the likely candidates), or an old datum (`crs.old_datum`).
    """
    if not given and not declared:
        raise missing_frame(shapes, name=name)
    given = f"EPSG:{given.strip()}" if given and given.strip().isdecimal() else given
    chosen = str(given or declared)
    frame = frame_of(chosen)
    geodetic = frame.geodetic_crs.name if frame.geodetic_crs is not None else ""
    if any(old in geodetic for old in _OLD_DATUMS):
        raise WrongFrame(
            said(
                "{name}是{geodetic}坐标（北京 54 或西安 80），换算到 2000 国家大地坐标系的参数不公开；"
                "请由测绘部门转换为 CGCS2000 后再导入",
                name=name,
                geodetic=geodetic,
            ),
            rule="crs.old_datum",
        )
    notices = []
    if given and declared and declared_crs(given) != declared:
        message = said(
            "文件声明的坐标系是 {declared}，按指定的 {given} 读取。", declared=_short(declared), given=_short(given)
        )
        notices.append(Notice(rule="crs.overridden", message=message, severity=Severity.WARNING))
    if chosen == WEB:
        message = said("WGS 84（EPSG:4326）与 2000 国家大地坐标系（EPSG:4490）相差在分米以内，视为相同，坐标原样使用。")
        notices.append(Notice(rule="crs.taken_as_equal", message=message, severity=Severity.WARNING))
    return declared_crs(chosen) or chosen, notices


def _short(crs: str) -> str:
    return crs if crs.startswith("EPSG:") else frame_of(crs).name


def far_off_rows(shapes: Shapes, crs: str) -> NDArray[np.bool_]:
    """Say which shapes lie too far from the middle of their layer to belong to it."""
    boxes = shapely.bounds(shapes)
    known = np.isfinite(boxes).all(axis=1)
    far = np.zeros(len(shapes), dtype=bool)
    if not known.any():
        return far
    # The median, by np.quantile: np.median loads numpy.ma, a tenth of a second.
    middle = np.quantile((boxes[known, :2] + boxes[known, 2:]) / 2, 0.5, axis=0)
    away = np.abs(boxes[known].reshape(-1, 2, 2) - middle).max(axis=(1, 2))
    far[known] = away > max(_unit(FAR_OFF_DEG, crs), 10 * float(np.quantile(away, 0.5)))
    return far


def _unit(degrees: float, crs: str) -> float:
    """Return a reach in the unit of a frame."""
    return degrees if frame_of(crs).is_geographic else degrees * 111_320.0


def require_single_frame(shapes: Shapes, *, name: str) -> None:
    """Refuse a layer of which a good part is in degrees and a good part in metres (`crs.two`)."""
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    degrees = int((np.abs(boxes) <= 180).all(axis=1).sum())
    metres = int((np.abs(boxes) > 1000).any(axis=1).sum())
    if min(degrees, metres) > _MINORITY * len(boxes):
        raise WrongFrame(
            said(
                "{name}中有 {degrees} 行是经纬度，{metres} 行是米，混有两种坐标系；请统一坐标系后重新导出",
                name=name,
                degrees=degrees,
                metres=metres,
            ),
            rule="crs.two",
        )


def require_frame(shapes: Shapes, crs: str, *, name: str) -> None:
    """Refuse a layer whose coordinates are not in the frame that they are said to be in.

    Raises
    ------
    WrongFrame : what `require_plausible` finds; `crs.scattered` when the layer spans a quarter of China.
    """
    require_plausible(shapes, crs, name=name)
    box = shapely.total_bounds(shapes)
    if np.isfinite(box).all() and max(box[2] - box[0], box[3] - box[1]) > _unit(_WIDEST_DEG, crs):
        raise WrongFrame(
            said(
                "{name}的范围从（{west:.6g}，{south:.6g}）到（{east:.6g}，{north:.6g}），不可能是同一地区；"
                "请核对坐标是否有误",
                name=name,
                west=box[0],
                south=box[1],
                east=box[2],
                north=box[3],
            ),
            rule="crs.scattered",
        )


def to_stored(shapes: Shapes, crs: str) -> Shapes:
    """Return shapes as EPSG:4490 longitude, latitude; WGS 84 and CGCS2000 coordinates are kept bit for bit."""
    if crs in (STORED, WEB) or (frame_of(crs).is_geographic and frame_of(crs).name in _MODERN):
        return shapes
    return project(shapes, crs, STORED)

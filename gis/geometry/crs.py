"""Frames: which metric system to measure in, how to get there, and whether coordinates are what they are said to be.

Every transformation here is ``always_xy``: longitude or easting first, although both axes of the Gauss-Krüger zones
stand north-first in the registry.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis.geometry.errors import WrongFrame
from gis.geometry.layers import Shapes
from gis.geometry.said import said

STORED = "EPSG:4490"
"""CGCS2000 longitude, latitude: what the platform stores."""

WEB = "EPSG:4326"
"""WGS 84 longitude, latitude: what RFC 7946 asks for; equal to the stored frame within decimetres."""

CHINA = (73.62, 16.7, 134.77, 53.56)
"""West, south, east, north: the area of use of EPSG:4490 in the EPSG registry. A box, so it reaches beyond the border;
there a 3-degree zone is still a sound metric frame, only not the customary one."""

US_SURVEY_FOOT_M = 1200 / 3937
INTERNATIONAL_FOOT_M = 0.3048
BEYOND_AREA_DEG = 3.0
"""How far the middle of a layer may lie outside its frame's area of use: cities use one zone across a zone border."""


def metric_crs_for(lon: float, lat: float) -> str:
    """Return the metric frame to measure in at a place: the CGCS2000 3-degree zone in China, the UTM zone elsewhere.

    Parameters
    ----------
    lon, lat : degrees, CGCS2000 or WGS 84.

    Returns
    -------
    "EPSG:4534" (75° E) to "EPSG:4554" (135° E) inside China, "EPSG:326zz" or "EPSG:327zz" elsewhere.

    Raises
    ------
    WrongFrame : not a place on earth that a UTM zone covers (`crs.no_metric_frame`).
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise WrongFrame(
            said("经度 {lon:.4f}、纬度 {lat:.4f} 没有适用的米制坐标系，请核对坐标", lon=lon, lat=lat),
            rule="crs.no_metric_frame",
        )
    west, south, east, north = CHINA
    if west <= lon <= east and south <= lat <= north:
        central_meridian = int(min(max(3 * round(lon / 3), 75), 135))
        return f"EPSG:{4534 + (central_meridian - 75) // 3}"
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


@lru_cache(maxsize=64)
def frame_of(crs: str) -> CRS:
    """Return the frame that a text (WKT or "EPSG:n") names; the parsed frame is remembered.

    Raises
    ------
    WrongFrame : the text names no known frame (`crs.unknown`).
    """
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise WrongFrame(
            said("不认识坐标系“{crs}”，请用 EPSG 代码说明，例如 EPSG:4490 或 EPSG:4549", crs=crs[:80]),
            rule="crs.unknown",
        ) from error


@lru_cache(maxsize=64)
def transformer(from_crs: str, to_crs: str) -> Transformer:
    """Return the cached x-first transformer between two frames (building one takes 45 ms, using it 0.05 ms).

    Between WGS 84 and a zone of CGCS2000 the two datums count as one, which gives the same bits as PROJ's own choice
    and spares it the search for it: 1 ms instead of 110.
    """
    if WEB in (from_crs, to_crs):
        other = frame_of(to_crs if from_crs == WEB else from_crs).geodetic_crs
        if other is not None and other.equals(frame_of(STORED), ignore_axis_order=True):
            from_crs, to_crs = (STORED if crs == WEB else crs for crs in (from_crs, to_crs))
    return Transformer.from_crs(frame_of(from_crs), frame_of(to_crs), always_xy=True)


def same_frame(one: str, other: str) -> bool:
    """Say whether two texts name the same frame, axis order aside."""
    return one == other or frame_of(one).equals(frame_of(other), ignore_axis_order=True)


def project(shapes: Shapes, from_crs: str, to_crs: str) -> Shapes:
    """Return shapes in another frame, x before y, two-dimensional; None stays None.

    The same coordinate always gives the same result, bit for bit: shared edges stay shared.

    Raises
    ------
    WrongFrame : a coordinate has no place in the target frame (`crs.not_projectable`); call `require_plausible` first
        for a better reason.
    """
    flat: Shapes = np.asarray(shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes, dtype=object)
    if same_frame(from_crs, to_crs):
        return flat
    move: Any = transformer(from_crs, to_crs).transform
    moved: Shapes = shapely.transform(flat, move, interleaved=False)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise WrongFrame(said("有坐标无法换算，多半是坐标系写错了；请核对图层的坐标系"), rule="crs.not_projectable")
    return moved


def to_metres(shapes: Shapes, from_crs: str, to_crs: str, *, name: str = said("图层")) -> Shapes:
    """Return shapes in a metric frame after checking that their coordinates are what they are said to be.

    Parameters
    ----------
    shapes : in `from_crs`, x before y.
    to_crs : a projected frame in metres (see `metric_frame`).
    name : what to call the layer in a refusal.

    Raises
    ------
    WrongFrame : implausible coordinates, or a target that is not metric (`crs.not_metric`).
    """
    target = frame_of(to_crs)
    if not target.is_projected or any(axis.unit_conversion_factor != 1 for axis in target.axis_info[:2]):
        raise WrongFrame(said("{to_crs} 不是以米为单位的投影坐标系", to_crs=to_crs), rule="crs.not_metric")
    require_plausible(shapes, from_crs, name=name)
    return project(shapes, from_crs, to_crs)


def metric_frame(layers: Sequence[tuple[Shapes, str]]) -> str:
    """Return the metric frame for the common middle of some layers, each given with its own frame.

    Raises
    ------
    WrongFrame : no coordinates at all (`crs.nothing`), or a layer's coordinates are implausible.
    """
    boxes = []
    for shapes, crs in layers:
        box = bounds_of(shapes)
        if box is not None:
            boxes.append(_corners_lonlat(box, crs))
    if not boxes:
        raise WrongFrame(said("没有任何图形，无法确定坐标系"), rule="crs.nothing")
    points = np.concatenate(boxes)
    lon, lat = (points.min(axis=0) + points.max(axis=0)) / 2
    return metric_crs_for(float(lon), float(lat))


def bounds_of(shapes: Shapes) -> tuple[float, float, float, float] | None:
    """Return the box of all shapes (min x, min y, max x, max y), None when there are no coordinates."""
    if not len(shapes):
        return None
    box = shapely.total_bounds(shapes)
    return None if not np.isfinite(box).all() else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def _corners_lonlat(box: tuple[float, float, float, float], crs: str) -> NDArray[np.float64]:
    """Return the corners of a box as (4, 2) longitude, latitude; not finite where the frame does not reach."""
    x = np.array([box[0], box[2], box[0], box[2]])
    y = np.array([box[1], box[1], box[3], box[3]])
    if frame_of(crs).is_geographic:
        return np.column_stack([x, y])
    return np.column_stack(transformer(crs, WEB).transform(x, y))


def require_plausible(shapes: Shapes, crs: str, *, name: str = said("图层")) -> None:
    """Refuse coordinates that cannot be what they are said to be.

    Recognised: metres said to be degrees, degrees said to be metres, swapped axes, feet said to be metres, a zone
    number left in the easting, a middle far outside the frame's area of use. Feet that are declared are no fault.

    Raises
    ------
    WrongFrame : with the likely cause and what to do; rules `crs.metres_said_degrees`, `crs.degrees_said_metres`,
        `crs.swapped`, `crs.feet_said_metres`, `crs.zone_in_easting`, `crs.outside_area`, `crs.not_projected`.
    """
    box = bounds_of(shapes)
    if box is None:
        return
    frame = frame_of(crs)
    if frame.is_geographic:
        _require_degrees(box, name)
    elif frame.is_projected:
        _require_metres(box, crs, frame, name)
    else:
        raise WrongFrame(
            said(
                "{name}的坐标系“{frame}”不是经纬度也不是投影坐标，请重新导出并写明 EPSG 代码",
                name=name,
                frame=frame.name,
            ),
            rule="crs.not_projected",
        )


def _require_degrees(box: tuple[float, float, float, float], name: str) -> None:
    """Refuse a box that is no longitude and latitude, or whose axes are swapped."""
    min_x, min_y, max_x, max_y = box
    west, south, east, north = CHINA
    in_china_when_swapped = south <= min_x and max_x <= north and west <= min_y and max_y <= east
    impossible = min_x < -180 or max_x > 180 or min_y < -90 or max_y > 90
    swap_possible = min_x >= -90 and max_x <= 90 and min_y >= -180 and max_y <= 180
    if in_china_when_swapped or (impossible and swap_possible):
        raise WrongFrame(
            said(
                "{name}的经度和纬度写反了（横坐标 {min_x:.4f} 像纬度，纵坐标 {min_y:.4f} 像经度），请对调两列后重试",
                name=name,
                min_x=min_x,
                min_y=min_y,
            ),
            rule="crs.swapped",
        )
    if impossible:
        raise WrongFrame(
            said(
                "{name}说是经纬度，坐标却是 {min_x:.1f}、{min_y:.1f} 这样的数，应为米；请写明投影坐标系，"
                "可能是 {candidates}",
                name=name,
                min_x=min_x,
                min_y=min_y,
                candidates=likely_frames(box),
            ),
            rule="crs.metres_said_degrees",
        )


def _require_metres(box: tuple[float, float, float, float], crs: str, frame: CRS, name: str) -> None:
    """Refuse a box that does not lie where a projected frame is used, naming the likely cause."""
    min_x, min_y, max_x, max_y = box
    label = _label(crs, frame)
    if min_x >= -180 and max_x <= 180 and min_y >= -180 and max_y <= 180:
        raise WrongFrame(
            said(
                "{name}说是 {label}（米），坐标却是 {min_x:.4f}、{min_y:.4f} 这样的经纬度；"
                "请改为 EPSG:4490（或 EPSG:4326）后重试",
                name=name,
                label=label,
                min_x=min_x,
                min_y=min_y,
            ),
            rule="crs.degrees_said_metres",
        )
    if _in_area(box, crs, frame):
        return
    if _in_area((min_y, min_x, max_y, max_x), crs, frame):
        raise WrongFrame(
            said("{name}的横坐标与纵坐标写反了（应东坐标在前），请对调后重试", name=name), rule="crs.swapped"
        )
    unit_m = frame.axis_info[0].unit_conversion_factor if frame.axis_info else 1.0
    if unit_m == 1 and any(
        _in_area((min_x * foot, min_y * foot, max_x * foot, max_y * foot), crs, frame)
        for foot in (US_SURVEY_FOOT_M, INTERNATIONAL_FOOT_M)
    ):
        raise WrongFrame(
            said(
                "{name}说是 {label}（米），坐标却像英尺；请换算成米，或写明以英尺为单位的坐标系", name=name, label=label
            ),
            rule="crs.feet_said_metres",
        )
    zone = int(min_x // 1_000_000)
    if 25 <= zone <= 45 and int(max_x // 1_000_000) == zone:
        raise WrongFrame(
            said(
                "{name}说是 {label}，东坐标却带有带号 {zone}；坐标系应为 EPSG:{code}",
                name=name,
                label=label,
                zone=zone,
                code=4513 + zone - 25,
            ),
            rule="crs.zone_in_easting",
        )
    raise WrongFrame(
        said(
            "{name}说是 {label}，坐标却远在该坐标系适用范围之外（横 {min_x:.1f}，纵 {min_y:.1f}）；"
            "请核对坐标系，可能是 {candidates}",
            name=name,
            label=label,
            min_x=min_x,
            min_y=min_y,
            candidates=likely_frames(box),
        ),
        rule="crs.outside_area",
    )


def _label(crs: str, frame: CRS) -> str:
    """Return a short name of a frame: its EPSG code if it has one, else its name."""
    code = frame.to_epsg() if not crs.upper().startswith("EPSG:") else None
    return crs if crs.upper().startswith("EPSG:") else (f"EPSG:{code}" if code else frame.name)


def _in_area(box: tuple[float, float, float, float], crs: str, frame: CRS) -> bool:
    """Say whether the middle of a box lies in the area of use of a frame, or close to it."""
    corners = _corners_lonlat(box, crs)
    if not np.isfinite(corners).all():
        return False
    lon, lat = corners.mean(axis=0)
    if frame.area_of_use is None:
        return bool(abs(lon) <= 180 and abs(lat) <= 90)
    west, south, east, north = frame.area_of_use.bounds
    across = west > east  # an area over the antimeridian
    lon_fits = (lon >= west - BEYOND_AREA_DEG, lon <= east + BEYOND_AREA_DEG)
    return bool(
        (any(lon_fits) if across else all(lon_fits)) and south - BEYOND_AREA_DEG <= lat <= north + BEYOND_AREA_DEG
    )


def likely_frames(box: tuple[float, float, float, float]) -> list[str]:
    """Return the frames that coordinates of a box are most likely in, the likeliest first, with Chinese words.

    From the size of the numbers only: degrees; an easting with its zone number; an easting without one, where the
    number cannot tell the zone and the person must.
    """
    min_x, min_y, max_x, max_y = box
    if min_x >= -180 and max_x <= 180 and min_y >= -90 and max_y <= 90:
        return [said("EPSG:4490（2000 国家大地坐标系经纬度）"), said("EPSG:4326（WGS 84 经纬度）")]
    north_of_china = min_y >= 1_800_000 and max_y <= 6_000_000
    zone = int(min_x // 1_000_000)
    found: list[str] = []
    if 25 <= zone <= 45 and north_of_china:
        found.append(said("EPSG:{code}（3 度带第 {zone} 带，东坐标带带号）", code=4513 + zone - 25, zone=zone))
    if min_x >= 8_000_000 and max_x <= 15_100_000 and min_y >= 1_800_000 and max_y <= 7_200_000:
        found.append(said("EPSG:3857（网络墨卡托）"))
    if 13 <= zone <= 23 and north_of_china:
        found.append(said("EPSG:{code}（6 度带第 {zone} 带，东坐标带带号）", code=4491 + zone - 13, zone=zone))
    if min_x >= 100_000 and max_x <= 900_000 and north_of_china:
        found.append(said("EPSG:4534~4554 中的一个（3 度带，按中央经线选，例如 120° 为 EPSG:4549）"))
        found.append(said("EPSG:4502~4512 中的一个（6 度带）"))
    return found or [said("由提供图层的单位说明的地方坐标系")]


def missing_frame(shapes: Shapes, *, name: str = said("图层")) -> WrongFrame:
    """Return the refusal of a layer that says nothing of its frame, naming the likely candidates (`crs.missing`)."""
    box = bounds_of(shapes)
    candidates = likely_frames(box) if box else said("无图形可判断")
    return WrongFrame(
        said(
            "{name}没有写明坐标系；按坐标大小可能是：{candidates}。请确认后用 EPSG 代码写明",
            name=name,
            candidates=candidates,
        ),
        rule="crs.missing",
    )


def require_meeting(one: Shapes, other: Shapes, *, names: tuple[str, str]) -> None:
    """Refuse two layers that should lie on the same ground but whose boxes do not meet at all.

    Parameters
    ----------
    one, other : in the same metric frame.

    Raises
    ------
    WrongFrame : `crs.apart`, saying how far apart they lie.
    """
    boxes: list[Any] = [bounds_of(one), bounds_of(other)]
    if None in boxes:
        return
    first, second = (shapely.box(*box) for box in boxes)
    apart_km = shapely.distance(first, second) / 1000
    if apart_km > 0:
        raise WrongFrame(
            said(
                "{one}与{other}毫不相接，相距约 {apart_km:.1f} 公里；多半是其中一个的坐标系或基准写错了，"
                "请核对两者的坐标系",
                one=names[0],
                other=names[1],
                apart_km=apart_km,
            ),
            rule="crs.apart",
        )

"""GCJ-02 and BD-09: Chinese web maps' shifted coordinates, undone and recognised.

The forward shift is the public formula (Krasovsky ellipsoid) that every Chinese web map client carries; the inverse is
found by iteration: 3 rounds reach 3e-5 m. Both act on plain longitude, latitude in degrees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geometry.layers import Shapes
from gis.geometry.said import said

Datum = Literal["as_is", "gcj02", "bd09"]
"""What coordinates are to be taken for: as they say, or shifted."""

LonLat = NDArray[np.float64]
"""(n, 2) longitude, latitude in degrees."""

_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_ROUNDS = 3

_SAMPLE = 2000
"""Shapes looked at by `suspect_datum`: their shares differ by 0.3 and more, so a sample is plenty."""

_MARGIN = 0.02
"""By how much a shifted reading must fit better than the plain one before anything is said (noise of 3 m moves a
share by 0.005)."""

_FITS = 0.95
"""Share from which a reading fits."""

_LABELS: dict[Datum, str] = {
    "as_is": "WGS 84 / CGCS2000",
    "gcj02": said("GCJ-02（火星坐标）"),
    "bd09": said("BD-09（百度坐标）"),
}


def wgs84_to_gcj02(xy: LonLat) -> LonLat:
    """Return GCJ-02 longitude, latitude (degrees) of WGS 84 ones, as a web map shifts them."""
    return xy + _shift_deg(xy)


def gcj02_to_wgs84(xy: LonLat) -> LonLat:
    """Return WGS 84 longitude, latitude (degrees) of GCJ-02 ones, exact to 3e-5 m."""
    plain = xy - _shift_deg(xy)
    for _ in range(_ROUNDS):
        plain = xy - _shift_deg(plain)
    return plain


def gcj02_to_bd09(xy: LonLat) -> LonLat:
    """Return BD-09 longitude, latitude (degrees) of GCJ-02 ones."""
    x, y = xy[:, 0], xy[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def bd09_to_gcj02(xy: LonLat) -> LonLat:
    """Return GCJ-02 longitude, latitude (degrees) of BD-09 ones, exact to 3e-5 m."""
    plain = xy - (0.0065, 0.006)
    for _ in range(_ROUNDS):
        plain = plain + (xy - gcj02_to_bd09(plain))
    return plain


def bd09_to_wgs84(xy: LonLat) -> LonLat:
    """Return WGS 84 longitude, latitude (degrees) of BD-09 ones."""
    return gcj02_to_wgs84(bd09_to_gcj02(xy))


def _shift_deg(xy: LonLat) -> LonLat:
    """Return the GCJ-02 shift at places, degrees."""
    x, y = xy[:, 0] - 105.0, xy[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves_x = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves_x * 2.0 / 3.0
    north_m += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves_x * 2.0 / 3.0
    east_m += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    latitude = np.radians(xy[:, 1])
    flat = 1.0 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    per_degree_east_m = _AXIS_M / np.sqrt(flat) * np.cos(latitude) * np.pi / 180.0
    per_degree_north_m = _AXIS_M * (1.0 - _ECCENTRICITY2) / (flat * np.sqrt(flat)) * np.pi / 180.0
    return np.column_stack([east_m / per_degree_east_m, north_m / per_degree_north_m])


_UNDO: dict[Datum, Callable[[LonLat], LonLat]] = {
    "as_is": lambda xy: xy,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}


def undo_shift(shapes: Shapes, datum: Datum) -> Shapes:
    """Return longitude, latitude shapes with the shift of `datum` undone; "as_is" gives them back untouched.

    The same vertex gives the same result in every shape: neighbours keep their common edges.
    """
    if datum == "as_is":
        return shapes
    moved: Shapes = shapely.transform(shapes, _UNDO[datum])
    return moved


@dataclass(frozen=True, slots=True)
class DatumVerdict:
    """What coordinates that say WGS 84 or CGCS2000 seem to be.

    Parameters
    ----------
    datum : the reading that fits the trusted layer best.
    shares : {reading: share of the layer inside its own (or any) trusted place}, 0-1.
    is_clear : whether that reading fits well and clearly better than the others.
    by_codes : whether each shape was compared with its own parent (else with all trusted land together).
    words : Chinese sentence with the figures, and what is offered.
    """

    datum: Datum
    shares: dict[Datum, float]
    is_clear: bool
    by_codes: bool
    words: str

    @property
    def is_shifted(self) -> bool:
        """Whether conversion should be offered."""
        return self.datum != "as_is"


def suspect_datum(
    shapes_lonlat: Shapes,
    trusted_lonlat: Shapes,
    *,
    codes: Sequence[str] | None = None,
    trusted_codes: Sequence[str] | None = None,
) -> DatumVerdict:
    """Say whether coordinates are shifted, against a layer that is known to be right.

    Parameters
    ----------
    shapes_lonlat : the layer in doubt, longitude, latitude in degrees; None and empty shapes are passed over.
    trusted_lonlat : valid shapes already in the platform: parents, or the same layer's earlier edition.
    codes, trusted_codes : with both, each shape is compared with the trusted shape whose code its own starts with;
        without, or where no code matches, with all trusted land together (less sharp: only the rim tells).
    """
    usable = np.flatnonzero(~shapely.is_missing(shapes_lonlat) & ~shapely.is_empty(shapes_lonlat))
    chosen = usable[:: max(1, len(usable) // _SAMPLE)]
    own = _own_parents(chosen, trusted_lonlat, codes, trusted_codes)
    by_codes = own is not None
    if own is None:
        whole = shapely.union_all(trusted_lonlat[~shapely.is_missing(trusted_lonlat)])
        shapely.prepare(whole)
        own = np.full(len(chosen), whole, dtype=object)
    else:
        known = ~shapely.is_missing(own)
        chosen, own = chosen[known], own[known]
    shapes = _valid(shapes_lonlat[chosen])
    readings: tuple[Datum, ...] = ("as_is", "gcj02", "bd09")
    shares = {datum: _share_inside(undo_shift(shapes, datum), own) for datum in readings}
    return _verdict(shares, by_codes)


def _own_parents(
    chosen: NDArray[np.int64], trusted: Shapes, codes: Sequence[str] | None, trusted_codes: Sequence[str] | None
) -> Shapes | None:
    """Return each chosen shape's own trusted shape (None where no code matches), or None when hardly any matches."""
    if codes is None or trusted_codes is None:
        return None
    by_code = dict(zip(trusted_codes, trusted, strict=True))
    lengths = sorted({len(code) for code in by_code if code}, reverse=True)
    own = np.full(len(chosen), None, dtype=object)
    for index, position in enumerate(chosen):
        code = codes[position]
        own[index] = next((by_code[code[:length]] for length in lengths if code[:length] in by_code), None)
    matched = int((~shapely.is_missing(own)).sum())
    return own if matched >= max(1, len(chosen) // 10) else None


def _valid(shapes: Shapes) -> Shapes:
    """Return shapes that can be intersected: good enough to measure shares, never stored."""
    bad = ~shapely.is_valid(shapes)
    if bad.any():
        shapes = shapes.copy()
        shapes[bad] = shapely.make_valid(shapes[bad])
    return shapes


def _share_inside(shapes: Shapes, own: Shapes) -> float:
    """Return the share of area inside (of points or lines: of their number)."""
    if not len(shapes):
        return 0.0
    area = shapely.area(shapes)
    if area.sum() > 0:
        return float(shapely.area(shapely.intersection(shapes, own)).sum() / area.sum())
    return float(shapely.intersects(shapes, own).mean())


def _verdict(shares: dict[Datum, float], by_codes: bool) -> DatumVerdict:
    figures = [said("按 {datum} {share:.0%}", datum=_LABELS[name], share=share) for name, share in shares.items()]
    against = said("各自上级范围") if by_codes else said("已有图层范围")
    best: Datum = max(shares, key=lambda name: (shares[name], name == "as_is"))
    margin = _MARGIN if by_codes else _MARGIN / 4
    if shares[best] - shares["as_is"] < margin:
        best = "as_is"
    others = max(share for name, share in shares.items() if name != best)
    clear = shares[best] >= _FITS and shares[best] - others >= margin
    seen = said("落在{against}内的比例：{figures}", against=against, figures=figures)
    if max(shares.values()) < 0.05:
        words = said("与已有图层几乎不重叠（{seen}）；请核对坐标系，或是否选错了区。", seen=seen)
    elif best == "as_is":
        words = (
            said("坐标与已有图层相符（{seen}）。", seen=seen)
            if clear
            else said("坐标大致与已有图层相符，但不能排除偏移（{seen}）；请核对。", seen=seen)
        )
    else:
        sure = said("应是") if clear else said("可能是")
        words = said(
            "坐标声明为 WGS 84 或 CGCS2000，实际{sure} {datum}（{seen}）；可选择换算后导入，系统不会自行换算。",
            sure=sure,
            datum=_LABELS[best],
            seen=seen,
        )
    return DatumVerdict(best, shares, clear, by_codes, words)

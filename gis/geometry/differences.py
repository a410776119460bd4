"""What two states of the grids differ in: one line a grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from gis.geometry.crosswalk import NOWHERE, CrossRow, Crosswalk
from gis.geometry.layers import Layer, Shapes
from gis.geometry.said import Said, in_turn, said, some
from gis.geometry.widths import inscribed_diameters

Standing = Literal["new", "retired", "changed", "renamed"]

MOST_NAMED = 3
"""Compounds that a line names."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Land that a grid got from another, or gave to it; `NOWHERE` is land of no grid.

    Parameters
    ----------
    compounds : codes of those with land in it that is wider than noise.
    """

    code: str
    area_m2: float
    households: int
    buildings: int
    compounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One grid that differs.

    Parameters
    ----------
    standing : "new" and "retired" go by the code; "renamed" has the same land.
    gained, lost : the most households first.
    households_before, households_after, area_before_m2, area_after_m2 : of the whole grid.
    text : all of it in one line.
    """

    code: str
    standing: Standing
    gained: tuple[Exchange, ...]
    lost: tuple[Exchange, ...]
    households_before: int
    households_after: int
    area_before_m2: float
    area_after_m2: float
    text: Said


def differences(
    walk: Crosswalk,
    *,
    names_before: Mapping[str, str] | None = None,
    names_after: Mapping[str, str] | None = None,
    compounds: Layer | None = None,
    compound_names: Mapping[str, str] | None = None,
    noise_m: float = 0.0,
) -> list[Difference]:
    """Return the grids that differ, in the order of their codes.

    Parameters
    ----------
    names_before, names_after : {code: name} of grids. compounds : to name those that change hands.
    noise_m : width up to which a compound's part in what changes hands is noise.
    """
    before, after = names_before or {}, names_after or {}
    moved = _moved_compounds(walk, compounds, noise_m)
    of_before, of_after = _by_code(walk.rows, came=False), _by_code(walk.rows, came=True)
    found = []
    for code in sorted((of_before.keys() | of_after.keys()) - {NOWHERE}):
        mine, now = of_before.get(code, []), of_after.get(code, [])
        gained, lost = _exchanges(now, moved, came=True), _exchanges(mine, moved, came=False)
        standing = _standing(mine, now, gained, lost, before.get(code, "") != after.get(code, ""))
        if standing is None:
            continue
        found.append(
            Difference(
                code,
                standing,
                gained,
                lost,
                sum(row.households for row in mine),
                sum(row.households for row in now),
                sum(row.area_m2 for row in mine),
                sum(row.area_m2 for row in now),
                _told(code, standing, gained, lost, after.get(code, ""), compound_names or {}),
            )
        )
    return found


def _by_code(rows: list[CrossRow], *, came: bool) -> dict[str, list[CrossRow]]:
    found: dict[str, list[CrossRow]] = {}
    for row in rows:
        found.setdefault(row.to_code if came else row.from_code, []).append(row)
    return found


def _standing(
    mine: list[CrossRow],
    now: list[CrossRow],
    gained: tuple[Exchange, ...],
    lost: tuple[Exchange, ...],
    is_renamed: bool,
) -> Standing | None:
    """Return how a grid differs; None where it does not."""
    if not mine:
        return "new"
    if not now:
        return "retired"
    if gained or lost:
        return "changed"
    return "renamed" if is_renamed else None


def _exchanges(
    rows: list[CrossRow], moved: Mapping[tuple[str, str], tuple[str, ...]], *, came: bool
) -> tuple[Exchange, ...]:
    real = [row for row in rows if not row.kept and not row.noise]
    real.sort(key=lambda row: (-row.households, -row.area_m2))
    return tuple(
        Exchange(
            row.from_code if came else row.to_code,
            row.area_m2,
            row.households,
            row.buildings,
            moved.get((row.from_code, row.to_code), ()),
        )
        for row in real
    )


def _moved_compounds(
    walk: Crosswalk, compounds: Layer | None, noise_m: float
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the compounds with real land in what changes hands, by (from, to)."""
    at = [i for i, row in enumerate(walk.rows) if not row.kept and not row.noise]
    if compounds is None or not at:
        return {}
    pieces: Shapes = walk.shapes[at]
    compound, piece = shapely.STRtree(pieces).query(compounds.shapes, predicate="intersects")
    common: Shapes = np.asarray(shapely.intersection(compounds.shapes[compound], pieces[piece]), dtype=object)
    _low, high = inscribed_diameters(common, 0.1, np.full(len(common), max(noise_m, 0.1)))
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in np.flatnonzero(high > noise_m).tolist():
        pair = walk.rows[at[int(piece[row])]]
        key = pair.from_code, pair.to_code
        found[key] = (*found.get(key, ()), str(compounds.codes[compound[row]]))
    return found


def _told(
    code: str,
    standing: Standing,
    gained: tuple[Exchange, ...],
    lost: tuple[Exchange, ...],
    name: str,
    names: Mapping[str, str],
) -> Said:
    """Return a difference as one line."""
    came = [said("从 {source} 划入{what}", source=_called(e.code), what=_land(e, names)) for e in gained]
    left = [said("向 {target} 划出{what}", target=_called(e.code), what=_land(e, names)) for e in lost]
    if standing == "renamed":
        return said("网格 {code} 更名为“{name}”", code=code, name=name)
    details = in_turn([*came, *left])
    if standing == "new":
        return said("新设网格 {code}：{details}", code=code, details=details)
    if standing == "retired":
        return said("停用网格 {code}：{details}", code=code, details=details)
    return said("网格 {code}：{details}", code=code, details=details)


def _called(code: str) -> str:
    return code if code != NOWHERE else said("无网格土地")


def _land(exchange: Exchange, names: Mapping[str, str]) -> Said:
    if not exchange.compounds:
        return said(" {area:,.0f} m²、{households} 户", area=exchange.area_m2, households=exchange.households)
    named = [names.get(code) or code for code in exchange.compounds]
    return said(
        " {area:,.0f} m²、{households} 户（小区 {compounds}）",
        area=exchange.area_m2,
        households=exchange.households,
        compounds=some(named, MOST_NAMED),
    )

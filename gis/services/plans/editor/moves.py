"""What passes from grid to grid between two states of a plan, and the sentences that say so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis.geometry.findings import Finding
from gis.geometry.pieces import Ints
from gis.geometry.plan_seats import BESIDE
from gis.geometry.plan_standing import changed_between
from gis.geometry.said import Said, in_turn, listed, said, some
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.services.plans.editor.states import State

NAMED_MOST = 3
"""Compounds that a sentence names."""

SLIVER_M2 = 1.0
"""Land below this that passes without a household is left out: a cut along an old line leaves such crumbs."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Land that passes from a grid to another ("" for none), with the compounds that lie on it."""

    start: str
    end: str
    households: int
    buildings: int
    area_m2: float
    compounds: tuple[str, ...]


def passages(before: State, after: State) -> list[Passage]:
    """Return what passes between the grids of two states."""
    land = _land(before.tiling, after.tiling)
    compounds = _compounds(before.tiling, after.tiling)
    living: dict[tuple[str, str], list[int]] = {}
    went = np.flatnonzero(before.seats.grid != after.seats.grid)
    for at in went.tolist():
        pair = str(before.seats.grid[at]), str(after.seats.grid[at])
        counted = living.setdefault(pair, [0, 0])
        counted[0] += int(after.scene.households[at])
        counted[1] += 1
    found = []
    for pair in sorted(set(land) | set(living)):
        households, buildings = living.get(pair, [0, 0])
        area_m2 = land.get(pair, 0.0)
        if BESIDE not in pair and (buildings or area_m2 >= SLIVER_M2):
            named = tuple(sorted(compounds.get(pair, ())))
            found.append(Passage(*pair, households, buildings, round(area_m2, 1), named))
    return found


def sentences(before: State, after: State, passed: Sequence[Passage], grids: Sequence[str]) -> list[Said]:
    """Return one line for each grid that changes: its households then and now, what leaves, what comes."""
    then, now = before.households, after.households
    return [_sentence(code, then.get(code, 0), now.get(code, 0), before, after, passed) for code in grids if code]


def finding_words(finding: Finding, state: State) -> Said:
    """Return a finding as one line: what it is, of which places, how many households it concerns."""
    named = [state.scene.compounds.get(code, code) for code in finding.subjects]
    households = int(finding.evidence.get("households", 0))
    if not households:
        return said("{kind}：{subjects}", kind=finding.kind, subjects=named)
    return said("{kind}：{subjects}（{count} 户）", kind=finding.kind, subjects=named, count=households)


def _sentence(code: str, then: int, now: int, before: State, after: State, passed: Sequence[Passage]) -> Said:
    size = _size(code, then, now, before, after)
    parts = [size]
    parts += [_come(one, after) for one in passed if one.end == code]
    parts += [_left(one, after) for one in passed if one.start == code]
    parts += _renamed(code, before.tiling, after.tiling)
    return said("网格 {code}：{what}", code=code, what=in_turn(parts))


def _size(code: str, then: int, now: int, before: State, after: State) -> Said:
    if code not in before.tiling.grids:
        return said("新设，{count} 户", count=now)
    record = after.tiling.grids.get(code)
    if record is None:
        return said("不再存在，原 {count} 户", count=then)
    if record.retired and not before.tiling.grids[code].retired:
        return said("停用，原 {count} 户", count=then)
    if then == now:
        return said("仍为 {count} 户", count=now)
    return said("{then} 户 → {now} 户", then=then, now=now)


def _come(one: Passage, state: State) -> Said:
    what = _what(one, state)
    if one.start == UNASSIGNED:
        return said("划入{what}（原未划入任何网格）", what=what)
    return said("自 {grid} 划入{what}", grid=one.start, what=what)


def _left(one: Passage, state: State) -> Said:
    what = _what(one, state)
    if one.end == UNASSIGNED:
        return said("划出{what}，暂不属于任何网格", what=what)
    return said("向 {grid} 划出{what}", grid=one.end, what=what)


def _what(one: Passage, state: State) -> Said:
    """Return how the land of a passage is called: its compounds, or how large it is, and its households."""
    names = [state.scene.compounds.get(code, code) for code in one.compounds]
    if not names:
        land = said("{area:.0f} 平方米公共用地", area=one.area_m2)
        return said("{land}（{count} 户）", land=land, count=one.households) if one.households else land
    called = listed(names) if len(names) <= NAMED_MOST else some(names, NAMED_MOST)
    return said("“{named}”（{count} 户）", named=called, count=one.households)


def _renamed(code: str, before: Tiling, after: Tiling) -> list[Said]:
    was, now = before.grids.get(code), after.grids.get(code)
    if was is None or now is None or was.name == now.name:
        return []
    return [said("改名为“{name}”", name=now.name)]


def _land(before: Tiling, after: Tiling) -> dict[tuple[str, str], float]:
    """Return the land of each passage, m²."""
    rows, start = _origins(before, after)
    found: dict[tuple[str, str], float] = {}
    areas = shapely.area(after.faces[rows])
    for row, code, area in zip(rows.tolist(), start, areas.tolist(), strict=True):
        if code != after.seat[row]:
            pair = str(code), str(after.seat[row])
            found[pair] = found.get(pair, 0.0) + area
    return found


def _compounds(before: Tiling, after: Tiling) -> dict[tuple[str, str], set[str]]:
    """Return the compounds on the land of each passage."""
    rows, start = _origins(before, after)
    found: dict[tuple[str, str], set[str]] = {}
    for row, code in zip(rows.tolist(), start, strict=True):
        compound = after.compound_of.get(int(after.unit[row]))
        if compound is not None and code != after.seat[row]:
            found.setdefault((str(code), str(after.seat[row])), set()).add(compound)
    return found


def _origins(before: Tiling, after: Tiling) -> tuple[Ints, list[str]]:
    """Return the later faces whose grid may be another than before, and each one's grid before."""
    moved = changed_between(before.shapes, after.shapes)
    if moved is None:
        return np.empty(0, dtype=np.int64), []
    rows = np.flatnonzero(np.isin(after.seat, moved.codes))
    if before.faces is after.faces:
        return rows, before.seat[rows].tolist()
    codes = [code for code in map(str, moved.codes) if code in before.shapes]
    shapes = np.empty(len(codes), dtype=object)
    shapes[:] = [before.shapes[code] for code in codes]
    at = first_cover(shapely.STRtree(shapely.point_on_surface(after.faces[rows])), shapes)
    return rows, np.array([*codes, UNASSIGNED], dtype=object)[at].tolist()

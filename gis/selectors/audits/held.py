"""A district's layers as this process read them last: what was written since is read again, nothing else.

An audit of one changed grid rests on little, but on what is known only when all has been looked at: who else touches a
home on a line, how far a gap reaches. So the whole district is at hand, and what is there is compared first: by the
rows' own marks for places and boundaries, by the edition of their layer (migration 0006) for buildings and offices.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.db import connection

from gis.geometry import crs
from gis.geometry.layers import Codes, District, Homes, Layer
from gis.geometry.pieces import Bools, Ints
from gis.geometry.scopes import DistrictIndex
from gis.selectors.statements import fetch_rows
from gis.selectors.territory.layers import NOTHING_STATED_M, shapes_of
from gis.terms import GridKind, LayerKind

DISTRICTS = 8
"""Districts that a process keeps, the ones asked for last: some 5 MB each with 500 grids and 7 400 buildings."""

ROW = np.dtype([("boundary", ">i8"), ("drawn", ">u4"), ("noted", ">u4")])
"""A row of a roll: the boundary's id, and the transactions that last wrote the boundary and its place. A row that was
written anew, or by a transaction that came to nothing, never bears the same marks again."""

_COLUMNS = {
    LayerKind.GRID: "place.community_code, place.kind, NULL::int4",
    LayerKind.COMPOUND: "place.community_code, NULL, place.households",
    LayerKind.COMMUNITY: "place.street_code, NULL, NULL::int4",
}
_READ = """
    SELECT there.id, place.code, {columns}, there.accuracy_m, there.shape::bytea
    FROM gridwork_{kind}boundary AS there JOIN gridwork_{kind} AS place ON place.id = there.place_id
    WHERE there.id = ANY(%(ids)s::int8[])
"""
_HOMES = """
    SELECT households, point::bytea FROM gridwork_building
    WHERE district_code = %(district)s::text AND households > 0 AND established_on <= %(on)s::date
        AND (retired_on IS NULL OR retired_on > %(on)s::date)
    ORDER BY code
"""
_OFFICES = """
    SELECT code, community_code, shape::bytea FROM gridwork_communityoffice
    WHERE district_code = %(district)s::text AND community_code IS NOT NULL AND established_on <= %(on)s::date
        AND (retired_on IS NULL OR retired_on > %(on)s::date)
    ORDER BY code
"""
_DRAWN = """
    SELECT DISTINCT place.code FROM gridwork_community AS place
        JOIN gridwork_communityboundary AS there ON there.place_id = place.id
    WHERE place.code = ANY(%(codes)s::text[]) AND there.in_force @> %(at)s::timestamptz
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """What is there of a district at a moment, told by marks.

    Parameters
    ----------
    rolls : one `ROW` for each place with a boundary in force, by code; by kind. None for a layer whose edition is that
        of the one kept.
    stamps : layer → its edition; layers that nobody ever wrote to are missing.
    ours : whether this transaction itself has written to one of the stamped layers: it may come to nothing, and another
        one's edition be the same then. What is read in it is not kept.
    on : the day, by which buildings and offices stand or do not.
    """

    district_code: str
    rolls: dict[LayerKind, bytes | None]
    stamps: dict[str, str]
    ours: bool
    on: date


class Row(NamedTuple):
    """A place with its boundary in force: `box` (west, south, east, north) in degrees, `shape` in metres."""

    code: str
    parent: str
    ordinary: bool
    households: int | None
    accuracy_m: float
    box: tuple[float, float, float, float]
    shape: Any


Rows = dict[tuple[int, int, int], Row]
"""Rows by their marks, in the order of codes."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldLayer:
    """One layer with its boundaries in force, by code.

    Parameters
    ----------
    roll : whose rows these are.
    layer : the places in metres, with the accuracy of the coarsest boundary.
    ordinary : which grids are ordinary ones; `households` : recorded totals, None where no place states one.
    """

    roll: bytes
    rows: Rows
    layer: Layer
    ordinary: Bools
    households: Ints | None

    @classmethod
    def of(cls, roll: bytes, rows: Rows) -> "HeldLayer":
        """Put rows next to each other."""
        shapes = np.empty(len(rows), dtype=object)
        shapes[:] = [row.shape for row in rows.values()]
        stated = any(row.households is not None for row in rows.values())
        return cls(
            roll=roll,
            rows=rows,
            layer=Layer(
                codes=np.array([row.code for row in rows.values()], dtype=object),
                shapes=shapes,
                accuracy_m=max((row.accuracy_m for row in rows.values()), default=NOTHING_STATED_M),
                parents=np.array([row.parent for row in rows.values()], dtype=object),
            ),
            ordinary=np.array([row.ordinary for row in rows.values()], dtype=bool),
            households=np.array([row.households or 0 for row in rows.values()], dtype=np.int64) if stated else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A district as it stands, in metres.

    Parameters
    ----------
    middle : longitude and latitude of the middle of its grids; `frame` : the metric frame for it.
    layers : grids, compounds, communities; a layer may be empty.
    offices : those that serve a community that has a boundary here, or none anywhere.
    index : the layers and homes as the kernel takes them, with their box trees; the rules there mean nothing.
    """

    roll: Roll
    middle: tuple[float, float]
    frame: str
    layers: dict[LayerKind, HeldLayer]
    offices: Layer | None
    index: DistrictIndex

    @property
    def places(self) -> int:
        """How many grids, compounds and communities there are."""
        return sum(len(held.rows) for held in self.layers.values())

    @property
    def accuracy_m(self) -> dict[str, float]:
        """Kind of layer → stated accuracy of its coarsest boundary; layers without any are missing."""
        return {kind.value: held.layer.accuracy_m for kind, held in self.layers.items() if held.rows}


_kept: OrderedDict[tuple[str, str], Held] = OrderedDict()
_turn = Lock()


def kept(district_code: str) -> Held | None:
    """Return what this process has of a district."""
    with _turn:
        return _kept.get((str(connection.settings_dict["NAME"]), district_code))


def held_district(roll: Roll, at: datetime, had: Held | None) -> Held:
    """Return the district that a roll tells of, at its moment; it has grids. What is returned is nobody's to alter.

    Parameters
    ----------
    had : what was kept when the roll was called.

    Raises
    ------
    WrongFrame : its grids lie where no metric frame fits.
    """
    grids, middle, known = _grids(roll.rolls[LayerKind.GRID] or b"", had)
    frame = crs.metric_crs_for(*middle)
    layers = {LayerKind.GRID: grids}
    for kind in (LayerKind.COMPOUND, LayerKind.COMMUNITY):
        called = roll.rolls[kind]
        if called is None and had is not None:
            called = had.layers[kind].roll
        layers[kind] = _layer(kind, called or b"", None if known is None else known.layers[kind], frame)
    homes = _homes(roll, known, frame)
    offices = _offices(roll, known, frame, layers[LayerKind.COMMUNITY], at)
    now = Held(roll, middle, frame, layers, offices, _index(layers, homes, known))
    if not roll.ours:
        _keep((str(connection.settings_dict["NAME"]), roll.district_code), now)
    return now


def _keep(key: tuple[str, str], now: Held) -> None:
    with _turn:
        _kept[key] = now
        _kept.move_to_end(key)
        while len(_kept) > DISTRICTS:
            _kept.popitem(last=False)


def _grids(roll: bytes, had: Held | None) -> tuple[HeldLayer, tuple[float, float], Held | None]:
    """Return the grids and their middle, and what was had where it still counts: not in another frame, which the city
    may have grown into.
    """
    if had is not None and had.layers[LayerKind.GRID].roll == roll:
        return had.layers[LayerKind.GRID], had.middle, had
    rows = {} if had is None else had.layers[LayerKind.GRID].rows
    there = _ordered(roll, rows, _read(LayerKind.GRID, _missing(roll, rows)))
    middle = _middle(there)
    frame = crs.metric_crs_for(*middle)
    if had is not None and had.frame != frame:
        rows, had = {}, None
        there = _ordered(roll, {}, _read(LayerKind.GRID, _missing(roll, {})))
    return HeldLayer.of(roll, _drawn(there, rows, frame)), middle, had


def _middle(rows: Rows) -> tuple[float, float]:
    """Return longitude and latitude of the middle of some places."""
    boxes = np.array([row.box for row in rows.values()])
    (west, south), (east, north) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return (west + east) / 2, (south + north) / 2


def _layer(kind: LayerKind, roll: bytes, had: HeldLayer | None, frame: str) -> HeldLayer:
    """Return a layer: what it had of the roll's rows, and the others read now."""
    if had is not None and had.roll == roll:
        return had
    rows = {} if had is None else had.rows
    return HeldLayer.of(roll, _drawn(_ordered(roll, rows, _read(kind, _missing(roll, rows))), rows, frame))


def _marks(roll: bytes) -> list[tuple[int, int, int]]:
    marks: list[tuple[int, int, int]] = np.frombuffer(roll, dtype=ROW).tolist()
    return marks


def _missing(roll: bytes, rows: Rows) -> list[int]:
    """Return the ids of boundaries that are not among the rows as the roll tells of them."""
    return [mark[0] for mark in _marks(roll) if mark not in rows]


def _ordered(roll: bytes, rows: Rows, fresh: dict[int, Row]) -> Rows:
    """Return the roll's rows in its order; one that was written again after the roll bears its old mark, and is read
    again next time.
    """
    ordered = {}
    for mark in _marks(roll):
        row = rows.get(mark) or fresh.get(mark[0])
        if row is not None:
            ordered[mark] = row
    return ordered


def _read(kind: LayerKind, ids: list[int]) -> dict[int, Row]:
    """Return boundaries by id, their shapes in degrees."""
    if not ids:
        return {}
    listed = fetch_rows(_READ.format(kind=kind.value, columns=_COLUMNS[kind]), {"ids": ids})
    shapes = shapes_of(row[6] for row in listed)
    boxes = shapely.bounds(shapes).tolist()
    return {
        row[0]: Row(row[1], row[2] or "", row[3] == GridKind.ORDINARY.value, row[4], row[5], tuple(box), shape)
        for row, shape, box in zip(listed, shapes, boxes, strict=True)
    }


def _drawn(there: Rows, known: Rows, frame: str) -> Rows:
    """Put into metres the rows that are not known yet."""
    fresh = [mark for mark in there if mark not in known]
    if not fresh:
        return there
    shapes = np.empty(len(fresh), dtype=object)
    shapes[:] = [there[mark].shape for mark in fresh]
    metric = crs.project(shapes, crs.STORED, frame)
    return there | {mark: there[mark]._replace(shape=shape) for mark, shape in zip(fresh, metric, strict=True)}


def _same(roll: Roll, known: Held, layer: str) -> bool:
    """Say whether what is known of buildings or offices stands."""
    return not roll.ours and (roll.stamps.get(layer), roll.on) == (known.roll.stamps.get(layer), known.roll.on)


def _homes(roll: Roll, known: Held | None, frame: str) -> Homes | None:
    if known is not None and _same(roll, known, "building"):
        return known.index.district.homes
    listed = fetch_rows(_HOMES, {"district": roll.district_code, "on": roll.on})
    if not listed:
        return None
    points = crs.project(shapes_of(row[1] for row in listed), crs.STORED, frame)
    return Homes(points, np.array([row[0] for row in listed], dtype=np.int64))


def _offices(roll: Roll, known: Held | None, frame: str, communities: HeldLayer, at: datetime) -> Layer | None:
    """Return the offices of communities with a boundary in the district, and of those with none anywhere."""
    if not communities.rows:
        return None
    if known is not None and _same(roll, known, "office") and communities is known.layers[LayerKind.COMMUNITY]:
        return known.offices
    listed = fetch_rows(_OFFICES, {"district": roll.district_code, "on": roll.on})
    here = set(communities.layer.codes)
    far = [row[1] for row in listed if row[1] not in here]
    drawn = {row[0] for row in fetch_rows(_DRAWN, {"codes": far, "at": at})} if far else set()
    listed = [row for row in listed if row[1] not in drawn]
    if not listed:
        return None
    points = crs.project(shapes_of(row[2] for row in listed), crs.STORED, frame)
    return Layer(_texts(row[0] for row in listed), points, 1.0, _texts(row[1] for row in listed))


def _index(layers: dict[LayerKind, HeldLayer], homes: Homes | None, known: Held | None) -> DistrictIndex:
    """Return the district with its trees; those of layers that are the same are not planted again."""
    communities = layers[LayerKind.COMMUNITY]
    district = District(
        grids=layers[LayerKind.GRID].layer,
        compounds=layers[LayerKind.COMPOUND].layer,
        communities=communities.layer if communities.rows else None,
        homes=homes,
    )
    return DistrictIndex(district, None if known is None else known.index)


def _texts(values: Iterable[str]) -> Codes:
    return np.array(list(values), dtype=object)

"""Places found by what a person types: name, pinyin, initials, any mixture, or code; the likeliest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from gis.selectors.territory.kinds import SHAPED
from gis.selectors.territory.places import names_of
from gis.selectors.territory.seen import COMMUNITY_OF, EVERYBODY, seen
from gis.selectors.territory.spelled import (
    ANCHORED,
    ENDED,
    Spelled,
    alike,
    as_typed,
    halves,
    one_sign_off,
    typed,
)
from gis.terms import LayerKind

ORDER = (
    LayerKind.DISTRICT,
    LayerKind.STREET,
    LayerKind.COMMUNITY,
    LayerKind.COMPOUND,
    LayerKind.GRID,
    LayerKind.STATION,
    LayerKind.OFFICE,
    LayerKind.ROAD,
    LayerKind.BUILDING,
)
"""Among equally good matches, which kind comes first."""

CANDIDATES = 200
"""Names of a kind that are looked at closely when nothing matches as it was typed."""

DIGITS = 7
"""Decimals of a degree that are told: about a centimetre."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that was found. `within` says where it is, in names; `box` and `point` are None without a shape."""

    kind: LayerKind
    code: str
    district: str
    name: str
    within: str
    box: Box | None
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `near` when nothing matched as it was typed and these are only like it."""

    hits: list[Hit]
    near: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    within: Sequence[str]
    district: str
    limit: int


@dataclass(frozen=True, slots=True)
class _Match:
    rank: int
    kind: LayerKind
    code: str
    name: str
    district: str
    community: str
    box: Box | None
    point: tuple[float, float] | None


def search(
    text: str, *, within: Sequence[str], district: str = "", kinds: Collection[LayerKind] = (), limit: int = 20
) -> Found:
    """Return the places that live today and match a typed text.

    Parameters
    ----------
    within : code prefixes that the account may see; "" is everywhere.
    district : only this one.
    kinds : only these. Without any, buildings are looked through only where one district is asked for or seen: a city
        has hundreds of thousands, most of them called by a number.
    """
    if not typed(text):
        return Found([], near=False)
    one_district = bool(district) or (len({prefix[:6] for prefix in within if prefix}) == 1 and "" not in within)
    looked_at = kinds or set(ORDER) - (set() if one_district else {LayerKind.BUILDING})
    wanted = [kind for kind in ORDER if kind in looked_at]
    asked = _Asked(text, within, district, limit)
    matches = _all_matches(wanted, asked, [as_typed(text)])
    near = not matches
    if near:
        matches = _all_matches(wanted, asked, [alike(text)])
    if not matches:
        many = _all_matches(wanted, replace(asked, limit=CANDIDATES), halves(text))
        near_names = {name for name in {match.name for match in many} if one_sign_off(text, name)}
        matches = [match for match in many if match.name in near_names]
    best = sorted(matches, key=lambda match: (match.rank, ORDER.index(match.kind)))[:limit]
    return Found(_told(best), near=near and bool(best))


def _all_matches(kinds: Sequence[LayerKind], asked: _Asked, spelled: Sequence[Spelled]) -> list[_Match]:
    """Return the places that are spelled in one of these ways, kind by kind."""
    return [match for kind in kinds for match in _matches(kind, asked, spelled)] if spelled else []


_SELECT = sql.SQL("""
    SELECT rank, found.code, name, district, community,
        ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape), ST_X(point), ST_Y(point)
    FROM (
        SELECT {rank} AS rank, place.code, place.name, {district} AS district, {community} AS community,
            {shape} AS shape
        FROM {places} AS place {joined}
        WHERE place.established_on <= {on} AND (place.retired_on IS NULL OR place.retired_on > {on})
            AND {seen} AND {of_district} AND ({code} OR place.spelling = '' AND {name} OR {spelled})
        ORDER BY 1, length(place.name), place.name, place.code LIMIT {limit}
    ) AS found CROSS JOIN LATERAL ST_PointOnSurface(shape) AS point
    ORDER BY rank, length(name), name, found.code
""")

_RANK = sql.SQL("""
    CASE WHEN lower(place.code) = {text} THEN 0 WHEN lower(place.name) = {text} THEN 1
        WHEN starts_with(lower(place.name), {text}) THEN 2 WHEN {code} THEN 3 WHEN {name} THEN 4
        WHEN place.spelling ~ {whole} THEN 5 WHEN place.spelling ~ {begins} THEN 6 ELSE 7 END
""")
"""Code and name exactly; name from its beginning; code from its beginning; inside the name; then the spelling: whole,
from its beginning, inside."""


def _matches(kind: LayerKind, asked: _Asked, spelled: Sequence[Spelled]) -> list[_Match]:
    shaped = SHAPED[kind]
    now: datetime = timezone.now()
    low, pattern = sql.Literal(asked.text.strip().lower()), spelled[0].pattern
    code, name = _code_begins(asked.text.strip()), sql.SQL("position({} IN lower(place.name)) > 0").format(low)
    district = sql.SQL("place.district_code" if shaped.own_code else "left(place.code, 6)")
    shape = sql.SQL("there.shape" if shaped.boundary else "place.shape")
    rank: sql.Composable = sql.SQL("7")
    if len(spelled) == 1:  # halves match so much that only what is picked from it is worth an order
        whole, begins = sql.Literal(ANCHORED + pattern + ENDED), sql.Literal(ANCHORED + pattern)
        rank = _RANK.format(text=low, code=code, name=name, whole=whole, begins=begins)
    query = _SELECT.format(
        rank=rank,
        district=district,
        community=_community(kind),
        shape=shape,
        places=sql.Identifier(shaped.place_table),
        joined=sql.SQL("LEFT JOIN {} AS there ON there.place_id = place.id AND there.in_force @> {}").format(
            sql.Identifier(shaped.shape_table), sql.Literal(now)
        )
        if shaped.boundary
        else sql.SQL(""),
        on=sql.Literal(timezone.localdate(now)),
        seen=seen(kind, asked.within, shape=shape),
        of_district=sql.SQL("{} = {}").format(district, sql.Literal(asked.district)) if asked.district else EVERYBODY,
        code=code,
        name=name,
        spelled=sql.SQL(" OR ").join(one.condition for one in spelled),
        limit=sql.Literal(asked.limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [_match(kind, row) for row in cursor.fetchall()]


def _code_begins(text: str) -> sql.Composable:
    """Return the condition that a code begins with a text, in small or capital letters; without a digit, is it."""
    how = "starts_with(place.code, {})" if any(map(str.isdigit, text)) else "place.code = {}"
    forms = dict.fromkeys((text, text.upper(), text.lower()))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(sql.SQL(how).format(sql.Literal(form)) for form in forms))


def _community(kind: LayerKind) -> sql.Composable:
    """Return the code of the street or community that tells where a place is; "" where nothing does."""
    return {
        LayerKind.DISTRICT: sql.SQL("''"),
        LayerKind.STREET: sql.SQL("''"),
        LayerKind.COMMUNITY: sql.SQL("left(place.code, 9)"),
        LayerKind.GRID: sql.SQL("left(place.code, 12)"),
    }.get(kind) or sql.SQL("coalesce({}, '')").format(COMMUNITY_OF[kind])


def _match(kind: LayerKind, row: Sequence[Any]) -> _Match:
    rank, code, name, district, community, *numbers = row
    west, south, east, north, x, y = numbers
    if west is None:
        return _Match(rank, kind, code, name, district, community, None, None)
    box = (round(west, DIGITS), round(south, DIGITS), round(east, DIGITS), round(north, DIGITS))
    return _Match(rank, kind, code, name, district, community, box, (round(x, DIGITS), round(y, DIGITS)))


def _told(matches: Sequence[_Match]) -> list[Hit]:
    """Return matches with the names of where they are."""
    communities = {match.community for match in matches if match.community}
    named = names_of(LayerKind.COMMUNITY, communities)
    named |= names_of(LayerKind.STREET, {code[:9] for code in communities})
    named |= names_of(LayerKind.DISTRICT, {match.district for match in matches})
    return [
        Hit(match.kind, match.code, match.district, match.name, _within(match, named), match.box, match.point)
        for match in matches
    ]


def _within(match: _Match, named: dict[str, str]) -> str:
    codes = [match.community[:9], match.community[9:] and match.community]
    if not match.community and match.kind is not LayerKind.DISTRICT:
        codes = [match.district]
    return " · ".join(named.get(code) or code for code in codes if code)

"""Headings and words that officers' tables use, from data/columns/."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from gis.terms import CompoundKind, GridKind, LayerKind, Management, RoadRank, StationKind, Word

COLUMNS_DIR = Path(__file__).resolve().parents[2] / "data" / "columns"

_ENUMS: dict[tuple[LayerKind, str], type[Word]] = {
    (LayerKind.GRID, "kind"): GridKind,
    (LayerKind.COMPOUND, "kind"): CompoundKind,
    (LayerKind.COMPOUND, "management"): Management,
    (LayerKind.STATION, "kind"): StationKind,
    (LayerKind.ROAD, "rank"): RoadRank,
}


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of one field: those that say it, and those that say it for want of a better one."""

    names: tuple[str, ...]
    general: tuple[str, ...]
    not_like: tuple[str, ...]


@lru_cache(maxsize=10_000)
def heading_of(text: str) -> str:
    """Return a heading as it is compared: half-width, lower case, without brackets, spaces and marks."""
    plain = unicodedata.normalize("NFKC", str(text)).casefold()
    plain = re.sub(r"[(\[【][^)\]】]*[)\]】]", "", plain)
    return re.sub(r"[\s_\-.:：*/\\]+", "", plain)


@cache
def _tables(name: str) -> dict[str, Any]:
    with (COLUMNS_DIR / name).open("rb") as file:
        return tomllib.load(file)


@cache
def headings(kind: LayerKind) -> dict[str, Headings]:
    """Return the headings of each field of a kind, as they are compared."""
    return {
        field: Headings(
            names=tuple(map(heading_of, said["names"])),
            general=tuple(map(heading_of, said.get("general", ()))),
            not_like=tuple(said.get("not_like", ())),
        )
        for field, said in _tables("headers.toml")[kind.value].items()
    }


@cache
def words(kind: LayerKind, field: str) -> dict[str, str] | None:
    """Return {word as compared: value} of a field that takes only some values, None for other fields."""
    enum = _ENUMS.get((kind, field))
    if enum is None:
        return None
    known = {heading_of(word): word.value for word in enum} | {heading_of(word.label): word.value for word in enum}
    for value, synonyms in _tables("words.toml")[kind.value][field].items():
        known |= {heading_of(synonym): enum(value).value for synonym in synonyms}
    return known


def labels(kind: LayerKind, field: str) -> list[Word]:
    """Return the words that a field takes, to be told to a person."""
    return list(_ENUMS[(kind, field)])


def coordinate_names() -> dict[str, frozenset[str]]:
    """Return the headings of coordinate columns by role: lon, lat, x, y, wkt."""
    return {
        role: frozenset(map(heading_of, said["names"])) for role, said in _tables("headers.toml")["coordinates"].items()
    }

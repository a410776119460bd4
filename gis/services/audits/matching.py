"""Recognise, in what an audit sees today, the cases that stand from earlier audits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.terms import FindingKind

BETWEEN_PLACES = frozenset({FindingKind.GAP, FindingKind.OVERLAP})
"""Conflicts that belong to a spot and not to one place: there may be several between the same places, and one is the
same as yesterday's only where it lies on it."""


@dataclass(frozen=True, slots=True)
class CaseKey:
    """What makes a finding the same case in every run: its kind and the places that it is about."""

    kind: FindingKind
    subjects: str


def key_of(kind: FindingKind, subjects: Sequence[str]) -> CaseKey:
    """Return the key of a finding.

    A conflict of one place (a crossed compound, a straddling grid) is keyed by that place alone: it remains the same
    case when other grids come to take part. An overlap is keyed by its grids in order; a gap by nothing, because the
    grids that border it change: only where it lies tells it.
    """
    if kind is FindingKind.GAP:
        return CaseKey(kind, "")
    if kind is FindingKind.OVERLAP:
        return CaseKey(kind, "|".join(sorted(subjects)))
    return CaseKey(kind, subjects[0])


@dataclass(frozen=True, slots=True)
class Spot:
    """One conflict as far as recognising it needs: its key and where it lies (any frame, one for all)."""

    key: CaseKey
    place: BaseGeometry


@dataclass(slots=True)
class Matching:
    """Positions in the two lists: pairs (seen, standing), seen without a case, cases not seen."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)


def match(seen: Sequence[Spot], standing: Sequence[Spot]) -> Matching:
    """Pair what is seen today with the cases that stand, each at most once."""
    seen_by_key, standing_by_key = _by_key(seen), _by_key(standing)
    result = Matching()
    for key, new in seen_by_key.items():
        pairs = _pair(key.kind, [(i, seen[i]) for i in new], [(i, standing[i]) for i in standing_by_key.get(key, [])])
        result.pairs += pairs
        taken = {i for i, _ in pairs}
        result.fresh += [i for i in new if i not in taken]
    known = {j for _, j in result.pairs}
    result.absent = [j for j in range(len(standing)) if j not in known]
    return result


def _by_key(spots: Sequence[Spot]) -> dict[CaseKey, list[int]]:
    groups: dict[CaseKey, list[int]] = defaultdict(list)
    for i, spot in enumerate(spots):
        groups[spot.key].append(i)
    return groups


def _pair(kind: FindingKind, new: list[tuple[int, Spot]], old: list[tuple[int, Spot]]) -> list[tuple[int, int]]:
    """Pair spots of one key: those that share most land where the kind belongs to a spot, else in order."""
    if kind not in BETWEEN_PLACES:
        return [(i, j) for (i, _new), (j, _old) in zip(new, old, strict=False)]
    if not new or not old:
        return []
    places = np.array([case.place for _, case in old], dtype=object)
    seen = np.array([spot.place for _, spot in new], dtype=object)
    a, b = shapely.STRtree(places).query(seen, predicate="intersects")
    common = shapely.area(shapely.intersection(seen[a], places[b]))
    pairs: dict[int, int] = {}
    for n in np.argsort(-common, kind="stable"):
        if common[n] > 0 and a[n] not in pairs and b[n] not in pairs.values():
            pairs[int(a[n])] = int(b[n])
    return [(new[i][0], old[j][0]) for i, j in pairs.items()]

"""What an audit found, each thing with its evidence: plain values, one finding a conflict, no noise among them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.crossing import Fits, GridFits
from gis.geometry.layers import AuditRules, Codes, Layer
from gis.geometry.partition import Patch
from gis.geometry.pieces import Bools, Ints, Pieces
from gis.geometry.said import kept
from gis.terms import Clarity, FindingKind, Fit, GridFit


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One conflict.

    Parameters
    ----------
    kind : what it is.
    subjects : codes of the places concerned, the one it is about first.
    clarity : clear or doubtful; noise is never a finding.
    place : where to look, metres.
    evidence : plain values for people and JSON: `area_m2`, `share`, `width_m`, `households`, `length_m` and what else
        the kind needs (see the functions below).
    cut : the grid line inside a crossed compound, metres; None for other kinds.
    """

    kind: FindingKind
    subjects: tuple[str, ...]
    clarity: Clarity
    place: BaseGeometry
    evidence: dict[str, Any] = field(default_factory=dict)
    cut: BaseGeometry | None = None


@dataclass(frozen=True, slots=True, eq=False)
class InvalidPlace:
    """A place whose shape could not be judged: found before the audit, reported with it.

    Parameters
    ----------
    code : of the place.
    shape : as drawn, metres (only its box is used).
    rule, reason : stable name, and Chinese words.
    """

    code: str
    shape: BaseGeometry
    rule: str
    reason: str


def crossed_compounds(compounds: Layer, grids: Layer, fits: Fits, cuts: dict[int, BaseGeometry]) -> list[Finding]:
    """Return the compounds that grid lines cut.

    Evidence: `width_m` how deep the line runs inside; `area_m2`, `share`, `households` of the material land outside the
    home grid; `length_m` of the line; `grids`, `areas_m2`, `shares`, `widths_m`, `grid_households` of the material
    pieces, the largest first.
    """
    found = []
    for row in _rows(fits.states, Fit.CROSSED):
        mine = _material(fits.pieces, row)
        away = mine[1:]
        cut = cuts.get(row)
        evidence = {
            "width_m": _m(fits.crossing_width_m[row]),
            "area_m2": _m2(fits.pieces.area_m2[away].sum()),
            "share": _share(fits.pieces.share[away].sum()),
            "households": int(fits.pieces.households[away].sum()),
            "length_m": _m(cut.length if cut is not None else 0.0),
            **_pieces_evidence(fits.pieces, mine, grids.codes, "grids", "grid_households"),
        }
        codes = (str(compounds.codes[row]), *(str(grids.codes[cell]) for cell in fits.pieces.cell[mine]))
        found.append(
            Finding(FindingKind.COMPOUND_CROSSED, codes, fits.clarity[row], compounds.shapes[row], evidence, cut)
        )
    return found


def uncovered_compounds(compounds: Layer, grids: Layer, fits: Fits, totals: Ints | None) -> list[Finding]:
    """Return the compounds with material land in no grid. Evidence: `area_m2`, `share`, `width_m`, `households` there.

    Parameters
    ----------
    totals : households of each compound, None when unknown.
    """
    rows = _rows(fits.states, Fit.UNCOVERED)
    tree = shapely.STRtree(grids.shapes) if rows else None
    found = []
    for row in rows:
        shape = compounds.shapes[row]
        assert tree is not None
        bare = shapely.difference(shape, shapely.union_all(grids.shapes[tree.query(shape)]))
        held = int(fits.pieces.households[fits.pieces.rows_of(row)].sum())
        evidence = {
            "area_m2": _m2(fits.uncovered_m2[row]),
            "share": _share(fits.uncovered_m2[row] / shape.area),
            "width_m": _m(fits.uncovered_width_m[row]),
            "households": max(int(totals[row]) - held, 0) if totals is not None else 0,
        }
        home = (str(grids.codes[fits.home[row]]),) if fits.home[row] >= 0 else ()
        codes = (str(compounds.codes[row]), *home)
        found.append(Finding(FindingKind.COMPOUND_UNCOVERED, codes, fits.clarity[row], bare, evidence))
    return found


def straddling(places: Layer, communities: Layer, fits: GridFits, kind: FindingKind) -> list[Finding]:
    """Return the grids (or compounds) with material land in two communities.

    Evidence: `width_m` of the second widest piece; `area_m2`, `share`, `households` outside the home community;
    `communities`, `areas_m2`, `shares`, `widths_m`, `community_households`.
    """
    found = []
    for row in _rows(fits.states, GridFit.STRADDLING):
        mine = _material(fits.pieces, row)
        away = mine[1:]
        evidence = {
            "width_m": _m(fits.crossing_width_m[row]),
            "area_m2": _m2(fits.pieces.area_m2[away].sum()),
            "share": _share(fits.pieces.share[away].sum()),
            "households": int(fits.pieces.households[away].sum()),
            **_pieces_evidence(fits.pieces, mine, communities.codes, "communities", "community_households"),
        }
        codes = (str(places.codes[row]), *(str(communities.codes[cell]) for cell in fits.pieces.cell[mine]))
        found.append(Finding(kind, codes, fits.clarity[row], places.shapes[row], evidence))
    return found


def grids_outside(grids: Layer, communities: Layer, fits: GridFits) -> list[Finding]:
    """Return the grids with material land in no community. Evidence: `area_m2`, `share`, `width_m` of that land."""
    rows = _rows(fits.states, GridFit.OUTSIDE)
    tree = shapely.STRtree(communities.shapes) if rows else None
    found = []
    for row in rows:
        shape = grids.shapes[row]
        assert tree is not None
        bare = shapely.difference(shape, shapely.union_all(communities.shapes[tree.query(shape)]))
        evidence = {
            "area_m2": _m2(fits.outside_m2[row]),
            "share": _share(fits.outside_m2[row] / shape.area),
            "width_m": _m(fits.outside_width_m[row]),
        }
        home = (str(communities.codes[fits.home[row]]),) if fits.home[row] >= 0 else ()
        codes = (str(grids.codes[row]), *home)
        found.append(Finding(FindingKind.GRID_OUTSIDE, codes, fits.clarity[row], bare, evidence))
    return found


COMMUNITY_DIGITS, GRID_DIGITS = 12, 15


def wrong_parents(
    places: Layer, communities: Layer, fits: GridFits, known: frozenset[str], *, by_code: bool
) -> list[Finding]:
    """Return the places whose code or recorded parent names another community than the one they lie in.

    Only full codes are compared, never names: the same community name stands in two streets. Evidence: `recorded`,
    `by` ("parent" or "code"), `actual`, `share` of the land in the actual community. Doubtful where the place lies in
    two communities anyway.

    Parameters
    ----------
    known : codes of all communities of the district (`communities` may be only those near by).
    by_code : also compare the first 12 of a 15-digit code (grids; a compound has its own code).
    """
    found = []
    for row in range(len(places)):
        home = int(fits.home[row])
        if home < 0:
            continue
        actual = str(communities.codes[home])
        recorded, source = _recorded_parent(places, row, known, by_code=by_code)
        if not recorded or recorded == actual:
            continue
        nested = fits.states[row] is GridFit.NESTED and fits.clarity[row] is not Clarity.DOUBTFUL
        share = float(fits.pieces.share[fits.pieces.rows_of(row)].max())
        evidence = {"recorded": recorded, "by": source, "actual": actual, "share": _share(share)}
        clarity = Clarity.CLEAR if nested else Clarity.DOUBTFUL
        codes = (str(places.codes[row]), recorded, actual)
        found.append(Finding(FindingKind.WRONG_PARENT, codes, clarity, places.shapes[row], evidence))
    return found


def _recorded_parent(places: Layer, row: int, known: frozenset[str], *, by_code: bool) -> tuple[str, str]:
    """Return the community that a place claims, and what says so; empty where nothing comparable is said."""
    parent = str(places.parents[row] or "") if places.parents is not None else ""
    if parent in known or _is_code(parent, COMMUNITY_DIGITS):
        return parent, "parent"
    code = str(places.codes[row])
    if by_code and _is_code(code, GRID_DIGITS) and _codes_are_full(known):
        return code[:COMMUNITY_DIGITS], "code"
    return "", ""


def _is_code(text: str, digits: int) -> bool:
    return len(text) == digits and text.isascii() and text.isdigit()


def _codes_are_full(known: frozenset[str]) -> bool:
    return _is_code(next(iter(known), ""), COMMUNITY_DIGITS)


def gap_findings(gaps: Sequence[Patch], grids: Layer, communities: Layer | None) -> list[Finding]:
    """Return the gaps that are not noise; subjects are the bordering grids, else the community the gap lies in."""
    found = []
    for gap in gaps:
        if gap.clarity is Clarity.NOISE:
            continue
        codes = tuple(str(grids.codes[i]) for i in gap.subjects) or _community_at(gap.shape, communities)
        evidence = {"area_m2": _m2(gap.area_m2), "width_m": _m(gap.width_m)}
        found.append(Finding(FindingKind.GAP, codes, gap.clarity, gap.shape, evidence))
    return found


def _community_at(shape: BaseGeometry, communities: Layer | None) -> tuple[str, ...]:
    """Return the codes of the communities that some land lies in."""
    if communities is None:
        return ()
    point = shapely.point_on_surface(shape)
    return tuple(str(code) for code in communities.codes[shapely.covers(communities.shapes, point)])


def overlap_findings(overlaps: Sequence[Patch], grids: Layer) -> list[Finding]:
    """Return the pairs of grids that share land wider than noise. Evidence: `area_m2`, `width_m`, `share` of either."""
    found = []
    for patch in overlaps:
        if patch.clarity is Clarity.NOISE:
            continue
        shares = [_share(patch.area_m2 / grids.shapes[i].area) for i in patch.subjects]
        evidence = {"area_m2": _m2(patch.area_m2), "width_m": _m(patch.width_m), "share": max(shares), "shares": shares}
        codes = tuple(str(grids.codes[i]) for i in patch.subjects)
        found.append(Finding(FindingKind.OVERLAP, codes, patch.clarity, patch.shape, evidence))
    return found


def size_findings(grids: Layer, households: Ints, rules: AuditRules, sized: Bools) -> list[Finding]:
    """Return grids whose households are outside the wanted band: a warning, never a block.

    Too large is clear above the hard maximum; too small is clear below half the minimum. A grid where nobody lives is
    a park or a hillside, not a small grid. Evidence: `households`, `limit`.

    Parameters
    ----------
    sized : the grids that a size is wanted of (ordinary ones; a campus has none).
    """
    found = []
    for row in np.flatnonzero(sized & (households > 0)).tolist():
        count = int(households[row])
        if count > rules.max_households:
            kind, limit, clear = FindingKind.TOO_LARGE, rules.max_households, count > rules.hard_max_households
        elif count < rules.min_households:
            kind, limit, clear = FindingKind.TOO_SMALL, rules.min_households, 2 * count < rules.min_households
        else:
            continue
        clarity = Clarity.CLEAR if clear else Clarity.DOUBTFUL
        evidence = {"households": count, "limit": limit}
        found.append(Finding(kind, (str(grids.codes[row]),), clarity, grids.shapes[row], evidence))
    return found


def far_compounds(compounds: Layer, own: Codes, offices: Layer, rules: AuditRules) -> list[Finding]:
    """Return compounds far, in a straight line from their edge, from the nearest office of their own community.

    Parameters
    ----------
    own : (n,) the community of each compound, "" where unknown.
    offices : points; `parents` names the community of each office.

    Evidence: `distance_m`, `limit_m`, `office`. Doubtful within a tenth above the limit.
    """
    assert offices.parents is not None
    of: dict[str, list[int]] = {}
    for index, community in enumerate(offices.parents):
        of.setdefault(str(community), []).append(index)
    found = []
    for row in range(len(compounds)):
        mine = of.get(str(own[row])) if own[row] else None
        if not mine:
            continue
        distances = shapely.distance(compounds.shapes[row], offices.shapes[mine])
        nearest = int(np.argmin(distances))
        distance_m = float(distances[nearest])
        if distance_m <= rules.far_from_office_m:
            continue
        clarity = Clarity.CLEAR if distance_m > 1.1 * rules.far_from_office_m else Clarity.DOUBTFUL
        evidence = {
            "distance_m": _m(distance_m),
            "limit_m": rules.far_from_office_m,
            "office": str(offices.codes[mine[nearest]]),
        }
        codes = (str(compounds.codes[row]), str(own[row]))
        found.append(Finding(FindingKind.FAR_FROM_OFFICE, codes, clarity, compounds.shapes[row], evidence))
    return found


def invalid_shapes(places: Sequence[InvalidPlace]) -> list[Finding]:
    """Return the places that could not be judged. Evidence: `rule`, `reason`."""
    return [
        Finding(
            FindingKind.INVALID_SHAPE,
            (place.code,),
            Clarity.CLEAR,
            shapely.envelope(place.shape),
            {"rule": place.rule, "reason": kept(place.reason)},
        )
        for place in places
    ]


def _rows(states: Codes, state: Fit | GridFit) -> list[int]:
    return [row for row, word in enumerate(states) if word is state]


def _material(pieces: Pieces, row: int) -> Ints:
    """Return the rows of a subject's material pieces, the largest share first."""
    rows = pieces.rows_of(row)
    every = np.arange(rows.start, rows.stop, dtype=np.int64)
    return every[pieces.material[every]]


def _pieces_evidence(pieces: Pieces, rows: Ints, codes: Codes, name: str, households: str) -> dict[str, Any]:
    """Return the parallel lists that describe some pieces."""
    return {
        name: [str(codes[cell]) for cell in pieces.cell[rows]],
        "areas_m2": [_m2(area) for area in pieces.area_m2[rows]],
        "shares": [_share(share) for share in pieces.share[rows]],
        "widths_m": [_m(width) for width in pieces.width_m[rows]],
        households: [int(count) for count in pieces.households[rows]],
    }


def _m(length: float | np.float64) -> float:
    """Round metres to centimetres: finer than any layer."""
    return round(float(length), 2)


def _m2(area: float | np.float64) -> float:
    """Round square metres to hundredths."""
    return round(float(area), 2)


def _share(share: float | np.float64) -> float:
    """Round a share to millionths."""
    return round(float(share), 6)

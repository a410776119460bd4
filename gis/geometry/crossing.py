"""How compounds sit among grids, and grids among communities: inside, holding, crossed, uncovered.

What counts is *material* land: wider than the noise width (6 x the coarser layer's stated accuracy), or with a home
point in it. docs/decisions/0001-what-counts-as-crossed.md says why and gives every case a drawing.
"""

from dataclasses import dataclass

import numpy as np

from gis.geometry.engines import EngineName, WidthMode, open_engine
from gis.geometry.layers import DEFAULT_RULES, AuditRules, Codes, Homes, Layer
from gis.geometry.pieces import Bools, Floats, Ints, Pieces
from gis.geometry.relations import Limits, Relations, deciding_width_m, relate
from gis.terms import Clarity, Fit, GridFit, Word

SMALL_SHARE = 0.1
"""A subject too small to judge is doubtful when its second piece (or its land in no cell) has more than this share."""


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """How each compound sits among the grids; one entry a compound, in the layer's order.

    Parameters
    ----------
    states : `Fit`.
    clarity : `Clarity`: clear; doubtful = a person should look; noise = raw overlaps beyond the home and held grids, or
        land in no grid, but none of it material.
    home : position of the grid with the largest share, -1 where there is none.
    uncovered_m2, uncovered_width_m : land in no grid and its width; the width is an upper bound where it is noise and
        ``widths="material"``.
    crossing_width_m : for a crossed compound, how deep the deciding grid line runs inside it; 0 for the others. A grid
        that lies partly inside has the depth min(width of compound ∩ grid, of compound ∖ grid, of grid ∖ compound);
        the largest over the partial grids counts. It may be below the noise width when only a building decides. With
        ``widths="material"`` it is a lower bound.
    pieces : every raw overlap.
    """

    states: Codes
    clarity: Codes
    home: Ints
    uncovered_m2: Floats
    uncovered_width_m: Floats
    crossing_width_m: Floats
    pieces: Pieces


@dataclass(frozen=True, slots=True, eq=False)
class GridFits:
    """How each grid (or compound) sits among the communities; one entry a grid, in the layer's order.

    Parameters
    ----------
    states : `GridFit`: straddling = material land in two communities (this wins over outside); outside = material land
        in none; nested otherwise.
    clarity : as in `Fits`.
    home : position of the community with the largest share, -1 where there is none.
    outside_m2, outside_width_m : land in no community and its width.
    crossing_width_m : for a straddling grid, the width of its second widest material piece (with
        ``widths="material"`` a lower bound of it); 0 for the others.
    pieces : every raw overlap.
    """

    states: Codes
    clarity: Codes
    home: Ints
    outside_m2: Floats
    outside_width_m: Floats
    crossing_width_m: Floats
    pieces: Pieces


def fit_compounds(
    compounds: Layer,
    grids: Layer,
    *,
    homes: Homes | None = None,
    rules: AuditRules = DEFAULT_RULES,
    engine: EngineName = "auto",
    threads: int = 1,
    widths: WidthMode = "all",
) -> Fits:
    """Judge how each compound sits among the grids.

    Parameters
    ----------
    compounds, grids : valid polygons in metres; grids of one kind only.
    homes : one point a building; a piece that holds one is material at any width.
    rules : what width counts as noise and what as clear.
    engine : "geos"; "edges" (compiled, needs the optional extra ``fast``); "auto" takes edges for large layers when it
        is there. The answer is the same.
    threads : how many threads may work.
    widths : "all" measures every raw piece; "findings" only those of compounds that are crossed, uncovered or doubtful;
        "material" none but what a verdict rests on (see `Pieces.width_m`).

    Returns
    -------
    Fits
        `inside` one grid; `holds` whole grids; `crossed`: some grid has material land inside the compound and outside
        it, and the compound has material land in another grid; `uncovered`: material land of it is in no grid.
        Crossed wins over uncovered. A compound too small to judge sits in its home grid.

    Raises
    ------
    GridworkError
        "engine.missing" when "edges" is asked for and numba is not installed.
    InvalidShape
        when GEOS cannot overlay a shape because it is not valid.
    """
    limits = Limits.of(rules, compounds, grids)
    with open_engine(engine, compounds, grids, limits, threads) as ready:
        return judge_compounds(relate(ready, limits, compounds, grids, homes), widths)


def fit_grids(
    grids: Layer,
    communities: Layer,
    *,
    homes: Homes | None = None,
    rules: AuditRules = DEFAULT_RULES,
    engine: EngineName = "auto",
    threads: int = 1,
    widths: WidthMode = "all",
) -> GridFits:
    """Judge how each grid lies among the communities, by land only: recorded parents are not asked.

    Parameters and errors are those of `fit_compounds`.
    """
    limits = Limits.of(rules, grids, communities)
    with open_engine(engine, grids, communities, limits, threads) as ready:
        return judge_grids(relate(ready, limits, grids, communities, homes), widths)


fit_places = fit_grids
"""Judge how each compound lies among the communities: the same question as that of the grids."""


def judge_compounds(relations: Relations, widths: WidthMode) -> Fits:
    """Give the verdicts that `fit_compounds` describes."""
    bare = _Bare.of(relations)
    small = _too_small(relations)
    lost = small & (relations.overlay.bare_m2 > _home_m2(relations))
    deciding, inside, holding = _partial_rows(relations)
    crossed = relations.any_row(deciding, np.ones(len(deciding), dtype=bool))
    uncovered = (bare.material | lost | (relations.count == 0)) & ~crossed
    holds = holding & ~inside & ~crossed & ~uncovered
    unresolved = ~inside & ~holds & ~small & (relations.material_count > 0)

    # Asked before anything is measured for evidence: both engines then compare with the limit in the same way.
    deep = relations.any_row(deciding, relations.all_exceed(deciding, relations.limits.clear_m))
    depth = deciding_width_m(relations, deciding, measured=widths != "material")
    states = _words(relations.subjects, Fit.INSIDE)
    states[holds], states[uncovered], states[crossed] = Fit.HOLDS, Fit.UNCOVERED, Fit.CROSSED
    clarity = _settled_clarity(relations, bare, small, unresolved)
    clarity[uncovered] = _by_width(bare.clear | (relations.count == 0))[uncovered]
    clarity[crossed] = _by_width(deep)[crossed]
    asked = _asked(widths, crossed | uncovered | _doubtful(clarity))
    return Fits(
        states=states,
        clarity=clarity,
        home=relations.home(),
        uncovered_m2=relations.overlay.bare_m2,
        uncovered_width_m=_bare_widths(relations, asked),
        crossing_width_m=depth,
        pieces=_pieces(relations, asked),
    )


def judge_grids(relations: Relations, widths: WidthMode) -> GridFits:
    """Give the verdicts that `fit_grids` describes."""
    bare = _Bare.of(relations)
    small = _too_small(relations)
    lost = small & (relations.overlay.bare_m2 > _home_m2(relations))
    straddling = relations.material_count >= 2
    outside = (bare.material | lost | (relations.count == 0)) & ~straddling

    wide = _material_rows(relations, straddling)
    clear = relations.shared.exceed(wide, relations.limits.clear_m)
    deep = np.bincount(relations.overlay.subject[wide[clear]], minlength=relations.subjects) >= 2
    depth = _second_width_m(relations, wide, measured=widths != "material")
    states = _words(relations.subjects, GridFit.NESTED)
    states[outside], states[straddling] = GridFit.OUTSIDE, GridFit.STRADDLING
    clarity = _settled_clarity(relations, bare, small, _joined_slivers(relations))
    clarity[outside] = _by_width(bare.clear | (relations.count == 0))[outside]
    clarity[straddling] = _by_width(deep)[straddling]
    asked = _asked(widths, straddling | outside | _doubtful(clarity))
    return GridFits(
        states=states,
        clarity=clarity,
        home=relations.home(),
        outside_m2=relations.overlay.bare_m2,
        outside_width_m=_bare_widths(relations, asked),
        crossing_width_m=depth,
        pieces=_pieces(relations, asked),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    """What the land in no cell amounts to, one entry a subject."""

    near: Bools
    material: Bools
    clear: Bools

    @classmethod
    def of(cls, relations: Relations) -> "_Bare":
        flags = []
        asked = np.flatnonzero(relations.overlay.bare_m2 > 0).astype(np.int64)
        for width_m in (relations.limits.near_m, relations.limits.noise_m, relations.limits.clear_m):
            asked = asked[relations.bare.exceed(asked, width_m)]
            flag = np.zeros(relations.subjects, dtype=bool)
            flag[asked] = True
            flags.append(flag)
        return cls(flags[0], flags[1] | relations.seats.bare, flags[2])


def _partial_rows(relations: Relations) -> tuple[Ints, Bools, Bools]:
    """Return the rows whose grid crosses its compound, and which compounds lie inside a grid, or hold one."""
    lone = (relations.count == 1) & (relations.material_count == 1)
    rows = np.flatnonzero(relations.material & ~lone[relations.overlay.subject]).astype(np.int64)
    out = relations.rest_material(rows)
    inside = relations.any_row(rows, ~out) | lone
    rows = rows[out]
    beyond = relations.beyond_material(rows)
    holding = relations.any_row(rows, ~beyond)
    partial = rows[beyond]
    return partial[relations.others_material(partial)], inside, holding


def _too_small(relations: Relations) -> Bools:
    """Tell which subjects have overlaps but none that is material."""
    return (relations.count > 0) & (relations.material_count == 0)


def _home_m2(relations: Relations) -> Floats:
    area = np.zeros(relations.subjects)
    some = relations.count > 0
    area[some] = relations.overlay.area_m2[relations.starts[:-1][some]]
    return area


def _settled_clarity(relations: Relations, bare: _Bare, small: Bools, unresolved: Bools) -> Codes:
    """Return how sure it is that nothing is wrong: noise, doubtful or clear."""
    every = np.arange(len(relations.overlay), dtype=np.int64)
    is_home = every == relations.starts[relations.overlay.subject]
    minor = ~relations.material & ~(is_home & small[relations.overlay.subject])
    noisy = relations.any_row(every, minor) | (relations.overlay.bare_m2 > 0)
    near = relations.any_row(every, minor & relations.near) | bare.near
    doubtful = np.where(small, _second_share(relations) > SMALL_SHARE, near | unresolved)
    clarity = _words(relations.subjects, Clarity.CLEAR)
    clarity[noisy] = Clarity.NOISE
    clarity[doubtful] = Clarity.DOUBTFUL
    return clarity


def _second_share(relations: Relations) -> Floats:
    """Return the share of each subject's second piece, or of its land in no cell where that is more."""
    second = relations.overlay.bare_m2.copy()
    several = relations.count > 1
    rows = relations.starts[:-1][several] + 1
    second[several] = np.maximum(second[several], relations.overlay.area_m2[rows])
    return second / relations.engine.subject_sizes.area_m2


def _joined_slivers(relations: Relations) -> Bools:
    """Tell which subjects have material land outside their home though no single piece of it is material."""
    rows = relations.starts[:-1][(relations.count > 0) & (relations.material_count == 1)]
    rows = rows[relations.material[rows]]
    return relations.any_row(rows, relations.rest_material(rows))


def _material_rows(relations: Relations, subjects: Bools) -> Ints:
    return np.flatnonzero(relations.material & subjects[relations.overlay.subject]).astype(np.int64)


def _second_width_m(relations: Relations, rows: Ints, *, measured: bool) -> Floats:
    """Return the width of the second widest of each subject's rows; every subject has two of them or none."""
    width = relations.shared.settle(rows) if measured else relations.shared.low[rows]
    subject = relations.overlay.subject[rows]
    order = np.lexsort((-width, subject))
    first = np.flatnonzero(np.r_[True, np.diff(subject[order]) != 0]) if len(rows) else order
    second = np.zeros(relations.subjects)
    if len(rows):
        second[subject[order[first]]] = width[order[first + 1]]
    return second


def _words(count: int, word: Word) -> Codes:
    # np.full would turn the enum's member into a plain string.
    words = np.empty(count, dtype=object)
    words[:] = word
    return words


def _by_width(clear: Bools) -> Codes:
    clarity = _words(len(clear), Clarity.DOUBTFUL)
    clarity[clear] = Clarity.CLEAR
    return clarity


def _doubtful(clarity: Codes) -> Bools:
    return np.array([word is Clarity.DOUBTFUL for word in clarity], dtype=bool)


def _asked(widths: WidthMode, findings: Bools) -> Bools:
    """Return the subjects whose widths are all measured."""
    return findings if widths == "findings" else np.full(len(findings), widths == "all")


def _bare_widths(relations: Relations, asked: Bools) -> Floats:
    relations.bare.settle(np.flatnonzero(asked & (relations.overlay.bare_m2 > 0)).astype(np.int64))
    return relations.bare.high


def _pieces(relations: Relations, asked: Bools) -> Pieces:
    relations.shared.settle(np.flatnonzero(asked[relations.overlay.subject]).astype(np.int64))
    return relations.pieces()

"""The whole audit of a district, and the audit of what a change may have touched: the same judges, the same verdicts.

One audit looks at one published layer of grids. Ordinary and exclusive grids are that layer together (a campus is
nobody else's ground); the 1-hectare unit cells are another layer and are audited apart, never mixed with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import findings as found
from gis.geometry.changes import Changed
from gis.geometry.crossing import Fits, GridFits, fit_compounds, fit_grids, fit_places
from gis.geometry.cuts import cut_lines
from gis.geometry.engines import EngineName, WidthMode, choose_engine
from gis.geometry.findings import Finding, InvalidPlace
from gis.geometry.homes import rooted
from gis.geometry.layers import District, Layer, Shapes
from gis.geometry.partition import Patch, find_flaws
from gis.geometry.partition_near import gaps_near, overlaps_of
from gis.geometry.pieces import Bools, Ints
from gis.geometry.scopes import (
    Bench,
    DistrictIndex,
    Scope,
    at_district,
    bench,
    count_households,
    first_cover,
    judged_fits,
    meeting,
    scope_around,
    take,
    whole_scope,
)
from gis.terms import FindingKind, Fit


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """What an audit may know beyond the layers; every part is optional.

    Parameters
    ----------
    offices : community offices as points in metres. `parents` names each one's community; where it does not, the
        community it lies in counts. Without offices nothing is called far.
    compound_households : (n,) households of each compound by its own record, used only where there are no homes.
    sized : (n,) grids that a number of households is wanted of; None = all. An exclusive grid has no wanted size.
    invalid : places whose shape could not be judged.
    """

    offices: Layer | None = None
    compound_households: Ints | None = None
    sized: Bools | None = None
    invalid: Sequence[InvalidPlace] = ()


NOTHING_MORE = Extras()


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What an audit found.

    Parameters
    ----------
    district : what was looked at. All positions below are positions in its layers.
    compounds, grids : judged compounds and grids, ascending: all of them in a full audit.
    changed : boxes around land that changed hands: gaps that meet one of them were judged anew. Empty in a full audit.
    fits : of the judged compounds among the grids: one entry a judged compound; `home`, `pieces.subject` and
        `pieces.cell` are positions in the district's layers. `pieces.households` are estimated by share from the
        compound's own record where there are no homes.
    grid_fits, place_fits : of the judged grids, and of the judged compounds, among the communities; None without
        communities.
    gaps, overlaps : every one, noise included, the widest first; `subjects` are positions of grids.
    households_by_grid, households_by_compound : one entry a judged grid or compound; None when nothing is known.
    cuts : {position of a crossed compound: grid line inside it}.
    findings : what is not noise.
    engine : which engine judged; `seconds` : how long it took.
    """

    district: District
    compounds: Ints
    grids: Ints
    changed: Shapes
    fits: Fits
    grid_fits: GridFits | None
    place_fits: GridFits | None
    gaps: list[Patch]
    overlaps: list[Patch]
    households_by_grid: Ints | None
    households_by_compound: Ints | None
    cuts: dict[int, BaseGeometry]
    findings: list[Finding]
    engine: str
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """One audit under way."""

    district: District
    extras: Extras
    scope: Scope
    index: DistrictIndex
    engine: EngineName
    threads: int
    widths: WidthMode
    started: float = field(default_factory=perf_counter)


def audit_district(
    district: District,
    *,
    extras: Extras = NOTHING_MORE,
    engine: EngineName = "auto",
    threads: int = 1,
    widths: WidthMode = "all",
) -> Audit:
    """Audit a whole district.

    Parameters
    ----------
    district : valid layers in one metric frame, grids of one published layer. Without communities their checks are not
        made and gaps are holes of the union.
    extras : offices, compounds' own totals, invalid places, which grids a size is wanted of.
    engine, threads, widths : as in `fit_compounds`; the answer is the same but for widths of noise.
        Among the communities "all" measures no more than "findings": the crumbs along a community's outline are many
        and long, and nobody asks for them.

    Raises
    ------
    GridworkError : an engine that is not there; InvalidShape : a shape that cannot be overlaid.
    """
    asked = replace(district, homes=rooted(district.homes))
    # One engine for all three questions: communities are few, but the grids among them are many.
    chosen = choose_engine(engine, len(district.grids))
    task = _Task(asked, extras, whole_scope(asked), DistrictIndex(asked), chosen, threads, widths)
    return replace(_audit(task), district=district)


def audit_neighbourhood(
    district: District,
    *,
    changed: Changed,
    extras: Extras = NOTHING_MORE,
    index: DistrictIndex | None = None,
    engine: EngineName = "auto",
    threads: int = 1,
    widths: WidthMode = "all",
) -> Audit:
    """Audit again what a change may have touched; every verdict is the one a full audit would give.

    Parameters
    ----------
    district : as it is *after* the change. It may be a cut-out, if it holds all that the verdicts of the judged places
        rest on (see `scope_around` and `bench`), and the surroundings of a gap.
    changed : what changed in one layer, metres.
    index : box trees of this district, to audit many changes of one state; built here when not given.

    Returns
    -------
    Audit
        Judged are the places whose verdict the change can alter, overlaps of these grids, and gaps that meet a box
        around land that changed hands. `invalid` places of the extras are not repeated.
    """
    index = index or DistrictIndex(district)
    scope = scope_around(index, changed)
    # By the size of the district, as the full audit chooses: where both measure a width they measure it alike.
    chosen = choose_engine(engine, len(district.grids))
    return _audit(_Task(district, replace(extras, invalid=()), scope, index, chosen, threads, widths))


def _audit(task: _Task) -> Audit:
    """Judge everything in the scope and gather it."""
    district, scope = task.district, task.scope
    totals = _compound_households(task)
    table, fits, cuts = _judge_compounds(task)
    grid_table, grid_fits = _judge_among_communities(task, district.grids, scope.grids, "grids")
    place_table, place_fits = _judge_among_communities(task, district.compounds, scope.compounds, "compounds")
    if district.homes is None and totals is not None:
        fits = _with_estimates(fits, totals)
    gaps, overlaps = _judge_tiling(task)
    households = _grid_households(task)
    findings = [
        *found.crossed_compounds(table.judged, table.cells, fits, cuts),
        *found.uncovered_compounds(table.judged, table.cells, fits, totals),
        *_community_findings(task, place_table, place_fits, FindingKind.COMPOUND_STRADDLES),
        *_community_findings(task, grid_table, grid_fits, FindingKind.GRID_STRADDLES),
        *found.gap_findings(gaps, district.grids, district.communities),
        *found.overlap_findings(overlaps, district.grids),
        *_size_findings(task, households),
        *_far_findings(task, place_table, place_fits),
        *found.invalid_shapes(task.extras.invalid),
    ]
    return Audit(
        district=district,
        compounds=scope.compounds,
        grids=scope.grids,
        changed=scope.changed,
        fits=at_district(fits, scope.compounds, table.cell_at),
        grid_fits=_placed(grid_fits, scope.grids, grid_table),
        place_fits=_placed(place_fits, scope.compounds, place_table),
        gaps=gaps,
        overlaps=overlaps,
        households_by_grid=households,
        households_by_compound=totals,
        cuts={int(scope.compounds[row]): line for row, line in cuts.items()},
        findings=findings,
        engine=choose_engine(task.engine, len(district.grids)),
        seconds=perf_counter() - task.started,
    )


def _judge_compounds(task: _Task) -> tuple[Bench, Fits, dict[int, BaseGeometry]]:
    """Judge the compounds among the grids; positions in the answer are those on the bench."""
    district, index = task.district, task.index
    trees = None if task.scope.whole else (index.compounds, index.grids, index.homes)
    table = bench(district, task.scope.compounds, district.compounds, district.grids, trees, beyond=True)
    fits = fit_compounds(
        table.subjects,
        table.cells,
        homes=table.homes,
        rules=district.rules,
        engine=task.engine,
        threads=task.threads,
        widths=task.widths,
    )
    fits = judged_fits(fits, table.judged_rows)
    crossed = np.array([row for row, state in enumerate(fits.states) if state is Fit.CROSSED], dtype=np.int64)
    lines = cut_lines(table.judged, table.cells, fits, crossed)
    return table, fits, dict(zip(crossed.tolist(), lines, strict=True))


def _judge_among_communities(
    task: _Task, layer: Layer, judged: Ints, name: str
) -> tuple[Bench | None, GridFits | None]:
    """Judge grids or compounds among the communities."""
    district, index = task.district, task.index
    if district.communities is None:
        return None, None
    trees = None if task.scope.whole else (getattr(index, name), index.communities, index.homes)
    table = bench(district, judged, layer, district.communities, trees, beyond=False)
    judge = fit_grids if name == "grids" else fit_places
    fits = judge(
        table.subjects,
        table.cells,
        homes=table.homes,
        rules=district.rules,
        engine=task.engine,
        threads=task.threads,
        widths="material" if task.widths == "material" else "findings",
    )
    return table, judged_fits(fits, table.judged_rows)


def _placed(fits: GridFits | None, subject_at: Ints, table: Bench | None) -> GridFits | None:
    return at_district(fits, subject_at, table.cell_at) if fits is not None and table is not None else None


def _judge_tiling(task: _Task) -> tuple[list[Patch], list[Patch]]:
    """Find gaps and overlaps, everywhere or where something changed."""
    district, scope = task.district, task.scope
    parents = district.communities.shapes if district.communities is not None else None
    accuracies = [layer.accuracy_m for layer in (district.grids, district.communities) if layer is not None]
    limits = (district.rules.noise_m(*accuracies), district.rules.clear_m(*accuracies))
    shapes = district.grids.shapes
    if scope.whole:
        flaws = find_flaws(shapes, parents, noise_m=limits[0], clear_m=limits[1])
        return flaws.gaps, flaws.overlaps
    gaps = gaps_near(scope.changed, shapes, task.index.grids, parents, task.index.communities, limits)
    return gaps, overlaps_of(shapes, task.index.grids, scope.grids, limits)


def _compound_households(task: _Task) -> Ints | None:
    """Return the households of each judged compound: from homes, else from its own record."""
    homes, scope = task.district.homes, task.scope
    if homes is None:
        recorded = task.extras.compound_households
        return recorded[scope.compounds] if recorded is not None else None
    return _households_in(task, task.district.compounds, scope.compounds, task.index.compounds)


def _grid_households(task: _Task) -> Ints | None:
    """Return the households of each judged grid: from homes, else by share from the compounds' own records."""
    if task.district.homes is not None:
        return _households_in(task, task.district.grids, task.scope.grids, task.index.grids)
    recorded = task.extras.compound_households
    return _households_by_share(task, recorded) if recorded is not None else None


def _households_in(task: _Task, layer: Layer, judged: Ints, tree: shapely.STRtree) -> Ints:
    """Return the households of each judged place; a home on a line belongs to the first place in the layer."""
    homes = task.district.homes
    assert homes is not None
    if task.scope.whole:
        at = first_cover(task.index.homes, layer.shapes)
        return count_households(at, homes.households, len(layer))
    near = meeting(task.index.homes, layer.shapes[judged])
    points = homes.points[near]
    places = meeting(tree, points)  # all that may hold one of these homes, ascending: the first stays the first
    at = first_cover(shapely.STRtree(points), layer.shapes[places])
    counted = count_households(at, homes.households[near], len(places))
    spread = np.zeros(len(layer), dtype=np.int64)
    spread[places] = counted
    return spread[judged]


def _households_by_share(task: _Task, recorded: Ints) -> Ints:
    """Return the households of each judged grid, each compound's own total spread over its land."""
    district, scope = task.district, task.scope
    near = meeting(task.index.compounds, district.grids.shapes[scope.grids])
    compound, grid = task.index.grids.query(district.compounds.shapes[near])
    wanted = np.isin(grid, scope.grids)
    compound, grid = compound[wanted], grid[wanted]
    shapes = district.compounds.shapes[near[compound]]
    shares = shapely.area(shapely.intersection(shapes, district.grids.shapes[grid])) / shapely.area(shapes)
    spread = shares * recorded[near[compound]]
    return np.rint(np.bincount(grid, weights=spread, minlength=len(district.grids)))[scope.grids].astype(np.int64)


def _with_estimates(fits: Fits, totals: Ints) -> Fits:
    """Return verdicts whose pieces carry households estimated by share."""
    estimated = np.rint(fits.pieces.share * totals[fits.pieces.subject]).astype(np.int64)
    return replace(fits, pieces=replace(fits.pieces, households=estimated))


def _community_findings(task: _Task, table: Bench | None, fits: GridFits | None, kind: FindingKind) -> list[Finding]:
    """Return what is found of grids, or of compounds, among the communities."""
    communities = task.district.communities
    if communities is None or table is None or fits is None:
        return []
    known = frozenset(map(str, communities.codes))
    grids = kind is FindingKind.GRID_STRADDLES
    return [
        *found.straddling(table.judged, table.cells, fits, kind),
        *(found.grids_outside(table.judged, table.cells, fits) if grids else []),
        *found.wrong_parents(table.judged, table.cells, fits, known, by_code=grids),
    ]


def _size_findings(task: _Task, households: Ints | None) -> list[Finding]:
    if households is None:
        return []
    every = np.ones(len(task.district.grids), dtype=bool)
    sized = (task.extras.sized if task.extras.sized is not None else every)[task.scope.grids]
    return found.size_findings(take(task.district.grids, task.scope.grids), households, task.district.rules, sized)


def _far_findings(task: _Task, table: Bench | None, fits: GridFits | None) -> list[Finding]:
    """Return compounds far from the office of their own community: the recorded one, else the one they lie in."""
    offices, communities = task.extras.offices, task.district.communities
    if offices is None or communities is None or table is None or fits is None:
        return []
    known = {str(code) for code in communities.codes}
    judged = table.judged
    lies_in = [str(table.cells.codes[home]) if home >= 0 else "" for home in fits.home]
    recorded = [str(code or "") for code in judged.parents] if judged.parents is not None else [""] * len(judged)
    own = np.array(
        [said if said in known else seen for said, seen in zip(recorded, lies_in, strict=True)], dtype=object
    )
    named = offices.parents if offices.parents is not None else np.full(len(offices), "", dtype=object)
    of = np.array([str(name) if str(name) in known else "" for name in named], dtype=object)
    lost = np.flatnonzero(of == "")
    at = first_cover(shapely.STRtree(offices.shapes[lost]), communities.shapes)
    of[lost] = [str(communities.codes[i]) if i >= 0 else "" for i in at]
    placed = replace(offices, parents=of)
    return found.far_compounds(judged, np.array(own, dtype=object), placed, task.district.rules)

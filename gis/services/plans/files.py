"""Redraw layers in files, no database needed: read, make units, solve, check, report; `output` writes it down."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from gis.geometry.audit import Audit, audit_district
from gis.geometry.crs import project, require_meeting
from gis.geometry.errors import GridworkError
from gis.geometry.ground import Ground
from gis.geometry.layers import Layer, Shapes
from gis.geometry.redraw_check import RedrawCheck, check_redraw
from gis.geometry.units import Units, make_units
from gis.optimize.alternatives import alternatives
from gis.optimize.district import Redraw, combine, mendable, redraw_district
from gis.optimize.reasons import crossed_in
from gis.optimize.search import Limits
from gis.optimize.stages import Outcome
from gis.services.audits.files import AuditFiles, OpenDistrict, open_district
from gis.services.audits.opening import open_file
from gis.services.plans.report import redraw_report
from gis.terms import LayerKind

MOST_ALTERNATIVES = 9
THREADS = 2
"""Communities solved at once; the plans are the same."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RedrawFiles:
    """What is to be redrawn.

    Parameters
    ----------
    layers : paths, columns, accuracy and rules, as for an audit.
    roads : path of road lines; borders follow them where they can.
    alternatives : how many proposals are wanted. time_limit_s : of each community and proposal.
    """

    layers: AuditFiles
    roads: str | None = None
    alternatives: int = 1
    time_limit_s: float = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """One proposal: the redraw, its layer of grids, and what an independent check says of it."""

    rank: int
    redraw: Redraw
    grids: Layer
    check: RedrawCheck
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class FileRedraw:
    """The redraw of some files.

    Parameters
    ----------
    report : the contract's JSON, with `communities`, `straddling` and `notices` besides.
    proposals : best first. names : {layer: {code: name}}.
    """

    report: dict[str, Any]
    proposals: list[Proposal]
    units: Units
    crs: str
    names: dict[LayerKind, dict[str, str]]


def redraw_files(*, files: RedrawFiles, progress: Progress, cancelled: Callable[[], bool] | None = None) -> FileRedraw:
    """Propose how the grids in some files mend every crossed compound with the least change.

    Parameters
    ----------
    progress : told in Chinese what is being done.
    cancelled : asked while solving; True stops, and what was solved before stands.

    Raises
    ------
    GridworkError : a file or a number that cannot be used; the message says what to do.
    """
    _require_numbers(files)
    found = open_district(files.layers, progress)
    roads = _roads(files.roads, found, progress)
    ground = Ground(
        found.district,
        roads=roads,
        compound_households=found.extras.compound_households,
        sized=found.extras.sized,
    )
    progress(_("生成调整单元"))
    units = make_units(ground)
    before = audit_district(found.district, extras=found.extras, engine="geos", widths="material")
    progress(
        _("求解：%(crossed)d 个被穿过的小区，%(units)d 个单元")
        % {"crossed": int(mendable(units).sum()), "units": len(units)}
    )
    limits = Limits(files.time_limit_s, cancelled=cancelled)
    proposals = _proposals(files, found, units, before, limits, progress)
    report = redraw_report(proposals, units, found)
    return FileRedraw(report, proposals, units, found.crs, found.names)


def _proposals(
    files: RedrawFiles, found: OpenDistrict, units: Units, before: Audit, limits: Limits, progress: Progress
) -> list[Proposal]:
    started = perf_counter()
    rules = files.layers.rules

    def told(done: int, every: int) -> None:
        progress(_("已求解 %(done)d / %(every)d 组社区") % {"done": done, "every": every})

    best = redraw_district(units, rules, limits=limits, threads=THREADS, progress=told)
    redraws = [(best, perf_counter() - started)]
    if files.alternatives > 1:
        progress(_("寻找不同的方案"))
        redraws += _others(best, files.alternatives, limits)
    today = units.grid_layer()
    made = []
    for rank, (redraw, seconds) in enumerate(redraws, start=1):
        after = units.grid_layer(redraw.grid)
        check = check_redraw(found.district, today, after, extras=found.extras, before=before)
        made.append(Proposal(rank, redraw, after, check, seconds))
    return made


def _others(best: Redraw, count: int, limits: Limits) -> list[tuple[Redraw, float]]:
    """Return further plans of the district: each community's own next best; one without any keeps its best."""
    crossed = np.flatnonzero(mendable(best.units))
    started = perf_counter()
    ranked: list[list[Outcome]] = [
        alternatives(outcome.problem, outcome, crossed_in(outcome.problem, crossed), count, limits)
        for outcome in best.outcomes
    ]
    seconds = perf_counter() - started
    most = max((len(plans) for plans in ranked), default=1)
    return [
        (
            combine(best.units, [plans[min(rank, len(plans) - 1)] for plans in ranked], list(best.groups)),
            seconds / max(most - 1, 1),
        )
        for rank in range(1, most)
    ]


def _roads(path: str | None, found: OpenDistrict, progress: Progress) -> Shapes | None:
    """Return the roads' lines in metres, None without a file."""
    if path is None:
        return None
    progress(_("读取%(kind)s:%(path)s") % {"kind": LayerKind.ROAD.label, "path": Path(path).name})
    file = open_file(LayerKind.ROAD, path, {})
    found.opened[LayerKind.ROAD] = file
    roads = project(file.shapes, file.crs, found.crs)
    require_meeting(found.district.grids.shapes, roads, names=(_("网格"), file.name))
    return roads


def _require_numbers(files: RedrawFiles) -> None:
    """Refuse numbers that make no sense, each by name."""
    rules = files.layers.rules
    if not 0 <= rules.min_households <= rules.max_households <= rules.hard_max_households:
        raise GridworkError(
            _("户数要求必须满足 0 ≤ 最少（%(low)d）≤ 最多（%(high)d）≤ 上限（%(hard)d）。")
            % {"low": rules.min_households, "high": rules.max_households, "hard": rules.hard_max_households},
            rule="households.wrong_order",
        )
    if not 1 <= files.alternatives <= MOST_ALTERNATIVES:
        raise GridworkError(
            _("方案数须在 1 到 %(most)d 之间。") % {"most": MOST_ALTERNATIVES}, rule="alternatives.out_of_range"
        )
    if not files.time_limit_s > 0:
        raise GridworkError(_("求解时限必须是大于 0 的秒数。"), rule="time_limit.not_positive")

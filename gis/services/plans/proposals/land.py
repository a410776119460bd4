"""The land of a plan as the solver takes it, and what stands on it: read once, before the solver begins."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import shapely
from django.utils import timezone

from gis.geometry import crs
from gis.geometry.edit_kinds import ApplyProposal, Edit
from gis.geometry.layers import AuditRules
from gis.geometry.tiling_units import Stand, units_of_tiling
from gis.models import Compound, Grid, ImportRecord, Plan, ServiceStation, StewardPost
from gis.selectors.plans import base_tiling, tiling_after
from gis.selectors.territory.layers import rules_of, shapes_of, wkb
from gis.services.plans.ground import Surroundings, surroundings_of
from gis.services.plans.proposals.asking import standing_of
from gis.services.plans.proposals.checking import Judge
from gis.services.plans.proposals.figures import Names
from gis.services.plans.proposals.solving import Memory

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Stations:
    """Service stations on the land: a point in metres, and what is told of each."""

    points: np.ndarray[Any, np.dtype[np.object_]]
    told: list[Json]


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """What a proposal is made of.

    Parameters
    ----------
    stand : the plan as it stands. around : what its land lies in, and the district's rules.
    judge : checks what a choice leaves behind. names : what the solver's numbers are called.
    posts : {grid: steward} now. stations : on the land. memory : what the solver knows of this stand already.
    """

    stand: Stand
    around: Surroundings
    judge: Judge
    names: Names
    posts: dict[str, str]
    stations: Stations
    memory: Memory

    @property
    def rules(self) -> AuditRules:
        """Return the district's thresholds."""
        return self.around.basis.rules

    def concerned(self, edits: tuple[Edit, ...], grids: list[str]) -> Json:
        """Return the posts of some grids, and the stations on land that edits give to another grid."""
        return {
            "posts": [{"grid": grid, "steward": self.posts.get(grid, "")} for grid in grids if grid],
            "stations": self._stations(edits),
        }

    def _stations(self, edits: tuple[Edit, ...]) -> list[Json]:
        tiling = self.stand.tiling
        found: list[Json] = []
        if not len(self.stations.points):
            return []
        tree = shapely.STRtree(self.stations.points)
        goes = {unit: grid for edit in edits if isinstance(edit, ApplyProposal) for unit, grid in edit.units}
        faces = tiling.faces_of(goes)
        face, station = tree.query(tiling.faces[faces], predicate="intersects")
        for at, one in sorted(zip(station.tolist(), faces[face].tolist(), strict=True)):
            start, end = str(tiling.seat[one]), goes[int(tiling.unit[one])]
            if start != end and not any(told["code"] == self.stations.told[at]["code"] for told in found):
                found.append({**self.stations.told[at], "from": start, "to": end})
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """What lies around a plan, the judge of what is done to it, and its land in the newest few of its states."""

    around: Surroundings
    judge: Judge
    stands: OrderedDict[str, tuple[Stand, Memory]]


class _Settings:
    """What lies around plans and does not change while an officer draws: the newest few are kept in the process.

    The key holds everything that it is made of: the base of the plan, the thresholds, and the newest import, without
    which no building and no boundary of the past changes.
    """

    MOST, MOST_GRIDS, MOST_STANDS = 4, 200, 2
    """A plan for a whole district is solved as a job, where reading it once more costs nothing that anybody notices."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], _Setting] = OrderedDict()
        self._lock = Lock()

    def of(self, plan: Plan) -> _Setting:
        """Return the setting of a plan."""
        newest = ImportRecord.objects.order_by("-id").values_list("id", flat=True).first()
        made_of = (plan.district_id, *plan.communities, plan.base_at, plan.ground.fingerprint)
        key = (*made_of, rules_of(plan.district_id), newest)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        around = surroundings_of(plan.district_id, plan.communities, plan.base_at)
        found = _Setting(around, Judge(around.district, around.extras, base_tiling(plan)), OrderedDict())
        if len(around.grids) <= self.MOST_GRIDS:
            with self._lock:
                _keep(self._kept, key, found, self.MOST)
        return found

    def clear(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._kept.clear()

    def stand(self, setting: _Setting, plan: Plan) -> tuple[Stand, Memory]:
        """Return a plan's land as it stands, as units, and what was solved on it: between two drags it is the same."""
        standing = standing_of(plan)
        with self._lock:
            known = setting.stands.get(standing)
        if known is not None:
            return known
        made: tuple[Stand, Memory] = units_of_tiling(tiling_after(plan, plan.done), setting.around.ground), {}
        with self._lock:
            _keep(setting.stands, standing, made, self.MOST_STANDS)
        return made


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Keep something, and of all that is kept the newest few."""
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


_settings = _Settings()


def forget() -> None:
    """Let everything go that is kept: for tests, which ask whether a process that begins gives the same answer."""
    _settings.clear()


def land_of(plan: Plan) -> Land:
    """Return the land of a plan as it stands.

    Raises
    ------
    PlanRefused : the communities have no grids any more. InvalidShape : a shape that cannot be overlaid.
    """
    setting = _settings.of(plan)
    around, (stand, memory) = setting.around, _settings.stand(setting, plan)
    compounds = sorted(set(map(str, stand.units.compounds.codes)))
    called = Compound.objects.filter(district_id=plan.district_id, code__in=compounds)
    given = Grid.objects.filter(community_id__in=plan.communities).values_list("code", flat=True)
    names = Names(
        stand=stand,
        compounds=dict(called.values_list("code", "name")),
        taken=frozenset(given) | frozenset(stand.tiling.grids),
        frame=around.basis.frame,
    )
    return Land(stand, around, setting.judge, names, _posts(stand), _stations(plan.district_id, around), memory)


def _posts(stand: Stand) -> dict[str, str]:
    """Return {grid: name of the steward who answers for it now}."""
    now = timezone.now()
    held = StewardPost.objects.filter(grid_id__in=list(stand.tiling.grids), in_force__contains=now)
    return {post.grid_id: str(post.steward) for post in held.select_related("steward")}


def _stations(district_code: str, around: Surroundings) -> Stations:
    shapes = around.district.grids.shapes
    box = shapely.box(*shapely.total_bounds(shapes))
    (window,) = crs.project(np.array([box], dtype=object), around.basis.frame, crs.STORED)
    rows = ServiceStation.objects.filter(
        district_id=district_code, retired_on__isnull=True, shape__bboverlaps=f"SRID=4490;{window.wkt}"
    )
    listed = list(rows.order_by("code").annotate(stored=wkb()).values_list("code", "name", "kind", "stored"))
    points = shapes_of(row[3] for row in listed)
    return Stations(
        points=crs.project(points, crs.STORED, around.basis.frame) if listed else points,
        told=[{"code": code, "name": name, "kind": kind} for code, name, kind, _ in listed],
    )

"""What follows from a plan for what hangs on its grids: the crosswalk, the posts, the hand-over lists.

Old facts keep the grid of their day: nothing that was noted before is rewritten. A steward's post stays with the code;
where a grid is retired, its post goes on in the new grid that is mostly made of it, if there is one, or else ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from psycopg.types.range import TimestamptzRange

from gis.geometry.crosswalk import NOWHERE, CrossRow, crosswalk
from gis.geometry.layers import Homes
from gis.geometry.scopes import first_cover
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.models import CrosswalkRow, HandOver, Plan, StewardPost
from gis.terms import HandOverWay

BATCH = 500


@dataclass(frozen=True, slots=True)
class Passed:
    """Land that passes from a grid to another: of one compound, or ("") of none."""

    start: str
    end: str
    compound: str
    area_m2: float
    households: int
    buildings: int


@dataclass(frozen=True, slots=True)
class Seated:
    """How many posts went on in another grid, and how many ended."""

    moved: int
    ended: int


def walk(before: Tiling, after: Tiling, homes: Homes, noise_m: float) -> list[CrossRow]:
    """Return which grid follows which, to the last square metre and household."""
    return crosswalk(before.layer(), after.layer(), homes, noise_m=noise_m).rows


def passed_on(before: Tiling, after: Tiling, homes: Homes, rows: Iterable[CrossRow]) -> list[Passed]:
    """Return what changes hands, compound by compound; what is mere noise between two grids is left out."""
    real = {(row.from_code, row.to_code) for row in rows if not row.kept and not row.noise}
    then = before.layer()
    start = first_cover(shapely.STRtree(shapely.point_on_surface(after.faces)), then.shapes)
    called = np.array([*then.codes, UNASSIGNED], dtype=object)[start]
    at_face = first_cover(shapely.STRtree(homes.points), after.faces)
    inside = at_face >= 0
    count = len(after.faces)
    buildings = np.bincount(at_face[inside], minlength=count)
    households = np.bincount(at_face[inside], weights=homes.households[inside], minlength=count)
    found: dict[tuple[str, str, str], list[float]] = {}
    for face, (one, other, unit) in enumerate(zip(called, after.seat, after.unit.tolist(), strict=True)):
        if (one, other) not in real:
            continue
        sums = found.setdefault((str(one), str(other), after.compound_of.get(unit, "")), [0.0, 0.0, 0.0])
        sums[0] += after.faces[face].area
        sums[1] += households[face]
        sums[2] += buildings[face]
    return [Passed(*key, sums[0], round(sums[1]), round(sums[2])) for key, sums in sorted(found.items())]


def write_crosswalk(plan: Plan, rows: Sequence[CrossRow]) -> None:
    """Keep the crosswalk of a plan for good."""
    CrosswalkRow.objects.bulk_create(
        [
            CrosswalkRow(
                plan=plan,
                from_grid=row.from_code,
                to_grid=row.to_code,
                area_m2=row.area_m2,
                households=row.households,
                buildings=row.buildings,
                noise=row.noise,
                kept=row.kept,
            )
            for row in rows
        ],
        batch_size=BATCH,
    )


def write_hand_over(plan: Plan, passed: Iterable[Passed], before: dict[str, int], after: dict[str, int]) -> None:
    """Keep the hand-over list of a plan: once for the grid that gives, once for the one that takes.

    Parameters
    ----------
    before, after : {grid: post that answered for it, or answers for it}.
    """
    rows = []
    for one in passed:
        for grid, other, way, posts in (
            (one.start, one.end, HandOverWay.LEAVES, before),
            (one.end, one.start, HandOverWay.ARRIVES, after),
        ):
            if grid == NOWHERE:
                continue
            rows.append(
                HandOver(
                    plan=plan,
                    post_id=posts.get(grid),
                    grid=grid,
                    way=way.value,
                    other_grid=other,
                    compound=one.compound,
                    buildings=one.buildings,
                    households=one.households,
                    area_m2=round(one.area_m2, 1),
                )
            )
    HandOver.objects.bulk_create(rows, batch_size=BATCH)


def posts_at(grids: Iterable[str], moment: datetime) -> dict[str, int]:
    """Return the post of each grid that has one at a moment."""
    found = StewardPost.objects.filter(grid_id__in=list(grids), in_force__contains=moment)
    return {str(grid): post for grid, post in found.values_list("grid__code", "pk")}


def heirs(retired: Iterable[str], fresh: Iterable[str], rows: Sequence[CrossRow]) -> dict[str, str]:
    """Return the new grid that each retired one goes on in: mostly made of it, by households, else by land."""
    new = set(fresh)
    found: dict[str, str] = {}
    for code in sorted(retired):
        takers = [row for row in rows if row.from_code == code and row.to_code in new and not row.noise]
        for row in sorted(takers, key=_weight, reverse=True):
            givers = [other for other in rows if other.to_code == row.to_code and not other.noise]
            if max(givers, key=_weight).from_code == code and row.to_code not in found.values():
                found[code] = row.to_code
                break
    return found


def _weight(row: CrossRow) -> tuple[int, float]:
    return row.households, row.area_m2


def reseat(retired: Iterable[str], heir_of: dict[str, str], moment: datetime) -> Seated:
    """Let the posts of retired grids go on in their heirs from a moment on, and end the others."""
    moved = ended = 0
    posts = StewardPost.objects.select_for_update().filter(grid_id__in=list(retired), in_force__endswith=None)
    bounded = StewardPost.objects.select_for_update().filter(grid_id__in=list(retired), in_force__endswith__gt=moment)
    for post in [*posts, *bounded]:
        begins, ends = post.in_force.lower, post.in_force.upper
        heir = heir_of.get(post.grid_id)
        if heir is not None:
            since = max(begins, moment) if begins is not None else moment
            StewardPost.objects.create(steward_id=post.steward_id, grid_id=heir, in_force=TimestamptzRange(since, ends))
            moved += 1
        else:
            ended += 1
        if begins is not None and begins >= moment:
            post.delete()  # it had not begun: nothing of it is history
        else:
            post.in_force = TimestamptzRange(begins, moment)
            post.save(update_fields=["in_force"])
    return Seated(moved, ended)

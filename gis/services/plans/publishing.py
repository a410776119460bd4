"""Put a plan into force: boundaries end and begin, codes retire and appear, posts move, all in one transaction.

The transaction holds the district's lock, the one that imports take: one writer of boundaries at a time. Whatever ends
it half-way, the database undoes all of it; the plan then stands where it stood.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg.types.range import TimestamptzRange
from shapely import MultiPolygon

from gis.geometry import crs
from gis.geometry.errors import GridworkError
from gis.geometry.layers import Shapes
from gis.geometry.said import kept, said
from gis.geometry.seams import fitted
from gis.geometry.tiling import UNASSIGNED
from gis.models import Grid, GridBoundary, Plan, PlanGround, User
from gis.models.spelling import spelling_of
from gis.selectors.plans.base import BaseGrid, buildings_on, shapes_in
from gis.selectors.plans.land import homes_of
from gis.selectors.plans.rows import PlanRow, plan_row
from gis.selectors.territory.layers import boundaries_in_force, shapes_of, wkb
from gis.services.followups import follow_up
from gis.services.plans import acts, succession
from gis.services.plans.cases import take_cases_along
from gis.services.plans.checking import Checked, base_is_same, figures_of_check, look, require_publishable
from gis.services.plans.rebasing import move_base
from gis.services.plans.refusals import PlanRefused
from gis.services.territory.copying import copy_rows, stored_bytes
from gis.terms import Action, CaseState, GridKind, Happening, LayerKind, PlanState

COMMUNITY_DIGITS = 12


def put_in_force(*, plan_id: uuid.UUID) -> PlanRow:
    """Put a scheduled plan into force whose moment has come; what the job and the clock call.

    May be called at any time and by any number of workers: a plan that is in force, withdrawn or not due yet is left as
    it is. Where it cannot come into force the plan stays approved, says why, and waits for a person.

    Raises
    ------
    UnknownPlan
    """
    with transaction.atomic():
        plan = acts.take_plan(plan_id, by=None, action=Action.EDIT_PLAN, version=None)
        due = plan.in_force_from is not None and plan.in_force_from <= timezone.now()
        if plan.state != PlanState.SCHEDULED or not due:
            return plan_row(plan)
        try:
            with refusing_overlaps(plan), transaction.atomic():
                publish(plan, by=None)
        except GridworkError as refusal:
            _fail(plan, refusal)
        return plan_row(plan)


def put_due_in_force() -> int:
    """Put every scheduled plan into force whose moment has passed without its job; returns how many were tried."""
    due = Plan.objects.filter(state=PlanState.SCHEDULED.value, in_force_from__lte=timezone.now())
    tried = list(due.order_by("in_force_from").values_list("id", flat=True))
    for plan_id in tried:
        put_in_force(plan_id=plan_id)
    return len(tried)


def publish(plan: Plan, *, by: User | None) -> None:
    """Put a plan that was taken and approved into force, in the caller's transaction.

    Raises
    ------
    BaseChanged : its land has changed since, and it cannot be moved over.
    PlanRefused : it no longer passes the check; a later boundary stands in its way; a code is taken.
    """
    acts.lock_district(plan.district_id)
    now = _clock()
    if not base_is_same(plan, now):
        move_base(plan, now)
    checked = look(plan, now)
    require_publishable(plan, checked)
    plan.figures = figures_of_check(plan, checked) | {"version": plan.version + 1}
    moment = _moment(plan, checked, now)
    _write(plan, checked, moment)
    plan.in_force_from, plan.in_force_at, plan.failure = moment, now, {}
    acts.move_to(plan, PlanState.IN_FORCE)
    facts = _follow(plan, checked, moment)
    take_cases_along(plan, checked, CaseState.IN_FORCE, by=by)
    acts.save(plan)
    acts.note(plan, Happening.PLAN_IN_FORCE, by=by, in_force_from=moment.isoformat(), **facts)
    follow_up(Happening.PLAN_IN_FORCE, district_code=plan.district_id, plan_id=plan.id)


@contextmanager
def refusing_overlaps(plan: Plan) -> Iterator[None]:
    """Turn what the database refuses into words for a person; its transaction inside is already rolled back."""
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        said_by = getattr(getattr(cause, "diag", None), "message_primary", "") or str(error).splitlines()[0]
        raise PlanRefused(
            said("数据库拒绝了方案“{title}”的内容，未写入任何数据：{why}", title=plan.title, why=said_by),
            rule="plan.constraint",
        ) from error


def _clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now


def _moment(plan: Plan, checked: Checked, now: datetime) -> datetime:
    """Return from when the plan is in force: as decided, but never before the boundaries that it ends began."""
    decided = plan.in_force_from or now
    ended = [grid.since for grid in checked.around.grids if grid.code in checked.changed]
    return now if any(since >= decided for since in ended) else decided


def _write(plan: Plan, checked: Checked, moment: datetime) -> None:
    """Write places and boundaries."""
    stored = {grid.code: grid for grid in checked.around.grids}
    on = timezone.localdate(moment)
    after = checked.after
    fresh = sorted(code for code, one in after.grids.items() if code not in stored and not one.retired)
    _add_grids(checked, fresh, stored, on)
    for code, record in after.grids.items():
        if code in stored and record.name != stored[code].name:
            Grid.objects.filter(code=code).update(name=record.name, spelling=record.name and spelling_of(record.name))
    gone = sorted(code for code, one in after.grids.items() if code in stored and one.retired)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gridwork_grid SET retired_on = greatest(established_on, %s) WHERE code = ANY(%s)", [on, gone]
        )
    _end(plan, [stored[code] for code in sorted({*checked.changed, *gone} & stored.keys())], moment)
    _begin(plan, checked, moment)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _add_grids(checked: Checked, fresh: list[str], stored: dict[str, BaseGrid], on: Any) -> None:
    used = Grid.objects.filter(code__in=fresh).values_list("code", flat=True).first()
    if used is not None:
        raise PlanRefused(
            said("编码 {code} 已被其他网格使用，请在方案中改用下一个编号。", code=used), rule="plan.code_used"
        )
    kinds = _kinds(checked, fresh, stored)
    Grid.objects.bulk_create(
        [
            Grid(
                code=code,
                name=checked.after.grids[code].name,
                spelling=checked.after.grids[code].name and spelling_of(checked.after.grids[code].name),
                community_id=code[:COMMUNITY_DIGITS],
                kind=kinds[code],
                established_on=on,
            )
            for code in fresh
        ]
    )


def _kinds(checked: Checked, fresh: list[str], stored: dict[str, BaseGrid]) -> dict[str, str]:
    """Return the kind of each new grid: that of the grid which most of its land comes from."""
    kinds = {}
    codes = [code for code in checked.before.shapes if code in stored]
    shapes = shapes_in(*(checked.before.shapes[code] for code in codes))
    for code in fresh:
        common = shapely.area(shapely.intersection(shapes, checked.after.shapes[code]))
        has_some = len(common) and common.max() > 0
        kinds[code] = stored[codes[int(np.argmax(common))]].kind if has_some else GridKind.ORDINARY.value
    return kinds


def _end(plan: Plan, ending: list[BaseGrid], moment: datetime) -> None:
    ids = [grid.boundary_id for grid in ending]
    later = GridBoundary.objects.filter(pk__in=ids, in_force__endswith__isnull=False)
    code = later.values_list("place__code", flat=True).first()
    if code is not None:
        raise PlanRefused(
            said("网格 {code} 已有将来生效的边界，请待其生效后以新的边界为基准重做。", code=code),
            rule="plan.later_boundary",
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gridwork_gridboundary SET in_force = tstzrange(lower(in_force), %s), ended_by_id = %s"
            " WHERE id = ANY(%s)",
            [moment, plan.id, ids],
        )


def _begin(plan: Plan, checked: Checked, moment: datetime) -> None:
    codes = sorted(code for code in checked.changed if code != UNASSIGNED and code in checked.after.shapes)
    places = dict(Grid.objects.filter(code__in=codes).values_list("code", "pk"))
    accuracy_m = PlanGround.objects.values_list("accuracy_m", flat=True).get(plan=plan)
    columns = {"place_id": "int8", "shape": "bytea", "in_force": "tstzrange", "accuracy_m": "float8"}
    period = TimestamptzRange(moment, None)
    shapes = stored_bytes([MultiPolygon(list(shapely.get_parts(one))) for one in _stored_shapes(checked, codes)])
    rows = [
        (places[code], shape, period, accuracy_m, plan.title, plan.id)
        for code, shape in zip(codes, shapes, strict=True)
    ]
    copy_rows("gridwork_gridboundary", {**columns, "source": "text", "plan_id": "uuid"}, rows)


def _stored_shapes(checked: Checked, codes: list[str]) -> Shapes:
    """Return the new shapes as they are stored: with the very vertices of the boundaries beside and before them."""
    if not codes:
        return shapes_in()
    basis = checked.around.basis
    drawn = shapes_in(*(checked.after.shapes[code] for code in codes))
    (land,) = crs.project(shapes_in(shapely.box(*shapely.total_bounds(drawn)).buffer(1.0)), basis.frame, crs.STORED)
    rows = boundaries_in_force(LayerKind.GRID, district_code=plan_district(checked), at=basis.at, near=land)
    ended = [grid.shape for grid in checked.around.grids if grid.code in checked.changed]
    beside = rows.exclude(place__code__in=codes).annotate(stored=wkb()).values_list("stored", flat=True)
    lonlat = np.concatenate([shapes_of(beside), shapes_in(*ended)])
    metres = crs.project(lonlat, crs.STORED, basis.frame)
    seamed = fitted(drawn, metres)
    exact = dict(
        zip(
            map(tuple, shapely.get_coordinates(metres).tolist()),
            map(tuple, shapely.get_coordinates(lonlat).tolist()),
            strict=True,
        )
    )
    xy = shapely.get_coordinates(seamed).tolist()
    moved = crs.project(seamed, basis.frame, crs.STORED)
    degrees = shapely.get_coordinates(moved)
    for row, point in enumerate(xy):
        known = exact.get(tuple(point))
        if known is not None:
            degrees[row] = known
    result = shapely.set_coordinates(moved.copy(), degrees)
    return result if bool(shapely.is_valid(result).all()) else moved


def plan_district(checked: Checked) -> str:
    """Return the district's code of a checked plan."""
    return checked.around.basis.district_code


def _follow(plan: Plan, checked: Checked, moment: datetime) -> dict[str, Any]:
    """Write the crosswalk and the hand-over lists, seat the posts anew; return the figures of it for the journal."""
    before, after = checked.before, checked.after
    frame = checked.around.basis.frame
    homes = homes_of(buildings_on(plan.district_id, before.outline, frame))
    rows = succession.walk(before, after, homes, checked.around.ground.noise_m)
    succession.write_crosswalk(plan, rows)
    fresh = [code for code, one in after.grids.items() if code not in before.grids and not one.retired]
    gone = [code for code, one in after.grids.items() if code in before.grids and one.retired]
    answered = succession.posts_at(before.grids, moment)
    seated = succession.reseat(gone, succession.heirs(gone, fresh, rows), moment)
    answers = succession.posts_at(after.grids, moment)
    passed = succession.passed_on(before, after, homes, rows)
    succession.write_hand_over(plan, passed, answered, answers)
    check = checked.check
    return {
        "grids": list(check.changed),
        "added": fresh,
        "retired": gone,
        "households": check.households_moved,
        "crossed_before": len(check.crossed_before),
        "crossed_after": len(check.crossed_after),
        "posts_moved": seated.moved,
        "posts_ended": seated.ended,
    }


def _fail(plan: Plan, refusal: GridworkError) -> None:
    """Let a scheduled plan stand approved, with the reason why it could not come into force."""
    plan.refresh_from_db()
    place = getattr(refusal, "place", None)
    plan.failure = {"rule": refusal.rule, "text": kept(refusal.message), "place": place}
    acts.move_to(plan, PlanState.APPROVED)
    acts.save(plan)
    acts.note(plan, Happening.PLAN_FAILED, by=None, rule=refusal.rule, reason=str(refusal.message)[:500])
    follow_up(Happening.PLAN_FAILED, district_code=plan.district_id, plan_id=plan.id)

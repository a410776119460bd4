"""The editor of a plan: all that it begins with, what edits would do, locked grids."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.bodies import Body
from gis.api.endpoint import Operation
from gis.api.fields import BBOX, FlagField, one_word
from gis.api.plans import MOST_EDITS, REFUSALS, TAGS, plan_tag
from gis.api.plans_editor_out import (
    DeltaOut,
    GridNumbersOut,
    LocksOut,
    ProblemsOut,
    SheetFindingsOut,
    UnitFeatureOut,
    collection_text,
    delta_text,
    feature_text,
    findings_told,
    grid_texts,
    joined,
    problems_told,
    unit_texts,
)
from gis.api.plans_edits import MOST_GRIDS, EditField, code_field, edit_of
from gis.api.plans_matching import PlanEndpoint, tag_of, unless_known
from gis.api.plans_out import PlanDetailOut, PlanMayOut, may_with, plan_told
from gis.api.plans_shapes import AreaOut, LinesOut, shapes_told
from gis.selectors.plans.frames import frame_of_plan
from gis.services.plans.editor.locking import lock_grids
from gis.services.plans.editor.numbers import wanted_households
from gis.services.plans.editor.previewing import preview_edits
from gis.services.plans.editor.sheet import Beside, RoadNear, Sheet, sheet_key, sheet_of
from gis.terms import PlanState, RoadRank


class CommunityNamedOut(serializers.Serializer[Any]):
    """A community of the plan."""

    code = serializers.CharField()
    name = serializers.CharField()


class BandOut(serializers.Serializer[Any]):
    """Households that are wanted of an ordinary grid: the middle of the band, its ends, and the hard maximum."""

    wanted = serializers.FloatField()
    lowest = serializers.IntegerField()
    highest = serializers.IntegerField()
    hard = serializers.IntegerField()


class BesideProperties(CommunityNamedOut):
    """A grid beside the plan's land, or a compound on or beside it."""

    households = serializers.IntegerField()


class BesideFeature(serializers.Serializer[Any]):
    """One of them."""

    type = one_word("Feature")()
    id = serializers.CharField()
    geometry = AreaOut()
    properties = BesideProperties()


class RoadAroundProperties(CommunityNamedOut):
    """A road on or beside the plan's land."""

    rank = serializers.ChoiceField(choices=RoadRank.choices())


class RoadAroundFeature(serializers.Serializer[Any]):
    """One of them."""

    type = one_word("Feature")()
    id = serializers.CharField()
    geometry = LinesOut()
    properties = RoadAroundProperties()


class UnitsOut(serializers.Serializer[Any]):
    """The units of a plan by number."""

    type = one_word("FeatureCollection")()
    features = UnitFeatureOut(many=True)


class BesidesOut(serializers.Serializer[Any]):
    """Places on or beside the land."""

    type = one_word("FeatureCollection")()
    features = BesideFeature(many=True)


class RoadsAroundOut(serializers.Serializer[Any]):
    """Roads on or beside the land."""

    type = one_word("FeatureCollection")()
    features = RoadAroundFeature(many=True)


class AroundOut(serializers.Serializer[Any]):
    """What the land lies in; buildings and stations come as tiles."""

    grids = BesidesOut(help_text=_("方案之外的相邻网格"))
    compounds = BesidesOut()
    roads = RoadsAroundOut()


class SheetOut(serializers.Serializer[Any]):
    """All that the editor draws when it is opened. `number` operations are in effect, `total` are in the log."""

    version = serializers.IntegerField()
    number = serializers.IntegerField()
    total = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PlanState.choices())
    may = PlanMayOut()
    title = serializers.CharField()
    district = serializers.CharField()
    communities = CommunityNamedOut(many=True)
    base_changed = serializers.BooleanField()
    size = BandOut()
    bounds = serializers.ListField(child=serializers.FloatField(), min_length=len(BBOX), max_length=len(BBOX))
    grids = GridNumbersOut(many=True)
    units = UnitsOut()
    around = AroundOut()
    locks = serializers.ListField(child=serializers.CharField())
    problems = ProblemsOut()
    findings = SheetFindingsOut()


class Editor(PlanEndpoint):
    """The beginning of the editor."""

    operations = {
        "get": Operation(
            "show_editor", _("打开方案编辑"), SheetOut, refusals=(404, 422), can_be_unchanged=True, tags=TAGS
        )
    }

    def get(self, request: Request, **_kwargs: Any) -> Response:
        """Tell all that the editor draws."""
        who = person(request)
        may = sorted(may_with(self.plan, who).items())
        answer = unless_known(request, tag_of(self.plan, "editor", sheet_key(self.plan.id, who), may))
        if answer.status_code == 200:
            answer.data = _sheet_text(sheet_of(self.plan.id, who), may_with(self.plan, who)).encode()
        return answer


def _sheet_text(sheet: Sheet, may: dict[str, bool]) -> str:
    plan, rules = sheet.plan, sheet.rules
    plain = {
        "version": plan.version,
        "number": plan.done,
        "total": plan.done + plan.undone,
        "state": plan.state.value,
        "may": may,
        "title": plan.title,
        "district": plan.district_code,
        "communities": [{"code": code, "name": name} for code, name in sorted(sheet.communities.items())],
        "base_changed": sheet.base_changed,
        "size": {
            "wanted": wanted_households(rules),
            "lowest": rules.min_households,
            "highest": rules.max_households,
            "hard": rules.hard_max_households,
        },
        "bounds": sheet.bounds,
        "locks": plan.locks,
        "problems": problems_told(sheet.problems),
        "findings": findings_told(sheet.resolved, sheet.known, sheet.new),
    }
    around = {
        "grids": _besides(sheet.beside),
        "compounds": _besides(sheet.compounds),
        "roads": _roads(sheet.roads),
    }
    grids = f"[{','.join(grid_texts(sheet.grids))}]"
    units = collection_text(unit_texts(sheet.units))
    return joined(plain, {"grids": grids, "units": units, "around": joined({}, around)})


def _besides(rows: Sequence[Beside]) -> str:
    shapes = shapes_told(row.shape for row in rows)
    return collection_text(
        feature_text(row.code, shape, {"code": row.code, "name": row.name, "households": row.households})
        for row, shape in zip(rows, shapes, strict=True)
    )


def _roads(rows: Sequence[RoadNear]) -> str:
    shapes = shapes_told(row.shape for row in rows)
    return collection_text(
        feature_text(row.code, shape, {"code": row.code, "name": row.name, "rank": row.rank.value})
        for row, shape in zip(rows, shapes, strict=True)
    )


class PreviewIn(Body):
    """A step back (`undo`) or forth (`redo`), not both, and then edits in order; all may be left out."""

    edits = serializers.ListField(child=EditField(), required=False, default=list, min_length=0, max_length=MOST_EDITS)
    undo = FlagField(required=False, default=False)
    redo = FlagField(required=False, default=False)


class PreviewEdits(PlanEndpoint):
    """What edits would do."""

    operations = {
        "post": Operation("preview_edits", _("预览操作"), DeltaOut, body=PreviewIn, refusals=REFUSALS, tags=TAGS)
    }

    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Say what would be; nothing is written."""
        frame = frame_of_plan(self.plan.id)
        seen = preview_edits(
            plan_id=self.plan.id,
            way=self.body["redo"] - self.body["undo"],
            edits=[edit_of(edit, frame) for edit in self.body["edits"]],
            by=person(request),
        )
        text = delta_text(seen.changes, version=seen.plan.version, number=seen.number, total=seen.total)
        return Response(text.encode())


class LocksIn(Body):
    """The grids that are to be locked; all others are not."""

    grids = serializers.ListField(child=code_field(), min_length=0, max_length=10 * MOST_GRIDS)


class Locks(PlanEndpoint):
    """The locked grids of a plan."""

    operations = {
        "put": Operation(
            "lock_grids", _("锁定网格"), LocksOut, body=LocksIn, refusals=REFUSALS, matched=True, tags=TAGS
        )
    }

    def put(self, request: Request, **_kwargs: Any) -> Response:
        """Lock them."""
        plan = lock_grids(plan_id=self.plan.id, version=self.version, grids=self.body["grids"], by=person(request))
        told = plan_told(plan, person(request))
        return Response({"plan": PlanDetailOut(told).data, "grids": plan.locks}, headers={"ETag": plan_tag(plan, told)})

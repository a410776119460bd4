"""Addresses of plans."""

from typing import Any

from django.urls import URLPattern, URLResolver, path

from gis.api.plans import Operations, Plan, Plans, Redo, Undo
from gis.api.plans_checks import PlanChecks
from gis.api.plans_codes import Codes
from gis.api.plans_comments import Comments, ResolveComment
from gis.api.plans_compare import CommunityLines, Compare, Crosswalk, HandOvers
from gis.api.plans_decisions import Approve, Branches, Correct, Rebase, Reject, SendBack, Submit, TakeBack, Withdraw
from gis.api.plans_editor import Editor, Locks, PreviewEdits
from gis.api.plans_files import PlanPackage, Upload
from gis.api.plans_land import PlanGrids, PlanUnits
from gis.api.plans_proposals import CancelProposal, Cards, Proposal, Proposals, TakeProposal


def _of_plan(word: str, view: Any, name: str) -> URLPattern:
    return path(f"plans/<uuid:plan_id>/{word}", view.as_view(), name=f"api_{name}")


plans_urls: list[URLPattern | URLResolver] = [
    path("plans/", Plans.as_view(), name="api_plans"),
    _of_plan("", Plan, "plan"),
    _of_plan("operations/", Operations, "plan_operations"),
    _of_plan("undo/", Undo, "plan_undo"),
    _of_plan("redo/", Redo, "plan_redo"),
    _of_plan("editor/", Editor, "plan_editor"),
    _of_plan("preview/", PreviewEdits, "plan_preview"),
    _of_plan("locks/", Locks, "plan_locks"),
    _of_plan("grids/", PlanGrids, "plan_grids"),
    _of_plan("units/", PlanUnits, "plan_units"),
    _of_plan("check/", PlanChecks, "plan_check"),
    _of_plan("submit/", Submit, "plan_submit"),
    _of_plan("approve/", Approve, "plan_approve"),
    _of_plan("reject/", Reject, "plan_reject"),
    _of_plan("send-back/", SendBack, "plan_send_back"),
    _of_plan("withdraw/", Withdraw, "plan_withdraw"),
    _of_plan("rebase/", Rebase, "plan_rebase"),
    _of_plan("branches/", Branches, "plan_branches"),
    _of_plan("correct/", Correct, "plan_correct"),
    _of_plan("take-back/", TakeBack, "plan_take_back"),
    _of_plan("codes/", Codes, "plan_codes"),
    _of_plan("comments/", Comments, "plan_comments"),
    _of_plan("comments/<int:comment_id>/resolve/", ResolveComment, "plan_comment_resolve"),
    _of_plan("crosswalk/", Crosswalk, "plan_crosswalk"),
    _of_plan("handover/", HandOvers, "plan_handover"),
    _of_plan("proposals/", Proposals, "plan_proposals"),
    _of_plan("proposals/<uuid:proposal_id>/", Proposal, "plan_proposal"),
    _of_plan("proposals/<uuid:proposal_id>/cancel/", CancelProposal, "plan_proposal_cancel"),
    _of_plan("proposals/<uuid:proposal_id>/apply/", TakeProposal, "plan_proposal_apply"),
    _of_plan("cards/", Cards, "plan_cards"),
    _of_plan("export.gpkg", PlanPackage, "plan_package"),
    _of_plan("upload/", Upload, "plan_upload"),
    path("compare/", Compare.as_view(), name="api_compare"),
    path("community-lines/", CommunityLines.as_view(), name="api_community_lines"),
]

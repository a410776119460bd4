"""Codes of new grids: the next free number of their community, and never one that was used before."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from gis.geometry import code_keeping
from gis.geometry.edit_kinds import ApplyProposal, CutGrid, Edit, NewGrid, RenumberGrid, RenumberGrids
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.models import Grid, Plan
from gis.services.plans.refusals import PlanRefused

COMMUNITY_DIGITS = 12
GRID_CODE = re.compile(r"[0-9]{15}")


def with_codes(plan: Plan, tiling: Tiling, edit: Edit) -> Edit:
    """Return an edit whose new codes are there and may be used: one left empty becomes the next free number.

    Raises
    ------
    PlanRefused : `plan.wrong_code`, `plan.code_elsewhere`, `plan.code_used`, `plan.code_missing`.
    WrongEdit : `edit.codes_used_up`.
    """
    if isinstance(edit, CutGrid | RenumberGrid):
        code = edit.code or next_code(edit.grid[:COMMUNITY_DIGITS], tiling.grids)
        _require(plan, tiling, [code])
        return replace(edit, code=code)
    if isinstance(edit, NewGrid):
        code = edit.code or next_code(_community_of(plan, tiling, edit.units), tiling.grids)
        _require(plan, tiling, [code])
        return replace(edit, code=code)
    if isinstance(edit, ApplyProposal):
        _require(plan, tiling, [code for code, _name in edit.new_grids])
    if isinstance(edit, RenumberGrids):
        _require(plan, tiling, [code for _old, code in edit.codes])
    return edit


def next_code(community_code: str, taken: Collection[str] = ()) -> str:
    """Return the next free code of a community: one above the highest ever used; gaps only when 999 is reached.

    Parameters
    ----------
    taken : codes that a plan has given out already.

    Raises
    ------
    WrongEdit : `edit.codes_used_up`.
    """
    known = Grid.objects.filter(code__startswith=community_code).values_list("code", flat=True)
    return code_keeping.next_code(community_code, {*known, *taken})


def _community_of(plan: Plan, tiling: Tiling, units: Iterable[int]) -> str:
    codes = [tiling.grid_of.get(unit, UNASSIGNED)[:COMMUNITY_DIGITS] for unit in units]
    named = [code for code in codes if code] or (plan.communities if len(plan.communities) == 1 else [])
    if not named:
        raise PlanRefused(_("请写明新网格的编码：所选地块尚不属于任何社区。"), rule="plan.code_missing")
    return max(sorted(set(named)), key=named.count)


def _require(plan: Plan, tiling: Tiling, codes: Iterable[str]) -> None:
    """Refuse new codes of a wrong form, of another community, or that a grid carries or carried outside the plan."""
    fresh = [code for code in codes if code not in tiling.grids]  # the kernel refuses those that the plan knows
    for code in fresh:
        if not GRID_CODE.fullmatch(code):
            raise PlanRefused(
                _("网格编码应为 15 位数字：12 位社区编码加 3 位顺序号，而不是“%(code)s”。") % {"code": code},
                rule="plan.wrong_code",
            )
        if code[:COMMUNITY_DIGITS] not in plan.communities:
            raise PlanRefused(
                _("编码 %(code)s 不属于本方案的社区（%(communities)s）。")
                % {"code": code, "communities": "、".join(plan.communities)},
                rule="plan.code_elsewhere",
            )
    used = Grid.objects.filter(code__in=fresh).values_list("code", flat=True).first()
    if used is not None:
        raise PlanRefused(
            _("编码 %(code)s 已被使用或已停用，不能再用；下一个可用的是 %(next)s。")
            % {"code": used, "next": next_code(used[:COMMUNITY_DIGITS], tiling.grids)},
            rule="plan.code_used",
        )

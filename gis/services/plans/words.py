"""A proposal's reasons as sentences that an officer can read aloud."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis.optimize.reasons import Move, Reason
from gis.optimize.stages import Outcome
from gis.terms import Proof

Name = Callable[[int], str]


def why(move: Move, *, grid: Name, compound: Name) -> str:
    """Return why a piece of land goes where it goes, and why not elsewhere.

    Parameters
    ----------
    grid : gives the code of a label. compound : gives the name of a compound's position.
    """
    first, *others = move.reasons
    sentences = [_start(move, first, grid, compound), *(_not_there(reason, grid) for reason in others)]
    return "；".join(sentence for sentence in sentences if sentence) + "。"


def _start(move: Move, reason: Reason, grid: Name, compound: Name) -> str:
    facts = _named(reason.facts, grid, compound)
    facts |= {"end": grid(move.end), "start": grid(move.start), "count": move.households}
    facts["place"] = compound(move.compound) if move.compound >= 0 else ""
    sentence = _FIRST[reason.rule]()
    return sentence % facts


_FIRST: dict[str, Callable[[], str]] = {
    "majority": lambda: _(
        "“%(place)s”整体划入网格 %(end)s，该网格已有其 %(share)s；从网格 %(start)s 划出 %(count)d 户"
    ),
    "minority": lambda: _(
        "“%(place)s”整体划入网格 %(end)s，该网格现有其 %(share)s（最多的网格有 %(most)s，但不能再容纳）；"
        "从网格 %(start)s 划出 %(count)d 户"
    ),
    "several": lambda: _("“%(place)s”划分为若干完整网格（%(grids)s）；从网格 %(start)s 划入 %(end)s 的有 %(count)d 户"),
    "leaves_compound": lambda: _(
        "网格 %(start)s 将完全位于“%(compound)s”之内，其余土地划入网格 %(end)s，共 %(count)d 户"
    ),
    "makes_room": lambda: _(
        "“%(place)s”从网格 %(start)s 划入 %(end)s，共 %(count)d 户；否则网格 %(start)s 将达 %(households)d 户，"
        "超过上限 %(limit)d 户"
    ),
    "balance": lambda: _(
        "从网格 %(start)s 划入 %(end)s 共 %(count)d 户，使两个网格的户数更接近规定"
        "（不划则分别为 %(start_households)d 户和 %(end_households)d 户）"
    ),
    "follows": lambda: _("“%(compound)s”旁的公共地块随之从网格 %(start)s 划入 %(end)s，界线更顺直"),
    "joins": lambda: _("公共地块从网格 %(start)s 划入 %(end)s，使网格连成一片或界线更顺直"),
}


def _not_there(reason: Reason, grid: Name) -> str:
    facts = _named(reason.facts, grid, str)
    sentences = {
        "too_large": _("不划入网格 %(grid)s：它将达 %(households)d 户，超过上限 %(limit)d 户"),
        "impossible": _("不划入网格 %(grid)s：没有任何方案能同时遵守其余规则"),
        "unknown": _("未在限时内查明划入网格 %(grid)s 的结果"),
    }
    if reason.rule == "costs_more":
        return _not_cheaper(facts)
    return sentences[reason.rule] % facts


def _not_cheaper(facts: dict[str, Any]) -> str:
    """Return what would be worse if a compound went to another grid, the weightiest first."""
    worse = []
    if facts["more_moved"] > 0:
        worse.append(
            ngettext("多调整 %(count)d 户", "多调整 %(count)d 户", facts["more_moved"]) % {"count": facts["more_moved"]}
        )
    if facts["more_band"] > 0:
        worse.append(_("户数偏离规定多 %(count)d 户") % {"count": facts["more_band"]})
    if facts["more_grids"] > 0:
        worse.append(_("多改动 %(count)d 个网格") % {"count": facts["more_grids"]})
    if facts["more_land_m2"] > 0:
        worse.append(_("多调整土地 %(area)d 平方米") % {"area": facts["more_land_m2"]})
    if not worse:
        return _("划入网格 %(grid)s 同样可行") % facts
    return _("不划入网格 %(grid)s：那样要%(worse)s") % {**facts, "worse": "、".join(worse)}


def _named(facts: dict[str, Any], grid: Name, compound: Name) -> dict[str, Any]:
    """Return facts with codes and names for labels and positions, and shares as percentages."""
    named = dict(facts)
    if "grid" in facts:
        named["grid"] = grid(facts["grid"])
    if "grids" in facts:
        named["grids"] = "、".join(grid(label) for label in facts["grids"])
    if "compound" in facts:
        named["compound"] = compound(facts["compound"])
    for key in ("share", "most"):
        if key in facts:
            named[key] = f"{100 * facts[key]:.0f}%"
    return named


def proof_text(outcome: Outcome) -> str:
    """Return what is known of how good a plan is."""
    if outcome.proof is not Proof.GAP:
        return outcome.proof.label
    if outcome.gap is None:
        return _("可行；与理论最优的差距未知")
    if outcome.gap == 0:
        return _("调整的户数和土地已证明最少；网格数或界线走向未在限时内证明最优")
    return _("可行；与理论最优最多相差 %(percent).1f%%") % {"percent": 100 * outcome.gap}

"""A proposal's answer in sentences that an officer can read aloud, made when somebody reads it, in his language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gis.speech import in_words
from gis.terms import Proof, RedrawRule

Json = Mapping[str, Any]


def worded(result: Json) -> dict[str, Any]:
    """Return a result with the sentences added: `why` of moves, `said` of proofs, rules, relaxations and options."""
    told = dict(result)
    if "groups" in result:
        told["groups"] = [_group(group) for group in result["groups"]]
    if "choices" in result:
        told["choices"] = [_choice(choice) for choice in result["choices"]]
    return dict(in_words(told))


def _group(group: Json) -> dict[str, Any]:
    told = dict(group) | {"said": proof_said(group["proof"], group["gap"])}
    told["parted"] = [dict(one) | {"said": _parted(one)} for one in group.get("parted", ())]
    conflict = group.get("conflict")
    if conflict:
        told["conflict"] = {
            "minimal": conflict["minimal"],
            "said": _conflict(conflict),
            "rules": _rules(conflict["rules"]),
            "relaxations": [
                dict(one) | {"said": _relaxation(one), "rules": _rules(one["rules"])} for one in conflict["relaxations"]
            ],
        }
    return told


def _rules(rules: Sequence[Json]) -> list[dict[str, Any]]:
    return [dict(rule) | {"said": _rule(rule)} for rule in rules]


def _choice(choice: Json) -> dict[str, Any]:
    told = dict(choice)
    told["said"] = proof_said(choice["proof"], choice["gap"])
    told["moves"] = [dict(move) | {"why": move_said(move)} for move in choice["moves"]]
    told["relaxed"] = [dict(one) | {"said": _above(one)} for one in choice["relaxed"]]
    if "option" in choice:
        told["option"] = dict(choice["option"]) | {"said": _option(choice)}
    return told


def proof_said(proof: str, gap: float | None) -> str:
    """Return what is known of how good a plan is; `gap` is that of the households and land moved."""
    known = Proof(proof)
    if known is not Proof.GAP:
        return _(known.label)
    if gap is None:
        return _("可行；与理论最优的差距未知")
    if gap == 0:
        return _("调整的户数和土地已证明最少；网格数或界线走向未在限时内证明最优")
    return _("可行；与理论最优最多相差 %(percent).1f%%") % {"percent": 100 * gap}


def move_said(move: Json) -> str:
    """Return why a piece of land goes where it goes, and why not elsewhere."""
    from gis.optimize.reasons import Move, Reason
    from gis.services.plans.words import why

    called: list[Any] = []

    def number(code: Any) -> int:
        called.append(code)
        return len(called) - 1

    def reason(told: Json) -> Reason:
        facts = {key: value for key, value in told.items() if key != "rule"}
        if "grid" in facts:
            facts["grid"] = number(facts["grid"])
        if "grids" in facts:
            facts["grids"] = [number(code) for code in facts["grids"]]
        if "compound" in facts:
            facts["compound"] = number(compound_called(facts["compound"]))
        return Reason(told["rule"], facts)

    compound = -1 if move["compound"] is None else number(compound_called(move["compound"]))
    known = Move(
        units=tuple(move["units"]),
        compound=compound,
        start=number(move["from"]),
        end=number(move["to"]),
        households=move["households"],
        area_m2=move["area_m2"],
        reasons=tuple(reason(told) for told in move["reasons"]),
    )
    return why(known, grid=lambda label: str(called[label]) or _("新网格"), compound=lambda place: str(called[place]))


def compound_called(compound: Json) -> str:
    """Return a compound's name, else its code."""
    return str(compound["name"] or compound["code"])


def _rule(rule: Json) -> str:
    """Return a rule in the way as a sentence."""
    facts = dict(rule)
    unit = _("单元 %(unit)s") % {"unit": rule.get("unit", "")}
    facts["place"] = compound_called(rule["compound"]) if rule.get("compound") else unit
    facts["grids"] = _("、").join(rule.get("grids", ()))
    facts["grid"] = rule.get("grid") or _("新网格")
    sentences = {
        RedrawRule.HARD_MAXIMUM: _("网格 %(grid)s 不得超过 %(limit)s 户"),
        RedrawRule.KEEPS_LAND: _("网格 %(grid)s 须保留原有的部分土地"),
        RedrawRule.CONNECTED: _("网格 %(grid)s 须连成一片"),
        RedrawRule.WHOLE_COMPOUND: _("“%(place)s”（%(households)s 户）不与其他小区同处一个网格，除非整体划入"),
        RedrawRule.LOCKED: _("网格 %(grid)s 已锁定"),
        RedrawRule.PINNED: _("“%(place)s”已指定归网格 %(grid)s"),
        RedrawRule.FORBIDDEN: _("“%(place)s”已指定不归网格 %(grids)s"),
    }
    if rule.get("across"):
        across = _("、").join(f"“{compound_called(compound)}”" for compound in rule["across"])
        return _("网格 %(grid)s 已锁定，而%(across)s跨在它的界线上") % {"grid": facts["grid"], "across": across}
    if rule.get("wish") == "whole":
        return _("“%(place)s”已指定保持完整") % facts
    if rule.get("wish") == "split":
        return _("“%(place)s”已指定划分为若干网格") % facts
    return sentences[RedrawRule(rule["rule"])] % facts


def _conflict(conflict: Json) -> str:
    rules = _("；").join(_rule(rule) for rule in conflict["rules"])
    if not conflict["rules"]:
        return _("没有任何方案；限时内未查明是哪些规则相互冲突")
    if conflict["minimal"]:
        return _("以下规则不能同时遵守，缺了其中任何一条即可：%(rules)s") % {"rules": rules}
    return _("以下规则不能同时遵守（限时内未能进一步缩小）：%(rules)s") % {"rules": rules}


def _parted(one: Json) -> str:
    """Return what to look at where a gap in the layer of grids runs through a compound."""
    return _(
        "“%(compound)s”中间有约 %(width)s 米宽的土地不属于任何网格（东经 %(lon).6f、北纬 %(lat).6f），"
        "无论划入哪个网格都连不成一片；请先把这块土地划归网格，或核对网格图层"
    ) % {
        "compound": compound_called(one["compound"]),
        "width": one["width_m"],
        "lon": one["place"][0],
        "lat": one["place"][1],
    }


def _relaxation(relaxation: Json) -> str:
    """Return a way out as a sentence."""
    moved = relaxation["households_moved"]
    costs = ngettext("共调整 %(count)d 户", "共调整 %(count)d 户", moved) % {"count": moved}
    if relaxation["excess"]:
        above = _("、").join(_above(one) for one in relaxation["excess"])
        return _("允许%(above)s，即有方案（%(costs)s）") % {"above": above, "costs": costs}
    rules = _("；").join(_rule(rule) for rule in relaxation["rules"])
    return _("取消以下指定，即有方案（%(costs)s）：%(rules)s") % {"rules": rules, "costs": costs}


def _above(one: Json) -> str:
    return _("网格 %(grid)s 超过上限 %(limit)s 户 %(above)s 户") % {
        "grid": one["grid"] or _("新网格"),
        "limit": one["limit"],
        "above": one["above"],
    }


def _option(choice: Json) -> str:
    """Return an option of a repair card as a sentence."""
    option = choice["option"]
    title = {
        "whole": _("整体划入网格 %(grid)s") % {"grid": option["grid"]},
        "own": _("单设一个网格"),
        "several": _("划分为若干完整网格"),
    }[option["kind"]]
    if not option["possible"]:
        return _("%(option)s：不可行") % {"option": title}
    moved = ngettext("调整本小区 %(count)d 户", "调整本小区 %(count)d 户", option["moved_here"]) % {
        "count": option["moved_here"]
    }
    told = [moved, *_against_best(option)]
    return _("%(option)s：%(facts)s") % {"option": title, "facts": _("，").join(told)}


def _against_best(option: Json) -> list[str]:
    """Return what an option costs or saves against the best plan."""
    told = []
    more, off = option["more_moved"] or 0, option["more_off_size"] or 0
    if more > 0:
        told.append(ngettext("比最优方案多调整 %(count)d 户", "比最优方案多调整 %(count)d 户", more) % {"count": more})
    if more < 0:
        told.append(
            ngettext("比最优方案少调整 %(count)d 户", "比最优方案少调整 %(count)d 户", -more) % {"count": -more}
        )
    if off > 0:
        told.append(ngettext("户数偏离规定多 %(count)d 户", "户数偏离规定多 %(count)d 户", off) % {"count": off})
    if off < 0:
        told.append(ngettext("户数偏离规定少 %(count)d 户", "户数偏离规定少 %(count)d 户", -off) % {"count": -off})
    return told

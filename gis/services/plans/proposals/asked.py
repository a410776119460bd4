"""What is asked of the solver, as plain JSON and as the solver takes it; every code and number is looked at first."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from gis.geometry.said import Said, said
from gis.geometry.tiling import Tiling
from gis.optimize.problem import NO_WISHES, Wishes
from gis.services.plans.proposals.refusals import ProposalRefused
from gis.terms import ProposalKind

LEAST_S, LONGEST_S = 0.01, 600.0
MOST_ALTERNATIVES = 9
MOST_POINTS = 40
MOST_OWN = 20
MOST_RETIRED = 20

_NUMBERS = {
    "time_limit_s": (LEAST_S, LONGEST_S),
    "alternatives": (1, MOST_ALTERNATIVES),
    "points": (1, MOST_POINTS),
    "seed": (0, 2**31 - 1),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one proposal is asked for.

    Parameters
    ----------
    wishes : locks, pins, and what else the officer has decided; codes of the plan, numbers of its units.
    communities : codes; empty = those with something to mend, and with wishes all of the plan.
    compound : of a repair card.
    alternatives : plans wanted in all. points : of the front at most.
    time_limit_s : of each group of communities and plan; of the whole front, and of each option of a card.
    keep_maximum : rather no plan than a grid above the hard maximum; else the least above it.
    """

    wishes: Wishes = NO_WISHES
    communities: tuple[str, ...] = ()
    compound: str = ""
    alternatives: int = 3
    points: int = 12
    time_limit_s: float = 30.0
    seed: int = 1
    keep_maximum: bool = False


def asked_of(kind: ProposalKind, said_so: Mapping[str, Any], tiling: Tiling, communities: Iterable[str]) -> Asked:
    """Return what some JSON asks for.

    Parameters
    ----------
    said_so : the fields of `Asked`, those of `Wishes` among them; what is left out is as usual.
    tiling : the plan as it stands. communities : codes of the plan.

    Raises
    ------
    ProposalRefused : `proposal.unknown_field`, `proposal.wrong_value`, `proposal.unknown_grid`,
        `proposal.unknown_unit`, `proposal.unknown_compound`, `proposal.unknown_community`, `proposal.both_ways`.
    """
    known = set(Asked.__dataclass_fields__) - {"wishes"} | set(Wishes.__dataclass_fields__)
    unknown = sorted(set(said_so) - known)
    if unknown:
        raise ProposalRefused(
            said("求解要求里没有“{field}”这一项；可用：{known}", field=unknown[0], known=sorted(known)),
            rule="proposal.unknown_field",
        )
    asked = replace(_plain(said_so), wishes=_wishes(said_so))
    _require_known(asked, tiling, sorted(communities))
    if kind is ProposalKind.CARD and not asked.compound:
        _wrong("compound", said("请指明要处置的小区编码"))
    return asked


def as_json(asked: Asked) -> dict[str, Any]:
    """Return what is asked as JSON that `asked_of` reads again."""
    wishes = asked.wishes
    return {
        "locked": sorted(wishes.locked),
        "pins": {str(unit): grid for unit, grid in sorted(wishes.pins.items())},
        "pinned_compounds": dict(sorted(wishes.pinned_compounds.items())),
        "forbidden": [list(pair) for pair in sorted(wishes.forbidden)],
        "whole": sorted(wishes.whole),
        "split": sorted(wishes.split),
        "own": dict(sorted(wishes.own.items())),
        "retire": wishes.retire,
        "communities": list(asked.communities),
        "compound": asked.compound,
        "alternatives": asked.alternatives,
        "points": asked.points,
        "time_limit_s": asked.time_limit_s,
        "seed": asked.seed,
        "keep_maximum": asked.keep_maximum,
    }


def _plain(told: Mapping[str, Any]) -> Asked:
    """Return everything but the wishes."""
    values: dict[str, Any] = {}
    for name, (least, most) in _NUMBERS.items():
        if name not in told:
            continue
        whole = name != "time_limit_s"
        number = told[name]
        if isinstance(number, bool) or not isinstance(number, int if whole else int | float):
            _wrong(name, said("应是数字"))
        if not (math.isfinite(number) and least <= number <= most):
            _wrong(name, said("应在 {least} 到 {most} 之间", least=least, most=most))
        values[name] = number
    if "keep_maximum" in told:
        if not isinstance(told["keep_maximum"], bool):
            _wrong("keep_maximum", said("应是 true 或 false"))
        values["keep_maximum"] = told["keep_maximum"]
    if told.get("compound") not in (None, ""):
        values["compound"] = _text("compound", told["compound"])
    if "communities" in told:
        values["communities"] = tuple(sorted(set(_texts("communities", told["communities"]))))
    return Asked(**values)


def _wishes(told: Mapping[str, Any]) -> Wishes:
    wishes = Wishes(
        locked=frozenset(_texts("locked", told.get("locked", []))),
        pins={_unit(unit): _text("pins", grid) for unit, grid in _table("pins", told.get("pins", {})).items()},
        pinned_compounds={
            compound: _text("pinned_compounds", grid)
            for compound, grid in _table("pinned_compounds", told.get("pinned_compounds", {})).items()
        },
        forbidden=frozenset(_pair(pair) for pair in _listed("forbidden", told.get("forbidden", []))),
        whole=frozenset(_texts("whole", told.get("whole", []))),
        split=frozenset(_texts("split", told.get("split", []))),
        own={
            compound: _count("own", count, MOST_OWN, least=1)
            for compound, count in _table("own", told.get("own", {})).items()
        },
        retire=_count("retire", told.get("retire", 0), MOST_RETIRED),
    )
    both = sorted(wishes.whole & wishes.split)
    if both:
        raise ProposalRefused(
            said("小区“{compound}”不能既保持完整又划分为若干网格；请只选其一", compound=both[0]),
            rule="proposal.both_ways",
        )
    return wishes


def _require_known(asked: Asked, tiling: Tiling, communities: list[str]) -> None:
    """Refuse codes and numbers that are not of the plan: a wish that reaches nothing would be silently lost."""
    wishes = asked.wishes
    grids = [
        *wishes.locked,
        *wishes.pins.values(),
        *wishes.pinned_compounds.values(),
        *(g for _, g in wishes.forbidden),
    ]
    living = {code for code, record in tiling.grids.items() if not record.retired}
    _known("grid", grids, living, said("本方案中没有网格 {code}，或它已停用"))
    _known("unit", wishes.pins, set(tiling.grid_of), said("本方案中没有单元 {code}"))
    compounds = [*wishes.pinned_compounds, *(c for c, _ in wishes.forbidden), *wishes.whole, *wishes.split, *wishes.own]
    here = set(tiling.compound_of.values())
    _known(
        "compound", [*compounds, *([asked.compound] if asked.compound else [])], here, said("本方案中没有小区“{code}”")
    )
    _known("community", asked.communities, set(communities), said("社区 {code} 不在本方案范围内"))


def _known(word: str, named: Iterable[Any], known: set[Any], sentence: Said) -> None:
    for code in named:
        if code not in known:
            raise ProposalRefused(Said(sentence.sentence, {"code": code}), rule=f"proposal.unknown_{word}")


def _wrong(field_name: str, why: Said) -> NoReturn:
    raise ProposalRefused(said("求解要求“{field}”不对：{why}", field=field_name, why=why), rule="proposal.wrong_value")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        _wrong(name, said("应是编码（文字）"))
    return value


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        _wrong(name, said("应是列表"))
    return list(value)


def _texts(name: str, value: Any) -> list[str]:
    return [_text(name, each) for each in _listed(name, value)]


def _table(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        _wrong(name, said("应是“名: 值”的对照表"))
    return {str(key): each for key, each in value.items()}


def _unit(value: str) -> int:
    if not value.isdecimal():
        _wrong("pins", said("单元号应是整数"))
    return int(value)


def _pair(value: Any) -> tuple[str, str]:
    pair = _texts("forbidden", value)
    if len(pair) != 2:
        _wrong("forbidden", said("每一项应是 [小区, 网格] 两个编码"))
    return pair[0], pair[1]


def _count(name: str, value: Any, most: int, *, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        _wrong(name, said("应是数字"))
    if not least <= value <= most:
        _wrong(name, said("应在 {least} 到 {most} 之间", least=least, most=most))
    return value

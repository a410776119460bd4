"""What the filters of the worklist offer, each choice with the number of cases that it would show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from gis.selectors import audits, staff, territory
from gis.selectors.audits import Asked, Facets
from gis.terms import CaseState, Change, Clarity, FindingKind, LayerKind, Word
from gis.web.filters import ANY_STATE, MINE, NOBODY, ORDER_WORDS, FindingFilter

STREET_DIGITS = 9

Counted = TypeVar("Counted", bound=Word)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `count` is None where none is told."""

    value: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One filter: its name in the address, its words, its choices, and the one that is chosen."""

    name: str
    label: str
    chosen: str
    options: list[Option]


def offers_of(form: FindingFilter, asked: Asked, account_id: int | None) -> tuple[Facets, list[Offer]]:
    """Return the numbers of a worklist and what its filters offer; a choice without cases is left out."""
    numbers = audits.facets(**asked)
    everything = Option("", _("全部"))
    states = [Option("", _("未核验的全部")), *_words(CaseState, numbers.states), Option(ANY_STATE, _("全部，含已核验"))]
    choices = [
        ("change", _("与上次相比"), [everything, *_words(Change, audits.change_counts(**asked))]),
        ("kind", _("类别"), [everything, *_words(FindingKind, numbers.kinds)]),
        ("clarity", _("判断"), [everything, *_words(Clarity, numbers.clarities)]),
        ("state", _("状态"), states),
        ("place", _("街道或社区"), [everything, *_places(numbers.communities)]),
        ("whose", _("负责人"), [everything, *_owners(asked["district_code"], numbers.assignees, account_id)]),
        ("order", _("排序"), [Option(order, str(words)) for order, words in ORDER_WORDS.items()]),
    ]
    return numbers, [_offer(form, name, label, options) for name, label, options in choices]


def _offer(form: FindingFilter, name: str, label: str, options: list[Option]) -> Offer:
    """Offer the choices; one that the address asks for stays offered, though it would show nothing."""
    chosen = form.sorted_by if name == "order" else form.given(name)
    if chosen not in {option.value for option in options}:
        options.append(Option(chosen, _word_of(name, chosen), 0))
    return Offer(name, label, chosen, options)


def _word_of(name: str, value: str) -> str:
    """Return how a choice without cases is called: the field's word, else the value itself."""
    enums: dict[str, type[Word]] = {"change": Change, "kind": FindingKind, "clarity": Clarity, "state": CaseState}
    return _(enums[name](value).label) if name in enums else value


def _words(enum: type[Counted], counts: Mapping[Counted, int]) -> list[Option]:
    return [Option(word.value, _(word.label), counts[word]) for word in enum if counts.get(word)]


def _places(communities: Mapping[str, int]) -> list[Option]:
    """Return streets, each followed by its communities; land in no community stands in no street either."""
    codes = [code for code in communities if code]
    streets: dict[str, int] = {}
    for code in codes:
        streets[code[:STREET_DIGITS]] = streets.get(code[:STREET_DIGITS], 0) + communities[code]
    names = territory.names_of(LayerKind.STREET, streets) | territory.names_of(LayerKind.COMMUNITY, codes)
    options = []
    for street, count in sorted(streets.items()):
        options.append(Option(street, names.get(street) or street, count))
        inside = [code for code in codes if code.startswith(street)]
        options += [Option(code, f"\u2003{names.get(code) or code}", communities[code]) for code in inside]
    return options


def _owners(district_code: str, counts: Mapping[int | None, int], account_id: int | None) -> list[Option]:
    others = [one for one in staff.officers(district_code=district_code) if one.id != account_id and counts.get(one.id)]
    return [
        Option(MINE, _("我负责的"), counts.get(account_id, 0)),
        Option(NOBODY, _("无人负责"), counts.get(None, 0)),
        *(Option(str(officer.id), officer.name, counts[officer.id]) for officer in others),
    ]

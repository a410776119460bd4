"""What a program asks of the solver: which kind of answer, what the officer has decided, and the limits."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from gis.api.bodies import Body
from gis.api.fields import WordField
from gis.api.plans_edits import MOST_GRIDS, code_field, unit_field
from gis.services.plans.proposals.asked import (
    LEAST_S,
    LONGEST_S,
    MOST_ALTERNATIVES,
    MOST_OWN,
    MOST_POINTS,
    MOST_RETIRED,
)
from gis.terms import ProposalKind

MOST_SEED = 2**31 - 1


def codes_field(**options: Any) -> serializers.ListField:
    """Return a field for codes of grids, compounds or communities."""
    return serializers.ListField(child=code_field(), required=False, max_length=MOST_GRIDS, **options)


class UnitPin(Body):
    """A unit that must be in a grid."""

    unit = unit_field()
    grid = code_field()


class CompoundSeat(Body):
    """A compound and a grid."""

    compound = code_field()
    grid = code_field()


class CompoundCount(Body):
    """A compound and how many grids of its own it gets."""

    compound = code_field()
    grids = serializers.IntegerField(min_value=1, max_value=MOST_OWN)


class WishesIn(Body):
    """What the officer has decided, and the limits; what is left out is as usual.

    `locked` grids stay as they are. `whole` compounds go to one grid, `split` ones hold several whole grids, `own`
    ones get grids of their own. `retire`: so many grids fewer. `keep_maximum`: rather no plan than a grid above the
    hard maximum.
    """

    communities = codes_field()
    locked = codes_field()
    pins = serializers.ListField(child=UnitPin(), required=False, max_length=MOST_GRIDS)
    pinned_compounds = serializers.ListField(child=CompoundSeat(), required=False, max_length=MOST_GRIDS)
    forbidden = serializers.ListField(child=CompoundSeat(), required=False, max_length=MOST_GRIDS)
    whole = codes_field()
    split = codes_field()
    own = serializers.ListField(child=CompoundCount(), required=False, max_length=MOST_GRIDS)
    retire = serializers.IntegerField(required=False, min_value=0, max_value=MOST_RETIRED)
    time_limit_s = serializers.FloatField(required=False, min_value=LEAST_S, max_value=LONGEST_S)
    seed = serializers.IntegerField(required=False, min_value=0, max_value=MOST_SEED)
    keep_maximum = serializers.BooleanField(required=False)


class ProposalIn(WishesIn):
    """A question to the solver. A card needs `compound`; `alternatives` and `points` say how many at most."""

    kind = WordField(ProposalKind)
    compound = code_field(required=False)
    alternatives = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ALTERNATIVES)
    points = serializers.IntegerField(required=False, min_value=1, max_value=MOST_POINTS)


class CardIn(WishesIn):
    """The compound whose ways of being mended are asked for."""

    compound = code_field()


class ChoiceIn(Body):
    """Which choice of the answer is taken over, from 1."""

    choice = serializers.IntegerField(min_value=1, max_value=MOST_POINTS * 4, default=1, help_text=_("第几个方案"))


TABLES = {"pins": ("unit", "grid"), "pinned_compounds": ("compound", "grid"), "own": ("compound", "grids")}
"""Fields that the solver keeps as tables."""


def asked_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a valid body asks, as the service takes it."""
    asked = {name: value for name, value in body.items() if name != "kind"}
    for name, (key, value) in TABLES.items():
        if name in asked:
            asked[name] = {str(each[key]): each[value] for each in asked[name]}
    if "forbidden" in asked:
        asked["forbidden"] = [[each["compound"], each["grid"]] for each in asked["forbidden"]]
    return asked


def wishes_told(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked as the log keeps it in the form in which it could be sent."""
    told = dict(asked)
    for name, (key, value) in TABLES.items():
        told[name] = [{key: one, value: other} for one, other in asked.get(name, {}).items()]
    told["forbidden"] = [{"compound": one, "grid": other} for one, other in asked.get("forbidden", [])]
    return {name: value for name, value in told.items() if value != ""}

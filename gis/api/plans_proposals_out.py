"""Answers of the solver in words of the interface: figures, moves with their reasons, what is proven."""

from typing import Any

from rest_framework import serializers

from gis.api.plans_proposals_in import ProposalIn, wishes_told
from gis.selectors.plans.proposals import ProposalRow
from gis.services.plans.proposals.wording import worded
from gis.terms import Clarity, FindingKind, Proof, ProposalKind, ProposalState, RedrawRule


def codes_out() -> serializers.ListField:
    """Return a field of codes."""
    return serializers.ListField(child=serializers.CharField())


class NamedOut(serializers.Serializer[Any]):
    """A compound."""

    code = serializers.CharField()
    name = serializers.CharField()


class StageOut(serializers.Serializer[Any]):
    """One stage of a search."""

    name = serializers.CharField()
    proven = serializers.BooleanField()
    gap = serializers.FloatField(allow_null=True)
    seconds = serializers.FloatField()
    rounds = serializers.IntegerField()


class WayRuleOut(serializers.Serializer[Any]):
    """A rule that is in the way of a plan."""

    rule = serializers.ChoiceField(choices=RedrawRule.choices())
    said = serializers.CharField()
    grid = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False)
    households = serializers.IntegerField(required=False)
    unit = serializers.IntegerField(required=False)
    compound = NamedOut(required=False, allow_null=True)


class ExcessOut(serializers.Serializer[Any]):
    """A grid above its hard maximum, and by how much."""

    grid = serializers.CharField()
    limit = serializers.IntegerField()
    above = serializers.IntegerField()


class RelaxationOut(serializers.Serializer[Any]):
    """What would have to give so that there is a plan."""

    said = serializers.CharField()
    rules = WayRuleOut(many=True)
    excess = ExcessOut(many=True)
    households_moved = serializers.IntegerField()


class ConflictRulesOut(serializers.Serializer[Any]):
    """Which rules cannot be kept together; `minimal`: without any one of them the others can."""

    minimal = serializers.BooleanField()
    said = serializers.CharField()
    rules = WayRuleOut(many=True)
    relaxations = RelaxationOut(many=True)


class PartedOut(serializers.Serializer[Any]):
    """A crossed compound with a gap in the layer of grids inside it; `place` is longitude and latitude."""

    compound = NamedOut()
    width_m = serializers.FloatField()
    place = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    said = serializers.CharField()


class GroupOut(serializers.Serializer[Any]):
    """Communities that were solved together, and what is proven of them."""

    communities = codes_out()
    units = serializers.IntegerField()
    proof = serializers.ChoiceField(choices=Proof.choices())
    gap = serializers.FloatField(allow_null=True)
    said = serializers.CharField()
    seconds = serializers.FloatField()
    limit_reached = serializers.BooleanField()
    stages = StageOut(many=True)
    conflict = ConflictRulesOut(allow_null=True)
    parted = PartedOut(many=True)


class MoveOut(serializers.Serializer[Any]):
    """A piece of land that goes to another grid, and why; `compound` null for free land, codes "" for a new grid."""

    units = serializers.ListField(child=serializers.IntegerField())
    compound = NamedOut(allow_null=True)
    from_grid = serializers.CharField(source="from")
    to_grid = serializers.CharField(source="to")
    households = serializers.IntegerField()
    area_m2 = serializers.FloatField()
    why = serializers.CharField()


class SizeOut(serializers.Serializer[Any]):
    """Households of a grid that changes; `low`, `high` and `hard` where a size is wanted of it."""

    grid = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    low = serializers.IntegerField(required=False)
    high = serializers.IntegerField(required=False)
    hard = serializers.IntegerField(required=False)


class NewGridOut(serializers.Serializer[Any]):
    """A grid that the proposal makes, for a compound."""

    code = serializers.CharField()
    compound = NamedOut()


class OptionOut(serializers.Serializer[Any]):
    """A way of mending a compound: whole to a grid, a grid of its own, several whole grids."""

    kind = serializers.ChoiceField(choices=["whole", "own", "several"])
    grid = serializers.CharField()
    possible = serializers.BooleanField()
    said = serializers.CharField()
    moved_here = serializers.IntegerField()
    more_moved = serializers.IntegerField(allow_null=True)
    parts_after = serializers.DictField(child=serializers.IntegerField())


class ProposedFindingOut(serializers.Serializer[Any]):
    """A finding that a choice would bring."""

    kind = serializers.ChoiceField(choices=FindingKind.choices())
    subjects = codes_out()
    clarity = serializers.ChoiceField(choices=Clarity.choices(), source="class")


class RefusalOut(serializers.Serializer[Any]):
    """Why a choice cannot be taken over."""

    rule = serializers.CharField()
    message = serializers.CharField()


class ChoiceCheckOut(serializers.Serializer[Any]):
    """What the audit, which knows nothing of the solver, says of a choice."""

    publishable = serializers.BooleanField()
    tiles = serializers.BooleanField()
    refusal = RefusalOut(allow_null=True)
    crossed_before = serializers.ListField(child=serializers.CharField(), required=False)
    crossed_after = serializers.ListField(child=serializers.CharField(), required=False)
    resolved = serializers.IntegerField(required=False)
    new_findings = ProposedFindingOut(many=True, required=False)
    new_size_warnings = ProposedFindingOut(many=True, required=False)
    scattered = serializers.ListField(child=serializers.CharField(), required=False)
    households_moved = serializers.IntegerField(required=False)
    unassigned_m2 = serializers.FloatField(required=False)
    divided_units = serializers.IntegerField(required=False)


class PostOut(serializers.Serializer[Any]):
    """Who answers for a grid that changes; "" where the post is vacant."""

    grid = serializers.CharField()
    steward = serializers.CharField()


class StationOut(serializers.Serializer[Any]):
    """A service station on land that goes to another grid."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    from_grid = serializers.CharField(source="from")
    to_grid = serializers.CharField(source="to")


class ConcernedOut(serializers.Serializer[Any]):
    """Posts and stations that a choice concerns."""

    posts = PostOut(many=True)
    stations = StationOut(many=True)


class ChoiceOut(serializers.Serializer[Any]):
    """One thing that can be taken over; its number is its place in the list, from 1."""

    number = serializers.IntegerField()
    proof = serializers.ChoiceField(choices=Proof.choices())
    gap = serializers.FloatField(allow_null=True)
    said = serializers.CharField()
    seconds = serializers.FloatField()
    households_moved = serializers.IntegerField()
    households_off_size = serializers.IntegerField()
    area_moved_m2 = serializers.FloatField()
    offroad_m = serializers.FloatField()
    communities = codes_out()
    grids_changed = codes_out()
    sizes = SizeOut(many=True)
    relaxed = ExcessOut(many=True)
    new_grids = NewGridOut(many=True)
    moves = MoveOut(many=True)
    option = OptionOut(required=False)
    check = ChoiceCheckOut()
    concerned = ConcernedOut()


class AnswerOut(serializers.Serializer[Any]):
    """What the solver gave; `whole`: nothing was cut short."""

    whole = serializers.BooleanField()
    crossed = serializers.IntegerField()
    groups = GroupOut(many=True)
    choices = ChoiceOut(many=True)


class ProposalOut(serializers.Serializer[Any]):
    """A question to the solver and where it stands; `rule` and `failure` say why there is no answer."""

    id = serializers.UUIDField()
    plan = serializers.UUIDField(source="plan_id")
    kind = serializers.ChoiceField(choices=ProposalKind.choices())
    state = serializers.ChoiceField(choices=ProposalState.choices())
    plan_version = serializers.IntegerField()
    by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    cancel_asked = serializers.BooleanField()
    progress_share = serializers.FloatField()
    progress_words = serializers.CharField()
    rule = serializers.CharField()
    failure = serializers.CharField()


class ProposalsOut(serializers.Serializer[Any]):
    """Questions, the newest first, without their answers."""

    results = ProposalOut(many=True)


class ProposalDetailOut(ProposalOut):
    """A question with what was asked, and its answer; null while there is none."""

    asked = ProposalIn()
    answer = AnswerOut(allow_null=True)


def proposal_told(row: ProposalRow) -> dict[str, Any]:
    """Return a proposal as `ProposalDetailOut` writes it, with its sentences in the reader's language."""
    answer = worded(row.result) if row.result else None
    if answer is not None:
        answer["choices"] = [{**choice, "number": n} for n, choice in enumerate(answer["choices"], start=1)]
    told = {name: getattr(row, name) for name in ProposalRow.__dataclass_fields__}
    return {**told, "asked": {**wishes_told(row.asked), "kind": row.kind}, "answer": answer}

"""Edits of a plan as programs write and read them: lines in degrees, one shape of body for each kind."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from gis.api.bodies import Body
from gis.api.fields import LineField, PatternField, one_word
from gis.api.plans_lines import LineStringField, in_degrees, in_metres
from gis.geometry.edit_kinds import KINDS, Edit

MOST_NUMBER = 2**31 - 1
MOST_UNITS = 5000
MOST_GRIDS = 200
MOST_LINES = 50
MAYBE_LINE_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$"


@extend_schema_field({"type": "string", "pattern": MAYBE_LINE_PATTERN})
class MaybeLineField(PatternField):
    """One line of text, or nothing."""

    pattern = MAYBE_LINE_PATTERN

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 120, "allow_blank": True, **options})


def code_field(**options: Any) -> LineField:
    """Return a field for the code of a grid or a compound."""
    return LineField(max_length=64, **options)


def new_code_field() -> serializers.RegexField:
    """Return a field for the code of a new grid; empty is the next free number of its community."""
    return serializers.RegexField(
        r"^([0-9]{15})?$",
        required=False,
        default="",
        allow_blank=True,
        help_text=gettext_lazy("15 位网格编码；留空则取本社区下一个未用过的编号"),
        error_messages={"invalid": gettext_lazy("应为 15 位数字的网格编码，或留空。")},
    )


def name_field(**options: Any) -> LineField:
    """Return a field for the name of a grid."""
    return LineField(max_length=120, **options)


def units_field() -> serializers.ListField:
    """Return a field for numbers of units, as the plan's units tell them."""
    return serializers.ListField(child=unit_field(), min_length=1, max_length=MOST_UNITS)


def unit_field() -> serializers.IntegerField:
    """Return a field for the number of a unit."""
    return serializers.IntegerField(min_value=0, max_value=MOST_NUMBER)


class AssignUnits(Body):
    """Give units to a grid; "" to none."""

    kind = one_word("assign_units")()
    units = units_field()
    grid = MaybeLineField(max_length=64)


class CutUnit(Body):
    """Divide a unit of free land, or of a divided compound, by a line."""

    kind = one_word("cut_unit")()
    unit = unit_field()
    line = LineStringField()


class CutGrid(Body):
    """Divide a grid by a line: the larger part keeps the code, the rest becomes a new grid."""

    kind = one_word("cut_grid")()
    grid = code_field()
    line = LineStringField()
    code = new_code_field()
    name = MaybeLineField(required=False, default="")


class RedrawBorder(Body):
    """Draw the border between two grids anew along a line."""

    kind = one_word("redraw_border")()
    one = code_field()
    other = code_field()
    line = LineStringField()


class MergeGrids(Body):
    """Give all land of some grids to another; they are retired."""

    kind = one_word("merge_grids")()
    grids = serializers.ListField(child=code_field(), min_length=1, max_length=MOST_GRIDS)
    into = code_field()


class NewGrid(Body):
    """Make a grid of some units."""

    kind = one_word("new_grid")()
    code = new_code_field()
    name = name_field()
    units = units_field()


class RetireGrid(Body):
    """Retire a grid that holds no land any more."""

    kind = one_word("retire_grid")()
    grid = code_field()


class DivideCompound(Body):
    """Let a compound hold several whole grids: lines divide its units."""

    kind = one_word("divide_compound")()
    compound = code_field()
    lines = serializers.ListField(child=LineStringField(), min_length=0, max_length=MOST_LINES)


class RenameGrid(Body):
    """Change a grid's name."""

    kind = one_word("rename_grid")()
    grid = code_field()
    name = name_field()


class RenumberGrid(Body):
    """Give a grid another code."""

    kind = one_word("renumber_grid")()
    grid = code_field()
    code = new_code_field()


class CodePair(Body):
    """A code, and the one that takes its place."""

    grid = code_field()
    code = code_field()


class RenumberGrids(Body):
    """Give several grids other codes at once."""

    kind = one_word("renumber_grids")()
    codes = serializers.ListField(child=CodePair(), min_length=1, max_length=MOST_GRIDS)


class UnitSeat(Body):
    """A unit, and the grid that it goes to."""

    unit = unit_field()
    grid = code_field()


class NamedGrid(Body):
    """A grid that is new."""

    code = code_field()
    name = MaybeLineField()


class ApplyProposal(Body):
    """Many units at once, with the grids that are new: what taking a proposal over writes."""

    kind = one_word("apply_proposal")()
    units = serializers.ListField(child=UnitSeat(), min_length=1, max_length=MOST_UNITS)
    new_grids = serializers.ListField(child=NamedGrid(), required=False, default=list, max_length=MOST_GRIDS)


SHAPE_OF: dict[str, type[serializers.Serializer[Any]] | serializers.Serializer[Any]] = {
    "assign_units": AssignUnits,
    "cut_unit": CutUnit,
    "cut_grid": CutGrid,
    "redraw_border": RedrawBorder,
    "merge_grids": MergeGrids,
    "new_grid": NewGrid,
    "retire_grid": RetireGrid,
    "divide_compound": DivideCompound,
    "rename_grid": RenameGrid,
    "renumber_grid": RenumberGrid,
    "renumber_grids": RenumberGrids,
    "apply_proposal": ApplyProposal,
}
"""Kind of edit → its body; a test holds it to the kernel's kinds."""

_PAIRS = {("renumber_grids", "codes"): ("grid", "code"), ("apply_proposal", "units"): ("unit", "grid")}
_PAIRS[("apply_proposal", "new_grids")] = ("code", "name")
"""Fields that the kernel keeps as pairs, and what a program calls the two."""


@extend_schema_field(
    PolymorphicProxySerializer(component_name="PlanEdit", serializers=SHAPE_OF, resource_type_field_name="kind")
)
class EditField(serializers.Field[Any, Any, Any, Any]):
    """One edit: `kind` says which, the rest is of that kind."""

    default_error_messages = {
        "form": gettext_lazy("一项操作应是带 kind 的对象。"),
        "unknown": gettext_lazy("没有这种操作；可用的有：{known}。"),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("form")
        kind = data.get("kind")
        shape: Any = SHAPE_OF.get(kind) if isinstance(kind, str) else None
        if shape is None:
            words = self.error_messages["unknown"].format(known="、".join(SHAPE_OF))
            raise serializers.ValidationError({"kind": [words]})
        body = shape(data=data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def to_representation(self, value: Any) -> Any:
        return value


def edit_of(told: dict[str, Any], frame: str) -> Edit:
    """Return the kernel's edit that a valid body says: metres of a plan's frame.

    Raises
    ------
    WrongFrame : a line lies where the frame does not measure.
    """
    kind = told["kind"]
    fields = {name: _for_kernel(kind, name, value, frame) for name, value in told.items() if name != "kind"}
    edit: Edit = KINDS[kind](**fields)
    return edit


def _for_kernel(kind: str, name: str, value: Any, frame: str) -> Any:
    if name == "line":
        return in_metres(value, frame)
    if name == "lines":
        return tuple(in_metres(line, frame) for line in value)
    if (kind, name) in _PAIRS:
        one, other = _PAIRS[kind, name]
        return tuple((pair[one], pair[other]) for pair in value)
    return tuple(value) if isinstance(value, list) else value


def edit_told(edit: dict[str, Any], frame: str) -> dict[str, Any]:
    """Return an edit as the log keeps it in the form in which it was or could have been sent."""
    kind = edit["kind"]
    return {name: _for_people(kind, name, value, frame) for name, value in edit.items()}


def _for_people(kind: str, name: str, value: Any, frame: str) -> Any:
    if name == "line":
        return in_degrees(value, frame)
    if name == "lines":
        return [in_degrees(line, frame) for line in value]
    if (kind, name) in _PAIRS:
        one, other = _PAIRS[kind, name]
        return [{one: pair[0], other: pair[1]} for pair in value]
    return list(value) if isinstance(value, tuple) else value

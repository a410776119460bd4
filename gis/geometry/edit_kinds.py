"""Kinds of edit as plain values: what logs keep and the API carries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gis.geometry.errors import WrongEdit
from gis.geometry.said import said

Line = tuple[tuple[float, float], ...]
"""Vertices of a drawn line, metres."""


@dataclass(frozen=True, slots=True)
class AssignUnits:
    """Give units to a grid, or to none."""

    units: tuple[int, ...]
    grid: str


@dataclass(frozen=True, slots=True)
class CutUnit:
    """Divide free land, or part of a divided compound, by a line; the largest part keeps the unit's number."""

    unit: int
    line: Line


@dataclass(frozen=True, slots=True)
class CutGrid:
    """Divide a grid by a line; the larger part keeps the code, the rest becomes a new grid. Compounds stay whole."""

    grid: str
    line: Line
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RedrawBorder:
    """Draw the border between two grids anew; compounds stay whole and go where most of them lies."""

    one: str
    other: str
    line: Line


@dataclass(frozen=True, slots=True)
class MergeGrids:
    """Give all land of some grids to another; they are retired."""

    grids: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class NewGrid:
    """Make a grid of some units."""

    code: str
    name: str
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RetireGrid:
    """Retire a grid that holds no land any more; its code never comes back."""

    grid: str


@dataclass(frozen=True, slots=True)
class DivideCompound:
    """Let a compound hold several whole grids: its units are divided by lines and can be assigned one by one."""

    compound: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RenameGrid:
    """Change a grid's name."""

    grid: str
    name: str


@dataclass(frozen=True, slots=True)
class RenumberGrid:
    """Give a grid another code; the old one never comes back."""

    grid: str
    code: str


@dataclass(frozen=True, slots=True)
class RenumberGrids:
    """Give several grids other codes at once, (old, new) pairs: they may pass codes on to each other.

    A code that is given up and that no other grid of the pairs takes never comes back.
    """

    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ApplyProposal:
    """Take over a proposal: (unit, grid) pairs, and (code, name) of the grids that are new."""

    units: tuple[tuple[int, str], ...]
    new_grids: tuple[tuple[str, str], ...] = ()


Edit = (
    AssignUnits
    | CutUnit
    | CutGrid
    | RedrawBorder
    | MergeGrids
    | NewGrid
    | RetireGrid
    | DivideCompound
    | RenameGrid
    | RenumberGrid
    | RenumberGrids
    | ApplyProposal
)


KINDS: dict[str, type] = {
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
"""Stable name of each edit, as logs and the API write it."""


def edit_as_dict(edit: Edit) -> dict[str, Any]:
    """Return an edit as plain JSON values: `kind`, and its fields."""
    kind = next(name for name, cls in KINDS.items() if type(edit) is cls)
    return {"kind": kind, **asdict(edit)}


def edit_from_dict(told: Mapping[str, Any]) -> Edit:
    """Return the edit that some JSON says.

    Raises
    ------
    WrongEdit : `edit.unknown_kind`, `edit.wrong_fields`.
    """
    fields = {key: _tupled(value) for key, value in told.items() if key != "kind"}
    made = KINDS.get(str(told.get("kind")))
    if made is None:
        raise WrongEdit(said("没有名为“{kind}”的操作", kind=told.get("kind")), rule="edit.unknown_kind")
    try:
        edit: Edit = made(**fields)
    except TypeError as error:
        raise WrongEdit(
            said("操作“{kind}”的字段不对：{fields}", kind=told["kind"], fields=list(fields)), rule="edit.wrong_fields"
        ) from error
    return edit


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list | tuple) else value

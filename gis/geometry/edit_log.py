"""A log of edits that can be taken back, made again, and replayed from the start."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gis.geometry.edit_kinds import Edit
from gis.geometry.edits import apply_edit
from gis.geometry.errors import WrongEdit
from gis.geometry.said import said
from gis.geometry.tiling import Tiling


@dataclass(frozen=True, slots=True, eq=False)
class EditLog:
    """A tiling and how it came about; a value: every step gives a new one.

    Parameters
    ----------
    states : the tiling before the first edit, and after each. edits : one fewer.
    done : how many edits are in effect; those after it were taken back and can be made again.
    """

    states: tuple[Tiling, ...]
    edits: tuple[Edit, ...] = ()
    done: int = 0

    @property
    def now(self) -> Tiling:
        """Return the tiling as it stands: shape, attributes and log always belong together."""
        return self.states[self.done]

    @property
    def in_effect(self) -> tuple[Edit, ...]:
        """Return the edits that lead to it."""
        return self.edits[: self.done]

    def make(self, edit: Edit) -> "EditLog":
        """Return the log after an edit; what was taken back is forgotten.

        Raises
        ------
        WrongEdit, NotAPartition : as `apply_edit`; the log stays as it was.
        """
        after = apply_edit(self.now, edit)
        kept = self.done
        return EditLog((*self.states[: kept + 1], after), (*self.edits[:kept], edit), kept + 1)

    def undo(self) -> "EditLog":
        """Return the log with the last edit taken back.

        Raises
        ------
        WrongEdit : `edit.nothing_to_undo`.
        """
        if not self.done:
            raise WrongEdit(said("没有可撤销的操作"), rule="edit.nothing_to_undo")
        return replace(self, done=self.done - 1)

    def redo(self) -> "EditLog":
        """Return the log with the last edit taken back made again.

        Raises
        ------
        WrongEdit : `edit.nothing_to_redo`.
        """
        if self.done == len(self.edits):
            raise WrongEdit(said("没有可重做的操作"), rule="edit.nothing_to_redo")
        return replace(self, done=self.done + 1)


def begin(tiling: Tiling) -> EditLog:
    """Return an empty log of a tiling."""
    return EditLog((tiling,))


def replay(tiling: Tiling, edits: Iterable[Edit]) -> Tiling:
    """Return the tiling after some edits: the same to the bit as when they were made.

    Raises
    ------
    WrongEdit, NotAPartition : an edit that does not fit the tiling; the message names it.
    """
    now = tiling
    for edit in edits:
        now = apply_edit(now, edit)
    return now

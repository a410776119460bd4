"""What the kernel refuses.

GridworkError                  every refusal that a person can cause; message in Chinese, `rule` for machines
├── WrongFrame                 coordinates are not what they are said to be (degrees for metres, no CRS)
├── InvalidShape               a shape that cannot be used as it is
├── NotAPartition              shapes that should tile their parent leave a gap or overlap
└── WrongEdit                  an edit of a plan that cannot be made
"""


class GridworkError(Exception):
    """A refusal that names its rule and tells what to do next.

    Parameters
    ----------
    message : what is wrong, where, and what to do, for the person: in Chinese, and `said` (gis/geometry/said.py) so
        that the doors can say it in another language; above the kernel also in the reader's own language already.
    rule : stable dotted name of the rule, for machines ("crs.missing").
    """

    rule = "gridwork"

    def __init__(self, message: str, *, rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if rule is not None:
            self.rule = rule


class WrongFrame(GridworkError):
    """Coordinates are not in the frame they are said to be in."""

    rule = "crs.wrong"


class InvalidShape(GridworkError):
    """A shape cannot be used as it is, and no repair would keep its land."""

    rule = "shape.invalid"


class NotAPartition(GridworkError):
    """Shapes that should tile their parent leave a gap, overlap, or reach outside."""

    rule = "partition.broken"


class WrongEdit(GridworkError):
    """An edit of a plan cannot be made as asked; nothing has changed.

    Parameters
    ----------
    place : (x, y), metres, where a person should look; None where no single place is to blame.
    number : of the edit in its log, counted from 1, when a whole log is replayed.
    """

    rule = "edit.wrong"

    def __init__(
        self,
        message: str,
        *,
        rule: str | None = None,
        place: tuple[float, float] | None = None,
        number: int | None = None,
    ) -> None:
        super().__init__(message, rule=rule)
        self.place = place
        self.number = number

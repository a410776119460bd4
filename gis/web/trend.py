"""How the number of crossed compounds went from run to run, as an SVG line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gis.selectors.audits import TrendPoint

WIDTH = 320.0
HEIGHT = 60.0


@dataclass(frozen=True, slots=True)
class TrendLine:
    """SVG coordinates in a box of WIDTH × HEIGHT, zero at the bottom."""

    points: str
    dots: list[tuple[float, float]]
    first: int
    last: int
    highest: int
    begins: datetime
    ends: datetime


def trend_line(trend: Sequence[TrendPoint]) -> TrendLine | None:
    """Return the line of findings that stood after each run, clear and doubtful together; None below two runs."""
    if len(trend) < 2:
        return None
    counts = [point.clear + point.doubtful for point in trend]
    highest = max(*counts, 1)
    step = WIDTH / (len(counts) - 1)
    dots = [(round(i * step, 1), round(HEIGHT * (1 - count / highest), 1)) for i, count in enumerate(counts)]
    return TrendLine(
        points=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        first=counts[0],
        last=counts[-1],
        highest=highest,
        begins=trend[0].as_of,
        ends=trend[-1].as_of,
    )

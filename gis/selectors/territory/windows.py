"""What part of the world and which moment a request speaks of."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.errors import GridworkError

Box = tuple[float, float, float, float]


class WrongAddress(GridworkError):
    """A part of an address that says nothing: no such window, no such moment."""

    rule = "address.wrong"


@dataclass(frozen=True, slots=True)
class Window:
    """A window on the map: degrees, RFC 7946 order. West greater than east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def boxes(self) -> list[Box]:
        """The window as one box, or as the two on both sides of the antimeridian."""
        if self.west <= self.east:
            return [(self.west, self.south, self.east, self.north)]
        return [(self.west, self.south, 180.0, self.north), (-180.0, self.south, self.east, self.north)]


def read_window(text: str) -> Window:
    """Return the window that ``west,south,east,north`` says.

    Raises
    ------
    WrongAddress : not four numbers ("window.unreadable"), outside the world ("window.outside"), or south above north
        ("window.upside_down").
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise WrongAddress(
            _("范围应为“西,南,东,北”四个以度为单位的数，例如 120.3,36.0,120.5,36.2。"), rule="window.unreadable"
        ) from None
    if not (abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90):
        raise WrongAddress(_("范围超出了经度 ±180、纬度 ±90 度。"), rule="window.outside")
    if south > north:
        raise WrongAddress(
            _("范围上下颠倒：南 %(south)s 大于北 %(north)s；顺序应为西,南,东,北。") % {"south": south, "north": north},
            rule="window.upside_down",
        )
    return Window(west, south, east, north)


def read_moment(text: str) -> datetime:
    """Return the moment that an ISO 8601 date or time says; without an offset it is China time.

    A date means its end: what came into force in the course of that day is in force.

    Raises
    ------
    WrongAddress : no date and no time ("moment.unreadable").
    """
    stated = text.strip()
    try:
        if len(stated) == len("2026-01-01"):
            moment = datetime.combine(date.fromisoformat(stated), time.max)
        else:
            # A "+" that an address did not escape arrives as a space.
            moment = datetime.fromisoformat(stated.replace(" ", "+") if "T" in stated else stated)
    except ValueError:
        raise WrongAddress(
            _("“%(text)s”不是日期或时刻；请写成 2026-07-01 或 2026-07-01T08:00:00+08:00。") % {"text": text[:40]},
            rule="moment.unreadable",
        ) from None
    # The calendar's first and last year have no neighbours to move into when the time zone changes.
    if not MINYEAR < moment.year < MAXYEAR:
        moment = moment.replace(year=min(max(moment.year, MINYEAR + 1), MAXYEAR - 1), day=min(moment.day, 28))
    moment = moment if moment.tzinfo else timezone.make_aware(moment)
    return moment.astimezone(timezone.get_default_timezone())

"""Questions about the journal: what happened, where, when, by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gis.models import JournalLine
from gis.speech import WITHOUT_ACCOUNT, doer, in_words
from gis.terms import Happening


@dataclass(frozen=True, slots=True)
class Line:
    """One journal line as a page shows it; `by` is how the doer was called then."""

    id: int
    at: datetime
    by: str
    happening: Happening
    subject_kind: str
    subject_code: str
    district_code: str
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some lines, the newest first, and how many there are in all."""

    total: int
    lines: list[Line]


def lines(
    *,
    within: Sequence[str],
    first_on: date | None = None,
    last_on: date | None = None,
    happening: Happening | None = None,
    by: str = "",
    offset: int = 0,
    limit: int = 100,
) -> LinePage:
    """Return journal lines, newest first.

    Parameters
    ----------
    within : territory codes that the reader may see; "" among them is everything, also lines of no district. A line
        names its district only, so that a code below a district opens no line.
    first_on, last_on : days, both included, in the platform's own zone.
    by : part of the doer's name, as the reader's language calls it.
    """
    chosen = JournalLine.objects.all()
    if "" not in within:
        chosen = chosen.filter(district_code__in=[code for code in within if len(code) == 6])
    if first_on:
        chosen = chosen.filter(at__gte=_midnight(first_on))
    if last_on:
        chosen = chosen.filter(at__lt=_midnight(last_on + timedelta(days=1)))
    if happening:
        chosen = chosen.filter(happening=happening)
    if by.strip():
        chosen = chosen.filter(_done_by(by.strip()))
    some = chosen.order_by("-at", "-id")[offset : offset + limit]
    return LinePage(total=chosen.count(), lines=[_line(line) for line in some])


def _done_by(text: str) -> Q:
    called_so = [name for name in WITHOUT_ACCOUNT if text.lower() in doer(name).lower()]
    return Q(by_name__icontains=text) | Q(by__display_name__icontains=text) | Q(by=None, by_name__in=called_so)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _line(line: JournalLine) -> Line:
    return Line(
        id=line.pk,
        at=line.at,
        by=doer(line.by_name),
        happening=Happening(line.happening),
        subject_kind=line.subject_kind,
        subject_code=line.subject_code,
        district_code=line.district_code,
        summary=in_words(line.summary),
    )

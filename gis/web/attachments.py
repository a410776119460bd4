"""Files that a person takes away: always as an attachment, and noted in the journal."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from gis.services.staff import note_taken
from gis.web.person import person

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def taken_away(
    request: HttpRequest,
    content: bytes | str,
    media_type: str,
    name: str,
    *,
    district_code: str = "",
    rows: int | None = None,
) -> HttpResponse:
    """Return a file for a browser to save; browsers never sniff or show it inside our own pages.

    Parameters
    ----------
    rows : of a table, without its head; the journal says how many were taken.
    """
    answer = HttpResponse(content, content_type=media_type, headers={"Cache-Control": "private, no-store"})
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    note_taken(file=name, size_bytes=len(answer.content), by=person(request), district_code=district_code, rows=rows)
    return answer

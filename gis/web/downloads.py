"""What a person takes away: the audit map, the findings table."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gis.selectors import audits
from gis.services.audits import maps
from gis.web.attachments import CSV, XLSX, taken_away
from gis.web.filters import FindingFilter
from gis.web.person import person
from gis.web.scope import scope_of
from gis.web.sheets import Cell, csv_of, xlsx_of

ROWS_MAX = 200_000
"""Findings in one file: below the 1 048 576 rows that a spreadsheet can hold, far above any district's."""


def _findings(request: HttpRequest, district_code: str) -> tuple[list[str], list[list[Cell]]]:
    scope = scope_of(request, district_code)
    if scope is None:
        raise Http404
    form = FindingFilter(request.GET)
    found = audits.findings(**form.asked(scope, person(request).id), order=form.sorted_by, limit=ROWS_MAX)
    header = [
        _("编号"),
        _("类别"),
        _("判断"),
        _("状态"),
        _("与上次相比"),
        _("对象编码"),
        _("对象名称"),
        _("相关编码"),
        _("社区编码"),
        _("社区"),
        _("宽度（米）"),
        _("涉及户数"),
        _("负责人"),
        _("发现时间"),
        _("例外到期日"),
        _("上次判断"),
    ]
    rows: list[list[Cell]] = [
        [
            row.id,
            _(row.kind.label),
            _(row.clarity.label),
            _(row.state.label),
            _(row.novelty.label),
            row.subjects[0],
            row.names[0],
            "、".join(row.subjects[1:]),
            row.community_code,
            row.community_name,
            round(row.width_m, 2),
            row.households,
            row.assigned_to,
            row.opened_at,
            row.exception_expires_on,
            _(row.clarity_before.label) if row.clarity_before else "",
        ]
        for row in found.rows
    ]
    return header, rows


@require_GET
def findings_csv(request: HttpRequest, district_code: str) -> HttpResponse:
    """Return the findings table as CSV, filtered as on the page."""
    header, rows = _findings(request, district_code)
    name = f"findings-{district_code}.csv"
    return taken_away(request, csv_of(header, rows), CSV, name, district_code=district_code, rows=len(rows))


@require_GET
def findings_xlsx(request: HttpRequest, district_code: str) -> HttpResponse:
    """Return the findings table as an Excel sheet, filtered as on the page."""
    header, rows = _findings(request, district_code)
    sheet, name = xlsx_of(_("问题清单"), header, rows), f"findings-{district_code}.xlsx"
    return taken_away(request, sheet, XLSX, name, district_code=district_code, rows=len(rows))


@require_GET
def audit_map(request: HttpRequest, district_code: str) -> HttpResponse:
    """Return the audit as one HTML file that opens from disk; it is never shown inside our own pages."""
    scope = scope_of(request, district_code)
    if scope is None or not scope.whole:
        raise Http404
    page = maps.audit_map(district_code=scope.code)
    name = f"audit-map-{scope.code}.html"
    return taken_away(request, page, "text/html; charset=utf-8", name, district_code=scope.code)

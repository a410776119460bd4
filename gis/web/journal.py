"""The journal for the security auditor: read and filtered, never changed."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from gis import policy
from gis.selectors.journal import lines
from gis.terms import Action, Happening
from gis.web.pages import Page, page_asked

LINES_A_PAGE = 100


class JournalFilter(forms.Form):
    """What lines to show."""

    first_on = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    happening = forms.ChoiceField(label=_("事项"), required=False, choices=[("", _("全部")), *Happening.choices()])
    by = forms.CharField(label=_("操作人"), required=False, max_length=150)


@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Show journal lines, the newest first."""
    within = policy.territories(request.user, Action.READ_JOURNAL)
    if not within:
        policy.require(request.user, Action.READ_JOURNAL, "")
    form = JournalFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    number = page_asked(request.GET)
    found = lines(
        within=within,
        first_on=asked.get("first_on"),
        last_on=asked.get("last_on"),
        happening=Happening(asked["happening"]) if asked.get("happening") else None,
        by=asked.get("by", ""),
        offset=(number - 1) * LINES_A_PAGE,
        limit=LINES_A_PAGE,
    )
    page = Page(number, LINES_A_PAGE, found.total)
    return render(request, "journal/journal.html", {"form": form, "lines": found.lines, "page": page})

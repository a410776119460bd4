"""The words of the scripts: Django's catalogue for the browser, in the reader's language."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET
from django.views.i18n import JavaScriptCatalog


@login_not_required
@require_GET
@conditional_page
@cache_control(private=True, no_cache=True)
def catalogue(request: HttpRequest, **named: Any) -> HttpResponseBase:
    """Answer the catalogue of the active language; asked again with its ETag it costs nothing but the question."""
    return JavaScriptCatalog.as_view()(request, **named)

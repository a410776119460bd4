"""Addresses: each room's own are in its door."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from project.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("api/", include("gis.api.urls")),
    path("", include("gis.web.urls")),
]

handler400 = "project.problems.bad_request"
handler403 = "project.problems.permission_denied"
handler404 = "project.problems.page_not_found"
handler500 = "project.problems.server_error"

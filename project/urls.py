"""Addresses: each room's own are in its door."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from project.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language/", include("django.conf.urls.i18n")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("", include("gis.web.urls")),
]

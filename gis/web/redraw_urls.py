"""Addresses of the redraw editor."""

from django.urls import path

from gis.web import redraw

urlpatterns = [
    path("plans/<uuid:plan_id>/edit/", redraw.edit, name="plan_edit"),
]

"""Addresses of the imports in the browser."""

from django.urls import path

from gis.web import import_files, import_steps, imports

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("new/", imports.new_import, name="import_new"),
    path("<uuid:draft_id>/", import_steps.draft_page, name="import_draft"),
    path("<uuid:draft_id>/read/", import_steps.read_again, name="import_read"),
    path("<uuid:draft_id>/plan/", import_steps.plan, name="import_plan"),
    path("<uuid:draft_id>/commit/", import_steps.commit, name="import_commit"),
    path("<uuid:draft_id>/stop/", import_steps.stop, name="import_stop"),
    path("<uuid:draft_id>/discard/", import_steps.discard, name="import_discard"),
    path("<uuid:draft_id>/state.json", import_steps.draft_state, name="import_state"),
    path("<uuid:draft_id>/<str:drawing>.geojson", import_files.shapes, name="import_shapes"),
    path("<uuid:draft_id>/<str:drawing>.svg", import_files.picture, name="import_picture"),
    path("<uuid:draft_id>/report.csv", import_files.report_csv, name="import_csv"),
    path("<uuid:draft_id>/report.xlsx", import_files.report_xlsx, name="import_xlsx"),
    path("<uuid:draft_id>/report.json", import_files.report_json, name="import_json"),
]

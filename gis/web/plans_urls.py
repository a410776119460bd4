"""Addresses of the plans' pages; the editor's and the papers' stand with their own."""

from django.urls import path

from gis.web import plan_acts, plan_compare, plan_land, plan_page, plan_uploads, plans

urlpatterns = [
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.new_plan, name="plan_new"),
    path("plans/compare/", plan_compare.compare, name="plan_compare"),
    path("plans/compare/land.json", plan_compare.land, name="plan_compare_land"),
    path("plans/compare/crosswalk.csv", plan_compare.crosswalk_csv, name="plan_crosswalk_csv"),
    path("plans/compare/crosswalk.xlsx", plan_compare.crosswalk_xlsx, name="plan_crosswalk_xlsx"),
    path("plans/<uuid:plan_id>/", plan_page.plan, name="plan"),
    path("plans/<uuid:plan_id>/land.json", plan_land.land, name="plan_land"),
    path("plans/<uuid:plan_id>/upload/", plan_uploads.upload, name="plan_upload"),
    path("plans/<uuid:plan_id>/do/<slug:deed>/", plan_acts.act, name="plan_act"),
]

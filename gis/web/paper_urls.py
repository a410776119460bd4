"""Addresses of the papers of plans."""

from django.urls import path

from gis.web import imprint, paper

urlpatterns = [
    path("plans/<uuid:plan_id>/notice/", paper.notice, name="plan_notice"),
    path("plans/<uuid:plan_id>/notice.pdf", paper.notice_pdf, name="plan_notice_pdf"),
    path("plans/<uuid:plan_id>/handover/", paper.handover, name="plan_handover"),
    path("plans/<uuid:plan_id>/handover.pdf", paper.handover_pdf, name="plan_handover_pdf"),
    path("plans/<uuid:plan_id>/before-after.html", paper.before_after, name="plan_before_after"),
    path("districts/<str:district_code>/imprint/", imprint.imprint, name="imprint"),
]

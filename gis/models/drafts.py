"""Imports in the browser before they are committed: the file, what was chosen for it, how far its job is."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from gis.models.imports import ImportRecord
from gis.models.spoken import SaidLine, SaidText
from gis.terms import DraftState, LayerKind


class ImportDraft(models.Model):
    """One upload on its way to an import; seen by its author only.

    `choices` is how the file is to be read and imported (`services.territory.drafts.choices`), `preview` what reading
    it showed, `report` what the dry run found, `edition` the fingerprint of that dry run: it is committed in no other.
    `attempt` counts the jobs: a job that was left behind by a later one does nothing. `started_at` is None while the
    job waits for a worker. `backend` is the database process that the job works through, so that a cancel reaches it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="import_drafts")
    kind = models.CharField(max_length=20, choices=LayerKind.choices())
    state = models.CharField(max_length=20, choices=DraftState.choices(), default=DraftState.READING.value)
    file_name = models.CharField(max_length=255)
    file_names = models.JSONField(default=list)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    touched_at = models.DateTimeField(db_default=Now())
    choices = models.JSONField(default=dict)
    preview = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    edition = models.CharField(max_length=64, blank=True)
    rule = models.CharField(max_length=80, blank=True)
    reason = SaidText(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    backend = models.IntegerField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    progress_share = models.FloatField(default=0.0)
    progress_words = SaidLine(max_length=120, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)
    record = models.ForeignKey(ImportRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="drafts")

    class Meta:
        verbose_name = "待导入文件"
        verbose_name_plural = "待导入文件"
        ordering = ("-created_at", "id")
        indexes = (models.Index(fields=["by", "-created_at"], name="importdraft_of_author"),)
        constraints = (
            models.CheckConstraint(
                name="importdraft_progress_is_a_share", condition=Q(progress_share__gte=0, progress_share__lte=1)
            ),
        )

    def __str__(self) -> str:
        return f"{LayerKind(self.kind).label} {self.file_name}"

"""What happened, one line a change; PostgreSQL refuses to alter, delete or truncate it (migration 0002)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from gis.terms import Happening


class JournalLine(models.Model):
    """Who did what to which place, when. Append-only.

    `by` is the account, None for the command line; `by_name` is how the doer was called then. `summary` holds figures
    and codes of the change, never personal data of residents.
    """

    at = models.DateTimeField(db_default=Now(), db_index=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="journal_lines"
    )
    by_name = models.CharField(max_length=150)
    happening = models.CharField(max_length=40, choices=Happening.choices())
    subject_kind = models.CharField(max_length=40)
    subject_code = models.CharField(max_length=150, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    summary = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "日志"
        verbose_name_plural = "日志"
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["district_code", "-at"], name="journal_by_district"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by_name} {Happening(self.happening).label} {self.subject_code}"

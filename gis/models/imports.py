"""What was imported from which file, and which column meant what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from gis.terms import LayerKind


class ImportRecord(models.Model):
    """One committed import of one file. Boundaries point at the record that made them."""

    kind = models.CharField(max_length=20, choices=LayerKind.choices())
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    source = models.CharField(max_length=120, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now(), editable=False)
    mapping = models.JSONField(default=dict)
    crs = models.CharField(max_length=120)
    encoding = models.CharField(max_length=40, blank=True)
    datum = models.CharField(max_length=20, default="as_is")
    accuracy_m = models.FloatField()
    counts = models.JSONField(default=dict)
    in_force_from = models.DateTimeField()

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"
        ordering = ("-at", "-id")
        constraints = (models.CheckConstraint(name="importrecord_accuracy_is_positive", condition=Q(accuracy_m__gt=0)),)

    def __str__(self) -> str:
        return f"{LayerKind(self.kind).label} {self.file_name}"


class ColumnMapping(models.Model):
    """Which column of a source's files holds which field: confirmed once, remembered.

    `header_fingerprint` is the SHA-256 of the file's column names: another header asks again.
    """

    source = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=LayerKind.choices())
    header_fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "字段对应"
        verbose_name_plural = "字段对应"
        constraints = (
            models.UniqueConstraint(
                name="columnmapping_once_for_a_header", fields=["source", "kind", "header_fingerprint"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {LayerKind(self.kind).label}"

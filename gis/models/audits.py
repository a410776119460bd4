"""Audits and what they found: runs, findings as cases with a life, accepted exceptions, the raw list of pieces.

AuditRun      one look at a district: when, by whom, with which rules, engine and result
Finding       the case: one conflict that keeps its identity from run to run
Sighting      what one run said of one finding: new, known or resolved, with the evidence of that day
CaseNote      what people (and runs) did to a case: moves, assignments, remarks
AcceptedException  a conflict that is allowed to stand, with a reason and a day on which it ends
Verdict       how each compound and grid sits, by the latest run that judged it; `run` is the first that said just this
RawPiece      every raw overlap of a compound with a grid, noise included; `run` likewise
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from gis.models.spoken import SaidLine, SaidText
from gis.terms import CaseState, Clarity, FindingKind, Fit, GridFit, LayerKind, Novelty, RunKind, RunState

SOME_TEXT = r"\S"
"""A text that says something: at least one character that is not a space."""


def _known(field: str, choices: list[tuple[str, str]]) -> Q:
    """Return the condition that `field` holds one of the field's own words."""
    return Q(**{f"{field}__in": [value for value, _label in choices]})


class AuditRun(models.Model):
    """One audit of a district. Its result is complete or absent: a failed run has a reason and nothing else."""

    district = models.ForeignKey(
        "gridwork.District",
        to_field="code",
        db_column="district_code",
        on_delete=models.PROTECT,
        related_name="audit_runs",
    )
    kind = models.CharField(max_length=20, choices=RunKind.choices())
    state = models.CharField(max_length=20, choices=RunState.choices(), default=RunState.RUNNING)
    as_of = models.DateTimeField(help_text="The moment whose boundaries in force were judged.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cause = SaidLine(max_length=200, blank=True, help_text="What made it run: a person, an import, the night.")
    last_import = models.ForeignKey(
        "gridwork.ImportRecord",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The newest import that a full run has seen: it and all before it need no audit of their own.",
    )
    rules = models.JSONField(default=dict, help_text="The district's thresholds as they stood.")
    engine = models.CharField(max_length=20, blank=True)
    geos_version = models.CharField(max_length=20, blank=True)
    judged = models.IntegerField(default=0, help_text="Compounds, grids and communities that it judged.")
    totals = models.JSONField(default=dict, help_text="Compounds by fit, grids by fit, after this run.")
    standing = models.JSONField(default=dict, help_text="Findings that stand after this run: kind, then clarity.")
    new_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    resolved_count = models.IntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True, help_text="From start to findings stored, seconds.")
    reason = SaidText(blank=True, help_text="Why it failed.")

    class Meta:
        verbose_name = "检查"
        verbose_name_plural = "检查"
        ordering = ["-as_of", "-id"]
        indexes = [Index(fields=["district", "-as_of"], name="audit_run_by_moment")]
        constraints = [
            CheckConstraint(name="audit_run_kind_known", condition=_known("kind", RunKind.choices())),
            CheckConstraint(name="audit_run_state_known", condition=_known("state", RunState.choices())),
            CheckConstraint(
                name="audit_run_ends_with_a_time",
                condition=Q(state=RunState.RUNNING, finished_at=None)
                | Q(finished_at__isnull=False, finished_at__gte=F("started_at")) & ~Q(state=RunState.RUNNING),
            ),
            CheckConstraint(
                name="audit_run_fails_with_a_reason",
                condition=~Q(state=RunState.FAILED) | Q(reason__regex=SOME_TEXT),
            ),
            UniqueConstraint(name="audit_run_one_at_a_time", fields=["district"], condition=Q(state=RunState.RUNNING)),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.kind} {self.as_of:%Y-%m-%d %H:%M}"


class Finding(models.Model):
    """A conflict as a case. Its key (kind, subjects, ordinal) stays, whatever its shape and evidence become."""

    district = models.ForeignKey(
        "gridwork.District",
        to_field="code",
        db_column="district_code",
        on_delete=models.PROTECT,
        related_name="findings",
    )
    kind = models.CharField(max_length=30, choices=FindingKind.choices())
    subjects_key = models.CharField(max_length=1000, help_text="The codes that make it the same case, normalised.")
    ordinal = models.SmallIntegerField(default=1, help_text="Tells apart several conflicts between the same places.")
    subjects = ArrayField(models.CharField(max_length=64), help_text="Every place concerned, the main one first.")
    community_code = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=20, choices=CaseState.choices(), default=CaseState.FOUND)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    clarity = models.CharField(max_length=20, choices=Clarity.choices())
    width_m = models.FloatField(default=0.0, help_text="Diameter of the largest circle inside the offending land, m.")
    households = models.IntegerField(default=0, help_text="Households touched.")
    evidence = models.JSONField(default=dict)
    place = models.GeometryField(srid=4490, help_text="Where to look.")
    cut = models.MultiLineStringField(srid=4490, null=True, blank=True, help_text="The grid line inside the compound.")
    first_seen = models.ForeignKey(AuditRun, on_delete=models.PROTECT, related_name="opened")
    # Not indexed: every run moves it in every case, and an update that touches no index leaves all of them alone.
    last_seen = models.ForeignKey(AuditRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        ordering = ["-width_m", "id"]
        indexes = [
            Index(fields=["district", "state", "kind"], name="finding_by_state"),
            Index(fields=["district", "community_code"], name="finding_by_community"),
            GinIndex(fields=["subjects"], name="finding_by_subject"),
        ]
        constraints = [
            UniqueConstraint(name="finding_key", fields=["district", "kind", "subjects_key", "ordinal"]),
            CheckConstraint(name="finding_kind_known", condition=_known("kind", FindingKind.choices())),
            CheckConstraint(name="finding_state_known", condition=_known("state", CaseState.choices())),
            CheckConstraint(
                name="finding_is_no_noise", condition=Q(clarity__in=[Clarity.CLEAR.value, Clarity.DOUBTFUL.value])
            ),
            CheckConstraint(name="finding_has_a_subject", condition=Q(subjects__len__gte=1)),
            CheckConstraint(name="finding_measures", condition=Q(width_m__gte=0, households__gte=0, ordinal__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subjects_key}"

    @property
    def version(self) -> str:
        """The case as it stands: its state, since when (microseconds), whose it is. Another one after every change."""
        since_us = (self.moved_at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
        return f"{CaseState(self.state).value}-{since_us}-{self.assigned_to_id or 0}"


class Sighting(models.Model):
    """What one run said of one finding."""

    run = models.ForeignKey(AuditRun, on_delete=models.CASCADE, related_name="sightings")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="sightings")
    novelty = models.CharField(max_length=20, choices=Novelty.choices())
    clarity = models.CharField(max_length=20, choices=Clarity.choices())
    width_m = models.FloatField(default=0.0)
    households = models.IntegerField(default=0)
    evidence = models.JSONField(default=dict)

    class Meta:
        verbose_name = "发现记录"
        verbose_name_plural = "发现记录"
        constraints = [
            UniqueConstraint(name="sighting_once_a_run", fields=["run", "finding"]),
            CheckConstraint(name="sighting_novelty_known", condition=_known("novelty", Novelty.choices())),
            CheckConstraint(name="sighting_clarity_known", condition=_known("clarity", Clarity.choices())),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.finding_id} {self.novelty}"


class CaseNote(models.Model):
    """One step of a case: a move, an assignment, a remark. Kept for good."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=20, choices=CaseState.choices(), blank=True)
    to_state = models.CharField(max_length=20, choices=CaseState.choices(), blank=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = "处理记录"
        verbose_name_plural = "处理记录"
        ordering = ["at", "id"]
        constraints = [
            CheckConstraint(
                name="case_note_says_something",
                condition=Q(text__regex=SOME_TEXT) | ~Q(to_state="") & ~Q(from_state=""),
            ),
            CheckConstraint(
                name="case_note_states_known",
                condition=_known("from_state", [("", ""), *CaseState.choices()])
                & _known("to_state", [("", ""), *CaseState.choices()]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.from_state}→{self.to_state} {self.text}"


class AcceptedException(models.Model):
    """A conflict that may stand until a day, and why. Ended by a person, by its day, or because the conflict went."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="exceptions")
    reason = models.TextField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_on = models.DateField()
    expires_on = models.DateField(help_text="The first day on which it no longer holds.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = "例外"
        verbose_name_plural = "例外"
        ordering = ["-accepted_on", "-id"]
        constraints = [
            CheckConstraint(name="exception_has_a_reason", condition=Q(reason__regex=SOME_TEXT)),
            CheckConstraint(name="exception_expires_later", condition=Q(expires_on__gt=F("accepted_on"))),
            CheckConstraint(
                name="exception_ends_with_a_reason", condition=Q(ended_at=None) | Q(end_reason__regex=SOME_TEXT)
            ),
            UniqueConstraint(name="exception_one_open", fields=["finding"], condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} → {self.expires_on}"


class Verdict(models.Model):
    """How one compound or grid sits, by the latest run that judged it; `run` is the first one that said just this."""

    district = models.ForeignKey(
        "gridwork.District", to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(AuditRun, on_delete=models.CASCADE, related_name="+")
    layer = models.CharField(max_length=20, choices=LayerKind.choices())
    code = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=[*Fit.choices(), *GridFit.choices()])
    clarity = models.CharField(max_length=20, choices=Clarity.choices())
    width_m = models.FloatField(default=0.0)
    households = models.IntegerField(default=0)
    home_code = models.CharField(max_length=64, blank=True, help_text="Where most of its land lies.")

    class Meta:
        verbose_name = "判定"
        verbose_name_plural = "判定"
        constraints = [
            UniqueConstraint(name="verdict_key", fields=["district", "layer", "code"]),
            CheckConstraint(
                name="verdict_state_known",
                condition=Q(layer=LayerKind.COMPOUND) & _known("state", Fit.choices())
                | Q(layer=LayerKind.GRID) & _known("state", GridFit.choices()),
            ),
            CheckConstraint(name="verdict_clarity_known", condition=_known("clarity", Clarity.choices())),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class RawPiece(models.Model):
    """One raw overlap of a compound with a grid, noise included: the list behind the verdicts.

    The width of noise beside a compound without a finding is not measured: it is an upper bound there.
    """

    district = models.ForeignKey(
        "gridwork.District", to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(AuditRun, on_delete=models.CASCADE, related_name="+")
    compound_code = models.CharField(max_length=64)
    grid_code = models.CharField(max_length=64)
    area_m2 = models.FloatField()
    share = models.FloatField(help_text="Of the compound's area, 0 to 1.")
    width_m = models.FloatField()
    households = models.IntegerField()
    material = models.BooleanField()

    class Meta:
        verbose_name = "原始交叠"
        verbose_name_plural = "原始交叠"
        constraints = [
            UniqueConstraint(name="raw_piece_key", fields=["district", "compound_code", "grid_code"]),
            CheckConstraint(
                name="raw_piece_measures",
                condition=Q(area_m2__gte=0, share__gte=0, width_m__gte=0, households__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound_code} ∩ {self.grid_code}"

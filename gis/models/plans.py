"""Plans: change orders for grids, from the first line drawn to the boundaries that they begin and end.

Plan            the order: why, by whom, where it stands, from when it is in force
PlanGround      the land that it starts from: the base tiling and what it was made of
PlanOperation   one edit; those after `Plan.done` were undone and can be made again
PlanCheckpoint  the tiling after some operations, so that nobody replays from the start
PlanComment     a remark on a plan or on a place of it
PlanProposal    a request to the solver and its answer
CrosswalkRow    which grid follows which, of a plan in force
HandOver        what land leaves or joins a grid's post, of a plan in force

A plan in force, its operations, its crosswalk and its hand-over list are never changed: triggers of migration 0010.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Now

from gis.models.places import District
from gis.models.staff import StewardPost
from gis.terms import HandOverWay, PlanFollows, PlanState, ProposalKind, ProposalState, Word

SOME_TEXT = r"\S"


def _known(field: str, words: type[Word], *, empty: bool = False) -> Q:
    values = [word.value for word in words]
    return Q(**{f"{field}__in": ["", *values] if empty else values})


class Plan(models.Model):
    """A change order for the grids of some communities.

    `version` grows with every write; a write that names an older one is refused. `base_at` is the moment whose
    boundaries the plan starts from. `done` counts the operations in effect. `locks` are grids whose land no edit may
    change, `cases` the findings that went along with it when it was submitted. `figures` is what the last check said,
    with the version that it looked at. `in_force_from` is what was decided, `in_force_at` when it came about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(
        District, to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="plans"
    )
    title = models.CharField(max_length=120)
    reason = models.TextField()
    state = models.CharField(max_length=20, choices=PlanState.choices(), default=PlanState.DRAFT.value)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="plans")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    touched_at = models.DateTimeField(db_default=Now())
    base_at = models.DateTimeField()
    communities = ArrayField(models.CharField(max_length=12))
    branch_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches")
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers")
    follows_as = models.CharField(max_length=20, choices=PlanFollows.choices(), blank=True)
    done = models.PositiveIntegerField(default=0)
    locks = ArrayField(models.CharField(max_length=15), default=list, blank=True)
    cases = ArrayField(models.BigIntegerField(), default=list, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="decided_plans"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    in_force_from = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    failure = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "调整方案"
        verbose_name_plural = "调整方案"
        ordering = ("-created_at", "id")
        indexes = (
            Index(fields=["district", "state", "-created_at"], name="plan_by_state"),
            Index(fields=["in_force_from"], name="plan_waiting", condition=Q(state=PlanState.SCHEDULED.value)),
        )
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            CheckConstraint(name="plan_state_is_known", condition=_known("state", PlanState)),
            CheckConstraint(name="plan_has_a_title", condition=Q(title__regex=SOME_TEXT)),
            CheckConstraint(name="plan_has_a_reason", condition=Q(reason__regex=SOME_TEXT)),
            CheckConstraint(name="plan_is_for_a_community", condition=Q(communities__len__gte=1)),
            CheckConstraint(
                name="plan_follows_as_something",
                condition=Q(follows__isnull=True, follows_as="")
                | Q(follows__isnull=False, follows_as__in=[word.value for word in PlanFollows]),
            ),
            CheckConstraint(
                name="plan_is_never_approved_by_its_author",
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")) & ~Q(approver=F("submitted_by")),
            ),
            CheckConstraint(
                name="plan_decided_by_somebody",
                condition=~Q(
                    state__in=[
                        PlanState.APPROVED.value,
                        PlanState.SCHEDULED.value,
                        PlanState.IN_FORCE.value,
                        PlanState.REJECTED.value,
                    ]
                )
                | Q(approver__isnull=False, decided_at__isnull=False, submitted_at__isnull=False),
            ),
            CheckConstraint(
                name="plan_in_force_since_a_moment",
                condition=Q(state=PlanState.IN_FORCE.value, in_force_at__isnull=False, in_force_from__isnull=False)
                | ~Q(state=PlanState.IN_FORCE.value) & Q(in_force_at__isnull=True),
            ),
            CheckConstraint(
                name="plan_scheduled_for_a_moment",
                condition=~Q(state=PlanState.SCHEDULED.value) | Q(in_force_from__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}（{PlanState(self.state).label}）"


class PlanGround(models.Model):
    """The land that a plan starts from.

    `tiling` is the base as `gis.geometry.tiling_store` writes it, `frame` its metric frame ("EPSG:4549").
    `fingerprint` tells the boundaries that it was made of; it changes when one of them does. `facts` holds what tells
    the two sides apart when it has changed: {"grids": {code: boundary id}, "compounds": {code: boundary id}}.
    """

    plan = models.OneToOneField(Plan, primary_key=True, on_delete=models.CASCADE, related_name="ground")
    tiling = models.BinaryField()
    frame = models.CharField(max_length=40)
    accuracy_m = models.FloatField()
    fingerprint = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = "方案基准"
        verbose_name_plural = "方案基准"

    def __str__(self) -> str:
        return f"{self.plan_id} {self.fingerprint[:8]}"


class PlanOperation(models.Model):
    """One edit of a plan: what it was, in the API's words and in people's, and what it moved."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="operations")
    number = models.PositiveIntegerField()
    edit = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    text = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = "方案操作"
        verbose_name_plural = "方案操作"
        ordering = ("plan", "number")
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            UniqueConstraint(name="planoperation_number_once_in_a_plan", fields=["plan", "number"]),
            CheckConstraint(name="planoperation_counts_from_one", condition=Q(number__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"


class PlanCheckpoint(models.Model):
    """The tiling of a plan after a number of operations; 0 is the base."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="checkpoints")
    number = models.PositiveIntegerField()
    tiling = models.BinaryField()

    class Meta:
        verbose_name = "方案存点"
        verbose_name_plural = "方案存点"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            UniqueConstraint(name="plancheckpoint_number_once_in_a_plan", fields=["plan", "number"]),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"


class PlanComment(models.Model):
    """A remark on a plan: on all of it, on a grid, or on a place (EPSG:4490)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    text = models.TextField()
    grid = models.CharField(max_length=15, blank=True)
    place = models.PointField(srid=4490, null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "方案批注"
        verbose_name_plural = "方案批注"
        ordering = ("at", "id")
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            CheckConstraint(name="plancomment_says_something", condition=Q(text__regex=SOME_TEXT)),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {self.text[:20]}"


class PlanProposal(models.Model):
    """A request to the solver and its answer.

    `asked` holds wishes, limits and seed; `plan_version` and `plan_done` say which state of the plan it was asked of.
    `backend` is the database process that the job works through, so that a cancel reaches it. `result` holds figures,
    moves with their reasons and what is proven of each community; `edits` one list of edits an alternative, ready to be
    applied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="proposals")
    kind = models.CharField(max_length=20, choices=ProposalKind.choices())
    state = models.CharField(max_length=20, choices=ProposalState.choices(), default=ProposalState.WAITING.value)
    asked = models.JSONField(default=dict, blank=True)
    plan_version = models.PositiveIntegerField()
    plan_done = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    backend = models.IntegerField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    progress_share = models.FloatField(default=0.0)
    progress_words = models.JSONField(default=dict, blank=True)
    rule = models.CharField(max_length=80, blank=True)
    failure = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    edits = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "调整建议"
        verbose_name_plural = "调整建议"
        ordering = ("-created_at", "id")
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            CheckConstraint(name="planproposal_kind_is_known", condition=_known("kind", ProposalKind)),
            CheckConstraint(name="planproposal_state_is_known", condition=_known("state", ProposalState)),
            CheckConstraint(
                name="planproposal_progress_is_a_share", condition=Q(progress_share__gte=0, progress_share__lte=1)
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan_id} {ProposalKind(self.kind).label}"


class CrosswalkRow(models.Model):
    """Land that was of one grid before a plan and is of one after it: the lineage of codes, by land and households.

    `kept` marks the row of a place that goes on under its code.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="crosswalk")
    from_grid = models.CharField(max_length=15, blank=True)
    to_grid = models.CharField(max_length=15, blank=True)
    area_m2 = models.FloatField()
    households = models.PositiveIntegerField(default=0)
    buildings = models.PositiveIntegerField(default=0)
    noise = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)

    class Meta:
        verbose_name = "对照行"
        verbose_name_plural = "对照行"
        ordering = ("plan", "from_grid", "to_grid")
        indexes = (
            Index(fields=["from_grid"], name="crosswalk_from"),
            Index(fields=["to_grid"], name="crosswalk_to"),
        )
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            UniqueConstraint(name="crosswalkrow_once_in_a_plan", fields=["plan", "from_grid", "to_grid"]),
            CheckConstraint(name="crosswalkrow_has_land", condition=Q(area_m2__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.from_grid}→{self.to_grid}"


class HandOver(models.Model):
    """What leaves or joins a grid, and with it the post that answered or answers for the grid; None: it was vacant.

    `compound` is empty for land outside all compounds.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="hand_overs")
    post = models.ForeignKey(StewardPost, null=True, blank=True, on_delete=models.PROTECT, related_name="hand_overs")
    grid = models.CharField(max_length=15)
    way = models.CharField(max_length=20, choices=HandOverWay.choices())
    other_grid = models.CharField(max_length=15, blank=True)
    compound = models.CharField(max_length=64, blank=True)
    buildings = models.PositiveIntegerField(default=0)
    households = models.PositiveIntegerField(default=0)
    area_m2 = models.FloatField(default=0.0)

    class Meta:
        verbose_name = "交接事项"
        verbose_name_plural = "交接事项"
        ordering = ("plan", "grid", "way", "other_grid", "compound")
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            CheckConstraint(name="handover_way_is_known", condition=_known("way", HandOverWay)),
        )

    def __str__(self) -> str:
        return f"{self.grid} {HandOverWay(self.way).label} {self.compound}"

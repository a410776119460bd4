"""Where a place lay in a period: dated shapes in EPSG:4490, one at a time for a place.

Two grids in force at one time never overlap (cells among themselves, all other grids among themselves, within a
district): a deferred constraint trigger of migration 0002.
"""

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.models import Q

from gis.models.imports import ImportRecord
from gis.models.places import Community, Compound, District, Grid, Street
from gis.models.plans import Plan

SRID = 4490


class Boundary(models.Model):
    """A shape of a place and when it was in force.

    `in_force` is half-open [from, to); open upwards while it holds. `accuracy_m` is the stated accuracy in metres:
    how far a drawn vertex may lie from its true place. `source` names where it comes from.
    """

    shape = models.MultiPolygonField(srid=SRID)
    in_force = DateTimeRangeField()
    accuracy_m = models.FloatField()
    source = models.CharField(max_length=120, blank=True)
    made_by = models.ForeignKey(
        ImportRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)s_made"
    )

    class Meta:
        abstract = True
        constraints = (
            ExclusionConstraint(
                name="%(class)s_one_at_a_time",
                expressions=[("place", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(name="%(class)s_shape_is_valid", condition=Q(shape__isvalid=True)),
            models.CheckConstraint(name="%(class)s_shape_is_not_empty", condition=Q(shape__isempty=False)),
            models.CheckConstraint(name="%(class)s_accuracy_is_positive", condition=Q(accuracy_m__gt=0)),
            models.CheckConstraint(name="%(class)s_period_is_not_empty", condition=Q(in_force__isempty=False)),
            models.CheckConstraint(
                name="%(class)s_period_has_a_beginning",
                condition=Q(in_force__startswith__isnull=False),
            ),
        )


class DistrictBoundary(Boundary):
    place = models.ForeignKey(District, on_delete=models.PROTECT, related_name="boundaries")

    class Meta(Boundary.Meta):
        verbose_name = "区界"
        verbose_name_plural = "区界"


class StreetBoundary(Boundary):
    place = models.ForeignKey(Street, on_delete=models.PROTECT, related_name="boundaries")

    class Meta(Boundary.Meta):
        verbose_name = "街道界"
        verbose_name_plural = "街道界"


class CommunityBoundary(Boundary):
    place = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="boundaries")

    class Meta(Boundary.Meta):
        verbose_name = "社区界"
        verbose_name_plural = "社区界"


class GridBoundary(Boundary):
    """A grid's shape; `plan` made it, `ended_by` ended it: None where an import did."""

    place = models.ForeignKey(Grid, on_delete=models.PROTECT, related_name="boundaries")
    # Indexed only where it says something: imports of many grids write neither.
    plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="began", db_index=False
    )
    ended_by = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="ended", db_index=False
    )

    class Meta(Boundary.Meta):
        verbose_name = "网格界"
        verbose_name_plural = "网格界"
        indexes = (
            models.Index(fields=["plan"], name="gridboundary_of_plan", condition=Q(plan__isnull=False)),
            models.Index(fields=["ended_by"], name="gridboundary_ended_by_plan", condition=Q(ended_by__isnull=False)),
        )


class CompoundBoundary(Boundary):
    place = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="boundaries")

    class Meta(Boundary.Meta):
        verbose_name = "小区范围"
        verbose_name_plural = "小区范围"

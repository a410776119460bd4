"""Places that carry their shape themselves: buildings, stations, offices and roads have no dated boundary."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import PointOnSurface
from django.db.models import F, Func, Q
from django.db.models.constraints import BaseConstraint
from django.db.models.lookups import In

from gis.models.places import Community, Compound, OwnCodePlace, code_under
from gis.terms import RoadRank, StationKind

SRID = 4490


class Building(OwnCodePlace):
    """楼栋: carries the household count.

    `shape` is a Point or a MultiPolygon footprint, EPSG:4490; `point` is kept by PostgreSQL: the point itself, or one
    inside the footprint, where the households are counted.
    """

    compound = models.ForeignKey(Compound, null=True, blank=True, on_delete=models.PROTECT, related_name="buildings")
    households = models.PositiveIntegerField(default=0)
    shape = models.GeometryField(srid=SRID)
    point = models.GeneratedField(
        expression=PointOnSurface("shape"), output_field=models.PointField(srid=SRID), db_persist=True
    )

    class Meta(OwnCodePlace.Meta):
        verbose_name = "楼栋"
        verbose_name_plural = "楼栋"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *OwnCodePlace.Meta.constraints,
            models.CheckConstraint(
                name="building_shape_is_a_point_or_a_footprint",
                condition=In(
                    Func(F("shape"), function="GeometryType", output_field=models.CharField()),
                    ["POINT", "MULTIPOLYGON"],
                ),
            ),
            models.CheckConstraint(name="building_shape_is_valid", condition=Q(shape__isvalid=True)),
            models.CheckConstraint(name="building_shape_is_not_empty", condition=Q(shape__isempty=False)),
        )


class CommunityPoint(OwnCodePlace):
    """What a station and an office share: a point, the community that it serves and an office telephone."""

    community = models.ForeignKey(
        Community,
        to_field="code",
        db_column="community_code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )
    telephone = models.CharField(max_length=40, blank=True)
    shape = models.PointField(srid=SRID)

    class Meta(OwnCodePlace.Meta):
        abstract = True
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *OwnCodePlace.Meta.constraints,
            code_under("%(class)s", "district", child="community"),
            models.CheckConstraint(name="%(class)s_shape_is_not_empty", condition=Q(shape__isempty=False)),
        )


class ServiceStation(CommunityPoint):
    """服务站."""

    kind = models.CharField(max_length=20, choices=StationKind.choices(), default=StationKind.STATION.value)

    class Meta(CommunityPoint.Meta):
        verbose_name = "服务站"
        verbose_name_plural = "服务站"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *CommunityPoint.Meta.constraints,
            models.CheckConstraint(
                name="servicestation_kind_is_known", condition=Q(kind__in=[kind.value for kind in StationKind])
            ),
        )


class CommunityOffice(CommunityPoint):
    """社区办公点: the office of a community's residents' committee."""

    class Meta(CommunityPoint.Meta):
        verbose_name = "社区办公点"
        verbose_name_plural = "社区办公点"


class Road(OwnCodePlace):
    """道路: centre lines."""

    rank = models.CharField(max_length=20, choices=RoadRank.choices(), default=RoadRank.LOCAL.value)
    shape = models.MultiLineStringField(srid=SRID)

    class Meta(OwnCodePlace.Meta):
        verbose_name = "道路"
        verbose_name_plural = "道路"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *OwnCodePlace.Meta.constraints,
            models.CheckConstraint(name="road_rank_is_known", condition=Q(rank__in=[rank.value for rank in RoadRank])),
            models.CheckConstraint(name="road_shape_is_not_empty", condition=Q(shape__isempty=False)),
        )

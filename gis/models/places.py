"""Places: things with a stable code. Where they lie, and when, is said by their boundaries (boundaries.py).

A place is never deleted, its code never changes, and a retired one never comes back: triggers of migration 0002.
"""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import F, Func, Q
from django.db.models.constraints import BaseConstraint

from gis.models.spelling import SpellingField
from gis.terms import CompoundKind, GridKind, Management

PINYIN = "pinyin"
"""The ICU collation ``zh-u-co-pinyin-kn-true``, made by the first migration: names sort by pinyin, numbers by value."""


def code_of_length(model: str, digits: int) -> BaseConstraint:
    """Return the rule that a code of the tree has exactly this many half-width digits."""
    return models.CheckConstraint(
        name=f"{model}_code_has_{digits}_digits", condition=Q(code__regex=rf"^[0-9]{{{digits}}}$")
    )


def code_under(model: str, parent: str, *, child: str = "code") -> BaseConstraint:
    """Return the rule that a child's code starts with its parent's."""
    return models.CheckConstraint(
        name=f"{model}_{child}_starts_with_its_{parent}",
        condition=Func(F(child), F(parent), function="starts_with", output_field=models.BooleanField()),
    )


class Place(models.Model):
    """What every place has: a code, a name, and the days on which it was established and retired."""

    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200, blank=True, db_collation=PINYIN)
    spelling = SpellingField()
    established_on = models.DateField()
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("code",)
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_retires_after_it_is_established",
                condition=Q(retired_on__isnull=True) | Q(retired_on__gte=F("established_on")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）" if self.name else self.code


class TreePlace(Place):
    """A place of the fixed tree district, street, community, grid: its code says where in the tree it stands."""

    code = models.CharField(max_length=15, unique=True)

    class Meta(Place.Meta):
        abstract = True

    @property
    def district_code(self) -> str:
        """The six digits of the district."""
        return self.code[:6]


class OwnCodePlace(Place):
    """A place with a code of its own, unique in its district."""

    district = models.ForeignKey(
        "gridwork.District",
        to_field="code",
        db_column="district_code",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )

    class Meta(Place.Meta):
        abstract = True
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *Place.Meta.constraints,
            models.UniqueConstraint(name="%(class)s_code_once_in_a_district", fields=["district", "code"]),
            models.CheckConstraint(name="%(class)s_code_is_trimmed", condition=Q(code__regex=r"^\S(.*\S)?$")),
        )


class District(TreePlace):
    """区: county-level unit, 6 digits (GB/T 2260)."""

    class Meta(TreePlace.Meta):
        verbose_name = "区"
        verbose_name_plural = "区"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (*TreePlace.Meta.constraints, code_of_length("district", 6))


class Street(TreePlace):
    """街道: 9 digits."""

    district = models.ForeignKey(
        District, to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="streets"
    )

    class Meta(TreePlace.Meta):
        verbose_name = "街道"
        verbose_name_plural = "街道"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *TreePlace.Meta.constraints,
            code_of_length("street", 9),
            code_under("street", "district"),
        )


class Community(TreePlace):
    """社区: 12 digits."""

    street = models.ForeignKey(
        Street, to_field="code", db_column="street_code", on_delete=models.PROTECT, related_name="communities"
    )

    class Meta(TreePlace.Meta):
        verbose_name = "社区"
        verbose_name_plural = "社区"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *TreePlace.Meta.constraints,
            code_of_length("community", 12),
            code_under("community", "street"),
        )


class Grid(TreePlace):
    """网格: the smallest staffed cell, 15 digits. A 单元网格 is of another layer and never becomes an ordinary grid."""

    community = models.ForeignKey(
        Community, to_field="code", db_column="community_code", on_delete=models.PROTECT, related_name="grids"
    )
    kind = models.CharField(max_length=20, choices=GridKind.choices(), default=GridKind.ORDINARY.value)

    class Meta(TreePlace.Meta):
        verbose_name = "网格"
        verbose_name_plural = "网格"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *TreePlace.Meta.constraints,
            code_of_length("grid", 15),
            code_under("grid", "community"),
            models.CheckConstraint(name="grid_kind_is_known", condition=Q(kind__in=[kind.value for kind in GridKind])),
        )


class Compound(OwnCodePlace):
    """小区: a residential estate inside one wall or name.

    `community` is where the record says it belongs; None when no record says so. `households` is the compound's own
    total, used where its buildings are not known.
    """

    community = models.ForeignKey(
        Community,
        to_field="code",
        db_column="community_code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="compounds",
    )
    kind = models.CharField(max_length=20, choices=CompoundKind.choices(), default=CompoundKind.UNKNOWN.value)
    management = models.CharField(max_length=20, choices=Management.choices(), default=Management.UNKNOWN.value)
    households = models.PositiveIntegerField(null=True, blank=True)

    class Meta(OwnCodePlace.Meta):
        verbose_name = "小区"
        verbose_name_plural = "小区"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            *OwnCodePlace.Meta.constraints,
            code_under("compound", "district", child="community"),
            models.CheckConstraint(
                name="compound_kind_is_known", condition=Q(kind__in=[kind.value for kind in CompoundKind])
            ),
            models.CheckConstraint(
                name="compound_management_is_known", condition=Q(management__in=[mode.value for mode in Management])
            ),
        )

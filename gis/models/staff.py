"""Accounts, what each may do where, and which steward answers for which grid."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from gis.terms import Role

WHOLE_CITY = ""
"""The territory code of a membership that is not bound to one district."""


class User(AbstractUser):
    """A person's own account: nobody shares one (Cyber-security Law art. 21, unique identity)."""

    display_name = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """A role of an account on a territory, for a time.

    `territory_code` is a place code of 6, 9, 12 or 15 digits: the role holds for every code that starts with it. Empty
    means the whole city, which only administrators and auditors may hold. `ends_on` is the last day; None is open.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices())
    territory_code = models.CharField(max_length=15, blank=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "角色"
        verbose_name_plural = "角色"
        ordering = ("user", "begins_on", "id")
        constraints = (
            models.CheckConstraint(
                name="membership_role_is_known", condition=Q(role__in=[role.value for role in Role])
            ),
            models.CheckConstraint(
                name="membership_territory_is_a_code",
                condition=Q(territory_code__regex=r"^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})?$"),
            ),
            models.CheckConstraint(
                name="membership_whole_city_is_for_administrators_and_auditors",
                condition=~Q(territory_code=WHOLE_CITY) | Q(role__in=[Role.ADMINISTRATOR.value, Role.AUDITOR.value]),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")),
            ),
            ExclusionConstraint(
                name="membership_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("territory_code", RangeOperators.EQUAL),
                    (
                        Func(F("begins_on"), F("ends_on"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {Role(self.role).label} {self.territory_code or '全市'}"


class StewardPost(models.Model):
    """A steward answers for a grid in a period; a grid has one steward at a time, a steward may have several grids."""

    steward = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    grid = models.ForeignKey("gridwork.Grid", to_field="code", on_delete=models.PROTECT, related_name="posts")
    in_force = DateTimeRangeField()

    class Meta:
        verbose_name = "网格员岗位"
        verbose_name_plural = "网格员岗位"
        constraints = (
            models.CheckConstraint(name="stewardpost_period_is_not_empty", condition=Q(in_force__isempty=False)),
            ExclusionConstraint(
                name="stewardpost_one_steward_at_a_time",
                expressions=[("grid", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
            ),
        )

    def __str__(self) -> str:
        return f"{self.steward} {self.grid_id}"

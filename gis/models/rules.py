"""A district's own thresholds; the names are those of ``gis.geometry.layers.AuditRules``."""

from django.db import models
from django.db.models import F, Q

from gis.geometry.layers import DEFAULT_RULES, AuditRules
from gis.models.places import District
from gis.terms import GridKind


class DistrictRules(models.Model):
    """Thresholds of a district's audits. A district without a row uses the defaults."""

    district = models.OneToOneField(
        District, to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="rules"
    )
    noise_factor = models.FloatField(default=DEFAULT_RULES.noise_factor)
    clear_factor = models.FloatField(default=DEFAULT_RULES.clear_factor)
    min_households = models.PositiveIntegerField(default=DEFAULT_RULES.min_households)
    max_households = models.PositiveIntegerField(default=DEFAULT_RULES.max_households)
    hard_max_households = models.PositiveIntegerField(default=DEFAULT_RULES.hard_max_households)
    far_from_office_m = models.FloatField(default=DEFAULT_RULES.far_from_office_m)

    class Meta:
        verbose_name = "检查阈值"
        verbose_name_plural = "检查阈值"
        constraints = (
            models.CheckConstraint(
                name="districtrules_factors_rise", condition=Q(noise_factor__gt=0, clear_factor__gte=F("noise_factor"))
            ),
            models.CheckConstraint(
                name="districtrules_sizes_rise",
                condition=Q(max_households__gte=F("min_households"), hard_max_households__gte=F("max_households")),
            ),
            models.CheckConstraint(name="districtrules_far_is_positive", condition=Q(far_from_office_m__gt=0)),
        )

    def __str__(self) -> str:
        return self.district_id

    def as_rules(self) -> AuditRules:
        """Return the thresholds as the kernel takes them."""
        return AuditRules(
            noise_factor=self.noise_factor,
            clear_factor=self.clear_factor,
            min_households=self.min_households,
            max_households=self.max_households,
            hard_max_households=self.hard_max_households,
            far_from_office_m=self.far_from_office_m,
        )


class SizeBand(models.Model):
    """Wanted households of one kind of grid in a district, where it differs from the district's rules."""

    district = models.ForeignKey(
        District, to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="size_bands"
    )
    grid_kind = models.CharField(max_length=20, choices=GridKind.choices())
    min_households = models.PositiveIntegerField()
    max_households = models.PositiveIntegerField()
    hard_max_households = models.PositiveIntegerField()

    class Meta:
        verbose_name = "户数范围"
        verbose_name_plural = "户数范围"
        constraints = (
            models.UniqueConstraint(name="sizeband_once_for_a_kind", fields=["district", "grid_kind"]),
            models.CheckConstraint(
                name="sizeband_sizes_rise",
                condition=Q(max_households__gte=F("min_households"), hard_max_households__gte=F("max_households")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.district_id} {GridKind(self.grid_kind).label}"

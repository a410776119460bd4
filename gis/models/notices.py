"""What a public notice carries besides its plan: the number it was given, and who issues it.

NoticeNumber     the number of a plan's notice in its district and year, given once
DistrictImprint  who issues a district's notices, where they are reached, and the review number of its maps
"""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.constraints import BaseConstraint

from gis.models.places import District
from gis.models.plans import Plan


class NoticeNumber(models.Model):
    """The number of a decided plan's notice: 〔2026〕3号. It is given with the decision and never again."""

    plan = models.OneToOneField(Plan, primary_key=True, on_delete=models.PROTECT, related_name="notice_number")
    district = models.ForeignKey(
        District, to_field="code", db_column="district_code", on_delete=models.PROTECT, related_name="notice_numbers"
    )
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name = "公告编号"
        verbose_name_plural = "公告编号"
        constraints: ClassVar[tuple[BaseConstraint, ...]] = (
            UniqueConstraint(name="noticenumber_once_in_a_year", fields=["district", "year", "number"]),
            CheckConstraint(name="noticenumber_counts_from_one", condition=Q(number__gte=1)),
        )

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.number}号"


class DistrictImprint(models.Model):
    """Who issues a district's notices, an office with an office telephone, never a person; and its maps' 审图号."""

    district = models.OneToOneField(
        District, primary_key=True, to_field="code", db_column="district_code", on_delete=models.PROTECT
    )
    issuer = models.CharField(max_length=80, blank=True)
    office = models.CharField(max_length=80, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=120, blank=True)
    review_number = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "公告署名"
        verbose_name_plural = "公告署名"

    def __str__(self) -> str:
        return f"{self.district_id} {self.issuer}"

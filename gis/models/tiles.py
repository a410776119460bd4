"""What the live map's tiles are drawn from, beside the boundaries. None of it is the truth: all can be made again.

TileCopy     a shape as the tiles of one zoom draw it: belongs to a boundary (a period), never to a place
TileWaiting  a shape whose copies are still to be made: the tiles draw it itself; PostgreSQL notes it (migration 0006)
TileChange   a write to a layer, counted: what the edition of a layer is made of; PostgreSQL notes it
"""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import CheckConstraint, Index, Q

from gis.terms import MapLayer

CUT = "finding_cut"
"""The cut lines of findings: drawn in the tiles of findings, generalised as a layer of their own."""

COPIED_LAYERS = [*MapLayer.choices(), (CUT, "切割线")]

COPIED_SHAPES = [value for value, _label in COPIED_LAYERS]
"""Layers in the order of their sheets' numbers: a new one joins at the end."""


class TileCopy(models.Model):
    """A generalised shape.

    `shape_id` is the id of the boundary, road or finding; `shape` is in whole units of its zoom, north up
    (gis.geometry.tilegrid), exteriors clockwise; `label_x`, `label_y` in the same units, NULL without room for a label.
    """

    pk = models.CompositePrimaryKey("shape_id", "layer", "zoom")
    layer = models.CharField(max_length=20, choices=COPIED_LAYERS)
    shape_id = models.BigIntegerField()
    zoom = models.SmallIntegerField()
    sheet = models.SmallIntegerField(help_text="Layer and zoom in one number: the first column of the spatial index.")
    shape = models.GeometryField(srid=0, spatial_index=False)
    label_x = models.IntegerField(null=True, blank=True)
    label_y = models.IntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "概略图形"
        verbose_name_plural = "概略图形"
        indexes = [GistIndex(fields=["sheet", "shape"], name="tilecopy_by_sheet_and_place")]

    def __str__(self) -> str:
        return f"{self.layer} {self.shape_id} z{self.zoom}"


class TileWaiting(models.Model):
    """A shape without copies, or whose copies are out of date; `ticket` grows each time it is noted."""

    pk = models.CompositePrimaryKey("layer", "shape_id")
    layer = models.CharField(max_length=20, choices=COPIED_LAYERS)
    shape_id = models.BigIntegerField()
    ticket = models.BigIntegerField()

    class Meta:
        verbose_name = "待概括图形"
        verbose_name_plural = "待概括图形"

    def __str__(self) -> str:
        return f"{self.layer} {self.shape_id}"


class TileChange(models.Model):
    """Writes to a layer of a district, only ever added up.

    `moment` is the first moment whose map they change, NULL for the map of every moment. The sum of `changes` up to a
    moment never comes back to a value: the night may add rows up, nothing takes one away.
    """

    layer = models.CharField(max_length=20, choices=MapLayer.choices())
    district_code = models.CharField(max_length=6)
    moment = models.DateTimeField(null=True, blank=True)
    changes = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "图层变更"
        verbose_name_plural = "图层变更"
        indexes = [Index(fields=["district_code", "layer", "moment"], name="tilechange_by_layer")]
        constraints = [CheckConstraint(name="tilechange_counts_up", condition=Q(changes__gt=0))]

    def __str__(self) -> str:
        return f"{self.district_code} {self.layer} {self.changes}"

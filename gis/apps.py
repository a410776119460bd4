"""The Django app; its label is "gridwork" because django.contrib.gis owns "gis"."""

from django.apps import AppConfig


class GridworkConfig(AppConfig):
    name = "gis"
    label = "gridwork"
    verbose_name = "Gridwork 社区网格"
    default_auto_field = "django.db.models.BigAutoField"

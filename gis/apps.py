"""The Django app; its label is "gridwork" because django.contrib.gis owns "gis"."""

from django.apps import AppConfig


class GridworkConfig(AppConfig):
    name = "gis"
    label = "gridwork"
    verbose_name = "Gridwork 社区网格"
    default_auto_field = "django.db.models.BigAutoField"
    default = True


class FilesConfig(GridworkConfig):
    """For the commands that work on files alone: no table is known, so none of what the models need is loaded."""

    default = False

    def import_models(self) -> None:
        self.models = {}

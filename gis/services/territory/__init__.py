"""Import layers of places: a dry run first, then one dated change."""

from gis.services.territory.committing import commit_import
from gis.services.territory.folder import LoadedFile, load_folder
from gis.services.territory.plan import DatabaseLost, ImportPlan, ImportRefused, StalePlan, notice_as_dict
from gis.services.territory.planning import plan_import
from gis.services.territory.thresholds import RulesRefused, change_rules

__all__ = [
    "DatabaseLost",
    "ImportPlan",
    "ImportRefused",
    "LoadedFile",
    "RulesRefused",
    "StalePlan",
    "change_rules",
    "commit_import",
    "load_folder",
    "notice_as_dict",
    "plan_import",
]

"""An import in the browser: upload, confirm, dry run, import, each a step that may be left and taken up again."""

from gis.services.territory.drafts.choices import ImportChoices
from gis.services.territory.drafts.closing import close_broken_drafts, close_if_broken, expire_drafts
from gis.services.territory.drafts.opening import (
    discard,
    open_draft,
    read_again,
    require_importer,
    start_commit,
    start_plan,
    stop,
)
from gis.services.territory.drafts.refusals import DraftRefused, Overtaken, StillAtWork, Stopped, WrongDraftMove
from gis.services.territory.drafts.report import STATUSES
from gis.services.territory.drafts.running import commit_draft, plan_draft, read_draft
from gis.services.territory.drafts.storing import Upload, incoming, packed_sheet, read_sheet

__all__ = [
    "STATUSES",
    "DraftRefused",
    "ImportChoices",
    "Overtaken",
    "StillAtWork",
    "Stopped",
    "Upload",
    "WrongDraftMove",
    "close_broken_drafts",
    "close_if_broken",
    "commit_draft",
    "discard",
    "expire_drafts",
    "incoming",
    "open_draft",
    "packed_sheet",
    "plan_draft",
    "read_again",
    "read_draft",
    "read_sheet",
    "require_importer",
    "start_commit",
    "start_plan",
    "stop",
]

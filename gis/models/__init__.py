"""What is remembered. Constraints and one-row methods only; changes are made by services."""

from gis.models.audits import AcceptedException, AuditRun, CaseNote, Finding, RawPiece, Sighting, Verdict
from gis.models.boundaries import (
    Boundary,
    CommunityBoundary,
    CompoundBoundary,
    DistrictBoundary,
    GridBoundary,
    StreetBoundary,
)
from gis.models.drafts import ImportDraft
from gis.models.imports import ColumnMapping, ImportRecord
from gis.models.journal import JournalLine
from gis.models.notices import DistrictImprint, NoticeNumber
from gis.models.places import Community, Compound, District, Grid, Place, Street
from gis.models.plans import (
    CrosswalkRow,
    HandOver,
    Plan,
    PlanCheckpoint,
    PlanComment,
    PlanGround,
    PlanOperation,
    PlanProposal,
)
from gis.models.points import Building, CommunityOffice, Road, ServiceStation
from gis.models.rules import DistrictRules, SizeBand
from gis.models.staff import WHOLE_CITY, Membership, StewardPost, User
from gis.models.tiles import COPIED_SHAPES, CUT, TileChange, TileCopy, TileWaiting

__all__ = [
    "COPIED_SHAPES",
    "CUT",
    "WHOLE_CITY",
    "AcceptedException",
    "AuditRun",
    "Boundary",
    "Building",
    "CaseNote",
    "ColumnMapping",
    "Community",
    "CommunityBoundary",
    "CommunityOffice",
    "Compound",
    "CompoundBoundary",
    "CrosswalkRow",
    "District",
    "DistrictBoundary",
    "DistrictImprint",
    "DistrictRules",
    "Finding",
    "Grid",
    "GridBoundary",
    "HandOver",
    "ImportDraft",
    "ImportRecord",
    "JournalLine",
    "Membership",
    "NoticeNumber",
    "Place",
    "Plan",
    "PlanCheckpoint",
    "PlanComment",
    "PlanGround",
    "PlanOperation",
    "PlanProposal",
    "RawPiece",
    "Road",
    "ServiceStation",
    "Sighting",
    "SizeBand",
    "StewardPost",
    "Street",
    "StreetBoundary",
    "TileChange",
    "TileCopy",
    "TileWaiting",
    "User",
    "Verdict",
]

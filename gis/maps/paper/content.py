"""What the paper of a plan says: plain words, figures, and shapes in metres. No database, no Django models."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet's size, portrait; everything is `scale` times as large as on A4."""

    name: str
    width_mm: float
    height_mm: float
    scale: float

    @property
    def margin_mm(self) -> float:
        return 15.0 * self.scale

    @property
    def inner_width_mm(self) -> float:
        return self.width_mm - 2 * self.margin_mm

    @property
    def inner_height_mm(self) -> float:
        """Between the head line and the foot line of a page."""
        return self.height_mm - 2 * self.margin_mm - 12.0 * self.scale


PAPERS = {"A4": Paper("A4", 210.0, 297.0, 1.0), "A3": Paper("A3", 297.0, 420.0, 1.35)}


@dataclass(frozen=True, slots=True, eq=False)
class MapShape:
    """A shape on a map, metres, with its name."""

    name: str
    shape: BaseGeometry
    code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MapGrid(MapShape):
    """A grid on a map; `changed` says whether the plan changes it."""

    households: int = 0
    changed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MapRoad(MapShape):
    """A road's centre line; `rank` is a word of RoadRank."""

    rank: str = "local"


@dataclass(frozen=True, slots=True, eq=False)
class PlanMap:
    """Some land before and after a plan, metres, north up.

    Parameters
    ----------
    title : what land it is. before_title, after_title : of which day.
    changed : the land that passes from a grid to another. gone : former grid lines on it.
    neighbours : grids around that the plan does not draw.
    overview : only communities are named, because there are many.
    focus : (west, south, east, north) that the maps must show; None for all of the grids.
    """

    title: str
    before_title: str
    after_title: str
    before: list[MapGrid]
    after: list[MapGrid]
    changed: BaseGeometry
    gone: BaseGeometry
    communities: list[MapShape] = field(default_factory=list)
    neighbours: list[MapShape] = field(default_factory=list)
    compounds: list[MapShape] = field(default_factory=list)
    roads: list[MapRoad] = field(default_factory=list)
    offices: list[MapShape] = field(default_factory=list)
    stations: list[MapShape] = field(default_factory=list)
    overview: bool = False
    focus: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the head and foot of every sheet say.

    Parameters
    ----------
    mark : large across every page and in its head ("草案"), "" for a plan that is decided.
    mark_words : what the mark means, in a line.
    number : of the notice, or how the plan is called while it has none.
    note : review number (审图号) or 内部使用.
    """

    district_code: str
    district: str
    title: str
    number: str
    mark: str
    mark_words: str
    note: str
    produced_at: datetime


@dataclass(frozen=True, slots=True)
class GridLine:
    """One grid that the notice concerns.

    Parameters
    ----------
    standing : new, retired, changed, renamed, in words.
    extent : 东至…, 南至…, 西至…, 北至…; empty for a grid that is retired.
    change : the whole change in a sentence.
    """

    code: str
    name: str
    standing: str
    households_before: int
    households_after: int
    compounds: tuple[str, ...]
    extent: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True)
class CommunityPart:
    """The grids concerned in one community."""

    code: str
    name: str
    grids: list[GridLine]


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice of a plan; `facts` and `contacts` are words and what they say."""

    standing: Standing
    opening: str
    reason: str
    facts: list[tuple[str, str]]
    parts: list[CommunityPart]
    compounds: list[tuple[str, str]]
    effective: str
    contacts: list[tuple[str, str]]
    issuer: str
    issued_on: str
    maps: list[PlanMap]


@dataclass(frozen=True, slots=True)
class HandOverItem:
    """Land that passes to or from another post: of a compound, or of none."""

    other_grid: str
    other_name: str
    other_steward: str
    compound: str
    buildings: int
    households: int
    area_m2: float
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOverTotal:
    """What several items come to; `stations` counts them."""

    buildings: int
    households: int
    area_m2: float
    stations: int


def total_of(items: Sequence[HandOverItem]) -> HandOverTotal:
    """Return what some items come to."""
    return HandOverTotal(
        sum(item.buildings for item in items),
        sum(item.households for item in items),
        sum(item.area_m2 for item in items),
        sum(len(item.stations) for item in items),
    )


@dataclass(frozen=True, slots=True)
class HandOverSheet:
    """What one post hands over and takes over; `steward` is "" where the post is vacant."""

    grid: str
    name: str
    community: str
    steward: str
    note: str
    leaves: list[HandOverItem]
    arrives: list[HandOverItem]

    @property
    def leaves_total(self) -> HandOverTotal:
        return total_of(self.leaves)

    @property
    def arrives_total(self) -> HandOverTotal:
        return total_of(self.arrives)


@dataclass(frozen=True, slots=True)
class HandOverList:
    """The hand-over lists of a plan, one sheet a post."""

    standing: Standing
    effective: str
    sheets: list[HandOverSheet]

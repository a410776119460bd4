"""Which state of a layer a tile shows: an edition for each layer and moment, asked for without touching the layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from django.db import connection
from django.utils import timezone

from gis.selectors.territory.seen import DISTRICT_DIGITS
from gis.terms import MapLayer

LAND = (MapLayer.DISTRICT, MapLayer.STREET, MapLayer.COMMUNITY, MapLayer.GRID, MapLayer.COMPOUND)
"""Layers that decide what an account of a part of a district sees of any layer."""

DRAWN_BY = blake2b(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
"""The code that draws: a new version of the platform, which may draw otherwise, begins new editions."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the world a tile may show, and when.

    Parameters
    ----------
    within : code prefixes that the reader may see, as `policy.territories` gives them.
    as_of : the moment whose map is wanted; None is now.
    """

    within: tuple[str, ...]
    as_of: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The moment itself."""
        return self.as_of or timezone.now()

    @property
    def district_code(self) -> str:
        """The district whose whole it is; "" when it is less or more than one."""
        return self.within[0] if len(self.within) == 1 and len(self.within[0]) == DISTRICT_DIGITS else ""

    @property
    def is_partial(self) -> bool:
        """Whether it ends inside a district."""
        return any(len(prefix) > DISTRICT_DIGITS for prefix in self.within)


def editions(layers: Iterable[MapLayer], sight: Sight) -> dict[MapLayer, str]:
    """Return the edition of each layer: it changes with every write that this sight could show, and with every moment
    at which a boundary begins or ends, and never comes back to what it was.

    Two sights with one edition see the same; the text is short, and safe in an address and in a file name.
    """
    wanted = list(layers)
    asked = {layer.value for layer in wanted} | ({layer.value for layer in LAND} if sight.is_partial else set())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT layer, sum(changes), max(moment), max(at) FROM gridwork_tilechange
            WHERE layer = ANY(%(layers)s) AND (moment IS NULL OR moment <= %(moment)s)
                AND (%(all)s OR district_code = ANY(%(districts)s))
            GROUP BY layer
            """,
            {
                "layers": sorted(asked),
                "moment": sight.moment,
                "all": "" in sight.within,
                "districts": sorted({prefix[:DISTRICT_DIGITS] for prefix in sight.within}),
            },
        )
        states = {row[0]: row[1:] for row in cursor.fetchall()}
    return {
        layer: _digest([sight.within, _own_moment(layer, sight), *(states.get(name) for name in _of(layer, sight))])
        for layer in wanted
    }


def edition(layer: MapLayer, sight: Sight) -> str:
    """Return the edition of one layer; see `editions`."""
    return editions([layer], sight)[layer]


def joint_edition(each: Sequence[str]) -> str:
    """Return the edition of a tile of several layers, from theirs in the order of the bundle."""
    return each[0] if len(each) == 1 else _digest(each)


def _own_moment(layer: MapLayer, sight: Sight) -> datetime | None:
    """Return the moment where two moments without a change between them may still differ: how cases stood then."""
    return sight.as_of if layer is MapLayer.FINDING else None


def _of(layer: MapLayer, sight: Sight) -> list[str]:
    """Return the layers whose changes can be seen in a layer's tiles."""
    return [layer.value, *(land.value for land in LAND)] if sight.is_partial else [layer.value]


def _digest(parts: Sequence[object]) -> str:
    return blake2b(repr([DRAWN_BY, *parts]).encode(), digest_size=9).hexdigest()

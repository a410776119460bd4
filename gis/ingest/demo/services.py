"""Offices of communities and service stations: points among the homes they serve."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.ingest.demo.estates import Estates
from gis.terms import StationKind

STATIONS = {StationKind.CENTRE: 5, StationKind.STATION: 84, StationKind.POST: 29, StationKind.MEDIATION: 11,
            StationKind.LIAISON: 9}  # fmt: skip
"""138 stations (DOMAIN §2), by kind."""


@dataclass(frozen=True, slots=True, eq=False)
class Stations:
    """Service stations: place, kind, community, compound that each is named after."""

    points: NDArray[np.object_]
    kind: NDArray[np.object_]
    community: NDArray[np.int64]
    compound: NDArray[np.int64]


def office_places(estates: Estates, communities: int, leave_out: int = -1) -> NDArray[np.float64]:
    """Return x, y of each community's office: at the gate of the compound nearest to the middle of its homes."""
    centre = shapely.get_coordinates(shapely.centroid(estates.walls))
    places = np.empty((communities, 2))
    for number in range(communities):
        mine = np.flatnonzero((estates.community == number) & (np.arange(len(estates)) != leave_out))
        middle = np.median(centre[mine], axis=0)
        home = mine[int(np.argmin(np.hypot(*(centre[mine] - middle).T)))]
        places[number] = _gate(estates.walls[home], middle)
    return np.round(places, 3)


def _gate(wall: shapely.Polygon, towards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a place just inside the wall on the side that faces a point."""
    inner = wall.buffer(-7.0)
    inner = wall if inner.is_empty else inner
    ring = shapely.boundary(max(shapely.get_parts(inner), key=lambda part: part.area))
    return np.asarray(shapely.get_coordinates(ring.interpolate(ring.project(shapely.Point(towards))))[0])


def make_stations(estates: Estates, street_of_community: NDArray[np.int64], rng: np.random.Generator) -> Stations:
    """Return the stations: a centre a street, stations in the largest compounds, the rest spread over the district."""
    order = np.argsort(-estates.households, kind="stable")
    street = street_of_community[estates.community]
    centres = [int(order[street[order] == number][0]) for number in range(int(street.max()) + 1)]
    largest = [int(i) for i in order if int(i) not in centres][: STATIONS[StationKind.STATION]]
    others = np.setdiff1d(np.arange(len(estates)), [*centres, *largest])
    rest = sum(count for kind, count in STATIONS.items() if kind not in (StationKind.CENTRE, StationKind.STATION))
    spread = rng.choice(others, rest, replace=False).tolist()
    compound = np.array([*centres, *largest, *spread])
    kind = np.array([name for name, count in STATIONS.items() for _ in range(count)], dtype=object)
    towards = shapely.get_coordinates(shapely.centroid(estates.walls[compound])) + rng.normal(
        0, 300, (len(compound), 2)
    )
    spots = [_gate(wall, aim) for wall, aim in zip(estates.walls[compound], towards, strict=True)]
    return Stations(np.asarray(shapely.points(np.round(spots, 3))), kind, estates.community[compound], compound)

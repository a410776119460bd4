"""City blocks: the faces between roads, shore, rivers and the district line, with who lies across which road."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

from gis.ingest.demo.roads import RoadLine, network_lines, roads_of
from gis.ingest.demo.terrain import Terrain
from gis.terms import RoadRank

GRID_M = 0.001
"""All shapes stand on one lattice of a millimetre: what touches shares its vertices bit by bit."""

LEAST_BLOCK_M2 = 9000.0
LEAST_WIDTH_M = 62.0


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Noded lines between junctions.

    road : its number, -1 for shore, river, ridge and district line; ranks : its rank, "" for none; left, right : the
    blocks on both sides, -1 for none; rivers : whether it is one.
    """

    lines: NDArray[np.object_]
    road: NDArray[np.int64]
    ranks: NDArray[np.object_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    rivers: NDArray[np.bool_]

    @property
    def lengths_m(self) -> NDArray[np.float64]:
        """Return the length of each edge."""
        return np.asarray(shapely.length(self.lines))


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Faces of the network that tile the district."""

    shapes: NDArray[np.object_]
    edges: Edges


def _noded(lines: list[shapely.Geometry]) -> NDArray[np.object_]:
    whole = shapely.union_all(lines, grid_size=GRID_M)
    return np.asarray(shapely.get_parts(shapely.line_merge(whole)))


def _faces(edges: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.get_parts(shapely.polygonize(edges)))


def sides_of(lines: NDArray[np.object_], faces: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the face to the left and to the right of each line, -1 where there is none."""
    half = shapely.length(lines) / 2
    reach = np.minimum(0.5, half / 2)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, half + reach * 0.2))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, half))
    step = ahead - middle
    step *= (0.3 / np.maximum(np.hypot(*step.T), 1e-9))[:, None]
    tree = shapely.STRtree(faces)
    found = []
    for side in (1, -1):
        spots = shapely.points(middle + side * np.column_stack([-step[:, 1], step[:, 0]]))
        line, face = tree.query(spots, predicate="intersects")
        faces_at = np.full(len(lines), -1)
        faces_at[line] = face
        found.append(faces_at)
    return found[0], found[1]


def _merged_small(faces: NDArray[np.object_], edges: Edges) -> NDArray[np.int64]:
    """Return which group each face joins, so that no block is too small or too thin to build on."""
    area = shapely.area(faces)
    width = np.asarray(4 * area / np.maximum(shapely.length(faces), 1))
    group = np.arange(len(faces))
    weight = {"": 40.0, RoadRank.ARTERIAL: 6.0, RoadRank.SECONDARY: 2.0, RoadRank.LOCAL: 1.0}
    gain = edges.lengths_m / np.array([weight[rank] for rank in edges.ranks])
    gain[edges.rivers] /= 50
    small = np.flatnonzero((area < LEAST_BLOCK_M2) | (width < LEAST_WIDTH_M))
    for face in small[np.argsort(area[small], kind="stable")].tolist():
        mine = (edges.left == face) | (edges.right == face)
        other = np.where(edges.left == face, edges.right, edges.left)
        usable = np.flatnonzero(mine & (other >= 0) & (other != face))
        if len(usable) == 0:
            continue
        gains: dict[int, float] = {}
        for edge in usable.tolist():
            gains[int(other[edge])] = gains.get(int(other[edge]), 0.0) + float(gain[edge])
        best = max(gains, key=lambda block: (gains[block], -block))
        group[group == group[face]] = group[best]
    return group


def make_blocks(terrain: Terrain, roads: list[RoadLine], ridges: list[LineString]) -> Blocks:
    """Return the blocks between the roads."""
    land = terrain.land
    rivers = shapely.intersection(np.array(terrain.rivers), land)
    inside = shapely.intersection(network_lines(roads), land)
    wild = shapely.intersection(np.array(ridges), land)
    lines = _noded([inside, *rivers, *wild, shapely.boundary(land)])
    for _ in range(4):
        faces = _faces(lines)
        edges = _edges(lines, faces, roads, rivers)
        group = _merged_small(faces, edges)
        keep = (edges.left < 0) | (edges.right < 0) | (group[edges.left] != group[edges.right])
        dead_end = edges.left == edges.right
        if keep.all() and not dead_end.any():
            break
        lines = np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines[keep & ~dead_end]))))
    return Blocks(faces, edges)


def _edges(
    lines: NDArray[np.object_], faces: NDArray[np.object_], roads: list[RoadLine], rivers: NDArray[np.object_]
) -> Edges:
    left, right = sides_of(lines, faces)
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    wet = shapely.dwithin(middles, shapely.union_all(rivers), 0.05)
    road = roads_of(lines, roads)
    ranks = np.array([roads[number].rank if number >= 0 else "" for number in road.tolist()], dtype=object)
    return Edges(lines, road, ranks, left, right, wet)

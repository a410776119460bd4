"""Cut lines inside land that is too much for one piece: between clusters of buildings, or between compounds."""

import numpy as np
import shapely

from gis.geometry.layers import Homes, Shapes
from gis.geometry.noding import lines_of
from gis.geometry.pieces import Floats, Ints

WALL_STEP_M = 25.0
"""How densely walls are sampled where free land is shared out among the compounds near it."""


def lines_between_groups(points: Shapes, group: Ints, within: shapely.Geometry) -> Shapes:
    """Return the lines inside some land that are as far from the points of one group as from those of another.

    Parameters
    ----------
    points : (n,) Points, metres; of points in the same place only the first counts.
    group : (n,) group of each point.
    within : Polygon or MultiPolygon.

    Returns
    -------
    LineStrings, possibly none.
    """
    _, first = np.unique(shapely.get_coordinates(points), axis=0, return_index=True)
    first = np.sort(first)
    points, group = points[first], group[first]
    if len(np.unique(group)) < 2:
        return np.empty(0, dtype=object)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.envelope(within), ordered=True)
    )
    blocks = np.array([shapely.coverage_union_all(cells[group == g]) for g in np.unique(group)], dtype=object)
    inside = shapely.intersection(shapely.union_all(shapely.boundary(blocks)), within)
    outline = shapely.boundary(shapely.envelope(shapely.multipolygons(cells)))
    return lines_of(np.array([shapely.difference(inside, outline)], dtype=object))


def cluster_homes(xy: Floats, households: Ints, largest: int) -> Ints:
    """Return a cluster for each building: halved across the longer side until no cluster has more households.

    Parameters
    ----------
    xy : (n, 2) metres. households : (n,). largest : households of a cluster; a single building may have more.
    """
    cluster = np.zeros(len(xy), dtype=np.int64)
    pending, made = [np.arange(len(xy))], 1
    while pending:
        rows = pending.pop()
        if households[rows].sum() <= largest or len(rows) < 2:
            continue
        spread = np.ptp(xy[rows], axis=0)
        if not spread.any():
            continue
        order = rows[np.lexsort((xy[rows, 1], xy[rows, 0]) if spread[0] >= spread[1] else (xy[rows, 0], xy[rows, 1]))]
        reached = np.cumsum(households[order])
        cut = int(np.searchsorted(reached, reached[-1] / 2.0, side="right"))
        cut = min(max(cut, 1), len(order) - 1)
        cluster[order[cut:]] = made
        made += 1
        pending += [order[:cut], order[cut:]]
    return cluster


def cuts_between_buildings(compounds: Shapes, homes: Homes, largest: int) -> Shapes:
    """Return lines inside compounds between clusters of their buildings, each cluster of at most `largest` households.

    Parameters
    ----------
    compounds : (n,) polygons. largest : see `cluster_homes`.
    """
    compound, home = shapely.STRtree(homes.points).query(compounds, predicate="covers")
    xy = shapely.get_coordinates(homes.points)
    lines = [np.empty(0, dtype=object)]
    for i, shape in enumerate(compounds):
        mine = np.sort(home[compound == i])
        mine = mine[homes.households[mine] > 0]
        if len(mine) > 1:
            cluster = cluster_homes(xy[mine], homes.households[mine], largest)
            lines.append(lines_between_groups(homes.points[mine], cluster, shape))
    return np.concatenate(lines)


def cuts_between_compounds(compounds: Shapes, land: Shapes) -> Shapes:
    """Return lines that share out free land among the compounds around it: where there are no roads to follow.

    Parameters
    ----------
    compounds : polygons. land : the grids; each is shared out among the compounds that meet it.
    """
    lines = [np.empty(0, dtype=object)]
    tree = shapely.STRtree(compounds)
    for whole in land:
        near = np.sort(tree.query(whole, predicate="intersects"))
        if len(near) < 2:
            continue
        walls = shapely.segmentize(shapely.boundary(compounds[near]), WALL_STEP_M)
        xy, owner = shapely.get_coordinates(walls, return_index=True)
        free = shapely.difference(whole, shapely.union_all(compounds[near]))
        lines.append(lines_between_groups(np.asarray(shapely.points(xy), dtype=object), owner.astype(np.int64), free))
    return np.concatenate(lines)

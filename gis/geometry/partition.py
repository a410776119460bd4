"""Whether shapes tile their parent: gaps, overlaps and land outside with their widths; the check before publishing.

`coverage_is_valid(gap_width=...)` is never used to find gaps: it finds one at width 1 and misses it at 2, 3 and 5
(libgeos issue 1251). Gaps are land of the parent that no shape covers, sized by the largest circle that fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry.errors import NotAPartition
from gis.geometry.layers import Layer, Shapes
from gis.geometry.said import listed, said
from gis.geometry.segments import faces_between, leftover_segments
from gis.geometry.widths import inscribed_diameters, land_of
from gis.terms import Clarity

MIN_PATCH_M2 = 0.01
"""Land below this is rounding: coordinates of a projected frame are good to 1e-9 m, a line may be 10 km long, and two
frames may have been in between."""

TOUCH_M = 0.01
"""How near a shape must be to a gap to be called its neighbour."""

WIDTH_TOLERANCE_M = 0.05

MEASURE_ALL_UP_TO = 2000
"""Patches whose widths are all measured (about 2 ms each for long slivers); of more, only those wider than noise."""


GOLDEN = 0.618
TURNS = 12
"""Where, and how often at most, a face is cut anew when the point inside it happens to lie on an outline."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Land that belongs to no shape, to two, or to none of the parents.

    Parameters
    ----------
    shape : Polygon or MultiPolygon, metres.
    area_m2, width_m : its area, and the diameter of the largest circle that fits into it (within 5 cm, never above);
        an upper bound for noise where there are more than `MEASURE_ALL_UP_TO` patches.
    subjects : positions in the layer: a gap's neighbours, the two that overlap, the one that lies outside; ascending.
    clarity : noise up to the noise width, doubtful up to the clear width, clear above.
    """

    shape: BaseGeometry
    area_m2: float
    width_m: float
    subjects: tuple[int, ...]
    clarity: Clarity


@dataclass(frozen=True, slots=True)
class Flaws:
    """All that keeps shapes from tiling their parent, each list the widest first."""

    gaps: list[Patch]
    overlaps: list[Patch]
    outside: list[Patch]


def find_flaws(shapes: Shapes, parents: Shapes | None = None, *, noise_m: float = 6.0, clear_m: float = 9.0) -> Flaws:
    """Find gaps, overlaps and land outside the parents.

    Parameters
    ----------
    shapes : (n,) valid polygons in metres.
    parents : (m,) valid polygons that together are the ground to be tiled (communities). Without them every hole of the
        union is a gap, and nothing lies outside. A legal hole of the parents, such as an enclave, is no gap.
    noise_m, clear_m : widths up to which a flaw is noise, and doubtful; see `AuditRules`.

    Notes
    -----
    A layer that tiles exactly is settled by a hash of its segments (0.6 s for 50 000 grids, 5 times faster than
    `coverage_is_valid`). Otherwise only the segments without a partner are noded, so the cost grows with the faults,
    not with the layer.
    """
    faces, ground = faces_of_faults(shapes, parents)
    if not len(faces):
        return Flaws([], [], [])
    limits = (noise_m, clear_m)
    tree = shapely.STRtree(shapes)
    cover, inside = cover_counts(tree, faces), on_ground(faces, ground)
    gaps = patches_of(faces[(cover == 0) & inside], limits, tree=tree)
    # Inside a face the cover less the parent's is constant, the cover alone need not be: shapes are compared there.
    crowded = faces[cover - inside >= 1]
    overlaps = _overlaps(shapes, tree, crowded, limits)
    outside = [] if ground is None else _outside(shapes, tree, crowded, ground, limits)
    return Flaws(gaps, overlaps, outside)


def faces_of_faults(shapes: Shapes, parents: Shapes | None) -> tuple[Shapes, Shapes | None]:
    """Return the faces between segments without a partner, and the ground as polygons without common land."""
    ground = None if parents is None else _without_overlaps(parents)
    if not len(shapes):
        return np.empty(0, dtype=object), ground
    return _real(faces_between(leftover_segments(shapes, ground))), ground


def on_ground(faces: Shapes, ground: Shapes | None) -> NDArray[np.bool_]:
    """Tell which faces lie on the ground; without one, all of them."""
    if ground is None:
        return np.ones(len(faces), dtype=bool)
    return np.asarray(cover_counts(shapely.STRtree(ground), faces) > 0)


def _without_overlaps(parents: Shapes) -> Shapes:
    """Return polygons with the same land as the parents and no land twice, cheaply where they tile."""
    outline = faces_between(leftover_segments(parents))
    if len(outline) and (cover_counts(shapely.STRtree(parents), _real(outline)) <= 1).all():
        return parents
    merged: Shapes = shapely.get_parts(shapely.union_all(parents))
    return merged


def _real(faces: Shapes) -> Shapes:
    """Return the faces that are land and not rounding."""
    return faces[shapely.area(faces) >= MIN_PATCH_M2]


def cover_counts(tree: shapely.STRtree, faces: Shapes) -> NDArray[np.int64]:
    """Return how many of a tree's shapes cover each face, judged at a point inside it that lies on no outline."""
    counts = np.zeros(len(faces), dtype=np.int64)
    parts, pending = faces.copy(), np.arange(len(faces))
    for turn in range(TURNS):
        points = shapely.point_on_surface(parts[pending])
        touched = np.bincount(tree.query(points, predicate="intersects")[0], minlength=len(pending))
        held = np.bincount(tree.query(points, predicate="within")[0], minlength=len(pending))
        counts[pending] = held
        pending = pending[touched != held]
        if not len(pending):
            break
        parts[pending] = _larger_sides(parts[pending], across=bool(turn % 2))
    return counts


def _larger_sides(faces: Shapes, *, across: bool) -> Shapes:
    """Return the larger part of each face cut by an upright (or level) line off its middle: its inner point moves."""
    x1, y1, x2, y2 = shapely.bounds(faces).T
    cut = (y1 + GOLDEN * (y2 - y1)) if across else (x1 + GOLDEN * (x2 - x1))
    low = shapely.box(x1, y1, x2, cut) if across else shapely.box(x1, y1, cut, y2)
    high = shapely.box(x1, cut, x2, y2) if across else shapely.box(cut, y1, x2, y2)
    below, above = shapely.intersection(faces, low), shapely.intersection(faces, high)
    larger: Shapes = np.where(shapely.area(below) >= shapely.area(above), below, above)
    return larger


def _overlaps(shapes: Shapes, tree: shapely.STRtree, crowded: Shapes, limits: tuple[float, float]) -> list[Patch]:
    """Return the land that each pair of shapes around crowded faces has in common."""
    if not len(crowded):
        return []
    involved = np.unique(tree.query(crowded, predicate="intersects")[1])
    first, second = shapely.STRtree(shapes[involved]).query(shapes[involved])
    once = first < second
    return overlaps_of_pairs(shapes, involved[first[once]], involved[second[once]], limits)


def overlaps_of_pairs(
    shapes: Shapes, one: NDArray[np.int64], other: NDArray[np.int64], limits: tuple[float, float]
) -> list[Patch]:
    """Return the common land of those pairs that have any."""
    # The interiors must meet in an area: neighbours that only touch are the great majority.
    meet = shapely.relate_pattern(shapes[one], shapes[other], "2********")
    one, other = one[meet], other[meet]
    common = shapely.intersection(shapes[one], shapes[other])
    return patches_of(common, limits, subjects=list(zip(one.tolist(), other.tolist(), strict=True)))


def _outside(
    shapes: Shapes, tree: shapely.STRtree, crowded: Shapes, ground: Shapes, limits: tuple[float, float]
) -> list[Patch]:
    """Return the land of each shape around crowded faces that no parent covers, in one patch a shape."""
    ground_tree = shapely.STRtree(ground)
    within = np.zeros(len(crowded), dtype=bool)
    within[ground_tree.query(crowded, predicate="covered_by")[0]] = True
    reaching = crowded[~within]
    face, parent = ground_tree.query(reaching)
    bare = [shapely.difference(f, shapely.union_all(ground[parent[face == i]])) for i, f in enumerate(reaching)]
    beyond = _real(np.array([land_of(shape) for shape in bare], dtype=object))
    if not len(beyond):
        return []
    place, involved = tree.query(beyond, predicate="intersects")
    common = shapely.intersection(shapes[involved], beyond[place])
    owners = np.unique(involved)
    whole = np.array([shapely.union_all(common[involved == owner]) for owner in owners], dtype=object)
    return patches_of(whole, limits, subjects=[(int(owner),) for owner in owners])


def patches_of(
    found: Shapes,
    limits: tuple[float, float],
    *,
    tree: shapely.STRtree | None = None,
    subjects: list[tuple[int, ...]] | None = None,
) -> list[Patch]:
    """Return sized patches, the widest first; rounding is dropped. Neighbours come from the tree where not given."""
    land = np.array([land_of(shape) for shape in found], dtype=object)
    kept = np.flatnonzero(shapely.area(land) >= MIN_PATCH_M2) if len(land) else np.empty(0, dtype=np.int64)
    if not len(kept):
        return []
    owners = [subjects[i] for i in kept] if subjects is not None else _neighbours(tree, land[kept])
    widths = _widths_m(land[kept], limits[0])
    areas = shapely.area(land[kept])
    patches = [
        Patch(shape, float(area), float(width), owner, clarity_of(float(width), *limits))
        for shape, area, width, owner in zip(land[kept], areas, widths, owners, strict=True)
    ]
    return sorted(patches, key=lambda patch: (-patch.width_m, patch.subjects))


def _widths_m(land: Shapes, noise_m: float) -> NDArray[np.float64]:
    """Return widths; with very many patches, an upper bound for those that are noise."""
    if len(land) <= MEASURE_ALL_UP_TO:
        return inscribed_diameters(land, WIDTH_TOLERANCE_M)[0]
    _, high = inscribed_diameters(land, WIDTH_TOLERANCE_M, np.full(len(land), noise_m))
    wide = high > noise_m
    high[wide] = inscribed_diameters(land[wide], WIDTH_TOLERANCE_M)[0]
    return high


def _neighbours(tree: shapely.STRtree | None, gaps: Shapes) -> list[tuple[int, ...]]:
    """Return for each gap the shapes that border it, ascending."""
    assert tree is not None
    gap, shape = tree.query(gaps, predicate="dwithin", distance=TOUCH_M)
    return [tuple(sorted(shape[gap == i].tolist())) for i in range(len(gaps))]


def clarity_of(width_m: float, noise_m: float, clear_m: float) -> Clarity:
    """Class a flaw by its width."""
    if width_m <= noise_m:
        return Clarity.NOISE
    return Clarity.DOUBTFUL if width_m <= clear_m else Clarity.CLEAR


def check_partition(
    layer: Layer, parent: BaseGeometry, *, parent_name: str = said("上级范围"), tolerance_m2: float = MIN_PATCH_M2
) -> None:
    """Refuse shapes that do not tile their parent exactly: what must hold before boundaries are published.

    Checked in this order: each shape valid; coverage valid; holes of the union; sum of areas = area of the union;
    union = parent. Nothing is mended. Where the coverage is not valid, the refusal names what is wrong with the land if
    anything is: an overlap, else a gap, else land outside.

    Parameters
    ----------
    layer : the shapes, in metres.
    parent : Polygon or MultiPolygon, metres. Its holes are legal.
    parent_name : what to call the parent in a refusal.
    tolerance_m2 : land that counts as rounding.

    Raises
    ------
    NotAPartition : rules `partition.invalid`, `partition.overlap`, `partition.not_noded`, `partition.gap`,
        `partition.area`, `partition.outside`; the message names codes and m².
    """
    shapes = layer.shapes
    if not len(shapes):
        raise NotAPartition(said("{parent_name}内没有任何图形", parent_name=parent_name), rule="partition.gap")
    invalid = np.flatnonzero(~shapely.is_valid(shapes))
    if len(invalid):
        raise NotAPartition(
            said("{places}的图形无效，请先修正", places=_named(layer, invalid)), rule="partition.invalid"
        )
    whole = np.array([parent], dtype=object)
    if not len(leftover_segments(shapes, whole)):
        return
    flaws = find_flaws(shapes, whole)
    if not shapely.coverage_is_valid(shapes):
        _refuse_flaws(layer, flaws, parent_name, tolerance_m2)
        loose = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
        raise NotAPartition(
            said("{places}的公共边节点不一致（一侧有节点而另一侧没有），请对齐节点", places=_named(layer, loose)),
            rule="partition.not_noded",
        )
    _refuse_flaws(layer, replace(flaws, overlaps=[], outside=[]), parent_name, tolerance_m2)
    union = shapely.coverage_union_all(shapes)
    surplus_m2 = float(shapely.area(shapes).sum() - union.area)
    if abs(surplus_m2) > tolerance_m2 + 1e-9 * union.area:
        raise NotAPartition(
            said("各图形面积之和与合并面积相差 {surplus_m2:.2f} m²，有重叠未查明", surplus_m2=surplus_m2),
            rule="partition.area",
        )
    _refuse_flaws(layer, flaws, parent_name, tolerance_m2)


def _refuse_flaws(layer: Layer, flaws: Flaws, parent_name: str, tolerance_m2: float) -> None:
    """Refuse the largest overlap, else gap, else land outside: what a person can act on."""
    _refuse_overlaps(layer, flaws.overlaps, tolerance_m2)
    _refuse_gaps(layer, flaws.gaps, parent_name, tolerance_m2)
    worst = max(flaws.outside, key=lambda patch: patch.area_m2, default=None)
    if worst is not None and worst.area_m2 > tolerance_m2:
        raise NotAPartition(
            said(
                "{places}有 {area_m2:.2f} m² 在{parent_name}之外，请改到范围内",
                places=_named(layer, worst.subjects),
                area_m2=worst.area_m2,
                parent_name=parent_name,
            ),
            rule="partition.outside",
        )


def _refuse_overlaps(layer: Layer, overlaps: list[Patch], tolerance_m2: float) -> None:
    worst = max(overlaps, key=lambda patch: patch.area_m2, default=None)
    if worst is not None and worst.area_m2 > tolerance_m2:
        raise NotAPartition(
            said(
                "{places}重叠 {area_m2:.2f} m²，请只归一个", places=_named(layer, worst.subjects), area_m2=worst.area_m2
            ),
            rule="partition.overlap",
        )


def _refuse_gaps(layer: Layer, gaps: list[Patch], parent_name: str, tolerance_m2: float) -> None:
    worst = max(gaps, key=lambda patch: patch.area_m2, default=None)
    if worst is not None and worst.area_m2 > tolerance_m2:
        raise NotAPartition(
            said(
                "{parent_name}有 {area_m2:.2f} m² 不属于任何图形，请划给相邻的{places}之一",
                parent_name=parent_name,
                area_m2=worst.area_m2,
                places=_named(layer, worst.subjects),
            ),
            rule="partition.gap",
        )


def _named(layer: Layer, positions: Sequence[int] | NDArray[np.int64]) -> str:
    """Return the codes at some positions as Chinese text, shortened after the third."""
    codes = [str(layer.codes[i]) for i in positions]
    return said("{codes} 等 {count} 个", codes=codes[:3], count=len(codes)) if len(codes) > 3 else listed(codes)

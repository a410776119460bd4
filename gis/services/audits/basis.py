"""What every verdict of a district rests on, and what a cut-out of its layers must hold for the same verdicts.

A neighbourhood is judged exactly as in a full audit only with the whole district's metric frame, stated accuracies and
rules. Where one of them differs from the run before, a change in one place can turn verdicts everywhere: then the whole
district is judged.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry.audit import Extras
from gis.geometry.changes import box_shapes
from gis.geometry.layers import AuditRules, District, Layer, Shapes
from gis.geometry.pieces import Floats, Ints
from gis.geometry.said import said
from gis.models import Compound
from gis.selectors.audits.grounds import Grounds, grounds_of, grounds_with_layers
from gis.selectors.audits.held import Held
from gis.selectors.territory.surroundings import surroundings
from gis.services.audits.refusals import NothingToAudit
from gis.terms import LayerKind

NEAR_DEG = 0.0009
"""60 m or more up to 53° N: a gap is looked for in windows around each change, 50 m first, and all that meets these
must have been read."""

BESIDE_DEG = 0.0004
"""What lies within some 30 m of a piece of land lies beside it."""

OUTWARDS = np.array([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Basis:
    """What is the same for every place of a district at a moment."""

    district_code: str
    at: datetime
    frame: str
    rules: AuditRules
    accuracy_m: dict[str, float]
    with_buildings: bool

    @classmethod
    def on(cls, district_code: str, grounds: Grounds) -> "Basis":
        """Return the basis that a district's grounds make."""
        return cls(
            district_code=district_code,
            at=grounds.at,
            frame=grounds.frame,
            rules=grounds.rules,
            accuracy_m=grounds.accuracy_m,
            with_buildings=grounds.with_buildings,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data: a run keeps it, and two runs are compared by it."""
        accuracies = {f"{kind}_accuracy_m": metres for kind, metres in self.accuracy_m.items()}
        judged_by = {"frame": self.frame, "with_buildings": self.with_buildings, "geos": shapely.geos_version_string}
        return {**asdict(self.rules), **accuracies, **judged_by}


def unknown_district(district_code: str) -> NothingToAudit:
    """Return what is said of a code that is no district's."""
    return NothingToAudit(
        said("没有编码为“{code}”的区；请核对 6 位区编码，或先导入图层。", code=district_code),
        rule="audit.district_unknown",
    )


def require_layers(district_code: str, grounds: Grounds) -> None:
    """Refuse with NothingToAudit a district that is unknown, or without grids or compounds in force."""
    if not grounds.known:
        raise unknown_district(district_code)
    for kind in (LayerKind.GRID, LayerKind.COMPOUND):
        if kind.value not in grounds.accuracy_m:
            raise NothingToAudit(
                said("{code} 还没有生效的{layer}边界；请先导入网格与小区图层。", code=district_code, layer=kind)
            )


def basis_of(district_code: str, at: datetime) -> Basis:
    """Return what the verdicts of a district rest on at a moment."""
    return Basis.on(district_code, grounds_of(district_code, at=at))


def whole(district_code: str, at: datetime) -> tuple[Basis, District, Extras]:
    """Return all layers of a district at a moment in metres, what they are judged by, and what else its audit knows.

    Raises
    ------
    WrongFrame : the district has no grids.
    """
    grounds = grounds_with_layers(district_code, at=at)
    basis = Basis.on(district_code, grounds)
    assert grounds.held is not None, "a district with a frame has grids"
    return basis, *whole_of(basis, grounds.held)


def whole_of(basis: Basis, held: Held) -> tuple[District, Extras]:
    """Return the layers that are at hand, with the rules of the basis, and what else an audit knows of them."""
    compounds = held.layers[LayerKind.COMPOUND]
    district = replace(held.index.district, rules=basis.rules)
    recorded = None if basis.with_buildings else compounds.households
    sized = held.layers[LayerKind.GRID].ordinary
    return district, Extras(offices=held.offices, compound_households=recorded, sized=sized)


def around(basis: Basis, shapes: Shapes) -> tuple[District, Extras, BaseGeometry]:
    """Return all that lies on or beside some land (EPSG:4490), and the land in which nothing is left out."""
    boxes = shapely.bounds(shapes)
    near = boxes + NEAR_DEG * OUTWARDS
    district, extras = _read_around(basis, box_shapes(boxes + BESIDE_DEG * OUTWARDS), near)
    return district, extras, shapely.union_all(box_shapes(near))


def _read_around(basis: Basis, touched: Shapes, near: Floats) -> tuple[District, Extras]:
    here = surroundings(
        basis.district_code, at=basis.at, frame=basis.frame, rules=basis.rules, touched=touched, near=near
    )
    communities = here.district.communities
    with_some = replace(
        here.district, communities=communities if communities is not None and len(communities) else None
    )
    district = _as_stated(with_some, basis)
    offices = here.offices if len(here.offices) and district.communities is not None else None
    return district, Extras(offices=offices, compound_households=_recorded(district, basis), sized=here.ordinary)


def _as_stated(district: District, basis: Basis) -> District:
    """Return the layers with the accuracy of the whole layer: of a cut-out only the coarsest in it is known."""

    def stated(layer: Layer, kind: LayerKind) -> Layer:
        return replace(layer, accuracy_m=basis.accuracy_m.get(kind.value, layer.accuracy_m))

    communities = district.communities
    return replace(
        district,
        grids=stated(district.grids, LayerKind.GRID),
        compounds=stated(district.compounds, LayerKind.COMPOUND),
        communities=None if communities is None else stated(communities, LayerKind.COMMUNITY),
        homes=district.homes if basis.with_buildings else None,
    )


def _recorded(district: District, basis: Basis) -> Ints | None:
    """Return each compound's own total; None when there are buildings to count, or no compound states one."""
    if basis.with_buildings:
        return None
    recorded = dict(
        Compound.objects.filter(district_id=basis.district_code, households__isnull=False).values_list(
            "code", "households"
        )
    )
    if not recorded:
        return None
    return np.array([recorded.get(code, 0) for code in district.compounds.codes], dtype=np.int64)

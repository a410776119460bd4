"""Which models hold a kind of place, its dated shapes and its parent: one table for every question and every import."""

from dataclasses import dataclass

from django.contrib.gis.db import models

from gis.models import (
    Boundary,
    Building,
    Community,
    CommunityBoundary,
    CommunityOffice,
    Compound,
    CompoundBoundary,
    District,
    DistrictBoundary,
    Grid,
    GridBoundary,
    Place,
    Road,
    ServiceStation,
    Street,
    StreetBoundary,
)
from gis.terms import LayerKind


@dataclass(frozen=True, slots=True)
class ShapedKind:
    """How one kind of place is remembered.

    Parameters
    ----------
    place : the model of the place.
    boundary : the model of its dated shapes; None where the place carries its shape itself.
    parent : column that holds the parent's code ("" for none); a building's compound is known by id instead.
    parent_kind : kind of that parent.
    own_code : the code is the place's own, unique in its district; else it is a code of the tree.
    attributes : further columns that a file may fill.
    children : kinds that refer to this one; a place with live children is not retired.
    """

    place: type[Place]
    boundary: type[Boundary] | None
    parent: str
    parent_kind: LayerKind | None
    own_code: bool
    attributes: tuple[str, ...] = ()
    children: tuple[LayerKind, ...] = ()

    @property
    def place_table(self) -> str:
        """Table of the place."""
        return self.place._meta.db_table

    @property
    def shape_table(self) -> str:
        """Table that holds the shape."""
        model: type[models.Model] = self.boundary or self.place
        return model._meta.db_table


SHAPED: dict[LayerKind, ShapedKind] = {
    LayerKind.DISTRICT: ShapedKind(District, DistrictBoundary, "", None, False, children=(LayerKind.STREET,)),
    LayerKind.STREET: ShapedKind(
        Street, StreetBoundary, "district_code", LayerKind.DISTRICT, False, children=(LayerKind.COMMUNITY,)
    ),
    LayerKind.COMMUNITY: ShapedKind(
        Community,
        CommunityBoundary,
        "street_code",
        LayerKind.STREET,
        False,
        children=(LayerKind.GRID, LayerKind.COMPOUND, LayerKind.STATION, LayerKind.OFFICE),
    ),
    LayerKind.GRID: ShapedKind(Grid, GridBoundary, "community_code", LayerKind.COMMUNITY, False, ("kind",)),
    LayerKind.COMPOUND: ShapedKind(
        Compound,
        CompoundBoundary,
        "community_code",
        LayerKind.COMMUNITY,
        True,
        ("kind", "management", "households"),
        (LayerKind.BUILDING,),
    ),
    LayerKind.BUILDING: ShapedKind(Building, None, "compound_id", LayerKind.COMPOUND, True, ("households",)),
    LayerKind.STATION: ShapedKind(
        ServiceStation, None, "community_code", LayerKind.COMMUNITY, True, ("kind", "telephone")
    ),
    LayerKind.OFFICE: ShapedKind(CommunityOffice, None, "community_code", LayerKind.COMMUNITY, True, ("telephone",)),
    LayerKind.ROAD: ShapedKind(Road, None, "", None, True, ("rank",)),
}

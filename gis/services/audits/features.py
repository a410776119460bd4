"""An audit as the places of a map sheet: longitude before latitude, degrees, and what is said of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gis.geometry.audit import Audit
from gis.geometry.crs import WEB, project
from gis.geometry.cuts import piece_shapes
from gis.geometry.layers import Layer, Shapes
from gis.geometry.partition import Patch
from gis.geometry.pieces import Bools, Ints
from gis.maps.content import Places
from gis.maps.drawing import DRAWN_COMPOUNDS_MAX
from gis.terms import Clarity, Fit

Names = Mapping[str, str]

UNREMARKABLE = (Fit.INSIDE, Fit.HOLDS)


def audit_features(
    audit: Audit,
    *,
    crs: str,
    pieces: Shapes | None = None,
    compound_names: Names | None = None,
    grid_names: Names | None = None,
    community_names: Names | None = None,
) -> dict[str, Places]:
    """Return the collections of a map sheet by name, as `gis.maps.content.AuditMap` takes them.

    Parameters
    ----------
    crs : the frame that the audit's shapes are in.
    pieces : the shapes of the `remarkable_pieces`, where they are cut out already.
    compound_names, grid_names, community_names : {code: name}; a place without one is called by its code.

    Notes
    -----
    Pieces are those of compounds that are not wholly unremarkable: what lies inside one grid or holds whole ones,
    clearly or but for noise, is drawn as itself. Of a city larger than a sheet draws (`DRAWN_COMPOUNDS_MAX`), the
    unremarkable compounds, and the grids that no other compound lies in, come without geometry.
    """
    district = audit.district
    compounds, grids = district.compounds.shapes[audit.compounds], district.grids.shapes[audit.grids]
    if len(compounds) > DRAWN_COMPOUNDS_MAX:
        rows = remarkable_pieces(audit)
        compounds = _only(compounds, np.isin(audit.compounds, audit.fits.pieces.subject[rows]))
        grids = _only(grids, np.isin(audit.grids, audit.fits.pieces.cell[rows]))
    communities = district.communities
    return {
        "communities": Places()
        if communities is None
        else _places(communities.shapes, _named(communities, community_names or {}), crs),
        "grids": _places(grids, _grids(audit, grid_names or {}), crs),
        "compounds": _places(compounds, _compounds(audit, compound_names or {}), crs),
        "pieces": _pieces(audit, remarkable_shapes(audit) if pieces is None else pieces, crs),
        "cut_lines": _cut_lines(audit, crs),
        "gaps": _patches(audit.gaps, district.grids, crs),
        "overlaps": _patches(audit.overlaps, district.grids, crs),
    }


def _only(shapes: Shapes, wanted: Bools) -> Shapes:
    """Return the shapes, None in place of those not wanted."""
    kept = shapes.copy()
    kept[~wanted] = None
    return kept


def _places(shapes: Shapes | Sequence[Any], properties: list[dict[str, Any]], crs: str) -> Places:
    """Return shapes of a metric frame in longitude, latitude, with what is said of each."""
    drawn = np.empty(len(shapes), dtype=object)
    drawn[:] = list(shapes)
    return Places(properties, project(drawn, crs, WEB) if len(drawn) else drawn)


def _named(layer: Layer, names: Names) -> list[dict[str, Any]]:
    return [{"code": str(code), "name": names.get(str(code)) or str(code)} for code in layer.codes]


def _grids(audit: Audit, names: Names) -> list[dict[str, Any]]:
    places = _named(audit.district.grids, names)
    said = []
    for row, at in enumerate(audit.grids):
        state = audit.grid_fits.states[row].value if audit.grid_fits is not None else None
        households = None if audit.households_by_grid is None else int(audit.households_by_grid[row])
        said.append({**places[at], "state": state, "households": households})
    return said


def _compounds(audit: Audit, names: Names) -> list[dict[str, Any]]:
    district, fits = audit.district, audit.fits
    places = _named(district.compounds, names)
    material = np.flatnonzero(fits.pieces.material)
    grids: dict[int, list[str]] = {}
    for piece in material.tolist():
        grids.setdefault(int(fits.pieces.subject[piece]), []).append(str(district.grids.codes[fits.pieces.cell[piece]]))
    said = []
    for row, at in enumerate(audit.compounds.tolist()):
        households = None if audit.households_by_compound is None else int(audit.households_by_compound[row])
        home = fits.home[row]
        only_home = [str(district.grids.codes[home])] if home >= 0 else []
        said.append(
            {
                **places[at],
                "state": fits.states[row].value,
                "class": fits.clarity[row].value,
                "width_m": round(float(fits.crossing_width_m[row]), 2),
                "households": households,
                "grids": grids.get(at, only_home),
            }
        )
    return said


def remarkable_pieces(audit: Audit) -> Ints:
    """Return the rows of the pieces that tell something: those of compounds crossed, uncovered or doubtful."""
    fits = audit.fits
    plain = np.array(
        [
            state in UNREMARKABLE and clarity is not Clarity.DOUBTFUL
            for state, clarity in zip(fits.states, fits.clarity, strict=True)
        ],
        dtype=bool,
    )
    return np.flatnonzero(~np.isin(fits.pieces.subject, audit.compounds[plain])).astype(np.int64)


def remarkable_shapes(audit: Audit) -> Shapes:
    """Return the shapes of the `remarkable_pieces`, in metres."""
    district, pieces, rows = audit.district, audit.fits.pieces, remarkable_pieces(audit)
    return piece_shapes(district.compounds, district.grids, pieces.subject[rows], pieces.cell[rows])


def piece_properties(audit: Audit, rows: Ints) -> list[dict[str, Any]]:
    """Return what is said of some pieces."""
    district, pieces = audit.district, audit.fits.pieces
    clear_m = district.rules.clear_m(district.compounds.accuracy_m, district.grids.accuracy_m)
    return [
        {
            "compound": str(district.compounds.codes[pieces.subject[piece]]),
            "grid": str(district.grids.codes[pieces.cell[piece]]),
            "area_m2": round(float(pieces.area_m2[piece]), 2),
            "share": round(float(pieces.share[piece]), 6),
            "width_m": round(float(pieces.width_m[piece]), 2),
            "households": int(pieces.households[piece]),
            "material": bool(pieces.material[piece]),
            "class": _piece_class(bool(pieces.material[piece]), float(pieces.width_m[piece]), clear_m).value,
        }
        for piece in rows.tolist()
    ]


def _piece_class(material: bool, width_m: float, clear_m: float) -> Clarity:
    if not material:
        return Clarity.NOISE
    return Clarity.CLEAR if width_m > clear_m else Clarity.DOUBTFUL


def _pieces(audit: Audit, shapes: Shapes, crs: str) -> Places:
    kept = ~shapely.is_empty(shapes) if len(shapes) else np.zeros(0, dtype=bool)
    return _places(shapes[kept], piece_properties(audit, remarkable_pieces(audit)[kept]), crs)


def cut_properties(audit: Audit) -> list[dict[str, Any]]:
    """Return what is said of the cut lines, in the order of `Audit.cuts`."""
    row_of = {int(at): row for row, at in enumerate(audit.compounds)}
    return [
        {
            "compound": str(audit.district.compounds.codes[at]),
            "length_m": round(float(line.length), 2),
            "width_m": round(float(audit.fits.crossing_width_m[row_of[at]]), 2),
        }
        for at, line in audit.cuts.items()
    ]


def _cut_lines(audit: Audit, crs: str) -> Places:
    return _places(list(audit.cuts.values()), cut_properties(audit), crs)


def patch_properties(patches: Sequence[Patch], grids: Layer) -> list[dict[str, Any]]:
    """Return what is said of gaps or overlaps."""
    return [
        {
            "area_m2": round(patch.area_m2, 2),
            "width_m": round(patch.width_m, 2),
            "class": patch.clarity.value,
            "grids": [str(grids.codes[i]) for i in patch.subjects],
        }
        for patch in patches
    ]


def _patches(patches: Sequence[Patch], grids: Layer, crs: str) -> Places:
    return _places([patch.shape for patch in patches], patch_properties(patches, grids), crs)

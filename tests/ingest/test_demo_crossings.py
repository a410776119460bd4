"""What is planted in the demonstration district is found, and nothing else: under noise, under shift, by any seed."""

import math

import numpy as np
import pytest
import shapely

from gis.geometry.crossing import fit_compounds, fit_grids, fit_places
from gis.geometry.layers import Layer
from gis.terms import Clarity, Fit, GridFit, LayerKind
from tests.ingest.demo_plans import district_of, homes_of, layer_of

SEEDS = (1, 2)


def _shifted(layer: Layer, metres: float, degrees: float) -> Layer:
    step = metres * np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    return Layer(layer.codes, shapely.transform(layer.shapes, lambda xy: xy + step), layer.accuracy_m, layer.parents)


@pytest.mark.parametrize(("seed", "noise_m"), [(1, 0.0), (1, 0.3), (1, 1.0), (1, 2.0), (1, 3.0), (2, 0.3), (2, 3.0)])
def test_exactly_the_planted_compounds_are_crossed_under_noise(seed: int, noise_m: float) -> None:
    district = district_of(seed, noise_m)
    compounds = layer_of(district, LayerKind.COMPOUND, max(noise_m, 0.3))
    fits = fit_compounds(compounds, layer_of(district, LayerKind.GRID, 0.3), homes=homes_of(district), engine="geos")

    crossed = fits.states == Fit.CROSSED
    assert crossed.sum() == 44
    assert set(compounds.codes[crossed]) == set(district.truth["crossed"])
    assert set(fits.clarity[crossed]) == {Clarity.CLEAR}
    assert not (fits.states == Fit.UNCOVERED).any()
    assert set(compounds.codes[fits.states == Fit.HOLDS]) == set(district.truth["holds"])


@pytest.mark.parametrize("degrees", [40, 130, 220, 310])
def test_exactly_the_planted_compounds_are_crossed_when_their_layer_lies_4_m_off(degrees: float) -> None:
    district = district_of(1, 0.3)
    compounds = _shifted(layer_of(district, LayerKind.COMPOUND, 4.0), 4.0, degrees)
    fits = fit_compounds(compounds, layer_of(district, LayerKind.GRID, 0.3), homes=homes_of(district), engine="geos")

    assert set(compounds.codes[fits.states == Fit.CROSSED]) == set(district.truth["crossed"])
    assert not (fits.states == Fit.UNCOVERED).any()


def test_noise_makes_hundreds_of_overlaps_that_mean_nothing() -> None:
    district = district_of(1, 0.3)
    grids = layer_of(district, LayerKind.GRID, 0.3)
    fits = fit_compounds(layer_of(district, LayerKind.COMPOUND, 0.3), grids, homes=homes_of(district), engine="geos")

    noise = ~fits.pieces.material
    assert noise.sum() > 250
    assert fits.pieces.width_m[noise].max() < 1.8


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_pieces_are_wide_have_homes_and_their_grids_reach_out(seed: int) -> None:
    district = district_of(seed)
    codes = district.layers[LayerKind.GRID].codes
    grids = dict(zip(codes, district.layers[LayerKind.GRID].shapes, strict=True))
    shapes = dict(
        zip(district.layers[LayerKind.COMPOUND].codes, district.layers[LayerKind.COMPOUND].shapes, strict=True)
    )
    homes = homes_of(district)
    lived_in = []
    for compound, parts in district.truth["crossing"].items():
        assert len(parts) in (2, 3)
        for part in parts:
            inside = shapely.intersection(shapes[compound], grids[part])
            for land in (inside, shapely.difference(grids[part], shapes[compound])):
                assert 2 * shapely.length(shapely.maximum_inscribed_circle(land, tolerance=0.5)) >= 42
            shapely.prepare(inside)
            lived_in.append(homes.households[shapely.contains(inside, homes.points)].sum() > 0)
    assert np.mean(lived_in) > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_six_grids_straddle_and_no_compound_does(seed: int) -> None:
    district = district_of(seed)
    grids, communities = layer_of(district, LayerKind.GRID, 0.3), layer_of(district, LayerKind.COMMUNITY, 0.3)
    found = fit_grids(grids, communities, homes=homes_of(district), engine="geos")
    straddling = found.states == GridFit.STRADDLING

    assert len(district.truth["straddling"]) == 6
    assert set(grids.codes[straddling]) == set(district.truth["straddling"])
    assert found.crossing_width_m[straddling].min() >= 42
    assert not (found.states == GridFit.OUTSIDE).any()
    compounds = fit_places(
        layer_of(district, LayerKind.COMPOUND, 0.3), communities, homes=homes_of(district), engine="geos"
    )
    assert set(compounds.states) == {GridFit.NESTED}


def test_one_compound_lies_8_km_from_its_office_and_no_other_is_far() -> None:
    district = district_of(1)
    offices = district.layers[LayerKind.OFFICE]
    place = dict(zip(offices.columns["parent"], shapely.get_coordinates(offices.shapes), strict=True))
    compounds = district.layers[LayerKind.COMPOUND]
    centres = shapely.get_coordinates(shapely.centroid(compounds.shapes))
    away_m = {
        code: float(np.hypot(*(centre - place[parent])))
        for code, parent, centre in zip(compounds.codes, compounds.columns["parent"], centres, strict=True)
    }
    far = [code for code, metres in away_m.items() if metres >= 2500]
    assert far == district.truth["far_from_office"]
    assert away_m[far[0]] == pytest.approx(8000, abs=700)

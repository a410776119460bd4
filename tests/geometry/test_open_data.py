"""Open data with published answers: districts that cut counties, towns and precincts (see the data's README).

A county here is a compound (the union of its precincts), a plan's districts are the grids. The lines are exact copies
of each other, so the stated accuracy is small: what the kernel finds must be the published number of splits.
"""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.geometry.crossing import Fits, fit_compounds
from gis.geometry.layers import Layer
from gis.terms import Fit
from tests.drawn import as_shapes

ACCURACY_M = 0.1
"""Noise up to 0.6 m: the precincts' vertices agree to rounding."""


def unions(frame: gpd.GeoDataFrame, by: str | list[str], accuracy_m: float = ACCURACY_M) -> Layer:
    """Return one place for each value of a column, made of the rows that carry it."""
    groups = frame.groupby(by, sort=True).geometry.apply(lambda rows: shapely.union_all(rows.to_numpy()))
    codes = np.array(
        ["/".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in groups.index], dtype=object
    )
    return Layer(codes, as_shapes(list(groups)), accuracy_m)


def split(fits: Fits) -> int:
    """Return how many compounds have material land in two grids."""
    return int(np.count_nonzero(pieces(fits) > 1))


def pieces(fits: Fits) -> np.ndarray:
    """Return how many grids have material land in each compound."""
    return np.bincount(fits.pieces.subject[fits.pieces.material], minlength=len(fits.states))


@pytest.fixture(scope="module")
def new_hampshire(shared_data):
    """Return the voting districts of New Hampshire, in metres (the file is in US survey feet)."""
    frame = gpd.read_file(shared_data / "splits_nh" / "nh_vtd_2020.gpkg").to_crs("EPSG:32619")
    return frame.assign(county=frame.county.str.removesuffix(" County"))


@pytest.mark.parametrize(("plan", "counties_split"), [("r_2020", 6), ("d_2020", 5)])
@pytest.mark.parametrize("engine", ["geos", "edges"])
def test_counties_that_a_plan_of_new_hampshire_splits(new_hampshire, plan, counties_split, engine):
    fits = fit_compounds(unions(new_hampshire, "county"), unions(new_hampshire, plan), engine=engine)
    assert split(fits) == counties_split
    assert np.count_nonzero(fits.states == Fit.CROSSED) == counties_split


def test_pieces_of_the_counties_of_new_hampshire(new_hampshire):
    counties = unions(new_hampshire, "county")
    fits = fit_compounds(counties, unions(new_hampshire, "r_2020"))
    assert dict(zip(counties.codes, pieces(fits).tolist(), strict=True)) == {
        "Belknap": 1, "Carroll": 2, "Cheshire": 1, "Coos": 1, "Grafton": 2,
        "Hillsborough": 2, "Merrimack": 2, "Rockingham": 2, "Strafford": 2, "Sullivan": 1,
    }  # fmt: skip


@pytest.fixture(scope="module")
def minnesota(shared_data):
    """Return the precincts of Minnesota, EPSG:26915."""
    return gpd.read_file(shared_data / "precincts_mn" / "mn_precincts_2016.gpkg")


PLANS = [
    ("COUNTYFIPS", "CONGDIST", 9, 12),
    ("COUNTYFIPS", "MNSENDIST", 39, 85),
    ("COUNTYFIPS", "MNLEGDIST", 54, 163),
    ("MCD", "CONGDIST", 8, 8),
    ("MCD", "MNSENDIST", 41, 50),
    ("MCD", "MNLEGDIST", 81, 111),
]


@pytest.fixture(scope="module")
def minnesota_layers(minnesota):
    """Return counties, municipalities (by county and name: by name alone they would be joined wrongly) and plans.

    Two precincts at New Prague overlap by 31 m², 1.9 m wide, across a county line: 0.5 m accuracy makes that noise.
    """
    by = {"MCD": ["COUNTYFIPS", "MCDNAME"]} | {c: c for c in ("COUNTYFIPS", "CONGDIST", "MNSENDIST", "MNLEGDIST")}
    return {name: unions(minnesota, columns, accuracy_m=0.5) for name, columns in by.items()}


@pytest.mark.parametrize(("places", "plan", "places_split", "extra_pieces"), PLANS)
@pytest.mark.parametrize("engine", ["geos", "edges"])
def test_places_that_plans_of_minnesota_split(minnesota_layers, places, plan, places_split, extra_pieces, engine):
    layer = minnesota_layers[places]
    fits = fit_compounds(layer, minnesota_layers[plan], engine=engine, widths="material")
    assert split(fits) == places_split
    assert int((pieces(fits) - 1).sum()) == extra_pieces
    assert len(layer) == {"COUNTYFIPS": 87, "MCD": 2763}[places]


@pytest.fixture(scope="module")
def providence(shared_data):
    """Return blocks, districts and precincts of Providence, metres; with this accuracy, noise is up to 1 m wide."""
    folder = shared_data / "topology_providence"
    layers = {}
    for name in ("blocks", "districts", "precincts"):
        shapes = gpd.read_file(folder / f"{name}.zip").to_crs("EPSG:32619").geometry.to_numpy()
        codes = np.array([f"{name}{i}" for i in range(len(shapes))], dtype=object)
        layers[name] = Layer(codes, as_shapes(list(shapely.make_valid(shapes))), accuracy_m=1.0 / 6.0)
    return layers


@pytest.mark.parametrize("engine", ["geos", "edges"])
def test_no_block_of_providence_is_crossed(providence, engine):
    fits = fit_compounds(providence["blocks"], providence["districts"], engine=engine, widths="material")
    assert len(fits.states) == 3014
    assert np.count_nonzero(fits.states == Fit.CROSSED) == 0


@pytest.mark.parametrize("engine", ["geos", "edges"])
def test_precincts_of_providence_only_look_crossed(providence, engine):
    """A raw overlay says 49 of 59; wider than a metre there is nothing."""
    fits = fit_compounds(providence["precincts"], providence["districts"], engine=engine)
    raw = np.bincount(fits.pieces.subject, minlength=59)
    assert np.count_nonzero(raw > 1) == 49
    assert np.count_nonzero(fits.states == Fit.CROSSED) == 0
    assert split(fits) == 0

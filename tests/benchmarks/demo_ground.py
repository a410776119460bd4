"""The invented district as ground for a redraw."""

import numpy as np

from gis.geometry.ground import Ground
from gis.geometry.layers import District
from gis.terms import GridKind, LayerKind
from tests.ingest.demo_plans import district_of, homes_of, layer_of

ACCURACY_M = 0.3


def demo_ground(seed: int = 1, noise_m: float = 0.3) -> Ground:
    """Return the district with its roads; every layer is said to be accurate to its noise."""
    made = district_of(seed, noise_m)
    grids, compounds, communities = (
        layer_of(made, kind, ACCURACY_M) for kind in (LayerKind.GRID, LayerKind.COMPOUND, LayerKind.COMMUNITY)
    )
    kinds = made.layers[LayerKind.GRID].columns["kind"]
    return Ground(
        District(grids, compounds, communities, homes_of(made)),
        roads=made.layers[LayerKind.ROAD].shapes,
        sized=np.array([kind in (GridKind.ORDINARY, GridKind.ORDINARY.label) for kind in kinds]),
    )

"""Layers put together for the paper."""

from collections.abc import Sequence

import numpy as np

from gis.geometry.layers import Layer
from gis.selectors.plans.base import shapes_in
from gis.services.plans.paper.land import Named


def layer_of(places: Sequence[Named]) -> Layer:
    """Return named places as a layer."""
    return Layer(
        np.array([place.code for place in places], dtype=object), shapes_in(*(place.shape for place in places))
    )


def together(one: Layer, other: Layer) -> Layer:
    """Return the places of two layers as one."""
    return Layer(np.concatenate([one.codes, other.codes]), np.concatenate([one.shapes, other.shapes]))

"""Digitising noise: how another hand draws the same walls, a little off everywhere and never twice alike."""

import numpy as np
import shapely
from numpy.typing import NDArray

DRIFT_M = 45.0
"""Along a wall the error changes slowly: points nearer than this are off in much the same way."""

BOUND = 3.0
SPACED_M = 1.0


def digitised(shapes: NDArray[np.object_], noise_m: float, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return the shapes as drawn by another hand.

    Each vertex moves by a normal error of `noise_m` (standard deviation along each axis), mostly shared with its
    neighbours along the wall, at most 3 x `noise_m` in all. A ring that would cross itself is drawn again, more evenly.
    """
    if noise_m <= 0:
        return shapes.copy()
    return np.array([_redrawn(shape, noise_m, rng) for shape in shapes], dtype=object)


def _redrawn(shape: shapely.Polygon, noise_m: float, rng: np.random.Generator) -> shapely.Polygon:
    ring = _spaced(shapely.get_coordinates(shape.exterior)[:-1])
    step = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    along = np.cumsum(step) - step
    for evenness in (1.0, 2.0, 4.0, 100.0):
        drawn = shapely.Polygon(np.round(ring + _errors(along, float(step.sum()), noise_m, evenness, rng), 3))
        if drawn.is_valid:
            return drawn
    raise AssertionError("a shifted ring is as valid as the ring itself")


def _spaced(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ring without vertices nearer than `SPACED_M` to the one before: nobody digitises those."""
    kept = [0]
    for i in range(1, len(ring)):
        near_first = np.hypot(*(ring[i] - ring[0])) < SPACED_M
        if not near_first and np.hypot(*(ring[i] - ring[kept[-1]])) >= SPACED_M:
            kept.append(i)
    return ring[kept]


def _errors(
    along: NDArray[np.float64], length_m: float, noise_m: float, evenness: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    knots = max(3, round(length_m / (DRIFT_M * evenness)))
    slow = rng.normal(0, noise_m * 0.95, (knots, 2))
    at = along / length_m * knots
    low = np.floor(at).astype(int) % knots
    share = (at - np.floor(at))[:, None]
    blend = np.sqrt((1 - share) ** 2 + share**2)
    error = (slow[low] * (1 - share) + slow[(low + 1) % knots] * share) / blend
    error += rng.normal(0, noise_m * 0.3 / evenness, error.shape)
    size = np.hypot(*error.T)
    return np.asarray(error * np.minimum(1.0, BOUND * noise_m / np.maximum(size, 1e-12))[:, None])

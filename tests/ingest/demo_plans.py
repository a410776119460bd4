"""Plans of the demonstration district, made once for all its tests (each takes some ten seconds)."""

from functools import cache

import numpy as np
import shapely

from gis.geometry.layers import Homes, Layer
from gis.ingest.demo.coded import DemoDistrict, coded
from gis.ingest.demo.district import Plan, make_plan
from gis.terms import LayerKind


@cache
def plan_of(seed: int) -> Plan:
    return make_plan(seed)


@cache
def district_of(seed: int, noise_m: float = 0.3) -> DemoDistrict:
    return coded(plan_of(seed), seed, noise_m)


def layer_of(district: DemoDistrict, kind: LayerKind, accuracy_m: float) -> Layer:
    layer = district.layers[kind]
    parents = np.array(layer.columns["parent"], dtype=object)
    return Layer(np.array(layer.codes, dtype=object), layer.shapes, accuracy_m, parents)


def homes_of(district: DemoDistrict) -> Homes:
    layer = district.layers[LayerKind.BUILDING]
    return Homes(shapely.point_on_surface(layer.shapes), np.array(layer.columns["households"], dtype=np.int64))

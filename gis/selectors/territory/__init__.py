"""Questions about places and where they lay at a moment."""

from gis.selectors.territory.current import Current, edition, live_children, places_with_shapes
from gis.selectors.territory.figures import DistrictFigures, districts, figures
from gis.selectors.territory.kinds import SHAPED, ShapedKind
from gis.selectors.territory.layers import (
    PUBLISHED_KINDS,
    Offices,
    district_frame,
    district_layers,
    layer_in_force,
    offices_of,
    rules_of,
    shapes_near,
)
from gis.selectors.territory.places import (
    Whereabouts,
    imports_of,
    last_accuracy_m,
    names_of,
    remembered_mapping,
    where_is,
)
from gis.selectors.territory.trusted import live_codes, own_codes, retired_codes, trusted_land

__all__ = [
    "PUBLISHED_KINDS",
    "SHAPED",
    "Current",
    "DistrictFigures",
    "Offices",
    "ShapedKind",
    "Whereabouts",
    "district_frame",
    "district_layers",
    "districts",
    "edition",
    "figures",
    "imports_of",
    "last_accuracy_m",
    "layer_in_force",
    "live_children",
    "live_codes",
    "names_of",
    "offices_of",
    "own_codes",
    "places_with_shapes",
    "remembered_mapping",
    "retired_codes",
    "rules_of",
    "shapes_near",
    "trusted_land",
    "where_is",
]

"""What a choice leaves behind, judged from shapes and homes alone, by the audit: the solver is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from gis.geometry.audit import Audit, Extras, audit_district
from gis.geometry.edit_kinds import Edit
from gis.geometry.edit_log import replay
from gis.geometry.errors import NotAPartition, WrongEdit
from gis.geometry.layers import District, Layer, Shapes
from gis.geometry.redraw_check import check_redraw
from gis.geometry.said import kept
from gis.geometry.tiling import UNASSIGNED, Tiling
from gis.services.plans.report import check_json

Json = dict[str, Any]


@dataclass(frozen=True)
class Judge:
    """Judges what edits leave behind, against the land that the plan starts from.

    Parameters
    ----------
    district, extras : on and around the plan's land; its own grids are replaced by those of the tiling.
    base : the land that the plan starts from.
    """

    district: District
    extras: Extras
    base: Tiling

    @cached_property
    def before(self) -> tuple[Layer, Audit]:
        """Return all grids around as they were, and what the audit finds in them."""
        layer = self._with(self.base)
        district = replace(self.district, grids=layer)
        return layer, audit_district(district, extras=self.extras, engine="geos", widths="material")

    def check(self, now: Tiling, edits: Sequence[Edit]) -> Json:
        """Return what would be crossed, resolved and new, and how many households would lie in another grid."""
        try:
            after = replay(now, edits)
        except (WrongEdit, NotAPartition) as refusal:
            return {
                "publishable": False,
                "tiles": False,
                "refusal": {"rule": refusal.rule, "message": kept(refusal.message)},
            }
        today, audit = self.before
        layer = self._with(after)
        found = check_redraw(
            replace(self.district, grids=today),
            today,
            layer,
            extras=self.extras,
            before=audit,
            new_grids=len(layer) - len(today),
        )
        # That the plan's own land is tiled was checked by the edits, vertex by vertex; neighbours are as they are
        # stored, a millimetre beside it.
        left = len(after.divided())
        return check_json(replace(found, refusal=None)) | {
            "crossed_before": list(found.crossed_before),
            "unassigned_m2": round(float(after.shapes[UNASSIGNED].area), 1) if UNASSIGNED in after.shapes else 0.0,
            "divided_units": left,
        }

    def _with(self, tiling: Tiling) -> Layer:
        """Return the grids around with the plan's own as a tiling has them: the same codes first, then new ones."""
        layer = self.district.grids
        own = {**self.base.grids, **tiling.grids}
        shapes: list[Any] = [
            tiling.shapes.get(code, shapely.Polygon()) if code in own else shape
            for code, shape in zip(map(str, layer.codes), layer.shapes, strict=True)
        ]
        known = set(map(str, layer.codes))
        new = sorted(code for code in tiling.shapes if code not in known and code != UNASSIGNED)
        codes = np.array([*layer.codes, *new], dtype=object)
        every: Shapes = np.empty(len(codes), dtype=object)
        every[:] = [*shapes, *(tiling.shapes[code] for code in new)]
        parents = layer.parents
        if parents is not None:
            parents = np.array([*parents, *(code[:12] for code in new)], dtype=object)
        return Layer(codes, every, layer.accuracy_m, parents)

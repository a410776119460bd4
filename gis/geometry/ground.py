"""What units are made of: the layers of a district, and what an officer says about them."""

from dataclasses import dataclass

from gis.geometry.layers import District, Shapes
from gis.geometry.pieces import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What units are made of.

    Parameters
    ----------
    district : valid layers in one metric frame; grids of one published layer.
    roads : lines along which free land is cut. None: it is shared out among the compounds instead.
    cuts : further lines to cut along; they are noded with everything else.
    links : lines that join land across water; a grid may consist of the two sides.
    compound_households : (n,) households of each compound by its own record: used where no home stands in it.
    sized : (n,) grids that a number of households is wanted of; None = all.
    several, whole : codes of compounds that may, or may not, hold several whole grids, whatever their size.
    """

    district: District
    roads: Shapes | None = None
    cuts: Shapes | None = None
    links: Shapes | None = None
    compound_households: Ints | None = None
    sized: Bools | None = None
    several: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    @property
    def noise_m(self) -> float:
        """Return the width up to which a face is noise."""
        return self.district.rules.noise_m(self.district.grids.accuracy_m, self.district.compounds.accuracy_m)

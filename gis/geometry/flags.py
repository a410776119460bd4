"""The flags of a whole city's compounds, from layers that are still packed as their files hold them.

Flags are the state and class of every compound: what `fit_compounds` says with ``widths="material"``, without homes.
"""

from gis.geometry.crossing import Fits, fit_compounds, judge_compounds
from gis.geometry.engines import EngineName, choose_engine, open_engine
from gis.geometry.homes import Seats
from gis.geometry.layers import DEFAULT_RULES, AuditRules
from gis.geometry.packed import PackedLayer
from gis.geometry.relations import Limits, Relations


def flag_compounds(
    compounds: PackedLayer,
    grids: PackedLayer,
    *,
    rules: AuditRules = DEFAULT_RULES,
    engine: EngineName = "auto",
    threads: int = 1,
) -> Fits:
    """Judge how each compound sits among the grids; widths are measured only where a verdict rests on them.

    Parameters
    ----------
    compounds, grids : valid polygons in metres, both in one frame; grids of one kind only.
    rules, engine, threads : as in `fit_compounds`. "geos" unpacks both layers.

    Returns
    -------
    Fits
        As `fit_compounds` with ``widths="material"``.

    Raises
    ------
    GridworkError
        "engine.missing" when "edges" is asked for and numba is not installed.
    InvalidShape
        when GEOS cannot overlay a shape because it is not valid.
    """
    if choose_engine(engine, len(grids)) == "geos":
        ones, others = compounds.unpacked(), grids.unpacked()
        return fit_compounds(ones, others, rules=rules, engine="geos", threads=threads, widths="material")
    limits = Limits.of(rules, compounds, grids)
    with open_engine("edges", compounds, grids, limits, threads) as ready:
        overlay = ready.overlay()
        return judge_compounds(Relations(ready, limits, overlay, Seats.empty(overlay)), "material")

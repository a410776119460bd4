"""The invented district: all 44 crossed compounds are mended, every community is proven, nothing new is found."""

from gis.geometry.audit import Extras
from gis.geometry.redraw_check import check_redraw
from gis.geometry.units import make_units
from gis.optimize.district import redraw_district
from gis.optimize.search import Limits
from tests.benchmarks.demo_ground import demo_ground


def test_the_invented_district_is_mended_and_proven() -> None:
    ground = demo_ground()
    units = make_units(ground)
    redraw = redraw_district(units, ground.district.rules, limits=Limits(time_s=120))
    check = check_redraw(
        ground.district, units.grid_layer(), units.grid_layer(redraw.grid), extras=Extras(sized=ground.sized)
    )
    assert redraw.proven
    assert (len(check.crossed_before), check.crossed_after) == (44, ())
    assert (check.refusal, check.new_findings, check.scattered) == (None, [], ())
    assert check.households_moved == redraw.households_moved

"""Who can be given work."""

import pytest

from gis.selectors import staff
from gis.terms import Role
from tests.services.audits import world

CODE = world.DISTRICT


@pytest.mark.django_db
def test_who_can_be_given_work():
    world.make_district(households=0)
    whole, west = world.officer("zhao"), world.officer("qian", world.WEST)
    world.approver("sun")
    world.member("elsewhere", Role.OFFICER, "370203")
    gone = world.officer("gone")
    gone.is_active = False
    gone.save()
    listed = staff.officers(district_code=CODE)
    assert [(officer.id, officer.name, officer.territories) for officer in listed] == [
        (west.id, "qian", (world.WEST,)),
        (whole.id, "zhao", (CODE,)),
    ]

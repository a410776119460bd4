"""The worklist with ten thousand findings: filters, pages by cursor, numbers beside the filters, neighbours."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gis.models import Finding
from gis.selectors import audits
from gis.services.audits.cases import assign_cases, triage
from gis.terms import CaseState, Change, Clarity, FindingKind
from tests.services.audits import world
from tests.services.audits.many import COUNT, RECLASSED_EVERY, make_many

CODE = world.DISTRICT
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """The same ten thousand for every question here: nothing below changes them but inside its own transaction."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        make_many()
        yield
        transaction.set_rollback(True)


def standing(holds=lambda _n: True):
    """Return how many of the cases not verified a condition on their number picks."""
    return sum(n % 4 != 3 and holds(n) for n in range(1, COUNT + 1))


def of(**asked):
    return audits.findings(district_code=CODE, **asked)


@pytest.mark.parametrize("order", list(audits.ORDERS))
def test_pages_by_cursor_hold_every_case_once_and_go_back(many, order):
    seen, cursor, pages = [], "", []
    while True:
        page = of(order=order, cursor=cursor, limit=1500)
        pages.append([row.id for row in page.rows])
        seen += pages[-1]
        assert page.total == 7500
        if not page.next:
            break
        cursor = page.next
    assert seen == audits.index(district_code=CODE, order=order).ids
    assert len(set(seen)) == 7500
    for earlier in reversed(pages[:-1]):
        page = of(order=order, cursor=page.previous, limit=1500)
        assert [row.id for row in page.rows] == earlier
    assert page.previous == ""
    assert page.next


def test_a_cursor_outlives_the_case_it_stands_at(many):
    first = of(limit=10)
    expected = [row.id for row in of(offset=10, limit=5).rows]
    Finding.objects.filter(id=first.rows[-1].id).update(state=CaseState.VERIFIED)
    assert [row.id for row in of(cursor=first.next, limit=5).rows] == expected


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!", "bnVsbA", "W10", "WyJ3aWR0aCIsZmFsc2UsIngiLDFd", "WyJ3aWR0aCIsZmFsc2UsMSwxZTQwMF0", "é"],
)
def test_a_wrong_cursor_is_refused(db, cursor):
    with pytest.raises(audits.WrongCursor, match="翻页位置无效") as refusal:
        of(cursor=cursor)
    assert refusal.value.rule == "findings.cursor"


def test_a_cursor_of_another_order_is_refused(many):
    with pytest.raises(audits.WrongCursor):
        of(cursor=of(order="households").next, order="width")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 7500),
        ({"kinds": [FindingKind.TOO_LARGE]}, standing(lambda n: n % 3 == 1)),
        ({"clarities": [Clarity.DOUBTFUL]}, 1500),
        ({"states": [CaseState.VERIFIED]}, 2500),
        ({"states": [CaseState.FOUND, CaseState.TRIAGED]}, 7500),
        ({"within": [world.WEST]}, 5000),
        ({"place": world.WEST}, 5000),
        ({"place": world.STREET}, 7500),
        ({"place": CODE}, 7500),
        ({"place": world.WEST, "within": [world.EAST]}, 0),
        ({"place": "C9998"}, 1),
        ({"search": "小区999"}, standing(lambda n: "999" in f"{n}"[:3])),
        ({"search": "c9998"}, 1),
        ({"search": "社区1"}, 5000),
        ({"search": "100%"}, 0),
        ({"search": "_"}, 0),
        ({"unassigned": True}, 7500),
        ({"assignees": [10**6]}, 0),
        ({"assignees": [10**6], "unassigned": True}, 7500),
        ({"changes": [Change.RECLASSED]}, COUNT // RECLASSED_EVERY),
        ({"changes": [Change.NEW]}, 0),
        ({"ids": [-1]}, 0),
    ],
)
def test_filters_and_their_numbers_agree(many, asked, count):
    assert of(limit=0, **asked).total == count
    assert len(audits.index(district_code=CODE, **asked).ids) == count
    assert audits.facets(district_code=CODE, **asked).total == count


def test_the_numbers_say_what_each_choice_would_show(many):
    asked = {"kinds": [FindingKind.TOO_LARGE], "clarities": [Clarity.CLEAR], "place": world.WEST}
    numbers = audits.facets(district_code=CODE, **asked)
    for kind in FindingKind:
        assert numbers.kinds.get(kind, 0) == of(limit=0, **{**asked, "kinds": [kind]}).total
    for clarity in (Clarity.CLEAR, Clarity.DOUBTFUL):
        assert numbers.clarities.get(clarity, 0) == of(limit=0, **{**asked, "clarities": [clarity]}).total
    for state in CaseState:
        assert numbers.states.get(state, 0) == of(limit=0, **{**asked, "states": [state]}).total
    for code in (world.WEST, world.EAST):
        assert numbers.communities[code] == of(limit=0, **{**asked, "place": code}).total
    assert numbers.assignees == {None: numbers.total}


def test_neighbours_in_the_filter_and_in_order(many):
    asked = {"kinds": [FindingKind.TOO_LARGE], "order": "households"}
    ids = audits.index(district_code=CODE, **asked).ids
    beside = audits.neighbours(finding_id=ids[7], district_code=CODE, **asked)
    assert (beside.previous, beside.next, beside.position, beside.total) == (ids[6], ids[8], 8, len(ids))
    first, last = (audits.neighbours(finding_id=pk, district_code=CODE, **asked) for pk in (ids[0], ids[-1]))
    assert (first.previous, last.next) == (None, None)
    assert last.next_needing == audits.index(district_code=CODE, **asked).needing[0]


def test_a_case_that_left_the_filter_still_knows_what_comes_next(many):
    asked = {"states": [CaseState.FOUND]}
    ids = audits.index(district_code=CODE, **asked).ids
    triage(finding_ids=[ids[3]], by=world.officer())
    beside = audits.neighbours(finding_id=ids[3], district_code=CODE, **asked)
    assert (beside.previous, beside.next, beside.next_needing, beside.position) == (ids[2], ids[4], ids[4], 0)
    assert audits.neighbours(finding_id=-1, district_code=CODE, **asked).next is None


def test_what_waits_for_me_is_mine_or_nobodys(many):
    me, other = world.officer("me"), world.officer("other")
    ids = audits.index(district_code=CODE, states=[CaseState.FOUND]).ids
    assign_cases(finding_ids=ids[:1], to=other, by=me)
    assign_cases(finding_ids=ids[1:2], to=me, by=me)
    needing = audits.index(district_code=CODE, for_account=me.id).needing
    assert ids[0] not in needing
    assert ids[1] in needing
    assert [row.id for row in of(assignees=[me.id]).rows] == ids[1:2]
    assert [row.assigned_to_id for row in of(assignees=[other.id]).rows] == [other.id]
    assert audits.facets(district_code=CODE).assignees == {None: 7498, me.id: 1, other.id: 1}


def test_what_changed_its_class_says_what_it_was(many):
    row = of(changes=[Change.RECLASSED], limit=1).rows[0]
    assert {row.clarity, row.clarity_before} == {Clarity.CLEAR, Clarity.DOUBTFUL}
    assert of(limit=1, ids=[row.id + 1]).rows[0].clarity_before is None
    assert audits.change_counts(district_code=CODE) == {Change.NEW: 0, Change.RECLASSED: 101, Change.RESOLVED: 0}
    assert audits.change_counts(district_code=CODE, within=[world.EAST])[Change.RECLASSED] in range(1, 101)


def test_ten_thousand_cost_few_questions(many):
    for ask, most in [
        (lambda: of(), 8),
        (lambda: of(limit=20_000), 8),
        (lambda: audits.index(district_code=CODE), 1),
        (lambda: audits.facets(district_code=CODE), 2),
        (lambda: audits.change_counts(district_code=CODE), 4),
        (lambda: audits.neighbours(finding_id=of(limit=1).rows[0].id, district_code=CODE), 15),
    ]:
        with CaptureQueriesContext(connection) as asked:
            ask()
        assert len(asked) <= most

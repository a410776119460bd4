"""Which of today's findings are yesterday's cases."""

from shapely import box

from gis.services.audits.matching import CaseKey, Spot, key_of, match
from gis.terms import FindingKind

CROSSED, GAP, OVERLAP = FindingKind.COMPOUND_CROSSED, FindingKind.GAP, FindingKind.OVERLAP
HERE, BESIDE, FAR = box(0, 0, 2, 2), box(1, 1, 3, 3), box(50, 50, 52, 52)


def spot(kind, subjects, place=HERE):
    return Spot(key_of(kind, subjects), place)


def test_a_crossed_compound_stays_the_same_case_when_other_grids_take_part():
    before, after = spot(CROSSED, ["X1", "G1", "G2"]), spot(CROSSED, ["X1", "G2", "G7"], FAR)
    matching = match([after], [before])
    assert matching.pairs == [(0, 0)]
    assert matching.fresh == []
    assert matching.absent == []


def test_the_kind_belongs_to_the_key():
    matching = match([spot(CROSSED, ["X1"])], [spot(FindingKind.COMPOUND_UNCOVERED, ["X1"])])
    assert matching.fresh == [0]
    assert matching.absent == [0]


def test_an_overlap_has_no_first_grid():
    assert key_of(OVERLAP, ["G2", "G1"]) == key_of(OVERLAP, ["G1", "G2"]) == CaseKey(OVERLAP, "G1|G2")


def test_two_gaps_of_one_community_are_told_apart_by_where_they_lie():
    standing = [spot(GAP, ["C1", "G1"], FAR), spot(GAP, ["C1", "G1"], HERE)]
    matching = match([spot(GAP, ["C1", "G2"], BESIDE)], standing)
    assert matching.pairs == [(0, 1)]
    assert matching.absent == [0]


def test_a_gap_elsewhere_is_another_gap():
    matching = match([spot(GAP, ["C1"], FAR)], [spot(GAP, ["C1"], HERE)])
    assert matching.pairs == []
    assert matching.fresh == [0]
    assert matching.absent == [0]


def test_no_case_is_taken_twice():
    seen = [spot(GAP, ["C1"], HERE), spot(GAP, ["C1"], BESIDE)]
    matching = match(seen, [spot(GAP, ["C1"], box(1.2, 1.2, 1.8, 1.8))])
    assert len(matching.pairs) == 1
    assert len(matching.fresh) == 1

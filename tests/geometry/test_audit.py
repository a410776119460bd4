"""The whole audit on drawn maps, and: after any edit, the neighbourhood's verdicts are those of the whole."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gis.geometry.audit import Audit, Extras, audit_district, audit_neighbourhood
from gis.geometry.changes import Changed
from gis.geometry.findings import Finding, InvalidPlace
from gis.geometry.layers import AuditRules, District, Homes, Layer
from gis.terms import Clarity, FindingKind, Fit, GridFit, LayerKind
from tests.drawn import as_shapes, drawn

GRIDS = """
    AAAABBBB
    AAAABBBB
    AAAABBBB
    CCCCDDDD
    CCCCDDDD
    CCCCDDDD"""
COMPOUNDS = """
    .x......
    .xx.....
    ...yyz..
    ...yy...
    ........
    .....w.."""
COMMUNITIES = """
    MMMMNNNN
    MMMMNNNN
    MMMMNNNN
    MMMMNNNN
    MMMMNNNN
    MMMMNNNN"""


def district(
    grids: str = GRIDS, compounds: str = COMPOUNDS, communities: str | None = COMMUNITIES, **more: object
) -> District:
    ground = drawn(communities) if communities is not None else None
    return District(drawn(grids), drawn(compounds), ground, **more)  # type: ignore[arg-type]


def homes_at(*spots: tuple[float, float, int]) -> Homes:
    points = as_shapes([shapely.Point(x, y) for x, y, _ in spots])
    return Homes(points, np.array([households for *_, households in spots], dtype=np.int64))


def of_kind(audit: Audit, kind: FindingKind) -> list[Finding]:
    return [finding for finding in audit.findings if finding.kind is kind]


def coded(places: Layer, **codes: str) -> Layer:
    return replace(places, codes=np.array([codes.get(code, code) for code in places.codes], dtype=object))


def test_a_clean_district_has_no_findings() -> None:
    audit = audit_district(district(compounds=COMPOUNDS.replace("y", ".")))
    assert audit.findings == []
    assert audit.gaps == []
    assert audit.overlaps == []
    assert list(audit.fits.states) == [Fit.INSIDE] * 3
    assert list(audit.grid_fits.states) == [GridFit.NESTED] * 4


def test_a_crossed_compound_carries_its_evidence_and_its_cut() -> None:
    audit = audit_district(district(homes=homes_at((350, 350, 40), (450, 350, 30), (350, 250, 20), (450, 250, 10))))
    (finding,) = of_kind(audit, FindingKind.COMPOUND_CROSSED)
    assert finding.subjects == ("y", "A", "B", "C", "D")
    assert finding.clarity is Clarity.CLEAR
    assert finding.evidence["area_m2"] == 30_000
    assert finding.evidence["share"] == 0.75
    assert finding.evidence["households"] == 60
    assert finding.evidence["grid_households"] == [40, 30, 20, 10]
    assert finding.evidence["width_m"] == pytest.approx(100, abs=1)
    assert finding.cut.length == pytest.approx(400)
    assert finding.evidence["length_m"] == 400


def test_the_same_compound_also_straddles_the_communities() -> None:
    (finding,) = of_kind(audit_district(district()), FindingKind.COMPOUND_STRADDLES)
    assert finding.subjects == ("y", "M", "N")
    assert finding.evidence["share"] == 0.5


def test_without_communities_only_the_grids_are_asked() -> None:
    audit = audit_district(district(communities=None))
    assert [finding.kind for finding in audit.findings] == [FindingKind.COMPOUND_CROSSED]
    assert audit.grid_fits is None


def test_land_in_no_grid_is_a_gap_and_leaves_the_compound_uncovered() -> None:
    audit = audit_district(district(grids=GRIDS.replace("CCCCDDDD", "CCC.DDDD"), compounds=COMPOUNDS.replace("z", ".")))
    (gap,) = of_kind(audit, FindingKind.GAP)
    assert gap.subjects == ("A", "B", "C", "D") or gap.subjects == ("A", "C", "D")
    assert gap.evidence["area_m2"] == 30_000
    (bare,) = of_kind(
        audit_district(district(grids=GRIDS.replace("BBBB", "B..."), compounds=COMPOUNDS.replace("y", "."))),
        FindingKind.COMPOUND_UNCOVERED,
    )
    assert bare.subjects == ("z",)
    assert bare.evidence["area_m2"] == 10_000
    assert bare.place.area == pytest.approx(10_000)


def test_a_hole_of_the_community_is_no_gap() -> None:
    enclave = """
        MMMM
        M..M
        MMMM"""
    audit = audit_district(district(grids=enclave.replace("M", "A"), compounds="....\nx...\n....", communities=enclave))
    assert audit.findings == []


def test_two_grids_on_one_piece_of_land_overlap() -> None:
    grids = drawn(GRIDS)
    shapes = grids.shapes.copy()
    shapes[0] = shapely.union(shapes[0], shapely.box(400, 400, 450, 500))
    audit = audit_district(replace(district(), grids=replace(grids, shapes=shapes)))
    (finding,) = of_kind(audit, FindingKind.OVERLAP)
    assert finding.subjects == ("A", "B")
    assert finding.evidence["area_m2"] == 5_000
    assert finding.evidence["width_m"] == pytest.approx(50, abs=0.1)
    (grid,) = of_kind(audit, FindingKind.GRID_STRADDLES)
    assert grid.subjects == ("A", "M", "N")


def test_a_grid_beyond_the_communities_is_outside() -> None:
    audit = audit_district(district(communities=COMMUNITIES.replace("MMMMNNNN", "MMMMNN..")))
    assert {finding.subjects for finding in of_kind(audit, FindingKind.GRID_OUTSIDE)} == {("B", "N"), ("D", "N")}
    assert all(f.evidence["area_m2"] == 60_000 for f in of_kind(audit, FindingKind.GRID_OUTSIDE))


def test_codes_and_recorded_parents_are_held_against_where_a_place_lies() -> None:
    communities = coded(drawn(COMMUNITIES), M="370212001001", N="370212001002")
    codes = {"A": "370212001001001", "B": "370212001001002", "C": "370212001001003", "D": "370212001002001"}
    grids = coded(drawn(GRIDS), **codes)
    said = {"w": "370212001001", "x": "", "y": "370212001002", "z": "石老人社区"}
    compounds = drawn(COMPOUNDS)
    compounds = replace(compounds, parents=np.array([said[code] for code in compounds.codes], dtype=object))
    audit = audit_district(District(grids, compounds, communities))
    wrong = {finding.subjects[0]: finding for finding in of_kind(audit, FindingKind.WRONG_PARENT)}
    assert set(wrong) == {"370212001001002", "w", "y"}
    assert wrong["370212001001002"].subjects[1:] == ("370212001001", "370212001002")
    assert wrong["370212001001002"].evidence["by"] == "code"
    assert wrong["w"].evidence == {"recorded": "370212001001", "by": "parent", "actual": "370212001002", "share": 1.0}
    assert [wrong[code].clarity for code in ("w", "y")] == [Clarity.CLEAR, Clarity.DOUBTFUL]


def test_a_grid_of_the_wrong_size_is_a_warning() -> None:
    homes = homes_at((100, 500, 500), (500, 500, 350), (100, 100, 60))
    audit = audit_district(district(homes=homes, compounds=COMPOUNDS.replace("y", ".")))
    assert [(f.kind, f.subjects, f.clarity, f.evidence["limit"]) for f in audit.findings] == [
        (FindingKind.TOO_LARGE, ("A",), Clarity.CLEAR, 300),
        (FindingKind.TOO_LARGE, ("B",), Clarity.DOUBTFUL, 300),
        (FindingKind.TOO_SMALL, ("C",), Clarity.CLEAR, 150),
    ]
    assert list(audit.households_by_grid) == [500, 350, 60, 0]
    none = audit_district(
        district(homes=homes, compounds=COMPOUNDS.replace("y", ".")), extras=Extras(sized=np.zeros(4, dtype=bool))
    )
    assert none.findings == []


def test_without_buildings_a_compounds_own_households_are_spread_by_share() -> None:
    extras = Extras(compound_households=np.array([200, 200, 400, 200], dtype=np.int64))
    audit = audit_district(district(), extras=extras)
    assert list(audit.households_by_grid) == [300, 300, 100, 300]
    assert list(audit.households_by_compound) == [200, 200, 400, 200]
    (crossed,) = of_kind(audit, FindingKind.COMPOUND_CROSSED)
    assert crossed.evidence["households"] == 300


def test_a_compound_far_from_its_own_office_is_named() -> None:
    offices = Layer(np.array(["o1", "o2"]), as_shapes([shapely.Point(50, 50), shapely.Point(450, 550)]), 1.0)
    near = district(compounds=COMPOUNDS.replace("y", "."), rules=AuditRules(far_from_office_m=300))
    audit = audit_district(near, extras=Extras(offices=offices))
    assert [(f.subjects, f.evidence["office"], f.evidence["distance_m"]) for f in audit.findings] == [
        (("w", "N"), "o2", 452.77),
        (("x", "M"), "o1", 353.55),
    ]


def test_places_that_cannot_be_judged_are_reported_with_the_audit() -> None:
    broken = InvalidPlace("q", shapely.box(0, 0, 10, 10), "shape.self_crossing", "边界自相交")
    audit = audit_district(district(), extras=Extras(invalid=[broken]))
    (finding,) = of_kind(audit, FindingKind.INVALID_SHAPE)
    assert finding.evidence == {"rule": "shape.self_crossing", "reason": "边界自相交"}


# --- the neighbourhood ----------------------------------------------------------------------------------------------

CITY = """
    AAABBBCCCDDD
    AAABBBCCCDDD
    EEEFFFGGGHHH
    EEEFFFGGGHHH
    IIIJJJKKKLLL
    IIIJJJKKKLLL
    OOOPPPQQQRRR
    OOOPPPQQQRRR"""
HOUSES = """
    a..bb..ccd..
    a..bb..cc...
    ..e...ff.gg.
    .ee...ff.gg.
    .hh.iiii..jj
    .h..........
    k..llmm..nn.
    k..ll.m..nn."""
TOWNS = """
    SSSSSSTTTTTT
    SSSSSSTTTTTT
    SSSSSSTTTTTT
    SSSSSSTTTTTT
    UUUUUUVVVVVV
    UUUUUUVVVVVV
    UUUUUUVVVVVV
    UUUUUUVVVVVV"""


def edited(grids: Layer, which: int, box: shapely.Geometry, *, give: bool) -> Layer:
    """Return grids after one has taken a box from all others, or has given it away to nobody."""
    shapes = grids.shapes.copy()
    shapes[which] = shapely.union(shapes[which], box) if give else shapely.difference(shapes[which], box)
    if shapely.area(shapes[which]) < 1:
        return grids
    return replace(grids, shapes=shapes)


def key(finding: Finding) -> tuple[object, ...]:
    evidence = {
        name: round(value, 1) if isinstance(value, float) else str(value) for name, value in finding.evidence.items()
    }
    return finding.kind, finding.subjects, finding.clarity, tuple(sorted(evidence.items(), key=str))


def judged_findings(whole: Audit, part: Audit) -> list[tuple[object, ...]]:
    """Return the findings of a whole audit that the partial one had to judge."""
    grids = {str(part.district.grids.codes[i]) for i in part.grids}
    compounds = {str(part.district.compounds.codes[i]) for i in part.compounds}
    kept = []
    for finding in whole.findings:
        if finding.kind is FindingKind.GAP:
            judged = shapely.intersects(part.changed, finding.place).any()
        elif finding.kind is FindingKind.OVERLAP:
            judged = bool(grids & set(finding.subjects))
        else:
            judged = finding.subjects[0] in grids | compounds
        if judged:
            kept.append(key(finding))
    return sorted(kept, key=str)


spots = st.tuples(st.integers(-50, 1200), st.integers(-50, 850), st.integers(4, 260), st.integers(4, 260))


@settings(max_examples=80, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    which=st.integers(0, 15),
    spot=spots,
    give=st.booleans(),
    earlier=st.tuples(st.integers(0, 15), spots, st.booleans()),
    towns=st.booleans(),
    homes=st.lists(st.tuples(st.integers(0, 48), st.integers(0, 32), st.integers(0, 300)), max_size=40),
)
def test_after_any_edit_the_neighbourhood_is_judged_as_the_whole(which, spot, give, earlier, towns, homes) -> None:
    before = edited(drawn(CITY), earlier[0], shapely.box(*box_of(earlier[1])), give=earlier[2])
    after = edited(before, which, shapely.box(*box_of(spot)), give=give)
    points = homes_at(*((x * 25, y * 25, households) for x, y, households in homes)) if homes else None
    compounds = replace(drawn(HOUSES), parents=np.array(["S"] * 14, dtype=object))
    now = District(after, compounds, drawn(TOWNS) if towns else None, points)
    whole = audit_district(now)
    part = audit_neighbourhood(now, changed=redrawn(LayerKind.GRID, before, after, which))

    assert list(part.fits.states) == list(whole.fits.states[part.compounds])
    assert list(part.fits.clarity) == list(whole.fits.clarity[part.compounds])
    assert list(part.fits.home) == list(whole.fits.home[part.compounds])
    mine = np.isin(whole.fits.pieces.subject, part.compounds)
    for name in ("subject", "cell", "households", "material"):
        assert list(getattr(part.fits.pieces, name)) == list(getattr(whole.fits.pieces, name)[mine])
    assert np.allclose(part.fits.pieces.width_m, whole.fits.pieces.width_m[mine], atol=0.2)
    if towns:
        assert list(part.grid_fits.states) == list(whole.grid_fits.states[part.grids])
        assert list(part.place_fits.states) == list(whole.place_fits.states[part.compounds])
    if points is not None:
        assert list(part.households_by_grid) == list(whole.households_by_grid[part.grids])
        assert list(part.households_by_compound) == list(whole.households_by_compound[part.compounds])
    assert sorted(map(key, part.findings), key=str) == judged_findings(whole, part)
    assert_nothing_else_changed(audit_district(replace(now, grids=before)), whole, part)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    which=st.integers(0, 13),
    spot=spots,
    give=st.booleans(),
    towns=st.booleans(),
    homes=st.lists(st.tuples(st.integers(0, 48), st.integers(0, 32), st.integers(1, 300)), max_size=40),
)
def test_after_any_edit_of_a_compound_too(which, spot, give, towns, homes) -> None:
    before = replace(drawn(HOUSES), parents=np.array(["S"] * 14, dtype=object))
    after = edited(before, which, shapely.box(*box_of(spot)), give=give)
    points = homes_at(*((x * 25, y * 25, households) for x, y, households in homes)) if homes else None
    recorded = Extras(compound_households=None if homes else np.arange(14) * 10)
    now = District(drawn(CITY), after, drawn(TOWNS) if towns else None, points)
    whole = audit_district(now, extras=recorded)
    part = audit_neighbourhood(now, changed=redrawn(LayerKind.COMPOUND, before, after, which), extras=recorded)
    assert list(part.fits.states) == list(whole.fits.states[part.compounds])
    assert list(part.households_by_grid) == list(whole.households_by_grid[part.grids])
    assert sorted(map(key, part.findings), key=str) == judged_findings(whole, part)
    assert_nothing_else_changed(audit_district(replace(now, compounds=before), extras=recorded), whole, part)


def redrawn(kind: LayerKind, before: Layer, after: Layer, which: int) -> Changed:
    one = slice(which, which + 1)
    return Changed(kind, before.codes[one], before.shapes[one], after.shapes[one])


def assert_nothing_else_changed(before: Audit, after: Audit, part: Audit) -> None:
    """What a part audit left out must be as it was: every verdict, every piece, every finding."""

    def left(audit: Audit) -> object:
        unseen = np.setdiff1d(audit.compounds, part.compounds)
        others = np.setdiff1d(audit.grids, part.grids)
        pieces = audit.fits.pieces
        mine = np.isin(pieces.subject, unseen)
        parts = (pieces.subject, pieces.cell, pieces.area_m2, pieces.households, pieces.material)
        households = [audit.households_by_grid[others].tolist() if audit.households_by_grid is not None else []]
        fits = [(audit.fits, unseen), (audit.grid_fits, others), (audit.place_fits, unseen)]
        return (
            [column[mine].tolist() for column in parts],
            [(fit.states[at].tolist(), fit.clarity[at].tolist()) for fit, at in fits if fit is not None],
            households,
        )

    assert left(before) == left(after)
    judged_before, judged_after = judged_findings(before, part), judged_findings(after, part)
    rest_before = sorted({key(f) for f in before.findings} - set(judged_before), key=str)
    rest_after = sorted({key(f) for f in after.findings} - set(judged_after), key=str)
    assert rest_before == rest_after


def box_of(spot: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x, y, wide, high = spot
    return x, y, x + wide, y + high


def test_an_edit_leaves_what_is_far_from_it_unjudged() -> None:
    now = District(drawn(CITY), drawn(HOUSES), drawn(TOWNS))
    part = audit_neighbourhood(now, changed=redrawn(LayerKind.GRID, now.grids, now.grids, 0))
    assert [str(now.grids.codes[i]) for i in part.grids] == ["A"]
    assert [str(now.compounds.codes[i]) for i in part.compounds] == ["a", "b", "e"]
    assert len(part.changed) == 0


def test_only_the_land_that_changed_hands_is_searched_for_gaps() -> None:
    before = drawn(CITY)
    after = edited(before, 0, shapely.box(280, 650, 300, 700), give=False)
    now = District(after, drawn(HOUSES), drawn(TOWNS))
    part = audit_neighbourhood(now, changed=redrawn(LayerKind.GRID, before, after, 0))
    # Who was there before has no vertex where the change begins: the segment that it lies on is looked at.
    assert [box.bounds for box in part.changed] == [(279.98, 599.98, 300.02, 700.02)]
    assert [gap.area_m2 for gap in part.gaps] == [1000]


def test_a_home_on_the_line_is_counted_anew_for_both_sides() -> None:
    before = drawn(CITY)
    after = edited(before, 1, shapely.box(300, 600, 310, 800), give=False)
    now = District(after, drawn(HOUSES), drawn(TOWNS), homes_at((300, 700, 200)))
    part = audit_neighbourhood(now, changed=redrawn(LayerKind.GRID, before, after, 1))
    assert [str(now.grids.codes[i]) for i in part.grids] == ["A", "B"]

"""Codes stay with the larger part of the households; others get the next free number; retired ones never return."""

import numpy as np
import pytest
import shapely

from gis.geometry.code_keeping import codes_to_keep, next_code
from gis.geometry.crosswalk import crosswalk
from gis.geometry.errors import WrongEdit
from gis.geometry.layers import Homes, Layer
from tests.drawn import as_shapes, read_map

COMMUNITY = "370212001001"


def numbered(text: str) -> Layer:
    """Return a drawn layer whose letters are the grids 001, 002 and so on by their place in the alphabet."""
    shapes = read_map(text)
    codes = [f"{COMMUNITY}{ord(letter) - ord('A') + 1:03d}" for letter in shapes]
    return Layer(np.array(codes, dtype=object), as_shapes(list(shapes.values())))


def kept(before: str, after: str, *spots: tuple[int, int, int], taken: tuple[int, ...] = ()) -> dict[int, int]:
    """Return {working number: proposed number}."""
    points = as_shapes([shapely.Point(x, y) for x, y, _ in spots])
    homes = Homes(points, np.array([count for *_, count in spots], dtype=np.int64))
    one, other = numbered(before), numbered(after)
    rows = crosswalk(one, other, homes).rows
    used = {*one.codes, *(f"{COMMUNITY}{number:03d}" for number in taken)}
    found = codes_to_keep(rows, communities=dict.fromkeys(other.codes, COMMUNITY), taken=used)
    return {int(grid[-3:]): int(code[-3:]) for grid, code in found.items()}


def test_everything_stays_where_nothing_changes() -> None:
    assert kept("AABB", "AABB") == {1: 1, 2: 2}


def test_the_part_with_more_households_keeps_the_code_though_it_has_less_land() -> None:
    """C was cut off A: a quarter of the land, most of the homes."""
    assert kept("AAAABB", "AAACBB", (50, 50, 10), (350, 50, 90)) == {1: 3, 2: 2, 3: 1}


def test_land_decides_where_nobody_lives() -> None:
    assert kept("AAAABB", "AAACBB") == {1: 1, 2: 2, 3: 3}


def test_a_new_grid_gets_the_next_free_number_and_retired_ones_never_come_back() -> None:
    assert kept("AAAABB", "AAACBB", taken=(3, 7)) == {1: 1, 2: 2, 3: 8}


def test_a_grid_that_takes_in_another_keeps_what_it_has_most_of() -> None:
    assert kept("AABBB", "AAAAA", (50, 50, 60), (450, 50, 40)) == {1: 1}
    assert kept("AABBB", "AAAAA", (50, 50, 30), (450, 50, 70)) == {1: 2}


def test_two_grids_that_change_places_change_codes() -> None:
    assert kept("AABB", "BBAA", (50, 50, 5), (350, 50, 5)) == {2: 1, 1: 2}


def test_a_grid_that_vanishes_leaves_no_code_behind() -> None:
    assert kept("AABBCC", "AAAACC", (50, 50, 9), (350, 50, 5)) == {1: 1, 3: 3}


def test_an_enclave_and_a_grid_in_two_parts() -> None:
    before = """
        AAAAB
        ACCAB
        AAAAB"""
    after = """
        AAAAB
        ADDAA
        AAAAB"""
    assert kept(before, after, (150, 150, 20), (450, 50, 10)) == {1: 1, 2: 2, 4: 3}


def test_when_999_is_reached_gaps_are_used_and_then_it_is_refused() -> None:
    every = {f"{COMMUNITY}{number:03d}" for number in range(1, 1000)}
    assert next_code(COMMUNITY, every - {f"{COMMUNITY}017"}) == f"{COMMUNITY}017"
    with pytest.raises(WrongEdit) as refusal:
        next_code(COMMUNITY, every)
    assert refusal.value.rule == "edit.codes_used_up"

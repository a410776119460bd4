"""Grids hang together: which parts of an assignment do not, and what would have to be true for them to."""

from dataclasses import dataclass

from gis.geometry.noding import connected_groups
from gis.geometry.pieces import Ints
from gis.optimize.problem import Problem


@dataclass(frozen=True, slots=True)
class Separation:
    """If both units are in a grid, one of the separator is too: `labels` says for which grids this holds."""

    one: int
    other: int
    separator: tuple[int, ...]
    labels: tuple[int, ...]


def parts_of(problem: Problem, assignment: Ints, label: int) -> list[list[int]]:
    """Return the connected groups of cells of a grid, the one with most of its land today first."""
    inside = {cell for cell, unit in enumerate(problem.cell_unit.tolist()) if assignment[unit] == label}
    groups = connected_groups(sorted(inside), _near(problem, label), inside)
    return sorted(groups, key=lambda group: (-_land(problem, group, label), group))


def broken_labels(problem: Problem, assignment: Ints) -> list[int]:
    """Return the grids that fall apart."""
    return [label for label in range(problem.labels) if len(parts_of(problem, assignment, label)) > 1]


def separations(problem: Problem, assignment: Ints) -> list[Separation]:
    """Return for every grid in several parts what would join each part to the main one; empty when all is connected."""
    found = []
    for label in range(problem.labels):
        groups = parts_of(problem, assignment, label)
        for group in groups[1:]:
            # One separator around the part, one around the rest: together they save some rounds.
            found.append(_separation(problem, label, groups[0], group))
            found.append(_separation(problem, label, group, groups[0]))
    return list(dict.fromkeys(found))


def _separation(problem: Problem, label: int, main: list[int], part: list[int]) -> Separation:
    """Return a minimal separator around a part that was cut off."""
    near = _near(problem, label)
    inside = set(part)
    rim = {cell for here in part for cell in near[here] if cell not in inside}
    outside = set(range(len(near))) - rim - inside
    reached = set(connected_groups([main[0]], near, outside)[0])
    separator = sorted({cell for cell in rim if any(other in reached for other in near[cell])})
    units = tuple(sorted({int(problem.cell_unit[cell]) for cell in separator}))
    one, other = (int(problem.cell_unit[max(group, key=lambda c: (_area(problem, c), -c))]) for group in (main, part))
    # Links hold for one grid only; a separator found with none of them holds for every grid that has none either.
    free = label not in problem.links
    labels = tuple(
        at
        for at in range(problem.labels)
        if at == label or (free and at not in problem.links and problem.allowed[one, at] and problem.allowed[other, at])
    )
    return Separation(one, other, units, labels)


def _near(problem: Problem, label: int) -> list[list[int]]:
    """Return which cells touch, with the links that a grid has today."""
    links = problem.links.get(label)
    if not links:
        return problem.near
    near = list(problem.near)
    for one, other in links:
        near[one] = [*near[one], other]
        near[other] = [*near[other], one]
    return near


def _land(problem: Problem, cells: list[int], label: int) -> int:
    return sum(int(problem.share_m2[unit, label]) for unit in {int(problem.cell_unit[cell]) for cell in cells})


def _area(problem: Problem, cell: int) -> int:
    return int(problem.area_m2[problem.cell_unit[cell]])

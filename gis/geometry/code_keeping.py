"""Which grid keeps which code: the one with the larger part of its households; retired numbers never come back."""

from collections.abc import Collection, Mapping, Sequence

from gis.geometry.crosswalk import NOWHERE, CrossRow
from gis.geometry.errors import WrongEdit
from gis.geometry.said import said

LAST_NUMBER = 999
"""A community numbers its grids with three digits."""


def codes_to_keep(
    rows: Sequence[CrossRow], *, communities: Mapping[str, str], taken: Collection[str]
) -> dict[str, str]:
    """Return the code that each grid of the layer after should carry: {its working code: the proposed one}.

    A code stays with the grid that holds the larger part of the former grid's households (of its land where nobody
    lives, then the one that carries it now). A grid that holds the larger part of several keeps the one it has most of;
    the others' codes retire. A grid that keeps none gets the next free number of its community.

    Parameters
    ----------
    rows : of the crosswalk from the boundaries in force to the plan.
    communities : {working code: code of the community}.
    taken : every code ever used, retired ones included.
    """
    heirs: dict[str, list[str]] = {}
    for old in sorted({row.from_code for row in rows} - {NOWHERE}):
        heirs.setdefault(_heir([row for row in rows if row.from_code == old]), []).append(old)
    common = {(row.from_code, row.to_code): row for row in rows}
    kept = {
        grid: max(olds, key=lambda old: (_weight(common[old, grid]), old == grid, old))
        for grid, olds in heirs.items()
        if grid != NOWHERE
    }
    used = {*taken, *(row.from_code for row in rows), *kept.values()}
    proposed: dict[str, str] = {}
    for grid in sorted({row.to_code for row in rows} - {NOWHERE}):
        # A working code that is new and free already is as good as the next one.
        own = grid if grid not in used else ""
        proposed[grid] = kept.get(grid) or own or next_code(communities[grid], used)
        used.add(proposed[grid])
    return proposed


def _weight(row: CrossRow) -> tuple[int, float]:
    return row.households, row.area_m2


def _heir(rows: Sequence[CrossRow]) -> str:
    """Return the grid that a former grid's code goes to; `NOWHERE` where no grid holds anything of it."""
    alive = [row for row in rows if row.to_code != NOWHERE and not row.noise] or [
        row for row in rows if row.to_code != NOWHERE
    ]
    if not alive:
        return NOWHERE
    return max(alive, key=lambda row: (*_weight(row), row.kept, row.to_code)).to_code


def next_code(community: str, used: Collection[str]) -> str:
    """Return the next free code of a community: one above the highest ever used; gaps only when 999 is reached.

    Raises
    ------
    WrongEdit : `edit.codes_used_up`.
    """
    numbers = {int(code[len(community) :]) for code in used if _numbered(code, community)}
    above = max(numbers, default=0) + 1
    number = above if above <= LAST_NUMBER else min(set(range(1, LAST_NUMBER + 1)) - numbers, default=0)
    if not number:
        raise WrongEdit(said("社区 {community} 的网格编号已全部用过", community=community), rule="edit.codes_used_up")
    return f"{community}{number:03d}"


def _numbered(code: str, community: str) -> bool:
    end = code[len(community) :]
    return code.startswith(community) and end.isascii() and end.isdigit()

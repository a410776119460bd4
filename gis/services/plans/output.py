"""What a redraw of files leaves behind: a GeoPackage a proposal and the report. All of it or nothing."""

import tempfile
from pathlib import Path

import numpy as np

from gis.ingest.writers import Written, write_geopackage
from gis.services.audits.output import json_text, require_folder
from gis.services.plans.files import FileRedraw, Proposal
from gis.terms import LayerKind

REPORT = "report.json"


def package_name(rank: int) -> str:
    """Return the file name of a proposal's GeoPackage."""
    return f"proposal-{rank}.gpkg"


def write_redraw(result: FileRedraw, *, out: Path) -> list[Path]:
    """Write one GeoPackage a proposal and `report.json` into a folder; either all of them or none.

    Raises
    ------
    IngestError : the folder cannot be written (`out.not_writable`, `out.not_a_folder`).
    """
    require_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".gridwork-", dir=out) as scratch:
        folder = Path(scratch)
        names = [package_name(proposal.rank) for proposal in result.proposals]
        for proposal, name in zip(result.proposals, names, strict=True):
            write_geopackage(folder / name, {"grids": _grids(result, proposal)}, result.crs)
        (folder / REPORT).write_text(json_text(result.report), encoding="utf-8")
        return [(folder / name).replace(out / name) for name in (*names, REPORT)]


def _grids(result: FileRedraw, proposal: Proposal) -> Written:
    units = result.units
    count = len(units.grids)
    codes = [str(code) for code in proposal.grids.codes]
    names = result.names.get(LayerKind.GRID, {})
    seated = units.shares.grid >= 0
    before = np.bincount(units.shares.grid[seated], weights=units.shares.households[seated], minlength=count)
    after = units.households_in(proposal.redraw.grid)
    moves = result.report["proposals"][proposal.rank - 1]["moves"]
    changed = {move[end] for move in moves for end in ("from", "to")}
    columns = {
        "code": codes,
        "name": [names.get(code, "") for code in codes],
        "community": [str(units.communities[c]) if c >= 0 else "" for c in units.grid_community],
        "households": after[:count].tolist(),
        "households_before": np.rint(before).astype(int).tolist(),
        "changed": [code in changed for code in codes],
    }
    return Written(columns, proposal.grids.shapes)

"""Store how every judged compound and grid sits, and the raw list of pieces behind it; count what stands."""

from collections import defaultdict

from gis.models import AuditRun
from gis.selectors.statements import fetch_rows
from gis.services.audits.judging import Judgement
from gis.terms import LayerKind

TOTALS_OF = {LayerKind.COMPOUND.value: "compounds", LayerKind.GRID.value: "grids"}

_SAME = """
    fresh AS MATERIALIZED (SELECT * FROM unnest({arrays}) AS row ({columns})),
    gone AS (
        DELETE FROM {table} AS stands
        WHERE district_code = %(district)s::text AND (%(whole)s::bool OR {judged})
            AND NOT EXISTS (SELECT FROM fresh WHERE ({of_fresh}) = ({of_stands}))
    )
    INSERT INTO {table} (district_code, run_id, {columns})
    SELECT %(district)s::text, %(run)s::bigint, {columns} FROM fresh
    WHERE NOT EXISTS (
        SELECT FROM {table} AS stands
        WHERE stands.district_code = %(district)s::text AND ({of_fresh}, {said}) = ({of_stands}, {stands})
    )
    ON CONFLICT (district_code, {key}) DO UPDATE SET (run_id, {says}) = (EXCLUDED.run_id, {excluded})
"""
"""Rows that say what they said stay as they are, with the run that said it first: most of a district does, run after
run. Those of judged places that are no more go."""


def _statement(table: str, key: dict[str, str], says: dict[str, str], judged: str) -> str:
    """Return the statement that brings a table's rows of judged places up to date; key and says are column → type."""
    columns = {**key, **says}
    listed = {
        "arrays": ", ".join(f"%({name})s::{kind}[]" for name, kind in columns.items()),
        "columns": ", ".join(columns),
        "key": ", ".join(key),
        "says": ", ".join(says),
    }
    for name, row, of in (
        ("of_fresh", "fresh", key), ("of_stands", "stands", key),
        ("said", "fresh", says), ("stands", "stands", says), ("excluded", "EXCLUDED", says),
    ):  # fmt: skip
        listed[name] = ", ".join(f"{row}.{column}" for column in of)
    return f"WITH {_SAME.format(table=table, judged=judged, **listed)} RETURNING 1"


VERDICT = {"layer": "text", "code": "text"}
VERDICT_SAYS = {"state": "text", "clarity": "text", "width_m": "float8", "households": "int4", "home_code": "text"}
PIECE = {"compound_code": "text", "grid_code": "text"}
PIECE_SAYS = {"area_m2": "float8", "share": "float8", "width_m": "float8", "households": "int4", "material": "bool"}

STORE_VERDICTS = _statement(
    "gridwork_verdict",
    VERDICT,
    VERDICT_SAYS,
    "layer = 'compound' AND code = ANY(%(compounds)s::text[]) OR layer = 'grid' AND code = ANY(%(grids)s::text[])",
)
STORE_PIECES = _statement("gridwork_rawpiece", PIECE, PIECE_SAYS, "compound_code = ANY(%(compounds)s::text[])")

COUNT = """
    SELECT 'totals', layer, state, count(*)::int4 FROM gridwork_verdict
    WHERE district_code = %(district)s::text GROUP BY layer, state
    UNION ALL
    SELECT 'standing', kind, clarity, count(*)::int4 FROM gridwork_finding
    WHERE district_code = %(district)s::text AND state <> 'verified' GROUP BY kind, clarity
    ORDER BY 1, 2, 3
"""


def store(run: AuditRun, judgement: Judgement) -> None:
    """Bring verdicts and raw pieces of the judged places up to date, and drop those of places that are no more."""
    about = {
        "district": run.district_id,
        "run": run.pk,
        "whole": judgement.whole_district,
        "compounds": [*judgement.judged_compounds, *judgement.gone],
        "grids": [*judgement.judged_grids, *judgement.gone],
    }
    for statement, columns, rows in (
        (STORE_VERDICTS, (*VERDICT, *VERDICT_SAYS), list(judgement.verdicts())),
        (STORE_PIECES, (*PIECE, *PIECE_SAYS), list(judgement.pieces())),
    ):
        listed = zip(*rows, strict=True) if rows else ((),) * len(columns)
        fetch_rows(statement, {**about, **dict(zip(columns, map(list, listed), strict=True))})


def count(district_code: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """Return how many compounds and grids sit in which way, by the latest verdict of each; and how many findings stand,
    by kind and clarity (accepted exceptions stand too).
    """
    totals: dict[str, dict[str, int]] = {name: {} for name in TOTALS_OF.values()}
    standing: dict[str, dict[str, int]] = defaultdict(dict)
    for what, of, word, many in fetch_rows(COUNT, {"district": district_code}):
        (totals[TOTALS_OF[of]] if what == "totals" else standing[of])[word] = many
    return totals, dict(standing)

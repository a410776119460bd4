"""Questions about audits: runs, the worklist, one case, comparison, trend, figures, raw pieces.

runs.py     the last run, the list of runs, the trend, the figures of the first page
asked.py    the filters of the worklist
cursors.py  its orders, and places in it that outlive changes
table.py    its pages, the numbers beside its filters, what stands beside a case
rows.py     one case as a row
detail.py   one case with its life; accepted exceptions
"""

from gis.selectors.audits.asked import GRID_DIGITS, Asked
from gis.selectors.audits.cursors import ORDERS, Order, WrongCursor
from gis.selectors.audits.detail import (
    ExceptionRow,
    FindingDetail,
    NoteRow,
    PieceRow,
    exceptions,
    finding,
    pieces_of,
)
from gis.selectors.audits.rows import FindingRow
from gis.selectors.audits.runs import (
    ENDING_SOON_DAYS,
    Figures,
    RunRow,
    TrendPoint,
    figures,
    latest_run,
    run,
    run_row,
    runs,
    trend,
)
from gis.selectors.audits.table import (
    NEEDS_ACTION,
    Facets,
    FindingPage,
    Index,
    Neighbours,
    change_counts,
    comparison,
    facets,
    findings,
    index,
    neighbours,
    standing,
)

__all__ = [
    "ENDING_SOON_DAYS",
    "GRID_DIGITS",
    "NEEDS_ACTION",
    "ORDERS",
    "Asked",
    "ExceptionRow",
    "Facets",
    "Figures",
    "FindingDetail",
    "FindingPage",
    "FindingRow",
    "Index",
    "Neighbours",
    "NoteRow",
    "Order",
    "PieceRow",
    "RunRow",
    "TrendPoint",
    "WrongCursor",
    "change_counts",
    "comparison",
    "exceptions",
    "facets",
    "figures",
    "finding",
    "findings",
    "index",
    "latest_run",
    "neighbours",
    "pieces_of",
    "run",
    "run_row",
    "runs",
    "standing",
    "trend",
]

"""Store how every judged compound and grid sits, and the raw list of pieces behind it; count what stands."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from gis.models import AuditRun, Finding, RawPiece, Verdict
from gis.services.audits.copying import copy_rows
from gis.services.audits.judging import Judgement
from gis.terms import CaseState, LayerKind

TOTALS_OF = {LayerKind.COMPOUND.value: "compounds", LayerKind.GRID.value: "grids"}

VERDICT_KEY, VERDICT_SAYS = ("layer", "code"), ("state", "clarity", "width_m", "households", "home_code")
PIECE_KEY, PIECE_SAYS = ("compound_code", "grid_code"), ("area_m2", "share", "width_m", "households", "material")


def store(run: AuditRun, judgement: Judgement) -> None:
    """Bring verdicts and raw pieces of the judged places up to date, and drop those of places that are no more.

    What is as it was stays as it is, with the run that said it first: most of a district does, run after run.
    """
    verdicts: QuerySet[Any] = Verdict.objects.filter(district_id=run.district_id)
    pieces: QuerySet[Any] = RawPiece.objects.filter(district_id=run.district_id)
    if not judgement.whole_district:
        compounds = [*judgement.judged_compounds, *judgement.gone]
        grids = [*judgement.judged_grids, *judgement.gone]
        verdicts = verdicts.filter(
            Q(layer=LayerKind.COMPOUND, code__in=compounds) | Q(layer=LayerKind.GRID, code__in=grids)
        )
        pieces = pieces.filter(compound_code__in=compounds)
    _bring_up_to_date(run, verdicts, (VERDICT_KEY, VERDICT_SAYS), judgement.verdicts())
    _bring_up_to_date(run, pieces, (PIECE_KEY, PIECE_SAYS), judgement.pieces())


def _bring_up_to_date(
    run: AuditRun,
    standing: QuerySet[Any],
    columns: tuple[tuple[str, ...], tuple[str, ...]],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Replace those of the standing rows that say something else than the new ones; rows begin with their key."""
    names = (*columns[0], *columns[1])
    before = {row[1:]: row[0] for row in standing.values_list("pk", *names)}
    fresh = [row for row in rows if before.pop(row, None) is None]
    if before:
        standing.model._default_manager.filter(pk__in=list(before.values())).delete()
    copy_rows(standing.model, ("district_code", "run_id", *names), ((run.district_id, run.pk, *row) for row in fresh))


def totals(district_code: str) -> dict[str, dict[str, int]]:
    """Return how many compounds and grids sit in which way, by the latest verdict of each."""
    counted: dict[str, dict[str, int]] = {name: {} for name in TOTALS_OF.values()}
    rows = Verdict.objects.filter(district_id=district_code).values_list("layer", "state")
    for layer, state, count in rows.annotate(count=Count("id")).order_by("layer", "state"):
        counted[TOTALS_OF[layer]][state] = count
    return counted


def standing(district_code: str) -> dict[str, dict[str, int]]:
    """Return how many findings stand, by kind and clarity; accepted exceptions stand too."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Finding.objects.filter(district_id=district_code).exclude(state=CaseState.VERIFIED)
    for kind, clarity, count in (
        rows.values_list("kind", "clarity").annotate(count=Count("id")).order_by("kind", "clarity")
    ):
        counted[kind][clarity] = count
    return dict(counted)

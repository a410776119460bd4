"""Store how every judged compound and grid sits, and the raw list of pieces behind it; count what stands."""

from collections import defaultdict

from django.db.models import Count

from gis.models import AuditRun, Finding, RawPiece, Verdict
from gis.services.audits.copying import copy_rows
from gis.services.audits.judging import Judgement
from gis.terms import CaseState, LayerKind

TOTALS_OF = {LayerKind.COMPOUND.value: "compounds", LayerKind.GRID.value: "grids"}

VERDICT_COLUMNS = ("district_code", "run_id", "layer", "code", "state", "clarity", "width_m", "households", "home_code")
PIECE_COLUMNS = (
    *("district_code", "run_id", "compound_code", "grid_code"),
    *("area_m2", "share", "width_m", "households", "material"),
)


def store(run: AuditRun, judgement: Judgement) -> None:
    """Replace verdicts and raw pieces of the judged places, and drop those of places that are no more."""
    verdicts = Verdict.objects.filter(district_id=run.district_id)
    pieces = RawPiece.objects.filter(district_id=run.district_id)
    if not judgement.whole_district:
        compounds = [*judgement.judged_compounds, *judgement.gone]
        grids = [*judgement.judged_grids, *judgement.gone]
        verdicts.filter(layer=LayerKind.COMPOUND, code__in=compounds).delete()
        verdicts.filter(layer=LayerKind.GRID, code__in=grids).delete()
        pieces.filter(compound_code__in=compounds).delete()
    else:
        verdicts.delete()
        pieces.delete()
    copy_rows(Verdict, VERDICT_COLUMNS, ((run.district_id, run.pk, *row) for row in judgement.verdicts()))
    copy_rows(RawPiece, PIECE_COLUMNS, ((run.district_id, run.pk, *row) for row in judgement.pieces()))


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

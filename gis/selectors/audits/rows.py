"""What pages and callers see of cases, and how stored cases become it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from gis.models import AcceptedException, Community, Compound, Finding, Grid, Sighting
from gis.selectors.audits.runs import latest_run_id
from gis.speech import in_words
from gis.terms import CaseState, Clarity, FindingKind, Novelty


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One case as the worklist shows it. `names` are the subjects' names in their order, "" where unknown.

    `novelty` is what the last run said of it; `clarity_before` is what the run before had judged where that differs,
    else None. `version` names the case as it stood when it was read: a change that carries it is refused when somebody
    else came first.
    """

    id: int
    kind: FindingKind
    state: CaseState
    clarity: Clarity
    novelty: Novelty
    subjects: tuple[str, ...]
    names: tuple[str, ...]
    community_code: str
    community_name: str
    width_m: float
    households: int
    evidence: dict[str, Any]
    assigned_to: str
    opened_at: datetime
    moved_at: datetime
    exception_expires_on: date | None
    assigned_to_id: int | None = None
    clarity_before: Clarity | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the last run said of one case."""

    novelty: Novelty
    clarity_before: Clarity | None = None


def before_last(run_id: int) -> Subquery:
    """Return the class that a finding had in the newest run before `run_id`, for a query on sightings."""
    earlier = Sighting.objects.filter(finding=OuterRef("finding"), run__lt=run_id).order_by("-run")
    return Subquery(earlier.values("clarity")[:1])


def said_by_last_run(district_code: str, finding_ids: Sequence[int]) -> dict[int, Said]:
    """Return finding → what the district's last finished run said of it; cases it did not judge are missing."""
    run_id = latest_run_id(district_code)
    if run_id is None:
        return {}
    seen = Sighting.objects.filter(run=run_id, finding__in=finding_ids).annotate(before=before_last(run_id))
    return {
        finding_id: Said(Novelty(novelty), _changed(Novelty(novelty), before, clarity))
        for finding_id, novelty, clarity, before in seen.values_list("finding_id", "novelty", "clarity", "before")
    }


def _changed(novelty: Novelty, before: str | None, now: str) -> Clarity | None:
    return Clarity(before) if novelty is Novelty.KNOWN and before and before != now else None


def names_of(district_code: str, codes: set[str]) -> dict[str, str]:
    """Return code → name of compounds (of one district when it is given), grids and communities."""
    compounds = Compound.objects.filter(code__in=codes)
    if district_code:
        compounds = compounds.filter(district_id=district_code)
    names: dict[str, str] = dict(compounds.values_list("code", "name"))
    names.update(Grid.objects.filter(code__in=codes).values_list("code", "name"))
    names.update(Community.objects.filter(code__in=codes).values_list("code", "name"))
    return names


def finding_rows(district_code: str, cases: Sequence[Finding], said: dict[int, Said] | None = None) -> list[FindingRow]:
    """Return cases as rows, in their order; `said` is what a run said of them, the last one's words unless given."""
    ids = [case.pk for case in cases]
    district_code = district_code or (cases[0].district_id if cases else "")
    if said is None:
        said = said_by_last_run(district_code, ids)
    expiry = dict(
        AcceptedException.objects.filter(finding__in=ids, ended_at=None).values_list("finding_id", "expires_on")
    )
    names = names_of(district_code, {code for case in cases for code in (*case.subjects, case.community_code)})
    return [_row(case, names, said.get(case.pk, Said(Novelty.KNOWN)), expiry.get(case.pk)) for case in cases]


def _row(case: Finding, names: dict[str, str], said: Said, expires_on: date | None) -> FindingRow:
    return FindingRow(
        id=case.pk,
        kind=FindingKind(case.kind),
        state=CaseState(case.state),
        clarity=Clarity(case.clarity),
        novelty=said.novelty,
        subjects=tuple(case.subjects),
        names=tuple(names.get(code, "") for code in case.subjects),
        community_code=case.community_code,
        community_name=names.get(case.community_code, ""),
        width_m=case.width_m,
        households=case.households,
        evidence=in_words(case.evidence),
        assigned_to=str(case.assigned_to) if case.assigned_to else "",
        opened_at=case.opened_at,
        moved_at=case.moved_at,
        exception_expires_on=expires_on,
        assigned_to_id=case.assigned_to_id,
        clarity_before=said.clarity_before,
        version=case.version,
    )

"""Uploads as the door hands them over, and the jobs done at once."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.db import connection

from gis.models import ImportDraft, User
from gis.services.territory import drafts
from gis.services.territory.drafts import ImportChoices, Upload
from gis.terms import DraftState, LayerKind
from tests.services.territory.conftest import DISTRICT

JOB_OF = {
    DraftState.READING: drafts.read_draft,
    DraftState.PLANNING: drafts.plan_draft,
    DraftState.COMMITTING: drafts.commit_draft,
}


class SameLine:
    """The test's own connection as the job's second one: the test's transaction is seen by nobody else."""

    def cursor(self) -> Any:
        return connection.cursor()

    def close(self) -> None:
        """Leave the test its connection."""


def upload(content: Path | bytes, name: str = "") -> Upload:
    """Lay a file where uploads come in."""
    data = content if isinstance(content, bytes) else content.read_bytes()
    path = drafts.incoming() / uuid.uuid4().hex
    path.write_bytes(data)
    shown = name or (content.name if isinstance(content, Path) else "upload.geojson")
    return Upload(shown, path, len(data), hashlib.sha256(data).hexdigest())


def bring(*contents: Path, by: User, kind: LayerKind = LayerKind.GRID, **more: Any) -> ImportDraft:
    """Open a draft of some files and let it be read."""
    asked = {"district_code": DISTRICT} | more
    return work(drafts.open_draft(uploads=[upload(path) for path in contents], kind=kind, by=by, **asked))


def work(draft: ImportDraft) -> ImportDraft:
    """Do the draft's job and return the draft as it stands then."""
    JOB_OF[DraftState(draft.state)](draft_id=draft.pk, attempt=draft.attempt)
    return again(draft)


def again(draft: ImportDraft) -> ImportDraft:
    return ImportDraft.objects.get(id=draft.pk)


def confirmed(draft: ImportDraft, **more: Any) -> ImportChoices:
    """Return the choices of a person who takes what was guessed."""
    mapping = draft.preview["guess"]["mapping"]
    return ImportChoices.of({"district_code": DISTRICT, "mapping": mapping, "accuracy_m": 1.0} | more)


def planned(draft: ImportDraft, by: User, **more: Any) -> ImportDraft:
    """Confirm and let the dry run be made."""
    return work(drafts.start_plan(draft_id=draft.pk, by=by, choices=confirmed(draft, **more)))


def committed(draft: ImportDraft, by: User) -> ImportDraft:
    """Agree to the dry run and let it be imported."""
    return work(drafts.start_commit(draft_id=draft.pk, by=by, edition=draft.edition))

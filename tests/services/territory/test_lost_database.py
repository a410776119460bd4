"""The database goes away in the middle of a commit: nothing stays behind, and the message says so."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from gis.models import Grid, GridBoundary, ImportRecord, JournalLine
from gis.services.territory import DatabaseLost, commit_import
from gis.services.territory import committing as committing_module
from gis.terms import LayerKind
from tests.services.territory.conftest import Files, box, found, grid_code, plan

pytestmark = pytest.mark.django_db(transaction=True)


def end_this_backend() -> None:
    """End the server process of Django's connection, as an administrator or a failing machine would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"] or None,
        dbname=settings["NAME"], autocommit=True,
    ) as other:  # fmt: skip
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.parametrize("step", ["change_places", "draw", "follow_up"])
def test_nothing_stays_behind(files: Files, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    found(files)
    made = plan(LayerKind.GRID, files.grids({grid_code(1): box(0, 0, 2, 4)}))
    lines, records = JournalLine.objects.count(), ImportRecord.objects.count()
    real = getattr(committing_module, step)

    def ended(*args: Any, **named: Any) -> Any:
        end_this_backend()
        return real(*args, **named)

    monkeypatch.setattr(committing_module, step, ended)
    with pytest.raises(DatabaseLost, match="未写入任何数据"):
        commit_import(made, by=None)
    monkeypatch.undo()
    assert Grid.objects.count() == GridBoundary.objects.count() == 0
    assert (JournalLine.objects.count(), ImportRecord.objects.count()) == (lines, records)
    assert commit_import(made, by=None) is not None
    assert Grid.objects.count() == 1

"""Fixtures that every floor's tests share."""

from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of open data with known answers that lies beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the open data with known answers is not there: expected in ../shared/data beside the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests that commit for real empty the tables after them: only a test database may truncate the journal."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gridwork_journalline DISABLE TRIGGER journal_no_truncate")

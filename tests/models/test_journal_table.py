"""The journal's table only grows."""

import pytest
from django.db import IntegrityError, connection, transaction

from gis.models import JournalLine
from gis.terms import Happening

pytestmark = pytest.mark.django_db


def line() -> JournalLine:
    return JournalLine.objects.create(
        by_name="命令行", happening=Happening.BOUNDARIES_IMPORTED.value, subject_kind="grid"
    )


def test_a_line_is_never_altered_or_deleted() -> None:
    written = line()
    for act in (
        lambda: JournalLine.objects.update(by_name="别人"),
        lambda: JournalLine.objects.all().delete(),
        lambda: JournalLine.objects.filter(pk=written.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="日志只能追加"), transaction.atomic():
            act()
    assert JournalLine.objects.get().by_name == "命令行"


def test_the_journal_is_never_truncated() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gridwork_journalline ENABLE TRIGGER journal_no_truncate")  # off for other tests
        line()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no event may be pending on a table to be truncated
        with pytest.raises(IntegrityError, match="日志只能追加"), transaction.atomic():
            cursor.execute("TRUNCATE gridwork_journalline")
    assert JournalLine.objects.count() == 1

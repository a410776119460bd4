"""A journal line is written in the transaction of its change, or not at all."""

import pytest
from django.db import transaction

from gis import journal
from gis.models import JournalLine, User
from gis.terms import Happening


@pytest.mark.django_db
def test_a_line_names_the_doer_even_without_an_account() -> None:
    user = User.objects.create_user("zhang")
    lines = [
        journal.write(Happening.RULES_CHANGED, by=user, subject_kind="district", subject_code="370202"),
        journal.write(Happening.RULES_CHANGED, by=None, subject_kind="district"),
        journal.write(Happening.RULES_CHANGED, by=None, by_name="后台任务", subject_kind="district"),
    ]
    assert [line.by_name for line in lines] == ["zhang", "命令行", "后台任务"]


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_a_transaction_is_a_fault() -> None:
    with pytest.raises(journal.NoOpenTransaction):
        journal.write(Happening.RULES_CHANGED, by=None, subject_kind="district")
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the line and its change fall together
        journal.write(Happening.RULES_CHANGED, by=None, subject_kind="district")
        raise RuntimeError
    assert JournalLine.objects.count() == 0

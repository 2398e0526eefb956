"""An entry is written with its act or the act does not happen; nobody changes it afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.evidence import actions, queries
from zhunsheng.foundation.evidence.append_only import AppendOnlyError, refuse_changes
from zhunsheng.foundation.evidence.models import AuditEvent

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("test")


def write() -> None:
    with transaction.atomic():
        actions.record(by=CLERK, at=NOW, action="SEEN", target="subject:S1", detail={"why": "巡查"})


@pytest.mark.django_db
def test_the_bureau_reads_what_was_done_and_nobody_else() -> None:
    write()
    (entry,) = queries.entries_of(target="subject:S1", viewer=Viewer.bureau("auditor"))
    assert (entry.actor, entry.action, entry.detail) == ("test", "SEEN", {"why": "巡查"})
    assert queries.entries_of(target="subject:S1", viewer=Viewer.business("S1")) == []


@pytest.mark.django_db
def test_the_model_refuses_to_change_history() -> None:
    write()
    event = AuditEvent.objects.get()
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["UPDATE evidence_auditevent SET action='X'", "DELETE FROM evidence_auditevent"]
)
def test_the_database_refuses_to_change_history(statement: str) -> None:
    write()
    with pytest.raises(Error, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_no_entry_outside_a_transaction() -> None:
    with pytest.raises(actions.OutsideTransactionError):
        actions.record(by=CLERK, at=NOW, action="SEEN", target="t", detail={})


@pytest.mark.django_db(transaction=True)
def test_the_wall_around_history_is_built_and_taken_down_by_its_migration() -> None:
    wall, statement = refuse_changes("history"), "UPDATE history SET word = 'X'"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE history (word text)")
        cursor.execute("INSERT INTO history VALUES ('A')")
    try:
        with connection.schema_editor() as editor:
            wall.code(apps, editor)
        with pytest.raises(Error, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
        assert wall.reverse_code is not None
        with connection.schema_editor() as editor:
            wall.reverse_code(apps, editor)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE history")

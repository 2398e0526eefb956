"""An entry is written with its act or the act does not happen; nobody changes it afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import Error, connection, transaction
from django.db.migrations.state import ProjectState

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Part
from zhunsheng.foundation.evidence import actions, queries
from zhunsheng.foundation.evidence.append_only import AppendOnlyError, refuse_changes
from zhunsheng.foundation.evidence.guarded import changed, guard_rows
from zhunsheng.foundation.evidence.laying import Lay
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.evidence.signing import seal

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
@pytest.mark.parametrize(
    "wall",
    [
        refuse_changes("history"),
        guard_rows("history", update=changed(["word"]), delete="TRUE", why="append-only"),
    ],
)
def test_a_wall_around_history_is_built_and_taken_down_by_its_migration(wall: Lay) -> None:
    statement = "UPDATE history SET word = 'X'"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE history (word text)")
        cursor.execute("INSERT INTO history VALUES ('A')")
    try:
        with connection.schema_editor() as editor:
            wall.database_forwards("evidence", editor, ProjectState(), ProjectState())
        with pytest.raises(Error, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
        with connection.schema_editor() as editor:
            wall.database_backwards("evidence", editor, ProjectState(), ProjectState())
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE history")


def acts(**wanted: object) -> list[str]:
    told = queries.listed(viewer=Viewer.bureau("auditor"), part=Part(), wanted=queries.AuditFilter(**wanted))
    return [row.action for row in told.rows]


@pytest.mark.django_db
def test_acts_are_found_by_record_by_person_by_kind_and_by_day() -> None:
    officer = Actor(ActorKind.PERSON, "P-CHENG", "程岚")
    with transaction.atomic():
        why = {"purpose": "核实举报", "field": "phone"}
        actions.record(by=officer, at=NOW, action="FIELD_REVEALED", target="subject:S1", detail=why)
        later = NOW + timedelta(days=1)
        actions.record(by=CLERK, at=later, action="PACK_KEPT", target="pack:g", detail={"version": "2026.1"})
    assert acts() == ["PACK_KEPT", "FIELD_REVEALED"]
    assert acts(actor="程岚") == acts(actor="P-CHENG") == acts(target="subject:S1") == ["FIELD_REVEALED"]
    assert acts(action="PACK_KEPT") == acts(since=later) == ["PACK_KEPT"]
    assert acts(until=later) == acts(looks=True) == ["FIELD_REVEALED"]
    nobody = queries.listed(viewer=Viewer.business("S1"), part=Part(), wanted=queries.AuditFilter())
    assert nobody.rows == ()


@pytest.mark.django_db
def test_an_act_tells_why_under_which_version_and_where_the_log_holds_it(tmp_path: Path) -> None:
    with transaction.atomic():
        detail = {"why": "复核", "pack": "ab" * 32}
        actions.record(by=CLERK, at=NOW, action="SEEN", target="t", detail=detail)
    whole = {"viewer": Viewer.bureau("auditor"), "part": Part(), "wanted": queries.AuditFilter()}
    (row,) = queries.listed(**whole).rows
    assert (row.why, row.version, row.leaf) == ("复核", ("ab" * 32)[:19], None)
    seal(home=tmp_path, at=NOW, host="yunting.example")
    (row,) = queries.listed(**whole).rows
    assert row.leaf == 0

"""F-13: a backup is taken, messages are sent, the backup is put back, the dispatcher starts:
nobody is told twice, because a mark outside the database says that it is behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from tests.trust.workers import NOW, TERMS, WORKER, gateway, put, told, work_until_quiet
from zhunsheng.core.clock import FixedClock
from zhunsheng.foundation.outbox import dispatch, epoch
from zhunsheng.foundation.outbox.connectors import Connector, ConnectorClass
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outbox.models import DispatcherEpoch

pytestmark = [pytest.mark.django_db, pytest.mark.faults, pytest.mark.slow]
SENT, FEW = 300, 100


@contextmanager
def restored_afterwards() -> Iterator[None]:
    """What happens inside is gone from the database afterwards, as by a backup; not from the world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def send_and_restore(connector: Connector, home: Path, number: int) -> None:
    """Nine in ten are ready, the others wait for the morning; all go out, then the backup returns."""
    put(number * 9 // 10)
    put(number // 10, first=number * 9 // 10, at=NOW + timedelta(hours=23))
    assert epoch.begin(home) is False
    with restored_afterwards():
        epoch.begin(home)
        work_until_quiet(connector)
        assert told() == {"DONE": number}
    assert told() == {"PENDING": number}


@pytest.mark.parametrize("kind", [ConnectorClass.KEYED, ConnectorClass.QUERYABLE])
def test_after_a_restore_nothing_is_sent_twice(kind: ConnectorClass, tmp_path: Path) -> None:
    with gateway(kind, tricks={}, seconds=5.0) as (server, connector):
        send_and_restore(connector, tmp_path, SENT)
        assert epoch.begin(tmp_path) is True
        work_until_quiet(connector, wary=True)
    assert server.book.told_twice() == []
    assert told() == {"DONE": SENT}
    epoch.settled()
    assert epoch.begin(tmp_path) is False


def test_after_a_restore_a_blind_target_is_told_nothing_and_a_person_decides(tmp_path: Path) -> None:
    with gateway(ConnectorClass.BLIND, tricks={}, seconds=5.0) as (server, connector):
        send_and_restore(connector, tmp_path, FEW)
        assert epoch.begin(tmp_path) is True
        work_until_quiet(connector, wary=True)
    assert server.book.told_twice() == []
    assert told() == {"UNKNOWN": FEW}


def test_what_waits_for_the_morning_stays_in_doubt_when_the_wary_time_is_over(tmp_path: Path) -> None:
    """The turn that finds nothing to do at night ends the mode, not the doubt."""
    with gateway(ConnectorClass.QUERYABLE, tricks={}, seconds=5.0) as (server, connector):
        send_and_restore(connector, tmp_path, FEW)
        epoch.begin(tmp_path)
        clock = FixedClock(NOW)
        while dispatch.dispatch(connector, by=WORKER, clock=clock, terms=TERMS, wary=True):
            pass
        epoch.settled()
        assert told() == {"DONE": FEW * 9 // 10, "PENDING": FEW // 10}
        put(1, first=FEW)
        work_until_quiet(connector)
    assert server.book.told_twice() == []
    assert told() == {"DONE": FEW + 1}


@pytest.mark.parametrize("kind", [ConnectorClass.QUERYABLE, ConnectorClass.BLIND])
def test_planted_fault_without_reconciling_a_restore_sends_everything_twice(
    kind: ConnectorClass, tmp_path: Path
) -> None:
    with gateway(kind, tricks={}, seconds=5.0) as (server, connector):
        send_and_restore(connector, tmp_path, FEW)
        work_until_quiet(connector)
    assert len(server.book.told_twice()) == FEW


def test_a_moved_database_without_its_mark_starts_wary(tmp_path: Path) -> None:
    epoch.begin(tmp_path)
    put(1)
    assert epoch.begin(tmp_path / "elsewhere") is True
    assert DispatcherEpoch.objects.get().wary
    assert dispatch.OutboxRow.objects.get().in_doubt
    assert RowState.PENDING.value in told()

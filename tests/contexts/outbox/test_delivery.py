"""Outside effects against a hostile gateway: the gateway's own book is the judge (F-09, F-11, F-13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.demo.gateway import HOSTILE_TRICKS, Manners, SandboxGateway, Trick
from zhunsheng.foundation.outbox import actions, dispatch, epoch, queries
from zhunsheng.foundation.outbox.connectors import Answer, Connector, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outreach.gateways.http_keyed.connector import HttpConnector

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
WORKER = Actor.service("dispatch")
BUREAU = Viewer.bureau("test")
TERMS = Terms(attempts_max=30)
pytestmark = pytest.mark.django_db


def put(number: int, *, order_key: str = "") -> None:
    with transaction.atomic():
        for n in range(number):
            key, payload = f"m{n}", {"to": f"139{n:08d}", "text": "请查收提醒"}
            actions.put(by=WORKER, at=NOW, topic="sms.send", key=key, payload=payload, order_key=order_key)


@contextmanager
def gateway(kind: ConnectorClass, *, tricks: Mapping[Trick, int], seed: int = 7) -> Iterator[tuple[Any, Any]]:
    manners = Manners(
        tricks,
        keyed=kind is ConnectorClass.KEYED,
        queryable=kind is ConnectorClass.QUERYABLE,
        seed=seed,
        hang_seconds=0.25,
    )
    with SandboxGateway(manners) as server, httpx.Client(timeout=0.15, trust_env=False) as client:
        yield server, HttpConnector(server.address, client, kind)


def run_until_quiet(connector: Connector, *, wary: bool = False, rounds: int = 40) -> FixedClock:
    clock = FixedClock(NOW)
    for _ in range(rounds):
        dispatch.dispatch(connector, by=WORKER, clock=clock, terms=TERMS, wary=wary)
        clock.move_to(clock.now() + timedelta(hours=3))
    return clock


@dataclass
class Crashing:
    """A worker that dies (raises past the dispatcher) right after some calls."""

    inner: Connector
    every: int
    calls: int = 0
    topic: str = "sms.send"
    kind: ConnectorClass = field(init=False)

    def __post_init__(self) -> None:
        self.kind = self.inner.kind

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        answer = self.inner.send(key, payload)
        self.calls += 1
        if self.calls % self.every == 0:
            raise KeyboardInterrupt
        return answer

    def ask(self, key: str) -> Answer:
        return self.inner.ask(key)


def work_through_crashes(connector: Connector) -> None:
    clock = FixedClock(NOW)
    crashing = Crashing(connector, every=50)
    quiet = 0
    while quiet < 12:
        try:
            told = dispatch.dispatch(crashing, by=WORKER, clock=clock, terms=TERMS)
        except KeyboardInterrupt:
            told = None
        quiet = quiet + 1 if not told and told is not None else 0
        clock.move_to(clock.now() + timedelta(hours=3))


@pytest.mark.parametrize("kind", [ConnectorClass.KEYED, ConnectorClass.QUERYABLE])
@pytest.mark.faults
def test_each_message_arrives_exactly_once(kind: ConnectorClass) -> None:
    put(600)
    with gateway(kind, tricks=HOSTILE_TRICKS) as (server, connector):
        work_through_crashes(connector)
    told = queries.counts(viewer=BUREAU)
    assert server.book.told_twice() == []
    refused = told.get(("sms.send", "REFUSED"), 0)
    unknown = told.get(("sms.send", "UNKNOWN"), 0)
    done = told[("sms.send", "DONE")]
    assert done + refused + unknown == 600
    assert done <= len(server.book.delivered) <= done + unknown
    assert 0 < refused < 60
    assert unknown < 12


@pytest.mark.faults
def test_a_blind_target_is_never_asked_twice_and_what_is_unclear_waits_for_a_person() -> None:
    put(300)
    with gateway(ConnectorClass.BLIND, tricks=HOSTILE_TRICKS) as (server, connector):
        work_through_crashes(connector)
    told = queries.counts(viewer=BUREAU)
    assert server.book.told_twice() == []
    assert told[("sms.send", "UNKNOWN")] > 20
    assert sum(told.values()) == 300


@pytest.mark.faults
def test_planted_fault_blind_retry_is_caught() -> None:
    """The judge must see it when a connector lies about its class."""
    put(300)
    with gateway(ConnectorClass.BLIND, tricks=HOSTILE_TRICKS) as (server, connector):
        run_until_quiet(replace(connector, kind=ConnectorClass.KEYED))
    assert server.book.told_twice() != []


def test_a_frozen_worker_makes_no_second_effect() -> None:
    """F-09: its lease ran out, another worker finished; its late outcome is fenced off."""
    put(1)
    clock = FixedClock(NOW)
    late: list[Callable[[], RowState]] = []

    class Frozen:
        topic, kind = "sms.send", ConnectorClass.KEYED

        def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
            clock.move_to(NOW + timedelta(seconds=TERMS.lease_seconds + 1))
            told = dispatch.dispatch(Awake(), by=WORKER, clock=clock, terms=TERMS)
            assert told == {RowState.DONE: 1}
            late.append(lambda: RowState.DONE)
            return Answer(Verdict.REFUSED, "too late")

        def ask(self, key: str) -> Answer:
            raise AssertionError

    class Awake(Frozen):
        def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
            return Answer(Verdict.ACCEPTED)

    told = dispatch.dispatch(Frozen(), by=WORKER, clock=clock, terms=TERMS)
    assert late and told == {RowState.DONE: 1}
    assert queries.counts(viewer=BUREAU) == {("sms.send", "DONE"): 1}


def test_planted_fault_without_the_fence_a_late_outcome_would_win(monkeypatch: pytest.MonkeyPatch) -> None:
    conclude = dispatch._conclude

    def unfenced(connector: Connector, claim: Any, answer: Answer, *rest: Any) -> RowState:
        fence = dispatch.OutboxRow.objects.get(id=claim.row.id).fence
        return conclude(connector, replace(claim, fence=fence), answer, *rest)

    monkeypatch.setattr(dispatch, "_conclude", unfenced)
    with pytest.raises(AssertionError):
        test_a_frozen_worker_makes_no_second_effect()


def test_rows_with_one_order_key_go_one_after_the_other() -> None:
    put(3, order_key="subject-1")
    with gateway(ConnectorClass.KEYED, tricks={}) as (server, connector):
        told = dispatch.dispatch(connector, by=WORKER, clock=FixedClock(NOW), terms=TERMS)
    assert told == {RowState.DONE: 3}
    assert list(server.book.delivered) == ["m0", "m1", "m2"]


@pytest.mark.parametrize("kind", [ConnectorClass.KEYED, ConnectorClass.QUERYABLE])
def test_a_restored_database_starts_wary_and_sends_nothing_twice(
    kind: ConnectorClass, tmp_path: Path
) -> None:
    """F-13: the backup says PENDING for what was sent; the mark in the home folder says otherwise."""
    put(50)
    assert epoch.begin(tmp_path) is False
    with gateway(kind, tricks={}) as (server, connector):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            epoch.begin(tmp_path)
            run_until_quiet(connector, rounds=1)
            assert len(server.book.delivered) == 50
            _ = 1 // 0
        assert queries.counts(viewer=BUREAU) == {("sms.send", "PENDING"): 50}
        assert epoch.begin(tmp_path) is True
        run_until_quiet(connector, wary=True, rounds=2)
        assert server.book.told_twice() == []
    epoch.settled()
    assert queries.counts(viewer=BUREAU) == {("sms.send", "DONE"): 50}
    assert epoch.begin(tmp_path) is False


def test_planted_fault_without_wariness_a_restore_sends_twice(tmp_path: Path) -> None:
    put(50)
    with gateway(ConnectorClass.QUERYABLE, tricks={}) as (server, connector):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            run_until_quiet(connector, rounds=1)
            _ = 1 // 0
        run_until_quiet(connector, rounds=1)
    assert len(server.book.told_twice()) == 50


def test_a_moved_database_without_its_mark_starts_wary(tmp_path: Path) -> None:
    epoch.begin(tmp_path)
    assert epoch.begin(tmp_path / "elsewhere") is True

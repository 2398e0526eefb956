"""Workers that send what is in the outbox: some freeze, some die, one is lied to."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.db.models import QuerySet

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.demo.gateway import Manners, ReceiptTrick, SandboxGateway, Trick
from zhunsheng.foundation.outbox import actions, dispatch, queries
from zhunsheng.foundation.outbox.connectors import Answer, Connector, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outreach.http_calls import HttpConnector
from zhunsheng.sensing.signals.models import InboxEntry

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
WORKER = Actor.service("dispatch")
BUREAU = Viewer.bureau("test")
TERMS = Terms(attempts_max=30)
TOPIC = "sms.send"


def put(number: int, *, order_key: str = "", first: int = 0, at: datetime = NOW) -> None:
    """So many messages wait to be sent."""
    entries = (
        (f"m{n}", {"to": f"139{n:08d}", "text": "请查收提醒"}, order_key)
        for n in range(first, first + number)
    )
    with transaction.atomic():
        actions.put_many(by=WORKER, at=at, topic=TOPIC, entries=entries)


@contextmanager
def gateway(
    kind: ConnectorClass,
    *,
    tricks: Mapping[Trick, int],
    receipts: Mapping[ReceiptTrick, int] | None = None,
    seed: int = 7,
    seconds: float = 0.15,
) -> Iterator[tuple[SandboxGateway, HttpConnector]]:
    """A gateway of a class that knows its tricks, and the connector for it, in a hurry."""
    manners = Manners(
        tricks,
        receipts or {},
        keyed=kind is ConnectorClass.KEYED,
        queryable=kind is ConnectorClass.QUERYABLE,
        seed=seed,
        hang_seconds=0.25,
    )
    with SandboxGateway(manners) as server:
        yield server, HttpConnector(server.address, kind, seconds=seconds)


def told() -> dict[str, int]:
    """Messages by state of their rows."""
    return {state: n for (_, state), n in queries.counts(viewer=BUREAU).items()}


@dataclass
class Dying:
    """A worker that dies after every so many calls, by turns just before and just after the call."""

    inner: Connector
    every: int
    calls: int = 0
    topic: str = TOPIC
    kind: ConnectorClass = field(init=False)

    def __post_init__(self) -> None:
        self.kind = self.inner.kind

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """Make the call and perhaps die."""
        self.calls += 1
        if self.calls % (2 * self.every) == 0:
            raise KeyboardInterrupt
        answer = self.inner.send(key, payload)
        if self.calls % (2 * self.every) == self.every:
            raise KeyboardInterrupt
        return answer

    def ask(self, key: str) -> Answer:
        """As it is."""
        return self.inner.ask(key)


def work_until_quiet(
    connector: Connector, *, wary: bool = False, between: Callable[[datetime], object] = lambda at: None
) -> None:
    """Dispatch again and again, three hours apart, a dead worker replaced, until nothing more happens."""
    clock, quiet = FixedClock(NOW), 0
    while quiet < 12:
        try:
            done: Counter[RowState] | None = dispatch.dispatch(
                connector, by=WORKER, clock=clock, terms=TERMS, wary=wary
            )
        except KeyboardInterrupt:
            done = None
        between(clock.now())
        quiet = quiet + 1 if done is not None and not done else 0
        clock.move_to(clock.now() + timedelta(hours=3))


def furnish(line: Connection, number: int) -> None:
    """Put messages into the outbox of a house of its own."""
    put(number)
    line.send("put")


def freeze_while_sending(line: Connection, address: str, when: str) -> None:
    """Work through the outbox; at each message stop (SIGSTOP) before or after the call, until woken.

    On waking its call has timed out. Answers how the round ended.
    """
    inner = HttpConnector(address, ConnectorClass.KEYED)
    clock = FixedClock(NOW)

    class Freezing:
        topic, kind = TOPIC, ConnectorClass.KEYED

        def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
            if when == "before the call":
                os.kill(os.getpid(), signal.SIGSTOP)
            inner.send(key, payload)
            if when == "after the call":
                os.kill(os.getpid(), signal.SIGSTOP)
            clock.move_to(clock.now() + timedelta(seconds=TERMS.lease_seconds + 30))
            return Answer(Verdict.UNCLEAR, "timed out while frozen")

        def ask(self, key: str) -> Answer:
            raise AssertionError

    line.send(dict(dispatch.dispatch(Freezing(), by=WORKER, clock=clock, terms=TERMS, rows_max=1)))


def take_over(line: Connection, address: str) -> None:
    """Another worker, after the lease of the first has run out; how its round ended."""
    clock = FixedClock(NOW + timedelta(seconds=TERMS.lease_seconds + 1))
    connector = HttpConnector(address, ConnectorClass.KEYED)
    line.send(dict(dispatch.dispatch(connector, by=WORKER, clock=clock, terms=TERMS, rows_max=1)))


def remove_the_fence() -> None:
    """Planted fault: whoever comes last writes the outcome."""
    conclude = dispatch._conclude

    def unfenced(connector: Connector, claim: Any, *rest: Any) -> RowState:
        fence = dispatch.OutboxRow.objects.get(id=claim.row.id).fence
        return conclude(connector, replace(claim, fence=fence), *rest)

    patch.object(dispatch, "_conclude", unfenced).start()


INSIDE = "test.inside"


def furnish_inside(number: int) -> None:
    """So many internal rows wait."""
    with transaction.atomic():
        entries = ((f"i{n}", {"n": n}, "") for n in range(number))
        actions.put_many(by=WORKER, at=NOW, topic=INSIDE, entries=entries)


def work_inside(line: Connection, *, slowly: bool) -> None:
    """Work off the internal rows; slowly: tells of each from within its transaction and waits to go on."""

    def handler(payload: Mapping[str, Any], at: datetime) -> None:
        name = f"{payload['n']}:{os.getpid()}"
        InboxEntry.objects.create(source=INSIDE, key=name, body_hash="", answer={}, received_at=at)
        if slowly:
            line.send(payload["n"])
            line.recv()

    line.send(actions.handle_internal(by=WORKER, at=NOW, handlers={INSIDE: handler}))


def work_inside_slowly(line: Connection) -> None:
    """To be killed in the middle."""
    work_inside(line, slowly=True)


def work_inside_fast(line: Connection) -> None:
    """As a dispatcher does."""
    work_inside(line, slowly=False)


def effects_inside() -> dict[int, int]:
    """How often each internal row had its effect."""
    names = InboxEntry.objects.filter(source=INSIDE).values_list("key", flat=True)
    return dict(Counter(int(name.partition(":")[0]) for name in names))


def commit_each_effect_by_itself() -> None:
    """Planted fault: the effect is kept before its row is marked as done."""
    patch.object(actions.transaction, "atomic", lambda **_options: nullcontext()).start()
    patch.object(QuerySet, "select_for_update", lambda rows, **_options: rows).start()

"""What a source's signals go through in the fault tests: a child takes them in and acknowledges them."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.sensing.signals import actions, queries
from zhunsheng.sensing.signals.new_facts import Delivery, NewFact, Outcome

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("intake")
BUREAU = Viewer.bureau("test")
PIPELINE = 8
KINDS = {
    "COMPLAINT": {
        "name_zh": "投诉",
        "sources": ["12315"],
        "dedupe": ["number"],
        "fields": {"number": {"type": "INTEGER", "name_zh": "编号", "required": True}},
    }
}
CONTRACTS = ContractSet({c.kind: c for c in parse_contracts({"kinds": KINDS}, where="test")})
# What must agree for one signal: inbox, fact, evidence, outbox, audit.
TABLES = (
    "signals_inboxentry",
    "signals_storedfact",
    "signals_factevidence",
    "outbox_outboxrow",
    "evidence_auditevent",
)


def complaint(number: int) -> NewFact:
    """Signal number so and so, about one of two hundred businesses."""
    return NewFact("COMPLAINT", f"S{number % 200:03d}", NOW - timedelta(seconds=number), {"number": number})


def record(numbers: Sequence[int]) -> list[list[Outcome] | actions.AnotherBodyError]:
    """Signals in one transaction, each a delivery of its own."""
    deliveries = [Delivery([complaint(number)], "12315") for number in numbers]
    return actions.record_deliveries(by=CLERK, at=NOW, deliveries=deliveries, contracts=CONTRACTS)


def migrate(line: Connection) -> None:
    """Make the tables."""
    call_command("migrate", verbosity=0, interactive=False)
    line.send("ready")


def take_in(line: Connection) -> None:
    """Take in what waits, up to eight deliveries a transaction; acknowledge them after the commit."""
    while True:
        line.send(_next(line, record))


def take_in_until_cut_off(line: Connection) -> None:
    """The same, until the database server is gone."""
    with suppress(DatabaseError):
        take_in(line)


def acknowledge_too_early(line: Connection) -> None:
    """Planted fault: the acknowledgement leaves inside the transaction."""

    def early(numbers: Sequence[int]) -> None:
        with transaction.atomic():
            record(numbers)
            line.send(numbers)
            time.sleep(0.002)

    while True:
        _next(line, early)


def _next(line: Connection, take: Callable[[Sequence[int]], Any]) -> list[int]:
    numbers = [line.recv()]
    while len(numbers) < PIPELINE and line.poll():
        numbers.append(line.recv())
    take(numbers)
    return numbers


def take_one(line: Connection, number: int) -> None:
    """Wait, connected, for the signal to begin; take in one signal, acknowledge it."""
    _one(line, number, lambda: record([number]))


def take_one_in_two_transactions(line: Connection, number: int) -> None:
    """Planted fault: the effect follows in a transaction of its own."""

    def apart() -> None:
        fact = complaint(number)
        with patch.object(actions, "_announce"):
            record([number])
        with transaction.atomic():
            outbox.put(
                by=CLERK,
                at=NOW,
                topic=actions.FACTS_RECORDED,
                key=str(number),
                payload={"subject": fact.subject},
            )

    _one(line, number, apart)


def _one(line: Connection, number: int, take: Callable[[], object]) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    connection.ensure_connection()
    queries.freshness(viewer=BUREAU)
    line.send("ready")
    signal.sigwait({signal.SIGUSR1})
    try:
        take()
    except (DatabaseError, OSError) as error:
        line.send(repr(error))
    else:
        line.send(number)


def take_many(line: Connection, first: int, last: int) -> None:
    """Two deliveries a commit, and an acknowledgement for each, once told to begin."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    connection.ensure_connection()
    line.send("ready")
    signal.sigwait({signal.SIGUSR1})
    for number in range(first, last, 2):
        record([number, number + 1])
        line.send(number)
        line.send(number + 1)


def take_patiently(line: Connection) -> None:
    """Answer each signal with ('taken', n) or ('refused', why), and 'count' with the number of facts."""
    while True:
        asked = line.recv()
        if asked == "count":
            line.send(("count", sum(n for n, _ in queries.freshness(viewer=BUREAU).values())))
            continue
        try:
            record(asked)
        except DatabaseError as error:
            line.send(("refused", str(error)))
        else:
            line.send(("taken", asked))


def take_and_swallow(line: Connection) -> None:
    """Planted fault: an error of the database is swallowed and the signal acknowledged."""
    while True:
        asked = line.recv()
        with suppress(DatabaseError):
            record(asked)
        line.send(("taken", asked))


def forget_identity() -> None:
    """Planted fault: nothing makes two reports of one event the same fact."""
    patch.object(actions, "identity", lambda fact, contracts: str(uuid4())).start()


def sync_normally() -> None:
    """Planted fault: `synchronous=NORMAL`, as many guides advise."""
    options = connection.settings_dict["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")


def dashboard() -> dict[str, int]:
    """What pages count, by way of the doors."""
    return {
        "facts": sum(n for n, _ in queries.freshness(viewer=BUREAU).values()),
        "on timelines": sum(len(facts) for _, facts in queries.timelines(viewer=BUREAU)),
    }


def recount() -> dict[str, int]:
    """The same and more, counted row by row."""
    with connection.cursor() as cursor:
        told: dict[str, list[Any]] = {}
        for table, column in {
            "signals_storedfact": "payload",
            "signals_inboxentry": "answer",
            "outbox_outboxrow": "payload",
            "signals_factevidence": "fact_id",
        }.items():
            cursor.execute(f"SELECT {column} FROM {table}")
            told[table] = [_read(value) for (value,) in cursor.fetchall()]
    numbers = [payload["number"] for payload in told["signals_storedfact"]]
    return {
        "facts": len(numbers),
        "events": len(set(numbers)),
        "evidences": len(told["signals_factevidence"]),
        "accepted": sum(o["state"] == "ACCEPTED" for answer in told["signals_inboxentry"] for o in answer),
        "announced": sum(len(payload["sequences"]) for payload in told["outbox_outboxrow"]),
    }


def numbers_stored() -> set[int]:
    """Which signals are facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM signals_storedfact")
        return {_read(value)["number"] for (value,) in cursor.fetchall()}


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value

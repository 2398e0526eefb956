"""F-28: whatever a request writes, it says so in the audit trail, in the same transaction.

Every request that a test makes through Django's client is watched: which tables it wrote to, in which
transaction. A transaction that changed a table not excused in `acts.yaml` must hold an audit entry that names
who, what, to what and when. The same file says for every address that changes something which test walks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
import yaml
from django.db import connection
from django.db.transaction import Atomic
from django.test import Client
from django.urls import resolve

from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence.actions import ENTRY
from zhunsheng.foundation.evidence.models import AuditEvent

TABLE = yaml.safe_load((Path(__file__).parent / "acts.yaml").read_text(encoding="utf-8"))
EXCUSED = frozenset(TABLE["excused"])
TRAIL = AuditEvent._meta.db_table
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WRITE = re.compile(
    r'\s*(INSERT|UPDATE|DELETE|REPLACE)\s(?:OR\s+\w+\s+|INTO\s+|FROM\s+|\s)*"?(\w+)"?(.*)', re.I | re.S
)
COLUMN = re.compile(r'"(\w+)" = ')


class UntoldError(AssertionError):
    """A request changed something and did not say so, or did not say who, what, to what and when."""


@dataclass
class Watch:
    """What one request wrote, transaction by transaction; a rolled back part wrote nothing."""

    done: list[set[str]] = field(default_factory=list)
    open: list[set[str]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def wrote(self, places: set[str]) -> None:
        """Changed tables; where a statement sets single columns, `table.column` of each."""
        if self.open:
            self.open[-1] |= places
        else:
            self.done.append(places)

    def leave(self, kept: bool) -> None:
        """A transaction, or a part of one, is over."""
        part = self.open.pop()
        if kept and part and self.open:
            self.open[-1] |= part
        elif kept and part:
            self.done.append(part)

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        found = WRITE.match(sql) if isinstance(sql, str) else None
        if found and ("RETURNING" in sql or context["cursor"].rowcount != 0):
            self.wrote(_places(found))
        return result

    def untold(self) -> list[str]:
        """What a transaction without an audit entry changed."""
        return sorted(
            place
            for part in self.done
            if TRAIL not in part
            for place in part
            if place not in EXCUSED and place.split(".")[0] not in EXCUSED
        )


def _places(found: re.Match[str]) -> set[str]:
    table = found[2].lower()
    columns = COLUMN.findall(found[3].split(" WHERE ")[0]) if found[1].upper() == "UPDATE" else []
    return {f"{table}.{column}" for column in columns} or {table}


@contextmanager
def watching() -> Iterator[Watch]:
    """All writes of this thread's connection, until the end of the block."""
    watch = Watch()
    enter, leave, insert = Atomic.__enter__, Atomic.__exit__, bulk.insert

    def entered(self: Atomic) -> None:
        enter(self)
        watch.open.append(set())

    def left(self: Atomic, kind: Any, error: Any, trace: Any) -> None:
        kept = kind is None and not connection.needs_rollback
        try:
            leave(self, kind, error, trace)
        except BaseException:
            kept = False
            raise
        finally:
            watch.leave(kept)

    def inserted(model: Any, names: Any, rows: Any, **options: Any) -> None:
        told = list(rows)
        insert(model, names, told, **options)
        if told:
            watch.wrote({model._meta.db_table})
        if model is AuditEvent:
            watch.entries += [dict(zip(names, row, strict=True)) for row in told]

    with (
        patch.object(Atomic, "__enter__", entered),
        patch.object(Atomic, "__exit__", left),
        patch.object(bulk, "insert", inserted),
        connection.execute_wrapper(watch),
    ):
        yield watch


class Walked:
    """Addresses through which the running test has changed something and told of it."""

    names: ClassVar[set[str]] = set()


def judge(watch: Watch, where: str) -> None:
    """Refuse what a request wrote without telling; note that it told."""
    if untold := watch.untold():
        raise UntoldError(f"{where} changed without an audit entry in the same transaction: {untold}")
    for entry in watch.entries:
        lacking = [name for name in ENTRY if name != "detail" and not entry[name]]
        if lacking:
            raise UntoldError(f"{where} wrote an audit entry without {lacking}")
    if any(TRAIL in part for part in watch.done):
        Walked.names.add(where.split()[1])


@pytest.fixture(scope="session", autouse=True)
def _watched_clients() -> Iterator[None]:
    """Every request of every test is watched."""
    ask = Client.request

    def asked(self: Client, **request: Any) -> Any:
        with watching() as watch:
            response = ask(self, **request)
        if watch.done:
            found = resolve(request["PATH_INFO"])
            judge(watch, f"{request['REQUEST_METHOD']} {found.view_name}")
        return response

    with patch.object(Client, "request", asked):
        yield


@pytest.fixture(autouse=True)
def _walks_what_it_claims(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that the table names has gone through its addresses, and they told."""
    Walked.names = set()
    yield
    claimed = {name for name, told in TABLE["routes"].items() if told == request.node.nodeid}
    assert claimed <= Walked.names, f"acts.yaml says that this test walks {claimed - Walked.names}"

"""F-02: one ingest, hit at every system call it makes (Tessera's method). Inbox, fact, evidence, outbox
and audit entry are all there or none is; what was acknowledged is there; the file stays whole."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest

from tests.trust import intake
from tests.trust.children import Child, House
from tests.trust.tracing import Call, calls_in, traced

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.strace]
FAULTS = {"sqlite": ("signal=KILL", "error=EIO", "error=ENOSPC"), "postgresql": ("signal=KILL", "error=EIO")}
SILENCE_SECONDS = 1.0
CALLS_MIN = {"sqlite": 60, "postgresql": 30}
# How often a client polls for its server's answer depends on the load of the machine: what a run does not
# reach is tried again, and only calls that two clean runs make are struck at.
TRIES = 3


@dataclass(frozen=True)
class Found:
    """What stands in the database after one run."""

    acknowledged: bool
    rows: tuple[int, ...]
    whole: bool
    struck: bool

    @property
    def right(self) -> bool:
        """All or nothing, nothing acknowledged in vain, nothing broken."""
        together = self.rows in {(0,) * len(self.rows), (1,) * len(self.rows)}
        return self.whole and together and (not self.acknowledged or all(self.rows))


class Bench:
    """Runs one ingest after another under strace, each on an untouched database."""

    def __init__(self, house: House, furnished: House, strace: str, work: Callable[..., None]) -> None:
        self.house, self.furnished, self.strace, self.work = house, furnished, strace, work
        self.log = house.home / "strace.log"
        self.sqlite = house.url.startswith("sqlite")
        self.before = (0,) * len(intake.TABLES)

    def clean(self) -> list[Call]:
        """The system calls that each of two runs without a fault makes."""
        runs = []
        for _ in range(2):
            assert self.run().rows == (1,) * len(intake.TABLES)
            runs.append({(call.name, call.number): call for call in calls_in(self.log)})
        first, second = runs
        return [call for key, call in first.items() if key in second]

    def strike(self, call: Call, fault: str) -> Found:
        """A run in which this call is answered with the fault."""
        for _ in range(TRIES):
            found = self.run("-e", f"inject={call.name}:{fault}:when={call.number}")
            if found.struck or not found.right:
                break
        return found

    def run(self, *options: str) -> Found:
        """One ingest, and what is there afterwards."""
        number = 7
        if self.sqlite:
            for leftover in self.house.home.glob("house.sqlite3-*"):
                leftover.unlink()
            shutil.copy(self.furnished.file, self.house.file)
        else:
            self.before = self._rows_on_postgres()
            number = self.before[1]
        child = Child(self.house, self.work, number)
        with traced(self.strace, child, self.log, *options):
            # After a failed send the client's library waits for the last words of a server that lives on.
            silent = not child.line.poll(SILENCE_SECONDS)
            words = child.end(kill=silent)
        rows, whole = self._rows_on_sqlite() if self.sqlite else (self._news_on_postgres(), True)
        struck = "INJECTED" in (log := self.log.read_text(errors="replace")) or "killed by SIGKILL" in log
        return Found(number in words, rows, whole, struck)

    def _rows_on_sqlite(self) -> tuple[tuple[int, ...], bool]:
        with closing(sqlite3.connect(self.house.file)) as file:
            rows = tuple(file.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in intake.TABLES)
            return rows, file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"

    def _rows_on_postgres(self) -> tuple[int, ...]:
        counts = ", ".join(f"(SELECT count(*) FROM {t})" for t in intake.TABLES)
        with psycopg.connect(self.house.url) as link:
            # A session whose client died may still be at its commit; its lock is the end of it.
            link.execute("SELECT pg_advisory_xact_lock(%s)", [intake.actions.SEQUENCE_LOCK])
            row = link.execute(f"SELECT {counts}".encode()).fetchone()
        assert row is not None
        return tuple(row)

    def _news_on_postgres(self) -> tuple[int, ...]:
        return tuple(n - m for n, m in zip(self._rows_on_postgres(), self.before, strict=True))


def test_an_ingest_hit_at_any_system_call_leaves_all_or_nothing(
    house: House, furnished: House, strace: str, vendor: str
) -> None:
    bench = Bench(house, furnished, strace, intake.take_one)
    calls = bench.clean()
    assert len(calls) >= CALLS_MIN[vendor]
    found = {
        (call.name, call.number, fault): bench.strike(call, fault)
        for call in calls
        for fault in FAULTS[vendor]
    }
    assert {where: f for where, f in found.items() if not f.right} == {}
    assert sum(f.struck for f in found.values()) > 0.95 * len(found)
    assert any(all(f.rows) for f in found.values()) and any(not any(f.rows) for f in found.values())
    assert sum(f.acknowledged for f in found.values()) < len(found) / 2


def writes(calls: Iterable[Call]) -> list[Call]:
    """The calls at which something becomes lasting."""
    return [call for call in calls if call.name in {"fdatasync", "pwrite64", "sendto"}]


def test_planted_fault_an_effect_in_a_second_transaction_is_caught(
    house: House, furnished: House, strace: str
) -> None:
    bench = Bench(house, furnished, strace, intake.take_one_in_two_transactions)
    found = [bench.strike(call, "signal=KILL") for call in writes(bench.clean())]
    assert any(not f.right for f in found)

"""F-03: no acknowledgement leaves before the sync that covers it, read from the order of system calls.

`kill -9` cannot show this: the page cache survives it. On PostgreSQL the server syncs; F-05 kills it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.trust import intake
from tests.trust.children import Child, House, nothing_planted
from tests.trust.tracing import Call, calls_in, traced

pytestmark = [pytest.mark.faults, pytest.mark.strace, pytest.mark.only_on("sqlite")]
SIGNALS = 50


def acknowledged_before_sync(calls: list[Call]) -> tuple[int, int]:
    """(acknowledgements, those that left while the log held bytes that no sync covered)."""
    uncovered, told, early = False, 0, 0
    for call in calls:
        wal = re.search(r"\(\d+<[^>]*-wal>", call.words) is not None
        if wal and call.name.startswith("pwrite"):
            uncovered = True
        elif wal and call.name in {"fdatasync", "fsync"}:
            uncovered = False
        elif call.name == "write" and re.search(r"\(\d+<(?:socket|UNIX)", call.words):
            told += 1
            early += uncovered
    return told, early


def commits(house: House, strace: str, plant: Callable[[], None] = nothing_planted) -> tuple[int, int]:
    log = house.home / "strace.log"
    child = Child(house, intake.take_many, 0, SIGNALS, plant=plant)
    with traced(strace, child, log, "-y"):
        assert child.end() == list(range(SIGNALS))
    return acknowledged_before_sync(calls_in(log))


def test_every_acknowledgement_follows_the_sync_of_its_commit(house: House, strace: str) -> None:
    assert commits(house, strace) == (SIGNALS, 0)


def test_planted_fault_synchronous_normal_acknowledges_before_the_sync(house: House, strace: str) -> None:
    assert commits(house, strace, intake.sync_normally) == (SIGNALS, SIGNALS)

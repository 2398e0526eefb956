"""F-09: a worker is frozen past its lease and wakes up. Another has finished its row meanwhile; the late
outcome is fenced off, and the gateway delivered once. Real processes, stopped and continued fifty times."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust import workers
from tests.trust.children import WAIT_SECONDS_MAX, Child, House, ask, nothing_planted
from zhunsheng.foundation.outbox.connectors import ConnectorClass
from zhunsheng.foundation.outbox.lifecycle import RowState

pytestmark = [pytest.mark.faults, pytest.mark.slow]
TIMES = 50


def wait_until_frozen(child: Child) -> None:
    until = time.monotonic() + WAIT_SECONDS_MAX
    while Path(f"/proc/{child.pid}/stat").read_text().rpartition(") ")[2][0] != "T":
        assert time.monotonic() < until, "the worker does not freeze"
        time.sleep(0.001)


def freeze_and_wake(
    house: House, address: str, when: str, plant: Callable[..., object] = nothing_planted
) -> dict[RowState, int]:
    """How the frozen worker's round ended, after another had done the row."""
    frozen = Child(house, workers.freeze_while_sending, address, when, plant=plant)
    wait_until_frozen(frozen)
    other = Child(house, workers.take_over, address)
    assert other.hear() == {RowState.DONE: 1}
    other.end()
    frozen.signal(signal.SIGCONT)
    outcome: dict[RowState, int] = frozen.hear()
    frozen.end()
    return outcome


def furnish(house: House, number: int) -> None:
    child = Child(house, workers.furnish, number)
    assert child.hear() == "put"
    child.end()


def test_a_frozen_worker_makes_no_second_effect(house: House) -> None:
    furnish(house, TIMES)
    with workers.gateway(ConnectorClass.KEYED, tricks={}) as (server, _):
        for number in range(TIMES):
            when = "before the call" if number % 2 else "after the call"
            assert freeze_and_wake(house, server.address, when) == {RowState.DONE: 1}
    assert dict(server.book.delivered) == {f"m{n}": 1 for n in range(TIMES)}
    assert ask(house, workers.told) == {"DONE": TIMES}


def test_planted_fault_without_the_fence_the_late_outcome_opens_the_row_again(house: House) -> None:
    furnish(house, 2)
    with workers.gateway(ConnectorClass.KEYED, tricks={}) as (server, _):
        outcome = freeze_and_wake(house, server.address, "after the call", workers.remove_the_fence)
    assert outcome == {RowState.PENDING: 1}
    assert ask(house, workers.told) == {"PENDING": 2}

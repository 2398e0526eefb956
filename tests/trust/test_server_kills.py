"""F-05: every process of the PostgreSQL server is killed under load; nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.trust import intake
from tests.trust.children import Child, House, ask
from tests.trust.conftest import new_house
from tests.trust.source import Source
from tools import machine
from tools.postgres import Server, start_server

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.only_on("postgresql"),
]
SIGNALS, KILLS = 3_000, 10
# The plant: acknowledged before the log is written, and the log writer in no hurry.
CARELESS = ("synchronous_commit = off", "wal_writer_delay = 10000")


@contextmanager
def served(home: Path, *settings: str) -> Iterator[tuple[Server, House]]:
    """A server of our own to be killed, with a furnished house."""
    lacking = machine.why_no_postgres()
    if lacking:
        pytest.skip(lacking)
    with start_server(*settings) as server:
        house = new_house(server.url(), "", home)
        child = Child(house, intake.migrate)
        assert child.hear() == "ready"
        child.end()
        yield server, house


def feed_through_kills(server: Server, house: House, *, signals: int, kills: int) -> Source:
    """Tell signals to an intake whose server dies under it again and again."""
    chance = random.Random(9801)
    source = Source(deque(range(signals)))
    for life in range(kills + 1):
        child = Child(house, intake.take_in_until_cut_off)
        until = len(source.acknowledged) + (signals // (kills + 1) if life < kills else signals)
        while (source.waiting or source.under_way) and len(source.acknowledged) < until:
            source.push(child)
            source.note(child.hear())
        source.push(child)
        if life < kills:
            time.sleep(chance.uniform(0, 0.02))
            server.kill()
        for words in child.end():
            source.note(words)
        source.lose()
        if life < kills:
            server.start()
    return source


def test_no_acknowledged_signal_is_lost_with_the_server(tmp_path: Path) -> None:
    with served(tmp_path) as (server, house):
        source = feed_through_kills(server, house, signals=SIGNALS, kills=KILLS)
        assert len(source.acknowledged) == SIGNALS
        assert ask(house, intake.numbers_stored) == source.acknowledged
        told = ask(house, intake.recount)
    assert told == dict.fromkeys(told, SIGNALS)


def test_planted_fault_an_asynchronous_commit_loses_acknowledged_signals(tmp_path: Path) -> None:
    with served(tmp_path, *CARELESS) as (server, house):
        source = feed_through_kills(server, house, signals=1_600, kills=3)
        assert len(source.acknowledged - ask(house, intake.numbers_stored)) > 10

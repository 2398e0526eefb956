"""F-01: the process that takes signals in is killed at any moment; the source sends again what was not
acknowledged. Nothing acknowledged is lost, nothing counts twice, and what pages count is a recount."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable

import pytest

from tests.trust import intake
from tests.trust.children import Child, House, ask, nothing_planted
from tests.trust.source import Source

pytestmark = [pytest.mark.faults, pytest.mark.slow]
SIGNALS, KILLS = 20_000, 200


def feed(
    house: House,
    *,
    signals: int,
    kills: int,
    work: Callable[..., None] = intake.take_in,
    plant: Callable[[], None] = nothing_planted,
) -> Source:
    """Tell all signals through so many lives of the intake; each life ends at a random moment."""
    chance = random.Random(9801)
    source = Source(deque(range(signals)))
    for life in range(kills + 1):
        child = Child(house, work, plant=plant)
        last = life == kills
        until = len(source.acknowledged) + (signals if last else chance.randrange(2 * signals // (kills + 1)))
        while source.waiting or source.under_way:
            source.push(child)
            if not last and (len(source.acknowledged) >= until or not source.waiting):
                time.sleep(chance.uniform(0, 0.012))
                break
            source.note(child.hear())
        for words in child.end(kill=True):
            source.note(words)
        source.lose()
    return source


def test_no_acknowledged_signal_is_lost_and_none_counts_twice(house: House) -> None:
    source = feed(house, signals=SIGNALS, kills=KILLS)
    told = ask(house, intake.recount)
    assert source.resent > KILLS
    assert len(source.acknowledged) == SIGNALS
    assert ask(house, intake.numbers_stored) == source.acknowledged
    assert told == dict.fromkeys(told, SIGNALS)
    assert ask(house, intake.dashboard) == {"facts": told["facts"], "on timelines": told["facts"]}


def test_planted_fault_without_identity_a_resent_signal_counts_twice(house: House) -> None:
    feed(house, signals=2_000, kills=40, plant=intake.forget_identity)
    told = ask(house, intake.recount)
    assert told["facts"] > told["events"] == 2_000


def test_planted_fault_an_acknowledgement_before_the_commit_loses_signals(house: House) -> None:
    source = feed(house, signals=2_000, kills=60, work=intake.acknowledge_too_early)
    assert source.acknowledged - ask(house, intake.numbers_stored)

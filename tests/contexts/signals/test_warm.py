"""Timelines kept in memory are those of the store, whoever wrote and whatever was rolled back."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.journeys.city import HOUSE
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, moment
from zhunsheng.engine.library import open_library
from zhunsheng.sensing.signals import actions, queries
from zhunsheng.sensing.signals.models import StoredFact
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.sensing.signals.warm import WarmTimelines

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CLERK = Actor.service("intake")
BUREAU = Viewer.bureau("test")
SUBJECTS = [f"S{n}" for n in range(6)]
pytestmark = pytest.mark.django_db


class Undo(Exception):  # noqa: N818 - it is no error
    """Rolls a block back."""


def tell(number: int, subject: str) -> None:
    """One complaint; one in five takes back what was told before."""
    contracts = open_library(HOUSE / "packs").contracts
    at = NOW + timedelta(seconds=number)
    payload = {"number": str(number), "topic": "OTHER", "verified": False, "excluded": False}
    fact = NewFact("COMPLAINT", subject, NOW - timedelta(seconds=number), payload)
    earlier = queries.timeline(viewer=BUREAU, subject=subject)
    if earlier and number % 5 == 0:
        last = earlier[-1]
        fact = NewFact("COMPLAINT", subject, moment(last.occurred_at), retracts=last.fact_id)
    (outcome,) = actions.record_facts(by=CLERK, at=at, facts=[fact], source="12315", contracts=contracts)
    assert not outcome.refusals


def disagreements(warm: WarmTimelines, seed: int, steps: int = 60) -> int:
    """Tell, look, roll back in a random order; how often a look found something else than the store."""
    chance, wrong = random.Random(seed), 0

    def look() -> int:
        some = chance.sample(SUBJECTS, 3)
        told, newest = warm.read(BUREAU, some), [*StoredFact.objects.values_list("sequence", flat=True)][-4:]
        arrived = warm.arrived(BUREAU, newest) != queries.arrived(viewer=BUREAU, sequences=newest)
        return arrived + sum(told[key] != queries.timeline(viewer=BUREAU, subject=key) for key in some)

    for number in range(steps):
        with suppress(Undo), transaction.atomic():
            wrong += look()
            tell(number, chance.choice(SUBJECTS))
            with suppress(Undo), transaction.atomic():
                tell(1_000 + number, chance.choice(SUBJECTS))
                wrong += look()
                if chance.random() < 0.4:
                    raise Undo
            wrong += look()
            if chance.random() < 0.3:
                raise Undo
        wrong += look()
    return wrong


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_stored(seed: int) -> None:
    assert disagreements(WarmTimelines(), seed) == 0


def test_little_room_changes_nothing_but_the_number_of_reads() -> None:
    assert disagreements(WarmTimelines(facts_max=10), 7) == 0


@pytest.mark.django_db(transaction=True)
def test_what_another_process_wrote_is_seen_and_a_restart_ends_in_the_same() -> None:
    warm = WarmTimelines()
    assert warm.read(BUREAU, SUBJECTS) == {key: [] for key in SUBJECTS}
    tell(1, "S1")
    before = warm.read(BUREAU, SUBJECTS)
    with suppress(Undo), transaction.atomic():
        tell(2, "S2")
        warm.read(BUREAU, SUBJECTS)
        raise Undo
    tell(3, "S3")
    told = warm.read(BUREAU, SUBJECTS)
    assert [len(told[key]) for key in SUBJECTS] == [0, 1, 0, 1, 0, 0]
    assert told == WarmTimelines().read(BUREAU, SUBJECTS)
    assert [len(before[key]) for key in SUBJECTS] == [0, 1, 0, 0, 0, 0]


def wrong_after_a_rollback_and_a_retry(warm: WarmTimelines) -> int:
    """SQLite gives the numbers of a rolled back transaction again, here the last one to the same fact."""
    tell(0, "S0")
    warm.read(BUREAU, SUBJECTS)
    with suppress(Undo), transaction.atomic():
        tell(1, "S1")
        tell(2, "S2")
        warm.read(BUREAU, SUBJECTS)
        raise Undo
    tell(3, "S3")
    tell(2, "S2")
    numbers, told = [*StoredFact.objects.values_list("sequence", flat=True)][1:], warm.read(BUREAU, SUBJECTS)
    arrived = warm.arrived(BUREAU, numbers) != queries.arrived(viewer=BUREAU, sequences=numbers)
    return arrived + sum(told[key] != queries.timeline(viewer=BUREAU, subject=key) for key in SUBJECTS)


def test_a_rollback_is_noticed_even_when_its_last_number_names_the_same_fact_again() -> None:
    assert wrong_after_a_rollback_and_a_retry(WarmTimelines()) == 0


@pytest.mark.only_on("sqlite")
def test_planted_fault_a_rollback_that_is_not_noticed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WarmTimelines, "_rolled_back", lambda self: False)
    assert wrong_after_a_rollback_and_a_retry(WarmTimelines())


def test_planted_fault_a_cache_that_does_not_catch_up_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WarmTimelines, "_take_news", lambda self, name, rows, before: True)
    assert disagreements(WarmTimelines(), 1)


@pytest.mark.only_on("sqlite")  # numbers of facts that were rolled back are given out again
def test_a_memory_of_news_that_survives_what_was_rolled_back_is_caught() -> None:
    warm = WarmTimelines()
    warm._news = type("Stubborn", (dict,), {"clear": lambda self: None})()
    assert wrong_after_a_rollback_and_a_retry(warm)


def test_instants_come_from_the_store_in_whole_seconds() -> None:
    tell(1, "S1")
    (sequence,) = StoredFact.objects.values_list("sequence", flat=True)
    late = NOW + timedelta(microseconds=999_999)
    with suppress(Undo), transaction.atomic():
        row = StoredFact.objects.values().get()
        row |= {"sequence": sequence + 1, "fact_id": "late", "occurred_at": late, "stated_at": NOW}
        StoredFact.objects.bulk_create([StoredFact(**row)])
        (fact,) = queries.arrived(viewer=BUREAU, sequences=[sequence + 1])
        assert (moment(fact.occurred_at), moment(fact.stated_at)) == (NOW, NOW)
        raise Undo

"""One process judges from timelines in memory while another records, and answers as if it had just begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import transaction

from tests.trust.children import Child, House, ask, nothing_planted
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.library import open_library
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.signals import actions, queries, warm
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.judging import look_at

pytestmark = [pytest.mark.slow]
BEGIN = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)
BY, BUREAU = Actor.service("test"), Viewer.bureau("test")
SUBJECTS = [f"91980102MA{n}00A1B2U" for n in range(1, 5)]
FACTS = 24
Answer = Mapping[str, str]


def record(number: int, fact: NewFact) -> None:
    """Known so many seconds after the beginning."""
    contracts, at = open_library(settings.PACKS).contracts, BEGIN + timedelta(seconds=number)
    (outcome,) = actions.record_facts(by=BY, at=at, facts=[fact], source="test", contracts=contracts)
    assert not outcome.refusals, outcome.refusals


def furnish() -> None:
    """Businesses under trigger supervision of their advertising."""
    firm = ("ENTERPRISE", "云汀广告", "980102", "5211", date(2020, 1, 1))
    records = [registry.SubjectRecord(key, *firm) for key in SUBJECTS]
    registry.record_subjects(by=BY, at=BEGIN, records=records)
    for key in SUBJECTS:
        record(0, NewFact("ENROLMENT", key, BEGIN, {"state": "ENROLLED"}, "T21"))


def tell(line: Connection) -> None:
    """Record what is asked for: a forbidden word each, found in turn with every business."""
    while True:
        for number in line.recv():
            found: dict[str, object] = {"finding": "ABSOLUTE_TERM_SENSITIVE", "exempt": False}
            key = SUBJECTS[number % len(SUBJECTS)]
            record(number, NewFact("ADVERT_HIT", key, BEGIN, found, f"词-{number}"))  # type: ignore[arg-type]
        line.send("told")


def judge(line: Connection) -> None:
    """Judge everybody at the second asked for, a negative one from an empty memory.

    Answers with the judgements, whether memory equals the store up to where it has read, and to the end.
    """
    while True:
        second = line.recv()
        if second < 0:
            warm.of_this_thread().forget()
        with transaction.atomic():
            folded = look_at(SUBJECTS, BEGIN + timedelta(seconds=abs(second)))
        kept = warm.of_this_thread().read(BUREAU, SUBJECTS)
        last = max(fact.sequence for facts in kept.values() for fact in facts)
        stored = {key: queries.timeline(viewer=BUREAU, subject=key) for key in SUBJECTS}
        so_far = {key: [fact for fact in facts if fact.sequence <= last] for key, facts in stored.items()}
        answer = {one.judgement.subject: repr(one.judgement) for one in folded}
        line.send((answer, kept == so_far, kept == stored))


def disagreements(house: House, plant: Callable[[], None] = nothing_planted) -> int:
    """Looks during which memory was wrong, and businesses that an empty memory judges otherwise."""
    ask(house, furnish)
    telling, judging = Child(house, tell), Child(house, judge, plant=plant)

    def look(second: int) -> tuple[Answer, bool, bool]:
        judging.line.send(second)
        told: tuple[Answer, bool, bool] = judging.hear()
        return told

    wrong = 0 if look(1)[2] else 1
    for first in range(1, FACTS, 8):
        telling.line.send(range(first, first + 8))
        wrong += sum(not look(number)[1] for number in range(first, first + 8, 4))
        assert telling.hear() == "told"
        wrong += 0 if look(first + 8)[2] else 1
    kept, fresh = look(FACTS + 10)[0], look(-FACTS - 10)[0]
    telling.end()
    judging.end()
    assert len(fresh) == len(SUBJECTS)
    return wrong + sum(kept[key] != fresh[key] for key in SUBJECTS)


def go_stale() -> None:
    """Planted fault: what others recorded since the last look is not taken in."""
    patch.object(warm.WarmTimelines, "_take_news", lambda self, name, rows, before: True).start()


def test_memory_answers_as_the_store_while_another_process_records(house: House) -> None:
    assert disagreements(house) == 0


def test_planted_fault_stale_memory_is_caught(house: House) -> None:
    assert disagreements(house, go_stale) > len(SUBJECTS)

"""F-07: late, repeated and reordered facts end in the same state: what is in force, judgement, touches.

Every order of up to six events goes through the real intake; twenty thousand random histories, each event
told up to five times and up to ninety days late, go through what the intake decides by.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from zhunsheng.core import facts as core_facts
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.packs.load import read_item
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.library import open_library
from zhunsheng.engine.reference import judge
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions.folding import fold
from zhunsheng.sensing.signals import actions, queries
from zhunsheng.sensing.signals.new_facts import NewFact, identity

pytestmark = [pytest.mark.slow]
CLERK = Actor.service("intake")
BUREAU = Viewer.bureau("test")
SUBJECT = "91980102MA100A1B2U"
START = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
END = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
CALENDAR = open_library(Path(__file__).parents[2] / "packs").calendar
KINDS = {
    "COMPLAINT": {
        "name_zh": "投诉",
        "sources": ["12315", "hotline"],
        "dedupe": ["number"],
        "fields": {
            "number": {"type": "TEXT", "name_zh": "编号", "required": True},
            "people": {"type": "INTEGER", "name_zh": "人数"},
        },
    },
    "INSPECTION": {
        "name_zh": "检查",
        "sources": ["station"],
        "fields": {"passed": {"type": "FLAG", "name_zh": "合格", "required": True}},
    },
}
CONTRACTS = ContractSet({c.kind: c for c in parse_contracts({"kinds": KINDS}, where="test")})
WINDOW = {"window": {"days": 150}}
ITEM = {
    "schema": "",
    "id": "T",
    "name_zh": "事项",
    "field": "F",
    "enrolment_needed": False,
    "points": [
        {
            "id": "COUNTED",
            "name_zh": "点",
            "risk_zh": "险",
            "yellow": {"count": "COMPLAINT", **WINDOW, "at_least": 2},
            "red": {"count": "COMPLAINT", **WINDOW, "at_least": 3},
        },
        {
            "id": "SUMMED",
            "name_zh": "点",
            "risk_zh": "险",
            "yellow": {"sum": "COMPLAINT.people", **WINDOW, "at_least": 30},
        },
        {
            "id": "FAILED",
            "name_zh": "点",
            "risk_zh": "险",
            "yellow": {"latest": "INSPECTION.passed", "in": [False]},
        },
    ],
}
PACK = Pack("p", "1", "包", (), (read_item(ITEM, "test"),), {})


def told(
    name: str, day: int, people: int = 0, *, supersedes: str = "", retracts: str = "", said: int | None = None
) -> NewFact:
    """A statement about a complaint on a day; `said` is the day on which the source said it."""
    when = START + timedelta(days=day)
    stated = START + timedelta(days=day if said is None else said)
    payload = {} if retracts else {"number": name, "people": people}
    return NewFact(
        "COMPLAINT",
        SUBJECT,
        when,
        payload,
        fact_id=name,
        supersedes=supersedes or None,
        retracts=retracts or None,
        stated_at=stated,
    )


def inspected(name: str, day: int, *, passed: bool) -> NewFact:
    return NewFact("INSPECTION", SUBJECT, START + timedelta(days=day), {"passed": passed}, fact_id=name)


RIVALS = "rival corrections and a complaint taken back"
HISTORIES: Mapping[str, tuple[NewFact, ...]] = {
    RIVALS: (
        told("A", 1, 5),
        told("B", 2, 7),
        told("A2", 1, 11, supersedes="A", said=20),
        told("A3", 1, 13, supersedes="A", said=10),
        told("B-", 2, retracts="B", said=12),
        inspected("I", 9, passed=False),
    ),
    "a correction taken back and a retraction taken back": (
        told("A", 1, 20),
        told("A2", 1, 1, supersedes="A", said=5),
        told("A2-", 1, retracts="A2", said=8),
        told("B", 3, 15),
        told("B-", 3, retracts="B", said=9),
        told("B-+", 3, retracts="B-", said=11),
    ),
    "a chain of corrections, and looks that contradict each other": (
        told("A", 1, 1),
        told("A2", 1, 2, supersedes="A", said=4),
        told("A3", 1, 40, supersedes="A2", said=6),
        told("B", 4, 3),
        inspected("I1", 5, passed=False),
        inspected("I2", 6, passed=True),
    ),
}
State = tuple[Any, ...]
Arrival = tuple[NewFact, timedelta]


def no_other(content_hash: str) -> Pack | None:
    """No touch began under another pack."""
    return None


def arrive(fact: NewFact, number: int, delay: timedelta) -> None:
    """One real arrival in a transaction of its own; every second one is told by the other source."""
    source = "hotline" if number % 2 else "12315"
    (outcome,) = actions.record_facts(
        by=CLERK, at=START + timedelta(days=30) + delay, facts=[fact], source=source, contracts=CONTRACTS
    )
    assert not outcome.refusals


def stored_state() -> State:
    """What stands in the database after the arrivals, and what judging makes of it."""
    facts = queries.timeline(viewer=BUREAU, subject=SUBJECT)
    (folded,) = fold(
        by=CLERK,
        at=END,
        timelines=[(SUBJECT, facts)],
        pack=PACK,
        world=[],
        calendar=CALENDAR,
        former=no_other,
        snoozed={},
    )
    touches = [
        (t.point, t.colour, t.state, t.facts) for t in triggers.touches(viewer=BUREAU, subject=SUBJECT)
    ]
    return (standing(facts), folded.judgement, sorted(touches))


def through_the_intake(arrivals: Sequence[Arrival]) -> State:
    """The state after real arrivals, then undone."""
    with transaction.atomic():
        for number, (fact, delay) in enumerate(arrivals):
            arrive(fact, number, delay)
        state = stored_state()
        transaction.set_rollback(True)
    return state


def every_order_through_the_intake(waiting: Sequence[NewFact], arrived: int = 0) -> Iterator[State]:
    """The states after all orders of arrival; orders that begin alike share their beginning."""
    if not waiting:
        with transaction.atomic():
            yield stored_state()
            transaction.set_rollback(True)
    for fact in waiting:
        with transaction.atomic():
            arrive(fact, arrived, timedelta(hours=arrived))
            yield from every_order_through_the_intake([f for f in waiting if f is not fact], arrived + 1)
            transaction.set_rollback(True)


def standing(facts: Sequence[Fact]) -> list[tuple[Any, ...]]:
    """What is in force, without the number of arrival."""
    return [
        (f.fact_id, f.occurred_at, tuple(sorted(f.payload.items()))) for f in in_force(facts, instant(END))
    ]


def in_memory(arrivals: Sequence[Arrival]) -> State:
    """The state that core and engine decide, the first report of an identity being the fact."""
    stored: dict[str, Fact] = {}
    for sequence, (new, delay) in enumerate(arrivals):
        name = identity(new, CONTRACTS)
        recorded = instant(START + timedelta(days=30) + delay)
        stated = instant(new.stated_at) if new.stated_at else recorded
        stored.setdefault(
            name,
            Fact(
                name, new.kind, SUBJECT, instant(new.occurred_at), recorded, sequence, "", new.payload,
                new.supersedes, new.retracts, stated,
            ),
        )  # fmt: skip
    facts = list(stored.values())
    return (standing(facts), judge(PACK, SUBJECT, facts, [], instant(END), instant(END)))


def every_order_in_memory(history: Sequence[NewFact]) -> Iterator[State]:
    """The same without a database, an hour apart."""
    for order in itertools.permutations(history):
        yield in_memory([(fact, timedelta(hours=n)) for n, fact in enumerate(order)])


def disagreements(states: Iterator[State]) -> tuple[int, int]:
    """(number of orders, how many end in another state than the first)."""
    first, *others = states
    return len(others) + 1, sum(other != first for other in others)


@pytest.mark.django_db
@pytest.mark.parametrize("name", HISTORIES)
def test_every_order_of_arrival_ends_in_the_same_state(name: str) -> None:
    assert disagreements(every_order_through_the_intake(HISTORIES[name])) == (720, 0)


def test_the_histories_are_not_trivial() -> None:
    """In each, what stands is neither everything nor nothing, and a line is touched."""
    for history in HISTORIES.values():
        stands, judgement = in_memory([(fact, timedelta()) for fact in history])
        assert 0 < len(stands) < len(history)
        assert any(point.colour.value != "NONE" for point in judgement.points)


@pytest.mark.only_on("sqlite")  # in memory: the database has no part in it
def test_twenty_thousand_late_and_repeated_histories_end_in_the_same_state() -> None:
    chance = random.Random(9801)
    expected = {name: in_memory([(f, timedelta()) for f in history]) for name, history in HISTORIES.items()}
    different = 0
    for _ in range(20_000):
        name = chance.choice(list(HISTORIES))
        arrivals = _late_and_repeated(HISTORIES[name], chance)
        different += in_memory(arrivals) != expected[name]
    assert different == 0


@pytest.mark.django_db
def test_late_and_repeated_arrivals_through_the_intake() -> None:
    chance = random.Random(12315)
    for history in HISTORIES.values():
        expected = through_the_intake([(fact, timedelta()) for fact in history])
        for _ in range(30):
            assert through_the_intake(_late_and_repeated(history, chance)) == expected


def _late_and_repeated(history: Sequence[NewFact], chance: random.Random) -> list[Arrival]:
    reports = [fact for fact in history for _ in range(chance.randint(1, 5))]
    late = [(fact, timedelta(seconds=chance.randrange(90 * 86_400))) for fact in reports]
    return sorted(late, key=lambda arrival: arrival[1])


def test_planted_fault_the_last_arrival_wins_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_facts, "_rank", lambda fact: (fact.sequence, fact.fact_id))
    assert disagreements(every_order_in_memory(HISTORIES[RIVALS]))[1] > 100


@pytest.mark.django_db
def test_planted_fault_the_time_of_arrival_ranks_corrections_through_the_intake() -> None:
    """A source that does not say when it stated something leaves only arrival to rank rivals by."""
    careless = [replace(fact, stated_at=None) for fact in HISTORIES[RIVALS]]
    assert disagreements(every_order_through_the_intake(careless[:4]))[1] > 0

"""Two counts of days held against each other: no midnight is asked for that could not change a thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from zhunsheng.core.clock import SECONDS_PER_DAY, day_of, day_start
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import (
    Aggregate,
    Compare,
    Comparison,
    Item,
    Op,
    Pack,
    Select,
    Window,
    WindowKind,
)
from zhunsheng.engine.fast.batch import judge_batch, plain
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.generate import DAYS, FIRST_DAY, some_date, some_instant, some_pack, some_point
from zhunsheng.engine.reference import instants, judge

LAST = day_start(FIRST_DAY) + DAYS * SECONDS_PER_DAY
ORDERED = (Comparison.LESS_THAN, Comparison.AT_MOST, Comparison.AT_LEAST, Comparison.MORE_THAN)


def a_count(chance: Random) -> Aggregate:
    """Days since or until, from the last fact of a kind or from a date that it names."""
    op = chance.choice(sorted(instants.COUNTS_DAYS))
    window = Window(WindowKind.DAYS, 30) if chance.random() < 0.3 else Window(WindowKind.ALL)
    field = "d" if op is Op.DAYS_UNTIL else chance.choice(("", "d"))
    return Aggregate(op, Select((chance.choice(("K0", "K1")),)), window, field)


def counted(chance: Random) -> tuple[Pack, list[Fact]]:
    """One point whose yellow line holds one count of days against another, and facts to count from."""
    line = Compare(a_count(chance), chance.choice(ORDERED), a_count(chance))
    bare = replace(some_point(chance, "P"), red=None, critical=None, unless=None, clear=None, no_data=None)
    item = Item("T", "事项", "F", None, False, (replace(bare, yellow=line, per_object=()),))
    facts = []
    for number in range(6):
        at, dated = some_instant(chance), {"d": some_date(chance).isoformat()}
        facts.append(Fact(f"f{number}", chance.choice(("K0", "K1")), "S", at, at, number, "", dated))
    return replace(some_pack(chance), items=(item,), models=(), sources={}), facts


def changed_unasked(seeds: range) -> Iterator[int]:
    """Seeds for which a midnight before the due instant shows another result than the instant itself."""
    for seed in seeds:
        pack, facts = counted(Random(seed))
        at: int | None = day_start(FIRST_DAY) + DAYS // 2 * SECONDS_PER_DAY
        while at is not None and at < LAST:
            told = judge(pack, "S", facts, [], at, LAST)
            until = min(told.next_due or LAST, LAST)
            midnights = range(day_start(day_of(at)) + SECONDS_PER_DAY, until, SECONDS_PER_DAY)
            if any(judge(pack, "S", facts, [], t, LAST).points != told.points for t in midnights):
                yield seed
                break
            at = told.next_due


def fast_differs(pack: Pack, facts: list[Fact]) -> bool:
    at = day_start(FIRST_DAY) + DAYS // 2 * SECONDS_PER_DAY
    fast = judge_batch(pack, FactColumns.of(facts), [], at, LAST).judgement(0)
    return fast != plain(judge(pack, "S", facts, [], at, LAST))


def test_between_due_instants_no_midnight_changes_what_two_counts_of_days_say() -> None:
    assert list(changed_unasked(range(60))) == []
    for seed in range(60):
        assert not fast_differs(*counted(Random(seed))), seed


def test_counts_that_grow_apart_are_asked_for_at_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: days since and days until are taken for counts that grow alike."""
    monkeypatch.setattr(instants, "grow_alike", lambda compare: True)
    assert next(changed_unasked(range(60)), None) is not None

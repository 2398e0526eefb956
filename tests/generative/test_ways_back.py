"""Explanations that remember and try in machine code one of what is alike are those of the interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from zhunsheng.core.rules.tree import (
    Aggregate,
    All,
    AnyOf,
    Compare,
    Comparison,
    Op,
    Pack,
    Scope,
    Select,
    Window,
    WindowKind,
)
from zhunsheng.engine import explain as explaining
from zhunsheng.engine import remembering, trials
from zhunsheng.engine.explain import Explanation, explain
from zhunsheng.engine.fast.jit import U8
from zhunsheng.engine.generate import KINDS, some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.judgement import Value
from zhunsheng.engine.reference import judge
from zhunsheng.engine.reference.judge import evaluator_at
from zhunsheng.engine.reference.measures import Evaluator
from zhunsheng.engine.remembering import Remembering, choices
from zhunsheng.engine.trials import Trials

CASES = 40


def both(seed: int) -> tuple[Explanation, Explanation]:
    """The fast way, and plainly; every other pack has points of facts that are counted and added up."""
    chance = Random(seed)
    pack, world, facts = some_pack(chance), some_world(chance), some_facts(chance, "S", 20)
    as_of = some_instant(chance)
    if seed % 2:
        pack = heaped(chance, pack, evaluator_at(pack, facts, world, as_of, as_of))
    judgement = judge(pack, "S", facts, world, as_of, as_of)
    look = explaining._Look(pack, facts, world, judgement, plainly=True)
    return explain(pack, judgement, facts, world), explaining._explained(pack, judgement, look)


def heaped(chance: Random, pack: Pack, evaluator: Evaluator) -> Pack:
    """The pack with points that few of many facts keep touched: two measures, each near its line."""

    def compare() -> Compare:
        op = chance.choice((Op.COUNT, Op.SUM, Op.SUM, Op.DISTINCT, Op.MAX))
        kinds = tuple(chance.sample(KINDS, 2))
        select = Select(kinds, (), chance.choice(tuple(Scope)))
        node = Aggregate(op, select, Window(WindowKind.ALL, 0), "" if op is Op.COUNT else "n")
        line = (evaluator.aggregate(node).numerator or 1) - chance.choice((0, 1, 2, 4))
        return Compare(node, Comparison.AT_LEAST, line)

    together, point = chance.choice((All, AnyOf)), pack.items[0].points[0]
    plain = {"red": None, "critical": None, "unless": None, "clear": None, "no_data": None}
    points = tuple(
        replace(point, id=f"H{k}", per_object=KINDS[:k], yellow=together((compare(), compare())), **plain)
        for k in range(3)
    )
    item = replace(pack.items[0], applies=None, enrolment_needed=False, points=points)
    return replace(pack, items=(item, *pack.items[1:]))


def differing(seeds: range) -> Iterator[int]:
    """Seeds explained differently."""
    for seed in seeds:
        fast, plain = both(seed)
        if fast != plain:
            yield seed


def test_ways_back_are_those_of_the_plain_interpreter() -> None:
    assert list(differing(range(CASES))) == []
    told = [both(seed)[0] for seed in range(CASES)]
    assert any(way.facts for e in told for _, _, way in e.point_ways)
    assert any(way.on for e in told for _, _, way in e.point_ways)


def test_trials_that_leave_nothing_out_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = Trials._try

    def nothing_left_out(self: Trials, at: int, _removed: frozenset[str], unread: U8, **models: bool) -> int:
        return judged(self, at, frozenset(), unread, **models)

    monkeypatch.setattr(Trials, "_try", nothing_left_out)
    assert next(differing(range(CASES)), None) is not None


def test_a_kind_of_facts_that_a_point_reads_and_is_not_given_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trials, "kinds_read", lambda item, point: remembering.ALWAYS_READ)
    assert next(differing(range(CASES)), None) is not None


def test_an_end_that_is_told_a_day_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trials, "first_end", lambda self, point, name, as_of, days: next(iter(days), None))
    assert next(differing(range(CASES)), None) is not None


def test_facts_that_are_wrongly_held_to_be_alike_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "alike", lambda item, point, evaluator, facts: ["same" for _ in facts])
    assert next(differing(range(CASES)), None) is not None


def test_a_memory_that_mixes_up_objects_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[object, ...], tuple[Aggregate, Value]] = {}

    def of_any_object(self: Remembering, node: Aggregate) -> Value:
        key = (id(node), id(self.timeline), self.as_of)
        return kept.setdefault(key, (node, Evaluator._plain(self, node)))[1]

    monkeypatch.setattr(Remembering, "_plain", of_any_object)
    assert next(differing(range(CASES)), None) is not None


@pytest.mark.parametrize(
    ("marks", "size", "tried"),
    [
        ("aaaa", 2, [(0, 1)]),
        ("abab", 2, [(0, 1), (0, 2), (1, 3)]),
        ("abc", 2, [(0, 1), (0, 2), (1, 2)]),
        ("ab", 3, []),
    ],
)
def test_of_choices_that_are_alike_the_first_is_tried(
    marks: str, size: int, tried: list[tuple[int, ...]]
) -> None:
    assert choices(marks, size) == tried

"""Explanations whose trials the fast engine judges are those that the plain interpreter gives."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from zhunsheng.engine import explain as explaining
from zhunsheng.engine import remembering, trials
from zhunsheng.engine.explain import Explanation, explain
from zhunsheng.engine.fast.jit import U8
from zhunsheng.engine.generate import some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.reference import judge
from zhunsheng.engine.trials import Trials

CASES = 40


def both(seed: int) -> tuple[Explanation, Explanation]:
    """By trials in machine code, and plainly."""
    chance = Random(seed)
    pack, world, facts = some_pack(chance), some_world(chance), some_facts(chance, "S", 20)
    as_of = some_instant(chance)
    judgement = judge(pack, "S", facts, world, as_of, as_of)
    look = explaining._Look(pack, facts, world, judgement, plainly=True)
    return explain(pack, judgement, facts, world), explaining._explained(pack, judgement, look)


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

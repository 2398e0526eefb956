"""Replay by moving windows = the reference: late, corrected, retracted, future facts and the world's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from zhunsheng.core.clock import SECONDS_PER_DAY, day_start
from zhunsheng.engine import replay as replaying
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.history import Plan
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.tables import grid
from zhunsheng.engine.generate import DAYS, FIRST_DAY, some_facts, some_pack, some_world
from zhunsheng.engine.replay import by_subject, replay, replay_reference

PACKS = int(os.environ.get("ZHUNSHENG_GENERATED_REPLAY_PACKS", "60"))
START = day_start(FIRST_DAY)
MIDDLE, END = START + DAYS // 3 * SECONDS_PER_DAY, START + (DAYS + 20) * SECONDS_PER_DAY


def differing(seeds: range) -> Iterator[int]:
    """Seeds whose history is told differently, from the first day on or from a day in the middle of it."""
    for seed in seeds:
        chance = Random(seed)
        pack, world = some_pack(chance), some_world(chance)
        facts = [f for k in range(2) for f in some_facts(chance, f"S{k}", 20)]
        start = START if seed % 2 else MIDDLE
        right = replay_reference(pack, facts, world, start, END)
        said = replay(pack, facts, world, start, END)
        if any(list(said[s]) != list(right[s]) for s in by_subject(facts)):
            yield seed


def test_histories_of_generated_packs_agree() -> None:
    assert list(differing(range(PACKS))) == []


def test_corrections_that_are_not_told_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def untold(columns: FactColumns) -> tuple[I64, I64]:
        return np.zeros(len(columns.subjects) + 1, dtype=np.int64), grid([], 2)

    monkeypatch.setattr(replaying, "_tellings", untold)
    assert next(differing(range(PACKS)), None) is not None


def test_a_world_that_stays_as_it_began_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def standing_still(*given: object) -> Plan:
        made = plainly(*given)  # type: ignore[arg-type]
        return replace(made, epochs=made.epochs[:1], worlds=made.worlds[:1])

    plainly = replaying.plan_of
    monkeypatch.setattr(replaying, "plan_of", standing_still)
    assert next(differing(range(PACKS)), None) is not None


def test_many_subjects_in_two_threads_are_told_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(3)
    pack, world = some_pack(chance), some_world(chance)
    facts = [f for k in range(40) for f in some_facts(chance, f"S{k:02}")]
    at_once = replay(pack, facts, world, START, END)
    monkeypatch.setattr(replaying, "SPAN", 7)
    assert replay(pack, facts, world, START, END) == at_once
    assert any(at_once.values())

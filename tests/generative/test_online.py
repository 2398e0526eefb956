"""Warm = cold = reference: any order of delivery, late, doubled, corrected, retracted and world facts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

from zhunsheng.core.clock import SECONDS_PER_DAY, day_start
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine import shelf
from zhunsheng.engine.fast.batch import plain
from zhunsheng.engine.generate import DAYS, FIRST_DAY, some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.judgement import PointResult
from zhunsheng.engine.online import Stepper
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import replay_reference
from zhunsheng.engine.single import SingleJudge

PACKS = int(os.environ.get("ZHUNSHENG_GENERATED_ONLINE_PACKS", "80"))
START = day_start(FIRST_DAY)
END = START + (DAYS + 20) * SECONDS_PER_DAY
Case = tuple[Pack, list[Fact], list[Fact]]


def case(seed: int) -> Case:
    """Every second case is plain and busy, so that windows are moved; the others correct and retract."""
    chance = Random(seed)
    pack, world = some_pack(chance), some_world(chance)
    if seed % 2:
        return pack, some_facts(chance, "S", 14), world
    told = [replace(f, supersedes=None, retracts=None) for f in some_facts(chance, "S", 40)]
    return pack, told, world


def known(result: list[PointResult]) -> set[PointResult]:
    return set(result)


def steps_that_differ(given: Case) -> Iterator[str]:
    """Facts as they become known: after each, points and next due are those of the reference."""
    pack, facts, world = given
    stepper, told = Stepper(pack, START), list[Fact]()
    everything = [*((f, False) for f in facts), *((f, True) for f in world)]
    stepper.run_to("S", START)
    for fact, is_world in sorted(everything, key=lambda pair: (pair[0].recorded_at, pair[0].sequence)):
        if is_world:
            stepper.tell_world(fact)
            continue
        told.append(fact)
        step = stepper.take(fact)
        if step.at != fact.recorded_at:
            continue
        right = judge(pack, "S", told, stepper.world, step.at, step.at)
        if known(list(step.points)) != known(list(right.points)) or step.next_due != right.next_due:
            yield f"{fact.fact_id}: {step} {right.points} {right.next_due}"


def histories_that_differ(given: Case, seed: int) -> Iterator[str]:
    """Any order of delivery, some facts forgotten on the way: the same touches in the end."""
    pack, facts, world = given
    chance, delivered = Random(seed + 1), list[Fact]()
    stepper = Stepper(pack, START, fetch=lambda _: delivered)
    everything = [*((f, False) for f in facts), *((f, True) for f in world)]
    chance.shuffle(everything)
    for fact, is_world in everything:
        if chance.random() < 0.2:
            stepper.evict("S")
        if is_world:
            stepper.tell_world(fact)
        else:
            stepper.take(fact)
            delivered.append(fact)
    right = replay_reference(pack, facts, world, START, END)
    if facts and max(f.recorded_at for f in (*facts, *world)) <= END:
        said = stepper.run_to("S", END)
        if list(said) != list(right["S"]):
            yield f"{said} {right['S']}"


def test_every_step_says_what_the_reference_says() -> None:
    found = {seed: told for seed in range(PACKS) if (told := list(steps_that_differ(case(seed))))}
    assert found == {}


def test_any_order_of_delivery_ends_in_the_touches_of_the_reference() -> None:
    found = {s: told for s in range(PACKS // 2) if (told := list(histories_that_differ(case(s), s)))}
    assert found == {}


def test_windows_are_moved_and_not_only_filled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    filled, taken = list[int](), list[int]()
    plainly, take = shelf.Shelf.tell_again, Stepper.take

    def noting(told: list[int], act: Callable[..., object]) -> Callable[..., object]:
        def noted(*given: object) -> object:
            told.append(1)
            return act(*given)

        return noted

    monkeypatch.setattr(shelf.Shelf, "tell_again", noting(filled, plainly))
    monkeypatch.setattr(Stepper, "take", noting(taken, take))
    for seed in range(0, 20, 2):
        assert list(steps_that_differ(case(seed))) == []
    assert 2 * len(taken) > 3 * len(filled) > 0


def test_a_late_fact_that_leaves_the_windows_as_they_were_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf.Shelf, "is_last", lambda held, place, fact: True)
    assert any(list(steps_that_differ(case(seed))) for seed in range(0, PACKS, 2))


def test_moving_windows_over_corrected_facts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "in_force", lambda facts, at: facts)
    assert any(list(steps_that_differ(case(seed))) for seed in range(1, PACKS, 2))


def test_one_subject_judged_whole_is_the_reference() -> None:
    for seed in range(PACKS):
        pack, facts, world = case(seed)
        one, chance = SingleJudge(pack), Random(seed)
        for _ in range(3):
            as_of, outside = some_instant(chance), tuple(world)
            right = plain(judge(pack, "S", facts, outside, as_of, as_of))
            assert one.judge("S", facts, outside, as_of, as_of) == right
            assert one.judge("S", facts, outside, as_of, as_of) == right


def test_a_world_that_is_kept_too_long_is_caught() -> None:
    def differs(seed: int) -> bool:
        pack, facts, world = case(seed)
        one, outside, chance = SingleJudge(pack), tuple(world), Random(seed)
        ready = one._yardstick
        assert ready is not None
        for _ in range(6):
            as_of = some_instant(chance)
            said = one.judge("S", facts, outside, as_of, as_of)
            if said != plain(judge(pack, "S", facts, outside, as_of, as_of)):
                return True
            if ready.held is not None:
                ready.held = (outside, -(1 << 62), 1 << 62, ready.held[3])
        return False

    assert any(differs(seed) for seed in range(PACKS))

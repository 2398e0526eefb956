"""The fast engine says what the reference says, for any pack, facts, as_of and known_at."""

from __future__ import annotations

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhunsheng.core.facts import CircularCorrectionError, Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.batch import judge_batch, plain
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.generate import some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.reference import judge

PACKS = int(os.environ.get("ZHUNSHENG_GENERATED_PACKS", "1000"))


def differences(pack: Pack, facts: list[Fact], world: list[Fact], as_of: int, known_at: int) -> list[str]:
    result = judge_batch(pack, FactColumns.of(facts), world, as_of, known_at)
    found = []
    for fast in result.judgements():
        own = [f for f in facts if f.subject == fast.subject]
        slow = plain(judge(pack, fast.subject, own, world, as_of, known_at))
        if fast != slow:
            found.append(f"{fast}\n{slow}")
    return found


def check(chance: Random) -> None:
    pack, world = some_pack(chance), some_world(chance)
    facts = [f for k in range(3) for f in some_facts(chance, f"S{k}")]
    as_of = some_instant(chance)
    known_at = as_of if chance.random() < 0.5 else some_instant(chance)
    assert differences(pack, facts, world, as_of, known_at) == []


def test_a_thousand_generated_packs_agree() -> None:
    for seed in range(PACKS):
        check(Random(seed))


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_packs_that_shrink_agree(chance: Random) -> None:
    check(chance)


def test_a_circle_is_refused_by_both() -> None:
    circle = [
        Fact("a", "K0", "S", 1, 1, 1, supersedes="b"),
        Fact("b", "K0", "S", 1, 1, 2, supersedes="a"),
    ]
    for run in (judge_batch, None):
        try:
            if run is not None:
                judge_batch(some_pack(Random(1)), FactColumns.of(circle), [], 9, 9)
            else:
                judge(some_pack(Random(1)), "S", circle, [], 9, 9)
        except CircularCorrectionError:
            continue
        raise AssertionError("accepted")

"""A merger that is reversed was never made, and every engine judges a merged timeline alike."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from zhunsheng.core import merging
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.merging import joined, survivor
from zhunsheng.engine.generate import some_facts, some_instant, some_pack, some_world
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.prove import prove_judgements
from zhunsheng.engine.reference import judge

CASES = 60
LATE = 1 << 40


def same(fact: Fact) -> str:
    return repr((fact.kind, fact.object, fact.occurred_at, sorted(fact.payload.items(), key=str)))


class Two:
    """The one that stays (S), the one that is merged (M); every second pair was told some facts twice."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.pack, self.world = some_pack(chance), some_world(chance)
        self.known_at = some_instant(chance) + 400 * 86_400
        self.stays = some_facts(chance, "S", 12)
        merged = some_facts(chance, "M", 12)
        both = [f for f in self.stays[:4] if f.supersedes is None and f.retracts is None] if seed % 2 else []
        merged += [replace(f, subject="M", fact_id=f"too:{f.fact_id}") for f in both]
        name = {f.fact_id: f"M:{f.fact_id}" for f in merged}
        self.merged = [
            replace(
                f,
                fact_id=name[f.fact_id],
                sequence=1_000 + number,
                supersedes=f.supersedes and name.get(f.supersedes, f.supersedes),
                retracts=f.retracts and name.get(f.retracts, f.retracts),
            )
            for number, f in enumerate(merged)
        ]

    def link(self, at: int, reversed_at: int | None) -> dict[str, list[Fact]]:
        """Both timelines with the link that was told at one instant and taken back at another."""
        told = {"S": list(self.stays), "M": list(self.merged)}
        for number, (one, other, side) in enumerate((("M", "S", "FROM"), ("S", "M", "TO"))):
            payload = {"relation": "MERGED_INTO", "other": other, "side": side}
            fact = Fact(f"link:{one}", merging.LINK, one, at, at, 5_000 + number, "1", payload)
            told[one].append(fact)
            if reversed_at is not None:
                back = replace(fact, fact_id=f"back:{one}", payload={}, retracts=fact.fact_id)
                told[one].append(replace(back, recorded_at=reversed_at, sequence=6_000 + number))
        return told

    def judged(self, told: dict[str, list[Fact]], subject: str = "S") -> Judgement:
        facts = joined(subject, told[subject], told.__getitem__, same, self.known_at)
        return judge(self.pack, subject, facts, self.world, self.known_at, self.known_at)


def differing_after_a_reversal() -> list[int]:
    found = []
    for seed in range(CASES):
        two = Two(seed)
        never = {"S": two.stays, "M": two.merged}
        undone = two.link(two.known_at - 9_000, two.known_at - 10)
        if any(two.judged(never, who) != two.judged(undone, who) for who in ("S", "M")):
            found.append(seed)
    return found


def test_merged_and_reversed_is_never_merged() -> None:
    """FORCE-8"""
    assert differing_after_a_reversal() == []


def test_a_reversal_that_is_overlooked_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "in_force", lambda facts, known_at: [f for f in facts if f.payload])
    assert differing_after_a_reversal() != []


def twice_counted() -> list[int]:
    found = []
    for seed in range(CASES):
        two = Two(seed)
        told = two.link(two.known_at - 9_000, None)
        facts = joined("S", told["S"], told.__getitem__, same, two.known_at)
        assert {f.subject for f in facts} == {"S"}
        standing = [same(f) for f in in_force(facts, LATE) if f.kind != merging.LINK]
        alone = [same(f) for f in in_force(two.stays, LATE)]
        alone += [same(f) for f in in_force(two.merged, LATE) if f.kind not in merging.STAYING]
        own = [same(f) for f in in_force(two.stays, LATE)]
        theirs = [same(replace(f, subject="S")) for f in in_force(two.merged, LATE)]
        if seed % 2 == 0:
            assert sorted(standing) == sorted(alone), seed
        elif any(standing.count(s) > max(own.count(s), theirs.count(s)) for s in standing):
            found.append(seed)
    return found


def test_the_facts_of_both_count_and_each_counts_once() -> None:
    """FORCE-5 FORCE-6"""
    assert twice_counted() == []


def test_counting_a_fact_of_both_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging._Merging, "alive", lambda self, facts: [])
    assert twice_counted() != []


def test_the_engines_agree_about_merged_timelines() -> None:
    for seed in range(CASES):
        two = Two(seed)
        told = two.link(two.known_at - 9_000, None)
        facts = joined("S", told["S"], told.__getitem__, same, two.known_at)
        at = two.known_at
        assert prove_judgements(two.pack, facts, two.world, [(at, at)]).mismatches == (), seed


def test_mergers_are_followed_and_a_circle_ends() -> None:
    """FORCE-7"""
    two = Two(0)
    told = two.link(1, None)
    assert survivor(told["M"], 1) == "S" and survivor(told["M"], 0) == "" and survivor(told["S"], 1) == ""
    third = Fact("x", "PENALTY", "T", 5, 5, 9_000)
    for one, other, side in (("T", "M", "FROM"), ("M", "T", "TO"), ("T", "S", "TO"), ("S", "T", "FROM")):
        payload = {"relation": "MERGED_INTO", "other": other, "side": side}
        told.setdefault(one, []).append(Fact(f"l:{one}{other}", merging.LINK, one, 2, 2, 9_100, "2", payload))
    told["T"].append(third)
    facts = joined("S", told["S"], told.__getitem__, same, LATE)
    assert [f.subject for f in facts if f.fact_id == "x"] == ["S"]
    assert len({f.fact_id for f in facts}) == len(facts)


def test_other_links_carry_nothing() -> None:
    """FORCE-9"""
    two = Two(0)
    told = two.link(1, None)
    told["S"] = [
        replace(f, payload={**f.payload, "relation": "SUCCEEDS"}) if f.kind == merging.LINK else f
        for f in told["S"]
    ]
    facts = joined("S", told["S"], told.__getitem__, same, two.known_at)
    assert facts == sorted(told["S"], key=lambda f: f.sequence)

"""Counts and sums against fixed lines, judged from tables of their own for a crowd: as the reference says."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.generative.test_fast import differences
from zhunsheng.core.rules import tree
from zhunsheng.core.rules.tree import (
    Aggregate,
    Bin,
    Compare,
    Comparison,
    CutOff,
    Family,
    Filter,
    Indicator,
    Item,
    Model,
    Op,
    Pack,
    Select,
    Shape,
    TriggerPoint,
    Window,
    WindowKind,
)
from zhunsheng.engine.fast import batch, plain
from zhunsheng.engine.generate import KINDS, SOURCES, some_facts, some_instant, some_world

PACKS = 60
WINDOWS = tuple(kind for kind in WindowKind if kind is not WindowKind.SINCE_EVENT)


@pytest.fixture(autouse=True)
def spares_even_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SPARING_FROM", 1)


def some_measure(chance: Random) -> Aggregate:
    kinds = tuple(chance.sample(KINDS, chance.randrange(1, 3)))
    tests = (Filter("n", chance.choice((tree.Test.AT_LEAST, tree.Test.AT_MOST)), (chance.randrange(3),)),)
    kind = chance.choice(WINDOWS)
    window = Window(kind, chance.choice((1, 2, 30, 90)), 0) if kind is not WindowKind.ALL else Window(kind)
    op = chance.choice((Op.COUNT, Op.COUNT, Op.SUM, Op.DISTINCT))
    where = tests if chance.random() < 0.5 else ()
    return Aggregate(op, Select(kinds, where), window, "" if op is Op.COUNT else "n")


def some_point(chance: Random, number: int) -> TriggerPoint:
    measure = some_measure(chance)

    def line(*comparisons: Comparison) -> Compare:
        own = measure if chance.random() < 0.9 else some_measure(chance)
        return Compare(own, chance.choice(comparisons), chance.randrange(-1, 5))

    def perhaps(*comparisons: Comparison) -> Compare | None:
        return line(*comparisons) if chance.random() < 0.5 else None

    rising = (Comparison.AT_LEAST, Comparison.MORE_THAN)
    return TriggerPoint(
        *(f"P{number}", "", "", line(*rising), perhaps(*rising), None, None),
        *(
            perhaps(Comparison.AT_MOST, Comparison.LESS_THAN),
            None,
            (),
            "",
            0,
            0,
            0,
            30,
            7,
            (),
            (),
            (),
            "",
            "",
        ),
    )


def some_plain_pack(chance: Random) -> Pack:
    indicators = tuple(
        Indicator(
            *(f"I{k}", chance.choice(("F0", "F1", "")), "", Shape.LEVEL, some_measure(chance)),
            tuple(Bin(chance.randrange(-1, 4), chance.randrange(-300, 900)) for _ in range(3)),
            *((), (), False, 0, 100, chance.choice((200, 10_000)), (), ""),
        )
        for k in range(6)
    )
    families = (Family("F0", "", 500), Family("F1", "", 900))
    cut_offs = (CutOff("A", 100), CutOff("B", 600), CutOff("C", None))
    model = Model("general", "", "", families, indicators, (), cut_offs, chance.choice((0, 900)), "B")
    items = tuple(Item(f"T{k}", "", "", None, False, (some_point(chance, k),)) for k in range(8))
    return Pack("plain", "1", "", (model,), items, SOURCES)


def some_case_differs(seed: int) -> bool:
    chance = Random(seed)
    pack, as_of = some_plain_pack(chance), some_instant(chance)
    facts = [replace(f, object="") for k in range(3) for f in some_facts(chance, f"S{k}", most=40)]
    facts = [fact for fact in facts if fact.kind in KINDS]  # who is enrolled or silent is judged in full
    known_at = as_of if chance.random() < 0.5 else some_instant(chance)
    return bool(differences(pack, facts, some_world(chance), as_of, known_at))


def test_plain_packs_agree() -> None:
    assert [seed for seed in range(PACKS) if some_case_differs(seed)] == []


@pytest.mark.parametrize("column", [plain.FEED_START, plain.FEED_LOW, plain.FEED_SUM, plain.FEED_LEAVES])
def test_what_is_wrong_in_a_table_is_caught(monkeypatch: pytest.MonkeyPatch, column: int) -> None:
    right = plain.plain_feeds

    def planted(*given: object) -> object:
        middle, feeds, order = right(*given)  # type: ignore[arg-type]
        feeds[:, column] += 1
        return middle, feeds, order

    monkeypatch.setattr(plain, "plain_feeds", planted)
    assert any(some_case_differs(seed) for seed in range(PACKS))


@pytest.mark.parametrize("column", [plain.UNIT_A, plain.UNIT_B, plain.UNIT_C, plain.UNIT_FAMILY])
def test_what_is_wrong_in_a_verdict_is_caught(monkeypatch: pytest.MonkeyPatch, column: int) -> None:
    right = plain.plain_units

    def planted(*given: object) -> object:
        unit_at, units, depend_at, depends = right(*given)  # type: ignore[arg-type]
        own = units[:, plain.UNIT_INDICATOR] == (1 if column == plain.UNIT_FAMILY else 0)
        units[own, column] += -1 if column == plain.UNIT_FAMILY else 1
        units[:, plain.UNIT_FAMILY] = units[:, plain.UNIT_FAMILY].clip(0)
        return unit_at, units, depend_at, depends

    monkeypatch.setattr(plain, "plain_units", planted)
    assert any(some_case_differs(seed) for seed in range(PACKS))


def test_silence_of_a_source_is_never_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    right = plain.plain_units
    monkeypatch.setattr(plain, "plain_units", lambda tables, silent: right(tables, 0))
    assert any(some_case_differs(seed) for seed in range(PACKS))

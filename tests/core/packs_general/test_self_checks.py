"""A self-check is voluntary: to have done one never counts against a business; what it says never counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.packs_general.judging import AS_OF, LOADED, Told, f, ledger_of
from tests.core.packs_general.test_indicators import CASES, SELF_CHECK
from tests.engine.facts import at
from zhunsheng.core.packs.cards import cards
from zhunsheng.core.rules.tree import Aggregate, Op, Pack
from zhunsheng.engine.judgement import Judgement
from zhunsheng.engine.reference import judge

KIND = "SELF_CHECK_DONE"
ENROLMENT = [f("ENROLMENT", 600, item.id, state="ENROLLED") for item in LOADED.pack.items]
KNOWN = [fact for rows in CASES.values() for facts, _points in rows for fact in facts if fact[0] != KIND]
CLASSES = [cut.name for cut in LOADED.pack.models[0].cut_offs]


def judged_by(pack: Pack, facts: list[Told]) -> Judgement:
    return judge(pack, "S1", ledger_of([*ENROLMENT, *facts]), [], at(AS_OF), at(AS_OF))


def is_worse(pack: Pack, facts: list[Told], gaps: int) -> bool:
    """Whether a business stands worse with a self-check in which so many answers were "no" than without."""
    kind, when, thing, payload = SELF_CHECK
    without = judged_by(pack, facts)
    with_it = judged_by(pack, [*facts, (kind, when, thing, {**payload, "gaps": gaps})])
    (before,), (after,) = without.models, with_it.models
    return (
        after.score > before.score
        or CLASSES.index(after.class_name) > CLASSES.index(before.class_name)
        or with_it.points != without.points
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(KNOWN), max_size=12), st.integers(0, 5))
def test_a_self_check_never_makes_it_worse(facts: list[Told], gaps: int) -> None:
    assert not is_worse(LOADED.pack, facts, gaps)


def test_planted_fault_a_rule_that_punishes_a_self_check_is_seen() -> None:
    model = LOADED.pack.models[0]
    (kept,) = [one for one in model.indicators if one.id == "I47"]
    cases = tuple(replace(c, points=100) if n == 1 else c for n, c in enumerate(kept.cases))
    others = tuple(replace(one, cases=cases) if one is kept else one for one in model.indicators)
    spoilt = replace(LOADED.pack, models=(replace(model, indicators=others),))
    assert is_worse(spoilt, [f("COMMITMENT", 9, "诺", state="KEPT")], 0)


def aggregates(node: Any) -> Iterator[Aggregate]:
    """Every measure in a rule."""
    if isinstance(node, Aggregate):
        yield node
    if is_dataclass(node):
        for one in fields(node):
            yield from aggregates(getattr(node, one.name))
    elif isinstance(node, tuple):
        for part in node:
            yield from aggregates(part)


def test_the_card_says_that_it_is_voluntary_and_what_it_is_worth() -> None:
    card = cards(LOADED.pack, LOADED.contracts)["general:I47"]
    assert "自查表：自愿填写。只看做过没有，不看答了什么；没做的不因此加分、触线。" in card.counts


def test_what_is_read_is_that_one_was_done_and_nothing_that_was_said() -> None:
    found = [a for a in aggregates((LOADED.pack.items, LOADED.pack.models)) if KIND in a.select.kinds]
    assert found and all((a.op, a.field, a.select.where) == (Op.COUNT, "", ()) for a in found)
    assert not [a for a in aggregates(LOADED.pack.items) if KIND in a.select.kinds]
    rules = aggregates((LOADED.pack.items, LOADED.pack.models))
    assert not [a for a in rules if "GUIDANCE_NOTED" in a.select.kinds]

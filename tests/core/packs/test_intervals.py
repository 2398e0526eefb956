"""Implication: what is claimed is true; what is not proved is not claimed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.packs.intervals import always, implies, never
from zhunsheng.core.packs.nodes import NodeReader
from zhunsheng.core.rules.tree import All, AnyOf, Compare, Condition, Not

WORDS = ("at_least", "more_than", "at_most", "less_than", "equals")


def line(comparison: str, value: int, days: int = 30) -> Condition:
    node: dict[str, Any] = {"count": "K", "window": {"days": days}, comparison: value}
    return NodeReader().condition(node, "x")


def test_contradictions_and_truisms() -> None:
    assert never(All((line("at_least", 5), line("at_most", 3))))
    assert never(All((line("more_than", 2), line("less_than", 3))))
    assert never(line("less_than", 0))
    assert always(line("at_least", 0))
    assert not never(line("at_least", 5))
    assert not always(AnyOf((line("at_least", 5), line("at_most", 3))))
    assert always(AnyOf((line("at_least", 5), line("less_than", 5))))


def test_more_in_fewer_days_is_at_least_as_much_in_more_days() -> None:
    assert implies(line("at_least", 4, 7), line("at_least", 2, 30))
    assert not implies(line("at_least", 4, 30), line("at_least", 2, 7))


leaves = st.builds(line, st.sampled_from(WORDS), st.integers(-1, 5))
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.tuples(inner, inner)),
        st.builds(AnyOf, st.tuples(inner, inner)),
    ),
    max_leaves=6,
)


def truth(node: Condition, count: int) -> bool:
    match node:
        case Not(part):
            return not truth(part, count)
        case All(parts):
            return all(truth(p, count) for p in parts)
        case AnyOf(parts):
            return any(truth(p, count) for p in parts)
        case Compare(_, comparison, int() as at):
            return {"AT_LEAST": count >= at, "MORE_THAN": count > at, "AT_MOST": count <= at,
                    "LESS_THAN": count < at, "EQUALS": count == at}[comparison.value]  # fmt: skip
    raise AssertionError(node)


@given(conditions, conditions)
def test_what_is_proved_is_true_for_every_count(left: Condition, right: Condition) -> None:
    counts = range(8)
    if never(left):
        assert not any(truth(left, n) for n in counts)
    if always(left):
        assert all(truth(left, n) for n in counts)
    if implies(left, right):
        assert all(truth(right, n) for n in counts if truth(left, n))
    assert never(left) == (not any(truth(left, n) for n in counts)), "complete for one measure"

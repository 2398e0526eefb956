"""The measures themselves, on rows small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evaluations.judged import read_pack
from evaluations.measures import (
    Visits,
    auc,
    auc_within,
    days_earlier,
    days_earlier_within,
    first_half_share,
    random_order,
)
from evaluations.strictness import Strictness

ROWS = Visits(np.array([1, 2, 3, 4]), np.array([0, 0, 0, 1]), np.array(["x", "x", "y", "y"]))


def test_a_perfect_score_visits_the_finding_first() -> None:
    perfect = np.array([0.0, 0.0, 0.0, 1.0])
    assert auc(perfect, ROWS.found) == 1.0
    assert days_earlier(perfect, ROWS) == 3.0
    assert days_earlier_within(perfect, ROWS) == 1.0
    assert first_half_share(perfect, ROWS) == (0.0, 1.0)


def test_a_score_that_knows_only_the_group_gains_nothing_within() -> None:
    by_group = np.array([0.0, 0.0, 1.0, 1.0])
    assert days_earlier(by_group, ROWS) == 2.0
    assert days_earlier_within(by_group, ROWS) == 0.0


def test_ties_count_half_and_one_sided_groups_count_nothing() -> None:
    flat = np.zeros(4)
    assert auc(flat, ROWS.found) == 0.5
    assert auc_within(flat, ROWS) == 0.5


def test_random_order_is_near_what_chance_gives() -> None:
    assert random_order(ROWS, rounds=4000).days == pytest.approx(1.5, abs=0.1)


def test_strictness_uses_only_earlier_results_of_the_group() -> None:
    habit = Strictness()
    assert habit.excess("strict", 4.0) == 0.0
    for _ in range(200):
        habit.excess("strict", 4.0)
        habit.excess("mild", 1.0)
    assert habit.excess("strict", 4.0) == pytest.approx(0.0, abs=0.3)
    assert habit.excess("mild", 4.0) > 2.5


@pytest.mark.parametrize("name", ["chicago", "sf", "minneapolis"])
def test_packs_of_the_evaluations_are_read(name: str) -> None:
    (model,) = read_pack(name).models
    assert all(any(b.points for b in n.bins) for n in model.indicators)

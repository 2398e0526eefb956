"""F-09: several workers on one database: each job is done once, also when one of them dies in the middle."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.trust import workers
from tests.trust.children import Child, House, ask, nothing_planted

pytestmark = [pytest.mark.faults]
ROWS, UNTIL = 120, 5


def effects_after_a_death(house: House, plant: Callable[[], None] = nothing_planted) -> dict[int, int]:
    """One worker dies within its sixth row while two others wait for their turn and work off the rest."""
    ask(house, workers.furnish_inside, ROWS)
    dying = Child(house, workers.work_inside_slowly, plant=plant)
    for number in range(UNTIL):
        assert dying.hear() == number
        dying.line.send("go on")
    assert dying.hear() == UNTIL
    others = [Child(house, workers.work_inside_fast) for _ in range(2)]
    dying.end(kill=True)
    assert sum(other.hear() for other in others) == ROWS
    for other in others:
        other.end()
    told: dict[int, int] = ask(house, workers.effects_inside)
    return told


def test_each_job_is_done_once_by_whoever_lives(house: House) -> None:
    assert effects_after_a_death(house) == dict.fromkeys(range(ROWS), 1)


def test_planted_fault_an_effect_kept_before_its_mark_comes_twice(house: House) -> None:
    told = effects_after_a_death(house, plant=workers.commit_each_effect_by_itself)
    assert [n for n, times in told.items() if times > 1] == list(range(UNTIL + 1))

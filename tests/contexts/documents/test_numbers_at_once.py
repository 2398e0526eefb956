"""Numbers stay without gap and without double when officers issue at once and some of their issues fail.

Real processes on either database: the number belongs to the transaction of the issue.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contexts.documents import numbering
from tests.trust.children import Child, House, ask, nothing_planted

pytestmark = [pytest.mark.faults, pytest.mark.slow]
OFFICERS, EACH, EVERY = 3, 10, 3


def issue_at_once(house: House, plant: Callable[..., object] = nothing_planted) -> list[list[object]]:
    furnisher = Child(house, numbering.furnish, OFFICERS * EACH)
    documents = furnisher.hear()
    furnisher.end()
    parts = [documents[n::OFFICERS] for n in range(OFFICERS)]
    officers = [Child(house, numbering.issue_all, part, EVERY, plant=plant) for part in parts]
    assert [officer.hear() for officer in officers] == ["ready"] * OFFICERS
    for officer in officers:
        officer.line.send("go")
    return [officer.end() for officer in officers]


def test_officers_who_issue_at_once_leave_no_gap_and_no_double(house: House) -> None:
    assert issue_at_once(house) == [["done"]] * OFFICERS
    last, numbers, missing = ask(house, numbering.register)
    assert (last, missing) == (OFFICERS * EACH, [])
    assert numbers == list(range(1, OFFICERS * EACH + 1))


@pytest.mark.only_on("postgresql")
def test_planted_fault_a_book_that_is_not_held_is_caught_by_the_database(house: House) -> None:
    ends = issue_at_once(house, numbering.count_without_the_lock)
    assert [] in ends
    _last, numbers, _missing = ask(house, numbering.register)
    assert len(numbers) == len(set(numbers))

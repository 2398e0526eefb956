"""Lines that can be moved are found by their place, and moving one moves nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from zhunsheng.core.packs.lines import lines_of, moved
from zhunsheng.core.packs.nodes import PackError

YELLOW = {
    "all": [
        {"count": "HIT", "where": {"stars": {"at_most": 2}}, "window": {"days": 30}, "at_least": 3},
        {"latest": "SHOP.big", "equals": True},
        {"ratio": {"sample_min": 20}, "more_than": {"peer": {"times_percent": 500}}},
    ]
}
POINT: dict[str, Any] = {"id": "T09-1", "yellow": YELLOW, "clear_at_percent": 80}
DOCUMENTS = [
    ("pack.yaml", {"schema": "zhunsheng.pack/1"}),
    ("items/t09.yaml", {"id": "T09", "points": [POINT, {"id": "T09-2", "yellow": {"at_least": 9}}]}),
]


def test_whole_numbers_that_are_lines_have_places() -> None:
    assert lines_of(DOCUMENTS, "T09-1") == {
        "clear_at_percent": 80,
        "yellow.all.0.window.days": 30,
        "yellow.all.0.at_least": 3,
        "yellow.all.2.ratio.sample_min": 20,
        "yellow.all.2.more_than.peer.times_percent": 500,
    }, "neither a flag nor what a filter says is a line"


def test_moving_one_line_moves_nothing_else() -> None:
    before = deepcopy(DOCUMENTS)
    told = moved(DOCUMENTS, "T09-1", "yellow.all.0.at_least", 5)
    assert before == DOCUMENTS, "the documents in hand stay as they are"
    assert lines_of(told, "T09-1") == lines_of(DOCUMENTS, "T09-1") | {"yellow.all.0.at_least": 5}
    assert lines_of(told, "T09-2") == {"yellow.at_least": 9}
    assert moved(told, "T09-1", "yellow.all.0.at_least", 3) == DOCUMENTS


@pytest.mark.parametrize(
    "place", ["yellow.all.0.where.stars.at_most", "yellow.all.1.equals", "id", "red", ""]
)
def test_what_is_no_line_cannot_be_moved(place: str) -> None:
    with pytest.raises(PackError):
        moved(DOCUMENTS, "T09-1", place, 5)


def test_a_point_that_is_not_there() -> None:
    with pytest.raises(PackError):
        lines_of(DOCUMENTS, "T99-1")


def test_a_part_written_once_and_named_twice_is_two_lines() -> None:
    shared = {"count": "HIT", "at_least": 3}
    documents = [("t.yaml", {"points": [{"id": "P", "yellow": shared, "red": {"all": [shared]}}]})]
    told = lines_of(moved(documents, "P", "yellow.at_least", 5), "P")
    assert told == {"yellow.at_least": 5, "red.all.0.at_least": 3}, "YAML's alias makes them one node"

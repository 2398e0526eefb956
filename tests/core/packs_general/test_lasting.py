"""Which yellow lines say that something is so, and which that something has happened."""

from __future__ import annotations

from tests.core.packs_general.judging import LOADED
from zhunsheng.core.rules.lasting import says_a_state

STATES = [
    "T01-1",
    "T02-2",
    "T03-1",
    "T05-1",
    "T08-2",
    "T10-1",
    "T15-1",
    "T17-1",
    "T19-1",
    "T19-2",
    "T23-1",
    "T24-1",
    "T25-1",
    "T26-1",
    "T26-2",
]
EVENTS = [
    "T02-1",
    "T04-1",
    "T06-1",
    "T07-1",
    "T08-1",
    "T09-1",
    "T10-2",
    "T11-1",
    "T12-1",
    "T13-1",
    "T14-1",
    "T16-1",
    "T18-1",
    "T20-1",
    "T21-1",
    "T22-1",
    "T24-2",
]


def test_every_yellow_line_is_a_state_or_an_event() -> None:
    told = {
        point.id: says_a_state(point.yellow)
        for item in LOADED.pack.items
        for point in item.points
        if point.yellow is not None
    }
    assert told == {**dict.fromkeys(STATES, True), **dict.fromkeys(EVENTS, False)}

"""Point states to and from JSON, so that tracking can go on where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhunsheng.engine.judgement import Colour
from zhunsheng.engine.tracking import Key, PointState

SEPARATOR = "\x1f"


def to_json(states: Mapping[Key, PointState]) -> dict[str, list[Any]]:
    """Keys joined, states as lists in a fixed order."""
    return {
        SEPARATOR.join(key): [
            s.colour.value,
            s.showing_since,
            s.started_at,
            s.ended_at,
            s.no_data,
            sorted(s.facts),
            *([s.snoozed.value] if s.snoozed is not Colour.NONE else []),
        ]
        for key, s in sorted(states.items())
    }


def from_json(told: Mapping[str, list[Any]]) -> dict[Key, PointState]:
    """The reverse."""
    states: dict[Key, PointState] = {}
    for joined, (colour, showing, started, ended, no_data, facts, *more) in told.items():
        point, _, key = joined.partition(SEPARATOR)
        times, carried = (showing, started, ended), frozenset(facts)
        snoozed = Colour(more[0]) if more else Colour.NONE
        states[(point, key)] = PointState(Colour(colour), *times, no_data, carried, snoozed)
    return states

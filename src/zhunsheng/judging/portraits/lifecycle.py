"""States of a class run."""

from __future__ import annotations

from enum import StrEnum


class RunState(StrEnum):
    """HELD waits for a person; DISCARDED never took effect."""

    EFFECTIVE = "EFFECTIVE"
    HELD = "HELD"
    DISCARDED = "DISCARDED"


TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.HELD: frozenset({RunState.EFFECTIVE, RunState.DISCARDED}),
    RunState.EFFECTIVE: frozenset(),
    RunState.DISCARDED: frozenset(),
}

"""States of a deadline in the queue."""

from __future__ import annotations

from enum import StrEnum

from zhunsheng.core.deadlines.deadline import DeadlineState


class StepKind(StrEnum):
    """What happened to a deadline; the levels of the escalation plan are steps too."""

    STARTED = "STARTED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    EXTENDED = "EXTENDED"
    RECKONED = "RECKONED"
    YEAR_UNKNOWN = "YEAR_UNKNOWN"
    HANDED_OVER = "HANDED_OVER"
    MET = "MET"
    LIFTED = "LIFTED"
    LAPSED = "LAPSED"
    SOON = "SOON"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    OVERDUE_LONG = "OVERDUE_LONG"


_OPEN = frozenset({DeadlineState.RUNNING, DeadlineState.PAUSED, DeadlineState.EXTENDED})
_ANY = _OPEN | {DeadlineState.MET, DeadlineState.MISSED, DeadlineState.LIFTED}
TRANSITIONS: dict[DeadlineState, frozenset[DeadlineState]] = {
    DeadlineState.RUNNING: _ANY,
    DeadlineState.PAUSED: _ANY,
    DeadlineState.EXTENDED: _ANY,
    # A pause or extension of its time, recorded late, or a corrected year revives what looked missed;
    # so does the record of an act done in time.
    DeadlineState.MISSED: _ANY,
    DeadlineState.MET: frozenset(),
    DeadlineState.LIFTED: frozenset(),
}


class ClosedDeadlineError(Exception):
    """A deadline that was met, lifted or let go does not change any more."""

"""States of an outbox row. DONE, DEAD and REFUSED are final; UNKNOWN waits for a person.

A named person leads a row out of UNKNOWN, or the target's own later word that it has it; a dead one
comes back to life by a person only.
"""

from __future__ import annotations

from enum import StrEnum


class RowState(StrEnum):
    """Where a row stands."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"
    DEAD = "DEAD"


FINAL = frozenset({RowState.DONE, RowState.REFUSED, RowState.DEAD})
TRANSITIONS: dict[RowState, frozenset[RowState]] = {
    RowState.PENDING: frozenset({RowState.SENDING, RowState.DONE, RowState.DEAD}),
    RowState.SENDING: frozenset(
        {RowState.DONE, RowState.REFUSED, RowState.PENDING, RowState.UNKNOWN, RowState.DEAD}
    ),
    RowState.UNKNOWN: frozenset({RowState.DONE, RowState.PENDING, RowState.DEAD}),
    RowState.DONE: frozenset(),
    RowState.REFUSED: frozenset(),
    RowState.DEAD: frozenset({RowState.PENDING}),
}


class Finding(StrEnum):
    """What a person found out about a row, or decided on it."""

    ARRIVED = "ARRIVED"
    SEND_AGAIN = "SEND_AGAIN"
    GIVE_UP = "GIVE_UP"


SETTLED: dict[tuple[RowState, Finding], RowState] = {
    (RowState.UNKNOWN, Finding.ARRIVED): RowState.DONE,
    (RowState.UNKNOWN, Finding.SEND_AGAIN): RowState.PENDING,
    (RowState.UNKNOWN, Finding.GIVE_UP): RowState.DEAD,
    (RowState.DEAD, Finding.SEND_AGAIN): RowState.PENDING,
}

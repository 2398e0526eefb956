"""States of a message. Receipts only ever move it forward; the last three are final (F-12)."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """How far a message has come."""

    QUEUED = "QUEUED"
    ACCEPTED = "ACCEPTED"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset(
        {MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED}
    ),
    MessageState.ACCEPTED: frozenset({MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED}),
    MessageState.DELIVERED: frozenset(),
    MessageState.FAILED: frozenset(),
    MessageState.EXPIRED: frozenset(),
}

FINAL = frozenset(state for state, after in TRANSITIONS.items() if not after)


def moved(before: MessageState, told: MessageState) -> MessageState:
    """The state after a receipt: forward if the table allows it, else as it was."""
    return told if told in TRANSITIONS[before] else before

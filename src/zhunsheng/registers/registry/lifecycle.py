"""States of a subject as the registration system knows them (M2)."""

from __future__ import annotations

from enum import StrEnum


class SubjectState(StrEnum):
    """Where a subject stands in the registration system."""

    ACTIVE = "ACTIVE"
    DORMANT = "DORMANT"
    REVOKED = "REVOKED"
    CANCELLED = "CANCELLED"
    IN_LIQUIDATION = "IN_LIQUIDATION"
    DEREGISTERED = "DEREGISTERED"


TRANSITIONS: dict[SubjectState, frozenset[SubjectState]] = {
    SubjectState.ACTIVE: frozenset(
        {
            SubjectState.DORMANT,
            SubjectState.REVOKED,
            SubjectState.CANCELLED,
            SubjectState.IN_LIQUIDATION,
            SubjectState.DEREGISTERED,
        }
    ),
    SubjectState.DORMANT: frozenset(
        {
            SubjectState.ACTIVE,
            SubjectState.REVOKED,
            SubjectState.CANCELLED,
            SubjectState.IN_LIQUIDATION,
            SubjectState.DEREGISTERED,
        }
    ),
    SubjectState.REVOKED: frozenset({SubjectState.IN_LIQUIDATION, SubjectState.DEREGISTERED}),
    SubjectState.CANCELLED: frozenset({SubjectState.IN_LIQUIDATION, SubjectState.DEREGISTERED}),
    SubjectState.IN_LIQUIDATION: frozenset({SubjectState.DEREGISTERED}),
    SubjectState.DEREGISTERED: frozenset(),
}


class ForbiddenTransitionError(Exception):
    """The registration system reports a change of state that the law does not know."""

    def __init__(self, before: SubjectState, after: SubjectState) -> None:
        super().__init__(f"登记状态不能由 {before} 变为 {after}")


def check_transition(before: SubjectState, after: SubjectState) -> None:
    """Refuse a step that is not in the table; staying is no step."""
    if before is not after and after not in TRANSITIONS[before]:
        raise ForbiddenTransitionError(before, after)

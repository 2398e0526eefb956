"""The one life of every list: trigger lists, tolerance lists, duty lists, catalogues (M01)."""

from __future__ import annotations

from enum import StrEnum


class ListState(StrEnum):
    """Where a version of a list stands. From PUBLISHED on its content never changes."""

    DRAFT = "DRAFT"
    CONSULTING = "CONSULTING"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    EFFECTIVE = "EFFECTIVE"
    SUPERSEDED = "SUPERSEDED"


class Conclusion(StrEnum):
    """What a yearly evaluation ends in."""

    KEEP = "KEEP"
    AMEND = "AMEND"
    ABOLISH = "ABOLISH"


TRANSITIONS: dict[ListState, frozenset[ListState]] = {
    ListState.DRAFT: frozenset({ListState.CONSULTING, ListState.REVIEWING}),
    ListState.CONSULTING: frozenset({ListState.DRAFT, ListState.REVIEWING}),
    ListState.REVIEWING: frozenset({ListState.DRAFT, ListState.APPROVED}),
    ListState.APPROVED: frozenset({ListState.PUBLISHED}),
    ListState.PUBLISHED: frozenset({ListState.EFFECTIVE}),
    ListState.EFFECTIVE: frozenset({ListState.SUPERSEDED}),
    ListState.SUPERSEDED: frozenset(),
}


class ListStepError(Exception):
    """A step that the life of a list does not know, or that lacks what the law asks for."""


def check_step(before: ListState, after: ListState) -> None:
    """Refuse a step that is not in the table."""
    if after not in TRANSITIONS[before]:
        raise ListStepError(f"清单不能由 {before} 变为 {after}")

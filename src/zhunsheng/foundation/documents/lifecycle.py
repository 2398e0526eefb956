"""The life of a document, and of one attempt to serve it."""

from __future__ import annotations

from enum import StrEnum


class DocumentState(StrEnum):
    """Where a document stands. From ISSUED on its content never changes."""

    DRAFT = "DRAFT"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    ISSUED = "ISSUED"
    SERVED = "SERVED"
    CANCELLED = "CANCELLED"
    DISCARDED = "DISCARDED"


class WordingState(StrEnum):
    """Where a bureau's own wording stands. From PUBLISHED on it never changes; it is in force from its day
    until the day of the next one."""

    DRAFT = "DRAFT"
    REVIEWING = "REVIEWING"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class ServiceState(StrEnum):
    """Where an attempt stands."""

    STARTED = "STARTED"
    DONE = "DONE"
    FAILED = "FAILED"


class StepKind(StrEnum):
    """What was done with a document."""

    DRAFTED = "DRAFTED"
    REVISED = "REVISED"
    SUBMITTED = "SUBMITTED"
    SENT_BACK = "SENT_BACK"
    APPROVED = "APPROVED"
    ISSUED = "ISSUED"
    SERVICE_STARTED = "SERVICE_STARTED"
    SERVICE_FAILED = "SERVICE_FAILED"
    SERVED = "SERVED"
    CANCELLED = "CANCELLED"
    DISCARDED = "DISCARDED"
    CORRECTED = "CORRECTED"


FREE = frozenset({DocumentState.DRAFT, DocumentState.REVIEWING, DocumentState.APPROVED})
ISSUED = frozenset({DocumentState.ISSUED, DocumentState.SERVED, DocumentState.CANCELLED})
TRANSITIONS: dict[DocumentState, frozenset[DocumentState]] = {
    # Straight to ISSUED only for kinds that need no second person.
    DocumentState.DRAFT: frozenset({DocumentState.REVIEWING, DocumentState.ISSUED, DocumentState.DISCARDED}),
    DocumentState.REVIEWING: frozenset(
        {DocumentState.DRAFT, DocumentState.APPROVED, DocumentState.DISCARDED}
    ),
    DocumentState.APPROVED: frozenset({DocumentState.DRAFT, DocumentState.ISSUED, DocumentState.DISCARDED}),
    DocumentState.ISSUED: frozenset({DocumentState.SERVED, DocumentState.CANCELLED}),
    DocumentState.SERVED: frozenset(),
    DocumentState.CANCELLED: frozenset(),
    DocumentState.DISCARDED: frozenset(),
}
SERVICE_TRANSITIONS: dict[ServiceState, frozenset[ServiceState]] = {
    ServiceState.STARTED: frozenset({ServiceState.DONE, ServiceState.FAILED}),
    ServiceState.DONE: frozenset(),
    ServiceState.FAILED: frozenset(),
}
WORDING_TRANSITIONS: dict[WordingState, frozenset[WordingState]] = {
    WordingState.DRAFT: frozenset({WordingState.REVIEWING, WordingState.WITHDRAWN}),
    WordingState.REVIEWING: frozenset({WordingState.DRAFT, WordingState.APPROVED, WordingState.WITHDRAWN}),
    WordingState.APPROVED: frozenset({WordingState.PUBLISHED, WordingState.WITHDRAWN}),
    WordingState.PUBLISHED: frozenset(),
    WordingState.WITHDRAWN: frozenset(),
}


class DocumentStepError(Exception):
    """A step that the life of a document does not know, or that lacks what it needs; the text says what."""


def check_step(before: DocumentState, after: DocumentState) -> None:
    """Refuse a step that is not in the table."""
    if after not in TRANSITIONS[before]:
        raise DocumentStepError(f"文书不能由 {before.value} 变为 {after.value}")

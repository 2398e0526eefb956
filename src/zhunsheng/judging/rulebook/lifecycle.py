"""States of a proposal, and which follows which."""

from __future__ import annotations

from enum import StrEnum


class ProposalState(StrEnum):
    """Where a version stands. PUBLISHED waits for its day; EFFECTIVE judges until another takes effect."""

    DRAFT = "DRAFT"
    REVIEWING = "REVIEWING"
    REVIEWED = "REVIEWED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    EFFECTIVE = "EFFECTIVE"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


S = ProposalState
TRANSITIONS: dict[ProposalState, frozenset[ProposalState]] = {
    S.DRAFT: frozenset({S.REVIEWING, S.WITHDRAWN}),
    S.REVIEWING: frozenset({S.DRAFT, S.REVIEWED, S.WITHDRAWN}),
    S.REVIEWED: frozenset({S.DRAFT, S.APPROVED, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.PUBLISHED, S.WITHDRAWN}),
    S.PUBLISHED: frozenset({S.EFFECTIVE, S.SUPERSEDED, S.WITHDRAWN}),
    S.EFFECTIVE: frozenset({S.SUPERSEDED}),
    S.SUPERSEDED: frozenset(),
    S.WITHDRAWN: frozenset(),
}


class ShadowState(StrEnum):
    """Where a shadow run stands: stopped by a person, or ended by its last day or by taking effect."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    ENDED = "ENDED"


SHADOW_TRANSITIONS: dict[ShadowState, frozenset[ShadowState]] = {
    ShadowState.RUNNING: frozenset({ShadowState.STOPPED, ShadowState.ENDED}),
    ShadowState.STOPPED: frozenset(),
    ShadowState.ENDED: frozenset(),
}


class SnoozeState(StrEnum):
    """Where a snooze stands: lifted by a person before its time, or ended by its time."""

    RUNNING = "RUNNING"
    LIFTED = "LIFTED"
    ENDED = "ENDED"


SNOOZE_TRANSITIONS: dict[SnoozeState, frozenset[SnoozeState]] = {
    SnoozeState.RUNNING: frozenset({SnoozeState.LIFTED, SnoozeState.ENDED}),
    SnoozeState.LIFTED: frozenset(),
    SnoozeState.ENDED: frozenset(),
}


class ManuscriptState(StrEnum):
    """Whether a text is worked on; a closed one stays as it is."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class SaveHow(StrEnum):
    """By which way a save came about."""

    FORM = "FORM"
    YAML = "YAML"
    ADDED = "ADDED"
    COPIED = "COPIED"
    REMOVED = "REMOVED"
    RESTORED = "RESTORED"


MANUSCRIPT_TRANSITIONS: dict[ManuscriptState, frozenset[ManuscriptState]] = {
    ManuscriptState.OPEN: frozenset({ManuscriptState.CLOSED}),
    ManuscriptState.CLOSED: frozenset({ManuscriptState.OPEN}),
}


class ProposalStepError(ValueError):
    """A step that the life of a version does not know, or that lacks something; the text is for people."""


class ManuscriptConflictError(ProposalStepError):
    """Somebody else saved the same definition since it was read."""


def check_step(before: str, after: ProposalState) -> None:
    """ProposalStepError unless `after` may follow."""
    if after not in TRANSITIONS[ProposalState(before)]:
        raise ProposalStepError("这个版本的状态已经变了，请按页面上现在的步骤继续")

"""How a log-in proceeds: each step must be passed before the session opens anything."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class SessionStage(StrEnum):
    """What is still lacking. ENROL: no second factor yet; CHANGE: the password must be replaced first."""

    SECOND = "SECOND"
    ENROL = "ENROL"
    CHANGE = "CHANGE"
    SIGNED_IN = "SIGNED_IN"
    ENDED = "ENDED"


TRANSITIONS: Mapping[SessionStage, frozenset[SessionStage]] = {
    SessionStage.SECOND: frozenset({SessionStage.CHANGE, SessionStage.SIGNED_IN, SessionStage.ENDED}),
    SessionStage.ENROL: frozenset({SessionStage.CHANGE, SessionStage.SIGNED_IN, SessionStage.ENDED}),
    SessionStage.CHANGE: frozenset({SessionStage.SIGNED_IN, SessionStage.ENDED}),
    SessionStage.SIGNED_IN: frozenset({SessionStage.ENDED}),
    SessionStage.ENDED: frozenset(),
}


class ForbiddenStageError(Exception):
    """A session was to skip a step."""

    def __init__(self, before: SessionStage, after: SessionStage) -> None:
        super().__init__(f"登录会话不能由 {before} 到 {after}")


def check_stage(before: SessionStage, after: SessionStage) -> None:
    """Refuse a step that is not in the table."""
    if after not in TRANSITIONS[before]:
        raise ForbiddenStageError(before, after)

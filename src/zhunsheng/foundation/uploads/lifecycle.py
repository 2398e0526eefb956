"""States of an upload, and which follows which."""

from __future__ import annotations

from enum import StrEnum


class UploadState(StrEnum):
    """Where an upload stands. REFUSED: the file as a whole cannot be taken, with the reason."""

    UPLOADED = "UPLOADED"
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    TAKING = "TAKING"
    TAKEN = "TAKEN"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"
    REFUSED = "REFUSED"
    DROPPED = "DROPPED"


S = UploadState
TRANSITIONS: dict[UploadState, frozenset[UploadState]] = {
    S.UPLOADED: frozenset({S.CHECKING, S.DROPPED}),
    S.CHECKING: frozenset({S.CHECKED, S.REFUSED}),
    S.CHECKED: frozenset({S.CHECKING, S.TAKING, S.DROPPED}),
    S.TAKING: frozenset({S.TAKEN, S.REFUSED}),
    S.TAKEN: frozenset({S.UNDOING}),
    S.UNDOING: frozenset({S.UNDONE, S.TAKEN}),
    S.UNDONE: frozenset({S.CHECKING}),
    S.REFUSED: frozenset({S.CHECKING, S.DROPPED}),
    S.DROPPED: frozenset(),
}
WORK = frozenset({S.CHECKING, S.TAKING, S.UNDOING})
AFTER = {S.CHECKING: S.CHECKED, S.TAKING: S.TAKEN, S.UNDOING: S.UNDONE}
AFTER_FAILURE = {S.CHECKING: S.REFUSED, S.TAKING: S.REFUSED, S.UNDOING: S.TAKEN}


class UploadStepError(ValueError):
    """The upload does not stand where this step begins; the text is for people."""


def check_step(before: str, after: UploadState) -> None:
    """UploadStepError unless `after` may follow."""
    if after not in TRANSITIONS[UploadState(before)]:
        raise UploadStepError("这个文件的状态已经变了，请按页面上现在的步骤继续")

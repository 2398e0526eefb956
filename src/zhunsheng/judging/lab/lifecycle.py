"""States of a run, and which follows which."""

from __future__ import annotations

from enum import StrEnum


class RunKind(StrEnum):
    """REPLAY: one or two versions. SWEEP: one line of a version at several values."""

    REPLAY = "REPLAY"
    SWEEP = "SWEEP"


class LabState(StrEnum):
    """Where a run stands. STOPPED and FAILED keep their parts and may go on."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    DONE = "DONE"
    FAILED = "FAILED"


S = LabState
TRANSITIONS: dict[LabState, frozenset[LabState]] = {
    S.RUNNING: frozenset({S.STOPPED, S.DONE, S.FAILED}),
    S.STOPPED: frozenset({S.RUNNING}),
    S.FAILED: frozenset({S.RUNNING}),
    S.DONE: frozenset(),
}


class LabStepError(ValueError):
    """The run does not stand where this step begins, or is no question; the text is for people."""


def check_step(before: str, after: LabState) -> None:
    """LabStepError unless `after` may follow."""
    if after not in TRANSITIONS[LabState(before)]:
        raise LabStepError("这次运行的状态已经变了，请按页面上现在的步骤继续")

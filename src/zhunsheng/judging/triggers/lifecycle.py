"""The life of a touch (M5) as one table; the diagram in the documentation is made from it.

There is no step to a visit on site: that goes through inspections and their own approval. `HUMAN` steps
need a named person. A step that is not in the table is refused.
"""

from __future__ import annotations

from enum import StrEnum


class TouchState(StrEnum):
    """Where a touch stands."""

    OBSERVING = "OBSERVING"
    OFFSITE_REVIEW = "OFFSITE_REVIEW"
    CORRECTION = "CORRECTION"
    RECHECK = "RECHECK"
    LEAD = "LEAD"
    SUSPENDED = "SUSPENDED"
    NORMAL = "NORMAL"


class Step(StrEnum):
    """What moves it."""

    RECTIFIED = "RECTIFIED"
    OBSERVED = "OBSERVED"
    ESCALATED = "ESCALATED"
    SECOND_YELLOW = "SECOND_YELLOW"
    REPLY_MISSED = "REPLY_MISSED"
    NOT_RECTIFIED = "NOT_RECTIFIED"
    EXPLAINED = "EXPLAINED"
    FALSE_ALARM = "FALSE_ALARM"
    FIXABLE = "FIXABLE"
    SUSPECTED = "SUSPECTED"
    CORRECTED = "CORRECTED"
    RECHECK_PASSED = "RECHECK_PASSED"
    RECHECK_FAILED = "RECHECK_FAILED"
    SUSPEND = "SUSPEND"
    RESUME_OBSERVE = "RESUME_OBSERVE"
    RESUME_REVIEW = "RESUME_REVIEW"
    RESUME_CORRECT = "RESUME_CORRECT"
    RESUME_RECHECK = "RESUME_RECHECK"
    RESUME_LEAD = "RESUME_LEAD"


HUMAN = frozenset(
    {
        Step.EXPLAINED,
        Step.FALSE_ALARM,
        Step.FIXABLE,
        Step.SUSPECTED,
        Step.RECHECK_PASSED,
        Step.RECHECK_FAILED,
    }
)
DECIDABLE = HUMAN | {Step.CORRECTED}

_S = TouchState
TRANSITIONS: dict[TouchState, dict[Step, TouchState]] = {
    _S.OBSERVING: {
        Step.RECTIFIED: _S.NORMAL,
        Step.OBSERVED: _S.NORMAL,
        Step.ESCALATED: _S.OFFSITE_REVIEW,
        Step.SECOND_YELLOW: _S.OFFSITE_REVIEW,
        Step.REPLY_MISSED: _S.OFFSITE_REVIEW,
        Step.NOT_RECTIFIED: _S.OFFSITE_REVIEW,
        Step.SUSPEND: _S.SUSPENDED,
    },
    _S.OFFSITE_REVIEW: {
        Step.EXPLAINED: _S.NORMAL,
        Step.FALSE_ALARM: _S.NORMAL,
        Step.FIXABLE: _S.CORRECTION,
        Step.SUSPECTED: _S.LEAD,
        Step.SUSPEND: _S.SUSPENDED,
    },
    _S.CORRECTION: {Step.CORRECTED: _S.RECHECK, Step.SUSPEND: _S.SUSPENDED},
    _S.RECHECK: {
        Step.RECHECK_PASSED: _S.NORMAL,
        Step.RECHECK_FAILED: _S.LEAD,
        Step.SUSPEND: _S.SUSPENDED,
    },
    _S.LEAD: {Step.SUSPEND: _S.SUSPENDED},
    _S.SUSPENDED: {
        Step.RESUME_OBSERVE: _S.OBSERVING,
        Step.RESUME_REVIEW: _S.OFFSITE_REVIEW,
        Step.RESUME_CORRECT: _S.CORRECTION,
        Step.RESUME_RECHECK: _S.RECHECK,
        Step.RESUME_LEAD: _S.LEAD,
    },
    _S.NORMAL: {},
}
CONFIRMS = frozenset({Step.FIXABLE, Step.SUSPECTED})
RESUMES: dict[TouchState, Step] = {state: step for step, state in TRANSITIONS[_S.SUSPENDED].items()}
TURNS_RED = frozenset({Step.ESCALATED, Step.SECOND_YELLOW, Step.REPLY_MISSED, Step.NOT_RECTIFIED})


class TaskState(StrEnum):
    """Where a task of the bureau stands. RESTING: its touch is suspended."""

    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    RESTING = "RESTING"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"


_T = TaskState
TASK_TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    _T.OPEN: frozenset({_T.OVERDUE, _T.RESTING, _T.DONE, _T.WITHDRAWN}),
    _T.OVERDUE: frozenset({_T.RESTING, _T.DONE, _T.WITHDRAWN}),
    _T.RESTING: frozenset({_T.OPEN, _T.WITHDRAWN}),
    _T.DONE: frozenset(),
    _T.WITHDRAWN: frozenset(),
}


FINAL = (_T.DONE.value, _T.WITHDRAWN.value)


class AlertState(StrEnum):
    """Where an area alert stands; only a named person analyses and closes it."""

    RAISED = "RAISED"
    ANALYSING = "ANALYSING"
    CLOSED = "CLOSED"


ALERT_TRANSITIONS: dict[AlertState, frozenset[AlertState]] = {
    AlertState.RAISED: frozenset({AlertState.ANALYSING, AlertState.CLOSED}),
    AlertState.ANALYSING: frozenset({AlertState.CLOSED}),
    AlertState.CLOSED: frozenset(),
}


class EnrolmentState(StrEnum):
    """A privilege that is given, lost for a time, or given up (also when the class no longer allows it)."""

    ENROLLED = "ENROLLED"
    REVOKED = "REVOKED"
    LEFT = "LEFT"


ENROLMENT_TRANSITIONS: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.ENROLLED: frozenset({EnrolmentState.REVOKED, EnrolmentState.LEFT}),
    EnrolmentState.REVOKED: frozenset({EnrolmentState.ENROLLED}),
    EnrolmentState.LEFT: frozenset({EnrolmentState.ENROLLED}),
}


class ForbiddenStepError(Exception):
    """A step that the table does not know."""

    def __init__(self, state: TouchState, step: Step) -> None:
        super().__init__(f"触线处于 {state}，不能 {step}")


def after(state: TouchState, step: Step) -> TouchState:
    """The state after a step; ForbiddenStepError if there is none."""
    if step not in TRANSITIONS[state]:
        raise ForbiddenStepError(state, step)
    return TRANSITIONS[state][step]

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
    RESUME = "RESUME"


HUMAN = frozenset(
    {
        Step.EXPLAINED,
        Step.FALSE_ALARM,
        Step.FIXABLE,
        Step.SUSPECTED,
        Step.RECHECK_PASSED,
        Step.RECHECK_FAILED,
        Step.RESUME,
    }
)

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
    _S.SUSPENDED: {Step.RESUME: _S.OFFSITE_REVIEW},
    _S.NORMAL: {},
}
CONFIRMS = frozenset({Step.FIXABLE, Step.SUSPECTED})


class ForbiddenStepError(Exception):
    """A step that the table does not know."""

    def __init__(self, state: TouchState, step: Step) -> None:
        super().__init__(f"触线处于 {state}，不能 {step}")


def after(state: TouchState, step: Step) -> TouchState:
    """The state after a step; ForbiddenStepError if there is none."""
    if step not in TRANSITIONS[state]:
        raise ForbiddenStepError(state, step)
    return TRANSITIONS[state][step]


def diagram() -> str:
    """The table as Mermaid text; human steps are marked."""
    lines = ["stateDiagram-v2"]
    for state, steps in TRANSITIONS.items():
        for step, target in steps.items():
            lines.append(f"    {state} --> {target}: {step}{'（人）' if step in HUMAN else ''}")
    return "\n".join(lines)

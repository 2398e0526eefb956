"""Who is deregistered, dormant or in liquidation is not pursued: its touches rest, and go on afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.facts import in_force
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import touches
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.clocking import in_step
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("suspend")
VIEWER = Viewer.bureau(BY.key)


def state_of(subject: str, at: datetime) -> str:
    """The registration state that is known at an instant; empty when none was told."""
    return _states_of([subject], at).get(subject, "")


def _states_of(subjects: Iterable[str], at: datetime) -> dict[str, str]:
    told = signals.told_of(viewer=VIEWER, subjects=subjects, kinds=["SUBJECT_STATE"])
    states = {}
    for subject, facts in told:
        stands = [f for f in in_force(facts, instant(at)) if f.occurred_at <= instant(at)]
        states[subject] = str(stands[-1].payload.get("state", "")) if stands else ""
    return states


def rest_if_due(subjects: Iterable[str], at: datetime) -> list[int]:
    """Suspend the open touches of subjects whose registration state asks for it; their ids.

    A sole trader who became a company goes on as that company: what was touched before that day is
    finished with its successor, nothing new begins (story 11).
    """
    suspending, rested = trigger_policy().suspending_states, []
    ended = {subject: state for subject, state in _states_of(subjects, at).items() if state in suspending}
    followed = registry.successors(viewer=VIEWER, keys=ended, on=at.astimezone(SHANGHAI).date())
    for subject, state in ended.items():
        since = followed[subject][1] if subject in followed else None
        reason = f"登记状态 {state}"
        rested += touches.suspend_all(by=BY, at=at, subject=subject, reason=reason, started_since=since)
    in_step(triggers.cards(viewer=VIEWER, touch_ids=rested), at)
    return rested


def on_state(payload: Mapping[str, Any], at: datetime) -> None:
    """After a change of state: touches rest, or go on with their clocks when the business is active again."""
    subject = payload["subject"]
    moved = rest_if_due([subject], at)
    if state_of(subject, at) == "ACTIVE":
        moved = touches.resume_all(by=BY, at=at, subject=subject, reason="恢复存续")
    for touch_id in moved:
        for topic in ("touch.clocks", "touch.review"):
            key, detail = f"{touch_id}@{at.isoformat()}", {"touch": touch_id}
            outbox.put(by=BY, at=at, topic=topic, key=key, payload=detail)


HANDLES = {"subject.state_changed": on_state}

"""Who is deregistered, dormant or in liquidation is not pursued: its touches rest, and go on afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI, instant
from zhunsheng.core.facts import in_force
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.judging.triggers.actions import touches
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("suspend")
VIEWER = Viewer.bureau(BY.key)


def state_of(subject: str, at: datetime) -> str:
    """The registration state that is known at an instant; empty when none was told."""
    told = in_force(signals.timeline(viewer=VIEWER, subject=subject), instant(at))
    states = [f for f in told if f.kind == "SUBJECT_STATE" and f.occurred_at <= instant(at)]
    return str(states[-1].payload.get("state", "")) if states else ""


def rest_if_due(subject: str, at: datetime) -> list[int]:
    """Suspend the open touches of a subject whose registration state asks for it; their ids.

    A sole trader who became a company goes on as that company: what was touched before that day is
    finished with its successor, nothing new begins (story 11).
    """
    state = state_of(subject, at)
    if state not in trigger_policy().suspending_states:
        return []
    followed = registry.successor(viewer=VIEWER, key=subject, on=at.astimezone(SHANGHAI).date())
    since = followed[1] if followed else None
    reason = f"登记状态 {state}"
    return touches.suspend_all(by=BY, at=at, subject=subject, reason=reason, started_since=since)


def on_state(payload: Mapping[str, Any], at: datetime) -> None:
    """After a change of state: touches rest, or go on with their clocks when the business is active again."""
    subject = payload["subject"]
    moved = rest_if_due(subject, at)
    if state_of(subject, at) == "ACTIVE":
        moved = touches.resume_all(by=BY, at=at, subject=subject, reason="恢复存续")
    for touch_id in moved:
        for topic in ("touch.clocks", "touch.review"):
            key, detail = f"{touch_id}@{at.isoformat()}", {"touch": touch_id}
            outbox.put(by=BY, at=at, topic=topic, key=key, payload=detail)


HANDLES = {"subject.state_changed": on_state}

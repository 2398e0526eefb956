"""Who is deregistered, dormant or in liquidation is not pursued: its open touches rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import instant
from zhunsheng.core.facts import in_force
from zhunsheng.engine.library import open_library
from zhunsheng.judging.triggers.actions import touches
from zhunsheng.judging.triggers.policies import TriggerPolicy
from zhunsheng.sensing.signals import queries as signals

BY = Actor.service("suspend")


def on_touch(payload: Mapping[str, Any], at: datetime) -> None:
    """After a look at a subject: if its registration state says so, every open touch is suspended."""
    subject = payload["subject"]
    policy = TriggerPolicy.read(open_library(settings.PACKS).policy("zhunsheng.trigger-policy/1"))
    told = in_force(signals.timeline(viewer=Viewer.bureau(BY.key), subject=subject), instant(at))
    states = [f for f in told if f.kind == "SUBJECT_STATE" and f.occurred_at <= instant(at)]
    if states and states[-1].payload.get("state") in policy.suspending_states:
        reason = f"登记状态 {states[-1].payload['state']}"
        touches.suspend_all(by=BY, at=at, subject=subject, reason=reason)


HANDLES = {"subject.state_changed": on_touch}

"""A yellow touch has two clocks: the reply date and the end of the observation, each with its last second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("clock")


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Set both clocks of touches under observation; a red touch has none here."""
    last, remind = time(23, 59, 59, tzinfo=SHANGHAI), trigger_policy().remind_after_days
    ends: dict[str, dict[str, datetime | None]] = {"touch.reply": {}, "touch.observe": {}, "touch.remind": {}}
    touch_ids = [int(payload["touch"]) for payload in payloads]
    for touch in triggers.cards(viewer=Viewer.bureau(BY.key), touch_ids=touch_ids):
        if touch.reply_due_on is None or touch.observe_until_on is None:
            continue
        ends["touch.reply"][str(touch.id)] = datetime.combine(touch.reply_due_on, last)
        ends["touch.observe"][str(touch.id)] = datetime.combine(touch.observe_until_on, last)
        for days in remind.get(touch.point, ()):
            ends["touch.remind"][f"{touch.id}:{days}"] = touch.started_at + timedelta(days=days)
    for topic, instants in ends.items():
        if instants:
            schedule.set_due(by=BY, at=at, topic=topic, instants=instants)


HANDLES = {"touch.clocks": Together(on_opened)}

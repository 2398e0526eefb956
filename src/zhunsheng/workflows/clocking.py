"""A yellow touch has two clocks: the reply date and the end of the observation, each with its last second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("clock")


def on_opened(payload: Mapping[str, Any], at: datetime) -> None:
    """Set both clocks of a touch under observation; a red touch has none here."""
    touch = triggers.touch(viewer=Viewer.bureau(BY.key), touch_id=int(payload["touch"]))
    if touch is None or touch.reply_due_on is None or touch.observe_until_on is None:
        return
    last = time(23, 59, 59, tzinfo=SHANGHAI)
    ends = {"touch.reply": touch.reply_due_on, "touch.observe": touch.observe_until_on}
    for topic, day in ends.items():
        instants = {str(touch.id): datetime.combine(day, last)}
        schedule.set_due(by=BY, at=at, topic=topic, instants=instants)
    for days in trigger_policy().remind_after_days.get(touch.point, ()):
        instants = {f"{touch.id}:{days}": touch.started_at + timedelta(days=days)}
        schedule.set_due(by=BY, at=at, topic="touch.remind", instants=instants)


HANDLES = {"touch.clocks": on_opened}

"""A yellow touch has two clocks: the deadline of the answer, which carries what follows; the observation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import replies
from zhunsheng.judging.triggers.cards import TouchCard
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.terms import clock_terms, trigger_policy

BY = Actor.service("clock")
LAST = time(23, 59, 59, tzinfo=SHANGHAI)


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Set the clocks of touches under observation; a red touch has none here."""
    remind = trigger_policy().remind_after_days
    ends: dict[str, dict[str, datetime | None]] = {"touch.observe": {}, "touch.remind": {}}
    touch_ids = [int(payload["touch"]) for payload in payloads]
    viewer = Viewer.bureau(BY.key)
    in_step(triggers.cards(viewer=viewer, touch_ids=touch_ids), at)
    for touch in triggers.cards(viewer=viewer, touch_ids=touch_ids):
        if touch.reply_due_on is None or touch.observe_until_on is None:
            continue
        ends["touch.observe"][str(touch.id)] = datetime.combine(touch.observe_until_on, LAST)
        for days in remind.get(touch.point, ()):
            ends["touch.remind"][f"{touch.id}:{days}"] = touch.started_at + timedelta(days=days)
    for topic, instants in ends.items():
        if instants:
            schedule.set_due(by=BY, at=at, topic=topic, instants=instants)


def in_step(touches: Sequence[TouchCard], at: datetime, by: Actor = BY) -> None:
    """Bring the deadlines of the answers in step with their touches; doing it again changes nothing."""

    @cache
    def workdays(point: str, pack_hash: str) -> int:
        return point_of(point, pack_hash)[1].reply_workdays

    replies.in_step(
        by=by,
        at=at,
        touches=touches,
        workdays=lambda touch: workdays(touch.point, touch.pack_hash),
        terms=clock_terms(),
    )


HANDLES = {"touch.clocks": Together(on_opened)}

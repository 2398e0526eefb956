"""A fact arrives, or an instant comes: the subject is judged, and what follows is set going."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.library import Library, open_library
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions.folding import Folded, fold
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as told
from zhunsheng.sensing.signals.new_facts import WORLD

BY = Actor.service("judge")
VIEWER = Viewer.bureau(BY.key)


def look(subject: str, at: datetime) -> Folded | None:
    """Judge one subject; write touches back as facts, set clocks going. The world is not judged."""
    if subject == WORLD:
        return None
    library: Library = open_library(settings.PACKS)
    folded = fold(
        by=BY,
        at=at,
        subject=subject,
        pack=library.pack,
        facts=told.timeline(viewer=VIEWER, subject=subject),
        world=told.world(viewer=VIEWER),
        calendar=library.calendar,
    )
    if folded.facts:
        signals.record_facts(by=BY, at=at, facts=folded.facts, source="judging", contracts=library.contracts)
    schedule.set_due(by=BY, at=at, topic="judge", instants={subject: folded.next_due_at})
    for touch_id in folded.opened:
        _set_clocks(touch_id, at)
        key, payload = f"{touch_id}@{at.isoformat()}", {"touch": touch_id}
        outbox.put(by=BY, at=at, topic="touch.opened", key=key, payload=payload)
    return folded


def _set_clocks(touch_id: int, at: datetime) -> None:
    """Reply and observation end with the last second of their day."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None or touch.reply_due_on is None or touch.observe_until_on is None:
        return
    last = time(23, 59, 59, tzinfo=SHANGHAI)
    ends = {"touch.reply": touch.reply_due_on, "touch.observe": touch.observe_until_on}
    for topic, day in ends.items():
        schedule.set_due(by=BY, at=at, topic=topic, instants={str(touch_id): datetime.combine(day, last)})


def on_facts(payload: Mapping[str, Any], at: datetime) -> None:
    """New facts about one subject."""
    look(payload["subject"], at)


def on_due(payload: Mapping[str, Any], at: datetime) -> None:
    """An instant at which the judgement may change by itself."""
    look(payload["key"], datetime.fromisoformat(payload["due_at"]))


HANDLES = {signals.FACTS_RECORDED: on_facts, "due.judge": on_due}

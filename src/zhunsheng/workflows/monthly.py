"""On the first of the month everybody is classed: as of that midnight, with what is known when it is done.

The instant waits in the queue of due times like any other, so that a replay finds it and no cron is needed.
A run that would move too many is held until a named person releases or discards it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.workflows import classing, enrolling, keeping, peering

BY = Actor.service("class-run")
TOPIC, KEY = "class.monthly", "general"


def next_first(at: datetime) -> datetime:
    """Midnight at the beginning of the next month in Asia/Shanghai."""
    at = at.astimezone(SHANGHAI)
    year, month = divmod(at.year * 12 + at.month, 12)
    return datetime(year, month + 1, 1, tzinfo=SHANGHAI)


def ensure(at: datetime) -> None:
    """See to it that the next run waits in the queue; a run that waits already stays."""
    if not clocks.instants_of(topic=TOPIC, viewer=Viewer.bureau(BY.key)):
        schedule.set_due(by=BY, at=at, topic=TOPIC, instants={KEY: next_first(at)})


def on_first(payload: Mapping[str, Any], at: datetime) -> None:
    """The run itself; a delayed one still judges as of its own midnight, and the next one is set."""
    due = datetime.fromisoformat(payload["due_at"])
    run(due, at)
    schedule.set_due(by=BY, at=at, topic=TOPIC, instants={KEY: next_first(due)})


def run(as_of: datetime, at: datetime) -> RunState | None:
    """Peer statistics, classes of everybody, enrolments that end; None when there is nobody."""
    peering.publish_peer_statistics(as_of, at)
    judgements = classing.judge_all(as_of, at)
    if not judgements:
        return None
    keeping.keep(at)
    state = classing.run_classes(at, judgements)
    if state is RunState.EFFECTIVE:
        enrolling.end_where_class_fell(at)
    return state


def release(by: Actor, at: datetime, run_id: int, reason: str) -> None:
    """A named person lets a held run take effect, with all that follows from it."""
    with transaction.atomic():
        portraits.release_run(by=by, at=at, run_id=run_id, reason=reason)
        enrolling.end_where_class_fell(at)


HANDLES = {f"due.{TOPIC}": on_first}

"""A point is snoozed: what would start is recorded and not acted on; at the end it starts as ever.

The end waits in the queue of due times. Who was snoozed is looked at again as of then, group by group.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, PowerLackingError, Viewer
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.rulebook.actions import snoozes
from zhunsheng.judging.rulebook.lifecycle import ProposalStepError
from zhunsheng.judging.rulebook.queries import SnoozeCard
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.looking_back import AT_ONCE, look_back
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.terms import trigger_policy

BY = Actor.service("snooze")
VIEWER = Viewer.bureau(BY.key)
TOPIC, WAKE = "snooze.end", "snooze.wake"


def start(
    by: Actor, at: datetime, viewer: Viewer, point_id: str, district: str, until: datetime, reason: str
) -> int:
    """Snooze a point of the version in effect, where this person works; its id."""
    point = rules_at(at).points.get(point_id)
    if point is None:
        raise ProposalStepError("现行版本没有这个触发点")
    _works_there(by, viewer, district)
    most, told = trigger_policy().snooze_days_on(at.date()), (district, until, reason)
    with transaction.atomic():
        number = snoozes.start(point, *told, by=by, at=at, days_max=most)
        schedule.set_due(by=BY, at=at, topic=TOPIC, instants={str(number): until.replace(microsecond=0)})
    return number


def lift(by: Actor, at: datetime, viewer: Viewer, snooze: SnoozeCard, reason: str) -> None:
    """End it by hand; who was snoozed is looked at from this second on."""
    _works_there(by, viewer, snooze.district)
    with transaction.atomic():
        since = snoozes.lift(by=by, at=at, snooze_id=snooze.id, reason=reason)
        schedule.set_due(by=BY, at=at, topic=TOPIC, instants={str(snooze.id): None})
        _next(at, {"snooze": snooze.id, "since": since.isoformat(), "after": ""})


def _works_there(by: Actor, viewer: Viewer, district: str) -> None:
    if not (viewer.sees_all or district in viewer.scope.districts):
        raise PowerLackingError(snoozes.POWER, by.name)


def on_end(payload: Mapping[str, Any], at: datetime) -> None:
    """The time is over."""
    since, number = datetime.fromisoformat(payload["due_at"]), int(payload["key"])
    if snoozes.end(by=BY, at=since, snooze_id=number):
        _next(at, {"snooze": number, "since": since.isoformat(), "after": ""})


def on_wake(payload: Mapping[str, Any], at: datetime) -> None:
    """One group of who was snoozed; whoever was looked at since then started already."""
    since, told = datetime.fromisoformat(payload["since"]), int(payload["snooze"])
    group = triggers.snoozed_whom(viewer=VIEWER, snooze_id=told, after=payload["after"], rows_max=AT_ONCE)
    if group:
        look_back(group, since)
        _next(at, {**payload, "after": group[-1]})


def _next(at: datetime, payload: Mapping[str, Any]) -> None:
    key = f"{payload['snooze']}:{payload['after']}"
    outbox.put(by=BY, at=at, topic=WAKE, key=key, payload=dict(payload))


HANDLES = {f"due.{TOPIC}": on_end, WAKE: on_wake}

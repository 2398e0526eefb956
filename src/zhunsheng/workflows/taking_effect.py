"""A version is published for a day; on that day everybody is judged by it, and it gives way to the next one.

The instant waits in the queue of due times like any other, so that a replay finds it. Judging itself asks the
rulebook by day and does not wait for this story.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.rulebook import actions as rulebook
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import keeping
from zhunsheng.workflows.looking_back import AT_ONCE, look_back
from zhunsheng.workflows.ruling import rules_at

BY = Actor.service("rules")
VIEWER = Viewer.bureau(BY.key)
TOPIC, JUDGE = "rules.effect", "rules.judge"


def publish(by: Actor, at: datetime, proposal_id: int, on: date) -> datetime:
    """Publish an approved version for a day; the instant from which it judges."""
    with transaction.atomic():
        keeping.keep(at)
        now = rules_at(at).pack.content_hash
        since = rulebook.publish(by=by, at=at, proposal_id=proposal_id, on=on, replaces=now)
        schedule.set_due(by=BY, at=at, topic=TOPIC, instants={str(proposal_id): since})
    return since


def on_day(payload: Mapping[str, Any], at: datetime) -> None:
    """The instant has come: whoever has facts is judged as of it, group by group."""
    since, number = datetime.fromisoformat(payload["due_at"]), int(payload["key"])
    if rulebook.take_effect(by=BY, at=since, proposal_id=number):
        _next(at, {"proposal": number, "since": since.isoformat(), "after": ""})


def on_judge(payload: Mapping[str, Any], at: datetime) -> None:
    """One group of subjects; whoever was touched anew since then was judged by this version already."""
    since = datetime.fromisoformat(payload["since"])
    group = signals.told_of_whom(viewer=VIEWER, known_at=since, after=payload["after"], rows_max=AT_ONCE)
    if group:
        look_back(group, since)
        _next(at, {**payload, "after": group[-1]})


def _next(at: datetime, payload: Mapping[str, Any]) -> None:
    key = f"{payload['proposal']}:{payload['after']}"
    outbox.put(by=BY, at=at, topic=JUDGE, key=key, payload=dict(payload))


HANDLES = {f"due.{TOPIC}": on_day, JUDGE: on_judge}

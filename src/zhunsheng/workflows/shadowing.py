"""A version beside the one in effect, counted day by day and nothing else: no message, task, mark or fact.

Each midnight the day that is over is played by both, as known then, since the run began. What is known later
changes no earlier day, so the sum of the days is the replay of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, day_start, instant, moment
from zhunsheng.core.reporting.beside import beside
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.actions import shadows
from zhunsheng.judging.rulebook.lifecycle import ShadowState
from zhunsheng.workflows.impacting import asked_of
from zhunsheng.workflows.replaying import next_group, play
from zhunsheng.workflows.ruling import course_at, kept, rules_at

BY = Actor.service("shadow")
VIEWER = Viewer.bureau(BY.key)
TOPIC, COUNT = "shadow.day", "shadow.count"


def start(by: Actor, at: datetime, proposal_id: int, reason: str, until: date) -> int:
    """Begin; the first count is made at the next midnight."""
    with transaction.atomic():
        number = shadows.start(by=by, at=at, proposal_id=proposal_id, reason=reason, until=until)
        _wait(number, at, at)
    return number


def _wait(number: int, after: datetime, at: datetime) -> None:
    midnight = moment(day_start(day_of(instant(after)) + timedelta(days=1)))
    schedule.set_due(by=BY, at=at, topic=TOPIC, instants={str(number): midnight})


def on_day(payload: Mapping[str, Any], at: datetime) -> None:
    """A day is over: it is counted group by group; after the last day the run ends."""
    card, to = queries.shadow(viewer=VIEWER, shadow_id=int(payload["key"])), payload["due_at"]
    if card is not None and card.state is ShadowState.RUNNING:
        _next(at, {"shadow": card.id, "from": card.counted_to.isoformat(), "to": to, "after": ""})


def on_count(payload: Mapping[str, Any], at: datetime) -> None:
    """One group of businesses; behind the last one the run waits for the next midnight, or ends."""
    card = queries.shadow(viewer=VIEWER, shadow_id=int(payload["shadow"]))
    if card is None or card.state is not ShadowState.RUNNING:
        return
    since, to = (datetime.fromisoformat(payload[name]) for name in ("from", "to"))
    asked = asked_of((card.started_at, to), to, Selection())
    if group := next_group(VIEWER, asked, payload["after"]):
        part, _events = play(VIEWER, [kept(card.pack_hash), course_at(to, group)], asked, group)
        mine, live = part.hits
        counted = beside(mine, live, instant(since), instant(to))
        shadows.keep_counts(by=BY, at=at, shadow_id=card.id, counted=counted)
        _next(at, {**payload, "after": group[-1]})
        return
    shadows.counted_up_to(by=BY, at=at, shadow_id=card.id, to=to)
    taken = rules_at(to).pack.content_hash == card.pack_hash
    if taken or day_of(instant(to)) > card.until_on:
        shadows.end(by=BY, at=to, shadow_id=card.id)
    else:
        _wait(card.id, to, at)


def _next(at: datetime, payload: Mapping[str, Any]) -> None:
    key = f"{payload['shadow']}:{payload['to']}:{payload['after']}"
    outbox.put(by=BY, at=at, topic=COUNT, key=key, payload=dict(payload))


HANDLES = {f"due.{TOPIC}": on_day, COUNT: on_count}

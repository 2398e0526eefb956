"""A red touch becomes a review off site with a due date and a desk; nothing here leads to a visit on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks, visits
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.registers.registry import actions as register
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.clocking import in_step
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.suspending import rest_if_due
from zhunsheng.workflows.terms import clock_terms, trigger_policy

BY = Actor.service("review")
VIEWER = Viewer.bureau(BY.key)


def follow(touch_ids: Sequence[int], at: datetime, by: Actor = BY) -> None:
    """Tasks in step with their touches, each with its deadline. Under observation there are none yet."""
    touches = triggers.cards(viewer=VIEWER, touch_ids=touch_ids)
    in_step(touches, at, by)
    red, terms, policy = _reviewed(touches), clock_terms(), trigger_policy()
    subjects = registry.cards(viewer=VIEWER, keys={touch.subject for touch in red})
    for touch in red:
        subject = subjects.get(touch.subject)
        whose = (subject.station, subject.name) if subject else ("", touch.subject)
        _, point = point_of(touch.point, touch.pack_hash)
        desk = tasks.Desk(*whose, terms, policy, point.red_measures)
        tasks.follow(by=by, at=at, touch_id=touch.id, desk=desk)


def _reviewed(touches: Sequence[TouchCard]) -> list[TouchCard]:
    return [touch for touch in touches if touch.state != "OBSERVING"]


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Touches began or grew worse: who is not pursued rests, a red one goes to its station.

    Under observation there is nothing to review yet; the reminder has seen to who rests.
    """
    opened = [int(payload["touch"]) for payload in payloads]
    touches = triggers.cards(viewer=VIEWER, touch_ids=opened)
    rest_if_due({touch.subject for touch in _reviewed(touches)}, at)
    follow(opened, at)


def pass_due(task_id: int, at: datetime) -> None:
    """The last second of a task's due date: whoever has not finished it by then is reported upwards."""
    tasks.pass_due(by=BY, at=at, task_id=task_id)


def extend(by: Actor, at: datetime, task_id: int, reason: str) -> None:
    """A named person extends a lead once; its clock is set anew."""
    tasks.extend(by=by, at=at, task_id=task_id, reason=reason, terms=clock_terms())


def merge_stations(by: Actor, at: datetime, old: str, new: str, reason: str) -> int:
    """A station merges into another: its subjects, open tasks and visits move; how many tasks."""
    register.move_station(by=by, at=at, old=old, new=new, reason=reason)
    visits.move_visits(by=by, at=at, old=old, new=new)
    return len(tasks.hand_over(by=by, at=at, reason=reason, station=(old, new)))


HANDLES = {"touch.review": Together(on_opened)}

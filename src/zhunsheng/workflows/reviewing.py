"""A red touch becomes a review off site with a due date and a desk; nothing here leads to a visit on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.outbox.actions import Together
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.actions import tasks, visits
from zhunsheng.registers.registry import actions as register
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.clocking import in_step
from zhunsheng.workflows.keeping import point_of
from zhunsheng.workflows.suspending import rest_if_due
from zhunsheng.workflows.terms import clock_terms, trigger_policy

BY = Actor.service("review")
VIEWER = Viewer.bureau(BY.key)


def follow(touch_id: int, at: datetime, by: Actor = BY) -> None:
    """Tasks in step with their touch, each new one with a clock. Under observation there are none yet."""
    touch = triggers.touch(viewer=VIEWER, touch_id=touch_id)
    if touch is None:
        return
    in_step([touch], at, by)
    if touch.state == "OBSERVING":
        return
    subject = registry.get(viewer=VIEWER, key=touch.subject)
    _, point = point_of(touch.point, touch.pack_hash)
    whose = (subject.station, subject.name) if subject else ("", touch.subject)
    desk = tasks.Desk(*whose, clock_terms(), trigger_policy(), point.red_measures)
    clocked = tasks.follow(by=by, at=at, touch_id=touch_id, desk=desk)
    for task in triggers.tasks(viewer=VIEWER, touch_id=touch_id) if clocked else ():
        if task.id in clocked:
            _set_clock(task.id, task.due_on, at)


def _set_clock(task_id: int, due_on: date, at: datetime) -> None:
    last = datetime.combine(due_on, time(23, 59, 59, tzinfo=SHANGHAI))
    schedule.set_due(by=BY, at=at, topic="task.due", instants={str(task_id): last})


def on_opened(payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Touches began or grew worse: who is not pursued rests, a red one goes to its station.

    Under observation there is nothing to review yet; the reminder has seen to who rests.
    """
    touches = triggers.cards(viewer=VIEWER, touch_ids=[int(payload["touch"]) for payload in payloads])
    red = [touch for touch in touches if touch.state != "OBSERVING"]
    rest_if_due({touch.subject for touch in red}, at)
    for touch in red:
        follow(touch.id, at)


def on_due(payload: Mapping[str, Any], at: datetime) -> None:
    """The last second of a task's due date: whoever has not finished it by then is reported upwards."""
    tasks.pass_due(by=BY, at=datetime.fromisoformat(payload["due_at"]), task_id=int(payload["key"]))


def extend(by: Actor, at: datetime, task_id: int, reason: str) -> None:
    """A named person extends a lead once; its clock is set anew."""
    due = tasks.extend(by=by, at=at, task_id=task_id, reason=reason, terms=clock_terms())
    _set_clock(task_id, due, at)


def merge_stations(by: Actor, at: datetime, old: str, new: str, reason: str) -> int:
    """A station merges into another: its subjects, open tasks and visits move; how many tasks."""
    register.move_station(by=by, at=at, old=old, new=new, reason=reason)
    visits.move_visits(by=by, at=at, old=old, new=new)
    return len(tasks.hand_over(by=by, at=at, reason=reason, station=(old, new)))


HANDLES = {"touch.review": Together(on_opened), "due.task.due": on_due}

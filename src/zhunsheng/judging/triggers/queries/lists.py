"""Touches and tasks as lists that are walked from row to row; for the bureau, within the viewer's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Count, Model, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.seeking import seek
from zhunsheng.judging.triggers.cards import TaskCard, TouchCard, task_card, touch_card
from zhunsheng.judging.triggers.lifecycle import FINAL, TaskState
from zhunsheng.judging.triggers.models import SupervisionTask, TaskStep, Touch
from zhunsheng.registers.registry import scoping

M = TypeVar("M", bound=Model)
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class TouchFilter:
    """What is wanted of touches; empty means everything. Days are included at both ends.

    `unsettled`: the answer asks for something and nobody has seen to it. `open_only`: not ended.
    """

    subject: str = ""
    item: str = ""
    colour: str = ""
    state: str = ""
    answer: str = ""
    station: str = ""
    begun_from: date | None = None
    begun_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    open_only: bool = False
    unsettled: bool = False


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What is wanted of tasks. `holder` is a work number, or `NOBODY`'s sign for those in nobody's hand."""

    kind: str = ""
    state: str = ""
    station: str = ""
    holder: str = ""
    touch: int | None = None
    ids: tuple[int, ...] = ()
    touches: tuple[int, ...] = ()
    due_from: date | None = None
    due_to: date | None = None
    open_only: bool = False
    closed_only: bool = False


def touches(*, viewer: Viewer, wanted: TouchFilter, part: Part) -> Listed[TouchCard]:
    """A part of the touches; sorting by the reply date leaves out those that have none."""
    if not viewer.is_staff:
        return Listed()
    rows = scoping.within(Touch.objects.all(), viewer)
    for field in ("subject", "item", "colour", "state", "answer"):
        if told := getattr(wanted, field):
            rows = rows.filter(**{field: told})
    if wanted.station:
        there = scoping.subjects(viewer).filter(station=wanted.station)
        rows = rows.filter(subject__in=there.values("key"))
    if wanted.begun_from:
        rows = rows.filter(started_at__gte=_begin(wanted.begun_from))
    if wanted.begun_to:
        rows = rows.filter(started_at__lt=_begin(wanted.begun_to + timedelta(days=1)))
    rows = _due(rows, "reply_due_on", wanted.due_from, wanted.due_to)
    if wanted.unsettled:
        rows = rows.filter(answer__in=["HELP", "DISAGREE"], answer_settled_at=None)
    if wanted.open_only or wanted.unsettled:
        rows = rows.filter(ended_at=None)
    if part.field == "reply_due_on":
        rows = rows.filter(reply_due_on__isnull=False)
    return seek(rows, part, touch_card)


def tasks(*, viewer: Viewer, wanted: TaskFilter, part: Part) -> Listed[TaskCard]:
    """A part of the tasks."""
    if not viewer.is_staff:
        return Listed()
    rows = scoping.within(SupervisionTask.objects.select_related("touch"), viewer, "touch__subject")
    for field in ("kind", "state", "station", "touch"):
        if told := getattr(wanted, field):
            rows = rows.filter(**{field: told})
    if wanted.holder:
        rows = rows.filter(holder="" if wanted.holder == NOBODY else wanted.holder)
    if wanted.ids:
        rows = rows.filter(id__in=wanted.ids)
    if wanted.touches:
        rows = rows.filter(touch__in=wanted.touches)
    rows = _due(rows, "due_on", wanted.due_from, wanted.due_to)
    if wanted.open_only:
        rows = rows.filter(state__in=[state.value for state in TaskState if state.value not in FINAL])
    if wanted.closed_only:
        rows = rows.filter(state__in=FINAL)
    return seek(rows, part, task_card)


def _due(rows: QuerySet[M], field: str, since: date | None, until: date | None) -> QuerySet[M]:
    if since:
        rows = rows.filter(**{f"{field}__gte": since})
    return rows.filter(**{f"{field}__lte": until}) if until else rows


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)


def news(*, viewer: Viewer, since: datetime) -> dict[str, int]:
    """What happened since an instant, for a head: touches begun by colour (`YELLOW` …), `ENDED`, `ANSWERED`,
    and tasks `OPENED`, `PASSED_DUE`, `FINISHED`; for the bureau, within the viewer's scope."""
    if not viewer.is_staff:
        return {}
    rows = scoping.within(Touch.objects.order_by(), viewer)
    told = dict(rows.filter(started_at__gte=since).values_list("colour").annotate(n=Count("id")))
    told["ENDED"] = rows.filter(ended_at__gte=since).count()
    told["ANSWERED"] = rows.filter(answered_at__gte=since).count()
    steps = scoping.within(TaskStep.objects.order_by(), viewer, "task__touch__subject")
    return told | dict(steps.filter(at__gte=since).values_list("change").annotate(n=Count("id")))

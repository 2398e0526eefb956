"""Reading touches, reviews, alerts. A business sees its own reminders, never classes or reviews of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Decision
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.judging.triggers.cards import AlertCard as AlertCard
from zhunsheng.judging.triggers.cards import AnswerCard as AnswerCard
from zhunsheng.judging.triggers.cards import EnrolmentCard as EnrolmentCard
from zhunsheng.judging.triggers.cards import StepCard as StepCard
from zhunsheng.judging.triggers.cards import TaskCard as TaskCard
from zhunsheng.judging.triggers.cards import TouchCard as TouchCard
from zhunsheng.judging.triggers.cards import task_card, touch_card
from zhunsheng.judging.triggers.lifecycle import Step, TaskState
from zhunsheng.judging.triggers.models import (
    AreaAlert,
    CheckNote,
    DataAlarm,
    Enrolment,
    ScopeWidening,
    SnoozedTouch,
    SubjectMemory,
    SupervisionTask,
    Touch,
    TouchAnswer,
    TouchStep,
    VisitEntry,
)
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping

FALSE = (Step.EXPLAINED.value, Step.FALSE_ALARM.value)


def _open(viewer: Viewer) -> QuerySet[Touch]:
    return scoping.within(Touch.objects.all(), viewer)


def touches(
    *,
    viewer: Viewer,
    subject: str = "",
    colour: str = "",
    item: str = "",
    state: str = "",
    open_only: bool = False,
    offset: int = 0,
    rows_max: int = 10_000,
) -> list[TouchCard]:
    """Touches, newest first, filtered; a business gets its own only."""
    rows = _filtered(viewer, subject, colour, item, state, open_only)
    return [touch_card(row) for row in rows[offset : offset + rows_max]]


def _filtered(
    viewer: Viewer, subject: str, colour: str, item: str, state: str, open_only: bool
) -> QuerySet[Touch]:
    rows = _open(viewer).order_by("-id")
    for field, wanted in (("subject", subject), ("colour", colour), ("item", item), ("state", state)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    return rows.filter(ended_at=None) if open_only else rows


def steps(*, viewer: Viewer, touch_id: int) -> list[StepCard]:
    """What became of a touch, oldest step first; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(TouchStep.objects.all(), viewer, "touch__subject")
    rows = rows.filter(touch_id=touch_id).order_by("id")
    return [StepCard(r.step, r.at, r.by_name, r.reason) for r in rows]


def decisions(*, viewer: Viewer, steps: Iterable[str], since: datetime, until: datetime) -> list[Decision]:
    """What was decided about touches by these steps between two instants, both included; bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(TouchStep.objects.select_related("touch"), viewer, "touch__subject")
    rows = rows.filter(step__in=sorted(steps), at__gte=since, at__lte=until).order_by("id")
    return [Decision(r.touch_id, r.touch.subject, r.touch.point, r.step, r.at) for r in rows]


def answers_of(*, viewer: Viewer, touch_id: int) -> list[AnswerCard]:
    """Every answer to a touch, oldest first, for those who may see its subject."""
    rows = scoping.within(TouchAnswer.objects.all(), viewer, "touch__subject")
    rows = rows.filter(touch_id=touch_id).order_by("id")
    return [AnswerCard(r.answer, r.at, r.by_name, r.reason) for r in rows]


def touch(*, viewer: Viewer, touch_id: int) -> TouchCard | None:
    """One touch, if the viewer may see its subject."""
    row = _open(viewer).filter(id=touch_id).first()
    return touch_card(row) if row is not None else None


def cards(*, viewer: Viewer, touch_ids: Iterable[int]) -> list[TouchCard]:
    """Those of the touches that the viewer may see, in order of id."""
    return [touch_card(row) for row in _open(viewer).filter(id__in=sorted(touch_ids)).order_by("id")]


def counts(*, viewer: Viewer) -> dict[tuple[str, str], int]:
    """Touches by (item, colour); for the bureau only."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).values_list("item", "colour").annotate(n=Count("id")).order_by("item", "colour")
    return {(item, colour): n for item, colour, n in rows}


def states(*, viewer: Viewer) -> dict[str, int]:
    """Touches by state; for the bureau only."""
    if not viewer.is_staff:
        return {}
    return dict(_open(viewer).values_list("state").annotate(n=Count("id")).order_by("state"))


def answers(*, viewer: Viewer) -> dict[str, int]:
    """Answered touches by answer; for the bureau only."""
    if not viewer.is_staff:
        return {}
    rows = _open(viewer).exclude(answer="").values_list("answer").annotate(n=Count("id"))
    return dict(rows.order_by("answer"))


def enrolments(*, viewer: Viewer, subject: str = "") -> dict[str, str]:
    """Item → state for one subject; nothing for those who may not see it."""
    if not scoping.opens(viewer, subject):
        return {}
    return dict(Enrolment.objects.filter(subject=subject).values_list("item", "state"))


def enrolment_cards(*, viewer: Viewer, subject: str) -> list[EnrolmentCard]:
    """Every enrolment of one subject with its reason; a business sees its own."""
    if not scoping.opens(viewer, subject):
        return []
    rows = Enrolment.objects.filter(subject=subject).order_by("item")
    return [EnrolmentCard(r.item, r.state, r.since_at, r.reason, r.barred_until_on) for r in rows]


def tasks(
    *,
    viewer: Viewer,
    station: str | None = None,
    subject: str = "",
    touch_id: int | None = None,
    open_only: bool = False,
) -> list[TaskCard]:
    """Tasks by due date, the oldest first; for the bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(SupervisionTask.objects.select_related("touch"), viewer, "touch__subject")
    rows = rows.order_by("due_on", "id")
    if station is not None:
        rows = rows.filter(station=station)
    if subject:
        rows = rows.filter(touch__subject=subject)
    if touch_id is not None:
        rows = rows.filter(touch_id=touch_id)
    if open_only:
        rows = rows.exclude(state__in=[TaskState.DONE.value, TaskState.WITHDRAWN.value])
    return [task_card(row) for row in rows]


def task_history(*, viewer: Viewer, task_id: int) -> list[tuple[str, datetime, str, str]]:
    """(change, at, by, note) of a task, oldest first; for the bureau only."""
    if not viewer.is_staff:
        return []
    tasks = scoping.within(SupervisionTask.objects.filter(id=task_id), viewer, "touch__subject")
    task = tasks.first()
    if task is None:
        return []
    rows = task.steps.order_by("id")
    return list(rows.values_list("change", "at", "by_name", "note"))


def check_notes(*, viewer: Viewer, task_id: int) -> list[tuple[str, str, str, int | None]]:
    """(item, object, what was found, number of the leave if it was beyond the touch); bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(CheckNote.objects.filter(task_id=task_id), viewer, "task__touch__subject")
    return list(rows.order_by("id").values_list("item", "object", "found", "widening_id"))


def widenings(*, viewer: Viewer, task_id: int) -> list[tuple[int, str, str, str, str, str]]:
    """(id, item, object, ground, reason, state) of every leave asked for in a check; bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(ScopeWidening.objects.filter(task_id=task_id), viewer, "task__touch__subject")
    return list(rows.order_by("id").values_list("id", "item", "object", "ground", "reason", "state"))


def touching(*, viewer: Viewer, point: str, since: datetime, until: datetime) -> set[str]:
    """Who touched a point in a time, touches found explained or false left out; for the bureau only."""
    if not viewer.is_staff:
        return set()
    rows = _open(viewer).filter(point=point, started_at__gt=since, started_at__lte=until)
    return set(rows.exclude(steps__step__in=FALSE).values_list("subject", flat=True))


def visit_list(*, viewer: Viewer, rows_max: int | None = None) -> list[tuple[str, str, datetime]]:
    """(subject, reason, asked at) of everybody still to be visited, or the first ones; bureau only."""
    if not viewer.is_staff:
        return []
    rows = scoping.within(VisitEntry.objects.filter(visited_at=None), viewer).order_by("id")
    return list(rows.values_list("subject", "reason", "asked_at")[:rows_max])


def to_be_visited(*, viewer: Viewer, subject: str) -> bool:
    """Whether somebody is to be visited because messages do not arrive; for the bureau only."""
    if not viewer.is_staff:
        return False
    return scoping.within(VisitEntry.objects.filter(visited_at=None, subject=subject), viewer).exists()


def area_alerts(*, viewer: Viewer) -> list[tuple[str, str, int, datetime]]:
    """(point, area, firms within the viewer's scope, raised at), oldest first; for the bureau only."""
    return [(a.point, a.area, len(a.subjects), a.raised_at) for a in reversed(alerts(viewer=viewer))]


def alerts(
    *,
    viewer: Viewer,
    closed: bool | None = None,
    closed_from: datetime | None = None,
    alert_id: int | None = None,
) -> list[AlertCard]:
    """Area alerts with those of their firms that are in the viewer's scope, newest first; bureau only.

    `closed` narrows to closed ones, from `closed_from` on, or to open ones; `alert_id` to one.
    What others see or close narrows nothing.
    """
    if not viewer.is_staff:
        return []
    found = AreaAlert.objects.order_by("-id")
    if closed is not None:
        found = found.filter(closed_at__isnull=not closed)
    if alert_id is not None:
        found = found.filter(id=alert_id)
    if closed_from is not None:
        found = found.filter(closed_at__gte=closed_from)
    rows = list(found)
    seen = registry.known_keys(viewer=viewer, keys={key for row in rows for key in row.subjects})
    told = ((r, tuple(key for key in r.subjects if key in seen)) for r in rows)
    return [
        AlertCard(r.id, r.point, r.area, firms, r.raised_at, r.state, r.analysis, r.closed_by, r.closed_at)
        for r, firms in told
        if firms or viewer.sees_all
    ]


def data_alarms(*, viewer: Viewer) -> list[tuple[str, str, str, datetime]]:
    """(subject, point, object, raised at) of sources that say nothing; for the bureau only.

    Subject and point are empty where the source itself (`object`) is silent for everybody.
    """
    if not viewer.is_staff:
        return []
    rows = scoping.within(DataAlarm.objects.filter(ended_at=None), viewer).order_by("id")
    return list(rows.values_list("subject", "point", "object", "raised_at"))


def moved_after(*, viewer: Viewer, subjects: Iterable[str], at: datetime) -> set[str]:
    """Of these subjects those whose memory changed behind an instant; for the bureau only."""
    if not viewer.is_staff:
        return set()
    rows = SubjectMemory.objects.filter(subject__in=list(subjects), folded_to__gt=at)
    return set(rows.values_list("subject", flat=True))


def snoozed_whom(*, viewer: Viewer, snooze_id: int, after: str, rows_max: int) -> list[str]:
    """The next subjects behind a key whom a snooze kept from being touched; for the bureau only."""
    if not viewer.sees_all:
        return []
    rows = SnoozedTouch.objects.filter(snooze=snooze_id, subject__gt=after).order_by("subject")
    return list(rows.values_list("subject", flat=True).distinct()[:rows_max])


def snoozed_counts(*, viewer: Viewer, snooze_ids: Iterable[int]) -> dict[int, list[tuple[date, int]]]:
    """By snooze and day how many touches it kept from starting, among the files open to the viewer."""
    rows = scoping.within(SnoozedTouch.objects.filter(snooze__in=list(snooze_ids), covered=False), viewer)
    told: dict[int, Counter[date]] = {}
    for snooze, at in rows.values_list("snooze", "at"):
        told.setdefault(snooze, Counter())[at.astimezone(SHANGHAI).date()] += 1
    return {snooze: sorted(days.items()) for snooze, days in told.items()}


def snoozed_of(*, viewer: Viewer, subject: str, snooze_ids: Iterable[int]) -> set[tuple[str, str]]:
    """Points and objects of a subject that were recorded under these snoozes, if its file is open."""
    rows = scoping.within(SnoozedTouch.objects.filter(subject=subject, snooze__in=list(snooze_ids)), viewer)
    return set(rows.values_list("point", "object"))

"""Reading touches, reviews, alerts. A business sees its own reminders, never classes or reviews of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from zhunsheng.core.actors import Audience, Viewer
from zhunsheng.judging.triggers.models import AreaAlert, DataAlarm, Enrolment, Touch, TouchStep, VisitEntry


@dataclass(frozen=True, slots=True)
class TouchCard:
    """A touch as lists and pages show it."""

    id: int
    subject: str
    item: str
    point: str
    object: str
    colour: str
    state: str
    started_at: datetime
    reply_due_on: date | None
    reply_why: str
    observe_until_on: date | None
    answer: str
    answered_at: datetime | None
    ended_at: datetime | None
    facts: tuple[str, ...]
    pack_version: str
    pack_hash: str


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step of a touch: what, when, by whom, why."""

    step: str
    at: datetime
    by_name: str
    reason: str


def _card(row: Touch) -> TouchCard:
    return TouchCard(
        row.id,
        row.subject,
        row.item,
        row.point,
        row.object,
        row.colour,
        row.state,
        row.started_at,
        row.reply_due_on,
        row.reply_why,
        row.observe_until_on,
        row.answer,
        row.answered_at,
        row.ended_at,
        tuple(row.facts),
        row.pack_version,
        row.pack_hash,
    )


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
    return [_card(row) for row in rows[offset : offset + rows_max]]


def how_many(
    *,
    viewer: Viewer,
    subject: str = "",
    colour: str = "",
    item: str = "",
    state: str = "",
    open_only: bool = False,
) -> int:
    """How many touches a filter finds."""
    return _filtered(viewer, subject, colour, item, state, open_only).count()


def _filtered(
    viewer: Viewer, subject: str, colour: str, item: str, state: str, open_only: bool
) -> QuerySet[Touch]:
    rows = Touch.objects.order_by("-id")
    if viewer.audience is not Audience.BUREAU:
        rows = rows.filter(subject__in=viewer.subjects)
    for field, wanted in (("subject", subject), ("colour", colour), ("item", item), ("state", state)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    return rows.filter(ended_at=None) if open_only else rows


def steps(*, viewer: Viewer, touch_id: int) -> list[StepCard]:
    """What became of a touch, oldest step first; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return []
    rows = TouchStep.objects.filter(touch_id=touch_id).order_by("id")
    return [StepCard(r.step, r.at, r.by_name, r.reason) for r in rows]


def touch(*, viewer: Viewer, touch_id: int) -> TouchCard | None:
    """One touch, if the viewer may see its subject."""
    row = Touch.objects.filter(id=touch_id).first()
    return _card(row) if row is not None and viewer.may_see_subject(row.subject) else None


def counts(*, viewer: Viewer) -> dict[tuple[str, str], int]:
    """Touches by (item, colour); for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return {}
    rows = Touch.objects.values_list("item", "colour").annotate(n=Count("id")).order_by("item", "colour")
    return {(item, colour): n for item, colour, n in rows}


def states(*, viewer: Viewer) -> dict[str, int]:
    """Touches by state; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return {}
    return dict(Touch.objects.values_list("state").annotate(n=Count("id")).order_by("state"))


def answers(*, viewer: Viewer) -> dict[str, int]:
    """Answered touches by answer; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return {}
    rows = Touch.objects.exclude(answer="").values_list("answer").annotate(n=Count("id"))
    return dict(rows.order_by("answer"))


def enrolments(*, viewer: Viewer, subject: str = "") -> dict[str, str]:
    """Item → state for one subject; nothing for those who may not see it."""
    if not viewer.may_see_subject(subject):
        return {}
    return dict(Enrolment.objects.filter(subject=subject).values_list("item", "state"))


def visit_list(*, viewer: Viewer) -> list[tuple[str, str, datetime]]:
    """(subject, reason, asked at) of everybody still to be visited; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return []
    rows = VisitEntry.objects.filter(visited_at=None).order_by("id")
    return list(rows.values_list("subject", "reason", "asked_at"))


def area_alerts(*, viewer: Viewer) -> list[tuple[str, str, int, datetime]]:
    """(point, area, firms, raised at); for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return []
    rows = AreaAlert.objects.order_by("id")
    return [(row.point, row.area, len(row.subjects), row.raised_at) for row in rows]


def data_alarms(*, viewer: Viewer) -> list[tuple[str, str, str, datetime]]:
    """(subject, point, object, raised at) of sources that say nothing; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return []
    rows = DataAlarm.objects.filter(ended_at=None).order_by("id")
    return list(rows.values_list("subject", "point", "object", "raised_at"))

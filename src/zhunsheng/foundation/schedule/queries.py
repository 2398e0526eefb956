"""What time will trigger: instants, deadlines by nearness and why, the calendar with recorded years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.alarms.finding import Course
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines.deadline import DeadlineState
from zhunsheng.core.deadlines.memory import from_json
from zhunsheng.core.deadlines.nearness import Nearness, nearness_of
from zhunsheng.core.deadlines.reckoning import state_at
from zhunsheng.core.deadlines.sentences import Sentence
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.foundation.schedule.lifecycle import StepKind
from zhunsheng.foundation.schedule.models import AnnouncedYear, DeadlineEntry, DeadlineStep, DueRow

Narrow = Callable[[QuerySet[DeadlineEntry]], QuerySet[DeadlineEntry]]


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step of a deadline's history."""

    at: datetime
    kind: str
    by_name: str
    told: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class DueCard:
    """One open deadline with its reason and history. `told`: posts already told at its level."""

    key: str
    matter: str
    clock: str
    title: str
    handler: str
    state: DeadlineState
    level: str
    nearness: Nearness
    due_on: date | None
    provisional: bool
    trace: tuple[Sentence, ...]
    told: tuple[str, ...]
    steps: tuple[StepCard, ...]


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which open deadlines: of these clocks, in this part of the queue, with words in the title.

    `handlers` are those in whose names the words were found.
    """

    kinds: Collection[str] | None = None
    near: Nearness | None = None
    words: str = ""
    handlers: frozenset[str] = frozenset()


EVERYTHING = DueFilter()


def next_due_at(*, viewer: Viewer) -> datetime | None:
    """The earliest instant anybody waits for; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return None
    row = DueRow.objects.order_by("due_at").first()
    return row.due_at if row else None


def overdue(*, viewer: Viewer, at: datetime) -> tuple[int, datetime | None]:
    """How many due instants have passed without being worked off, and the oldest of them; bureau only."""
    if not viewer.is_supervisor:
        return 0, None
    told = DueRow.objects.filter(due_at__lte=at).aggregate(n=Count("id"), oldest=Min("due_at"))
    return told["n"], told["oldest"]


def instants_of(*, topic: str, viewer: Viewer) -> dict[str, datetime]:
    """Key → instant of a topic; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    return dict(DueRow.objects.filter(topic=topic).values_list("key", "due_at"))


def terms(*, viewer: Viewer, base: ClockTerms) -> ClockTerms:
    """The package's terms with the years that the bureau recorded; calendars are public."""
    del viewer
    calendar = base.calendar
    for row in AnnouncedYear.objects.all():
        calendar = calendar.with_year(
            row.year,
            [date.fromisoformat(day) for day in row.holidays],
            [date.fromisoformat(day) for day in row.make_up],
        )
    return base.with_calendar(calendar)


def due_list(
    *,
    viewer: Viewer,
    at: datetime,
    terms: ClockTerms,
    handler: str = "",
    wanted: DueFilter = EVERYTHING,
    offset: int = 0,
    rows_max: int | None = None,
    narrowed: Narrow | None = None,
) -> list[DueCard]:
    """Open deadlines, most pressing first: a part of them behind `offset`.

    Who has no bureau-wide scope sees the own ones, and those of subjects that `narrowed` leaves: whose file
    a deadline is about is not known here, so the caller brings the scope along.
    """
    rows = _wanted(viewer, at, wanted, narrowed).prefetch_related("steps")
    if handler:
        rows = rows.filter(handler=handler)
    rows = rows.order_by(F("due_at").asc(nulls_last=True), "key")
    until = None if rows_max is None else offset + rows_max
    cards = [_card(row, at, terms) for row in rows[offset:until]]
    order = list(Nearness)
    return sorted(cards, key=lambda c: (order.index(c.nearness), c.due_on or date.max, c.key))


def due_counts(
    *, viewer: Viewer, at: datetime, wanted: DueFilter = EVERYTHING, narrowed: Narrow | None = None
) -> dict[Nearness, int]:
    """How many open deadlines stand in each part of the queue, whichever is wanted; scoped as `due_list`."""
    rows = _wanted(viewer, at, replace(wanted, near=None), narrowed)
    parts = {near.value: Count("id", filter=part) for near, part in _parts(at).items()}
    return {Nearness(near): n for near, n in rows.aggregate(**parts).items()}


def due_hands(*, viewer: Viewer, narrowed: Narrow | None = None) -> set[str]:
    """Who has open deadlines to see to; scoped as `due_list`."""
    rows = _open_to(viewer, narrowed).filter(closed_at=None).order_by()
    return set(rows.values_list("handler", flat=True).distinct())


def _wanted(
    viewer: Viewer, at: datetime, wanted: DueFilter, narrowed: Narrow | None
) -> QuerySet[DeadlineEntry]:
    rows = _open_to(viewer, narrowed).filter(closed_at=None)
    if wanted.kinds is not None:
        rows = rows.filter(clock__in=wanted.kinds)
    if wanted.words:
        rows = rows.filter(Q(title__icontains=wanted.words) | Q(handler__in=sorted(wanted.handlers)))
    return rows if wanted.near is None else rows.filter(_parts(at)[wanted.near])


def _parts(at: datetime) -> dict[Nearness, Q]:
    """The parts of the queue as `nearness_of` draws them, for rows that stand reckoned."""
    today = at.astimezone(SHANGHAI).date()
    sunday = today + timedelta(days=6 - today.weekday())
    ahead = Q(due_at__gte=at)
    return {
        Nearness.OVERDUE: Q(due_at__lt=at),
        Nearness.TODAY: ahead & Q(due_on__lte=today),
        Nearness.THIS_WEEK: ahead & Q(due_on__gt=today, due_on__lte=sunday),
        Nearness.LATER: ahead & Q(due_on__gt=sunday),
        Nearness.UNKNOWN: Q(due_at=None),
    }


def of_matters(
    *,
    viewer: Viewer,
    at: datetime,
    terms: ClockTerms,
    matters: Iterable[str],
    narrowed: Narrow | None = None,
) -> dict[str, list[DueCard]]:
    """Matter → every deadline of it, over or not, by key; scoped as in `due_list`."""
    rows = _open_to(viewer, narrowed).filter(matter__in=sorted(matters)).prefetch_related("steps")
    told: dict[str, list[DueCard]] = {}
    for row in rows.order_by("key"):
        told.setdefault(row.matter, []).append(_card(row, at, terms))
    return told


def open_keys(*, viewer: Viewer, keys: Iterable[str]) -> dict[str, DeadlineState]:
    """Key → state of those of the deadlines that are not over; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    rows = DeadlineEntry.objects.filter(key__in=list(keys), closed_at=None)
    return {key: DeadlineState(state) for key, state in rows.values_list("key", "state")}


def handlers(*, viewer: Viewer, keys: Iterable[str]) -> dict[str, str]:
    """Key → who must act, of those of the deadlines that are not over; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    rows = DeadlineEntry.objects.filter(key__in=list(keys), closed_at=None)
    return dict(rows.values_list("key", "handler"))


def _open_to(viewer: Viewer, narrowed: Narrow | None) -> QuerySet[DeadlineEntry]:
    rows = DeadlineEntry.objects.all()
    if viewer.sees_all:
        return rows
    if not viewer.is_supervisor:
        return rows.none()
    own = Q(handler=viewer.key)
    if narrowed is not None:
        own |= Q(id__in=narrowed(rows.exclude(subject="")).order_by().values("id"))
    return rows.filter(own)


def _card(row: DeadlineEntry, at: datetime, terms: ClockTerms) -> DueCard:
    deadline = from_json(row.body)
    reckoned = terms.reckon(deadline)
    steps = list(row.steps.all())
    told = [step.told for step in steps if step.kind == row.level]
    return DueCard(
        key=row.key,
        matter=row.matter,
        clock=row.clock,
        title=row.title,
        handler=row.handler,
        state=DeadlineState(row.state) if row.closed_at else state_at(deadline, reckoned, at),
        level=row.level,
        nearness=_nearness(reckoned.due_on, reckoned.due_at, at),
        due_on=reckoned.due_on,
        provisional=reckoned.provisional,
        trace=reckoned.trace,
        told=tuple(told[-1]) if told else (),
        steps=tuple(map(_step_card, steps)),
    )


def _step_card(row: DeadlineStep) -> StepCard:
    return StepCard(row.at, row.kind, row.by_name, tuple(row.told), row.note)


def _nearness(due_on: date | None, due_at: datetime | None, at: datetime) -> Nearness:
    if due_on is None or due_at is None:
        return Nearness.UNKNOWN
    today = at.astimezone(SHANGHAI).date()
    return Nearness.OVERDUE if at > due_at else nearness_of(max(due_on, today), today)


# What an instant was set by; the levels of the escalation only look at it.
_SETS = {StepKind.STARTED, StepKind.PAUSED, StepKind.RESUMED, StepKind.EXTENDED, StepKind.RECKONED}
_HANDS = {StepKind.STARTED, StepKind.HANDED_OVER}
_ENDS = {StepKind.MET, StepKind.LIFTED, StepKind.LAPSED}
_NOTED = {StepKind.EXTENDED, StepKind.PAUSED, StepKind.OVERDUE, StepKind.LAPSED}


def courses(
    *,
    viewer: Viewer,
    at: datetime,
    since: datetime,
    subjects: Collection[str] | None = None,
    narrowed: Narrow | None = None,
) -> list[Course]:
    """How deadlines had gone by an instant, by key: open then, or over since `since`; scoped as `due_list`.

    Those of the subjects; without any, those that passed their end or were paused or extended.
    """
    rows = _open_to(viewer, narrowed).filter(Q(closed_at=None) | Q(closed_at__gte=since))
    if subjects is not None:
        rows = rows.filter(subject__in=sorted(subjects))
    else:
        noted = DeadlineStep.objects.filter(kind__in=_NOTED, at__lte=at).values("entry")
        late = Q(due_at__lt=at) & (Q(closed_at=None) | Q(closed_at__gt=F("due_at")))
        rows = rows.filter(Q(id__in=noted) | late)
    told = Prefetch("steps", DeadlineStep.objects.filter(at__lte=at))
    return [_course(row, at) for row in rows.order_by("key").prefetch_related(told) if row.steps.all()]


def hands(
    *, viewer: Viewer, at: datetime, since: datetime, narrowed: Narrow | None = None
) -> set[tuple[str, str]]:
    """(subject, handler) of every deadline that somebody was given between two instants."""
    rows = DeadlineStep.objects.filter(kind__in=_HANDS, at__gte=since, at__lte=at)
    if not viewer.sees_all:
        rows = rows.filter(entry__in=_open_to(viewer, narrowed).order_by().values("id"))
    told = rows.order_by().values_list("entry__subject", "handler").distinct()
    return {(subject, handler) for subject, handler in told if handler is not None}


def _course(row: DeadlineEntry, at: datetime) -> Course:
    steps = list(row.steps.all())
    set_by = [step for step in steps if step.kind in _SETS]
    known = bool(set_by) and set_by[-1].handler is not None
    due_at = set_by[-1].due_at if known else row.due_at
    held = [step.handler for step in steps if step.kind in _HANDS and step.handler is not None]
    end = next((step for step in steps if step.kind in _ENDS), None)
    # A record made late says when the act was done.
    done_at = row.met_at if end is not None and end.kind == StepKind.MET else end.at if end else None
    lapsed = end is not None and end.kind == StepKind.LAPSED
    return Course(
        row.key,
        row.matter,
        row.subject,
        row.clock,
        row.title,
        tuple(dict.fromkeys(held or [row.handler])),
        due_at,
        due_at is not None and (lapsed or (done_at or at) > due_at),
        end.at if end else None,
        Counter(step.kind for step in steps),
    )


def steps_of(*, viewer: Viewer, key: str) -> list[StepCard]:
    """The history of a deadline, oldest first; for bureau-wide viewers only."""
    return histories(viewer=viewer, keys=[key]).get(key, [])


def histories(
    *, viewer: Viewer, keys: Iterable[str], narrowed: Narrow | None = None
) -> dict[str, list[StepCard]]:
    """Key → what happened to a deadline, oldest first; scoped as in `due_list`."""
    rows = DeadlineStep.objects.filter(entry__key__in=sorted(keys)).select_related("entry")
    if not viewer.sees_all:
        rows = rows.filter(entry__in=_open_to(viewer, narrowed).order_by().values("id"))
    told: dict[str, list[StepCard]] = {}
    for row in rows:
        told.setdefault(row.entry.key, []).append(_step_card(row))
    return told

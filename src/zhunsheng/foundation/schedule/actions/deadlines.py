"""Starting, pausing, extending and meeting deadlines, and the escalation as they come near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines.deadline import Deadline, DeadlineState, start
from zhunsheng.core.deadlines.escalation import RANK, Level, Post
from zhunsheng.core.deadlines.memory import from_json, to_json
from zhunsheng.core.deadlines.reckoning import Reckoned, state_at
from zhunsheng.core.deadlines.regimes import Authority, PauseReason, UnknownClockError
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.schedule.actions.instants import set_due
from zhunsheng.foundation.schedule.lifecycle import TRANSITIONS, ClosedDeadlineError, StepKind
from zhunsheng.foundation.schedule.models import DeadlineEntry, DeadlineStep

TOPIC = "deadline"
LOOK_AT = time(9, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a deadline belongs to. `handler` is the officer or station that must act."""

    key: str
    matter: str
    title: str
    handler: str


def open_deadline(
    *,
    by: Actor,
    at: datetime,
    of: Matter,
    clock: str,
    started_at: datetime,
    terms: ClockTerms,
    regime_on: date | None = None,
) -> int:
    """Start a clock of a matter; its id. The same key again changes nothing."""
    deadline = start(terms.book, clock, started_at, regime_on=regime_on)
    with transaction.atomic():
        known = DeadlineEntry.objects.filter(key=of.key).first()
        if known is not None:
            return known.id
        entry = DeadlineEntry(
            key=of.key, matter=of.matter, clock=clock, title=of.title, handler=of.handler, body={}
        )
        entry.state, entry.level = DeadlineState.RUNNING.value, Level.NONE.value
        _save(entry, deadline, at, terms)
        _step(by, at, entry, StepKind.STARTED, terms.reckon(deadline).why_zh())
    return entry.id


def pause(
    *,
    by: Actor,
    at: datetime,
    key: str,
    reason: PauseReason,
    first_on: date,
    last_on: date | None = None,
    terms: ClockTerms,
) -> None:
    """Days that are not counted, open or with their last day; refused for reasons the law does not know."""
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        _save(entry, deadline.paused(reason, first_on, last_on), at, terms)
        _step(by, at, entry, StepKind.PAUSED, f"{reason.value} {first_on} {last_on or ''}".strip())


def resume(*, by: Actor, at: datetime, key: str, last_on: date, terms: ClockTerms) -> None:
    """The open pause ends with this day, which is still not counted."""
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        _save(entry, deadline.resumed(last_on), at, terms)
        _step(by, at, entry, StepKind.RESUMED, str(last_on))


def extend(
    *,
    by: Actor,
    at: datetime,
    key: str,
    authority: Authority,
    decided_on: date,
    reason: str,
    terms: ClockTerms,
    length: int | None = None,
) -> None:
    """The next extension of the law, decided by a person before the period was over."""
    by.require_person("延长期限")
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        longer = deadline.extended(
            by=authority, decided_on=decided_on, due_on=entry.due_on, reason=reason, length=length
        )
        _save(entry, longer, at, terms)
        _step(by, at, entry, StepKind.EXTENDED, f"{authority.value} {decided_on} {reason}")


def meet(*, by: Actor, at: datetime, key: str, met_at: datetime, terms: ClockTerms) -> None:
    """The act was done at `met_at`; done late stays MISSED, with the time on record."""
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        _save(entry, deadline.met(met_at), at, terms)
        _step(by, at, entry, StepKind.MET, met_at.isoformat())


def escalate(*, by: Actor, at: datetime, key: str, terms: ClockTerms) -> list[Level]:
    """Every level whose instant has come, once, recorded at its own instant; the next one is set."""
    with transaction.atomic():
        entry = DeadlineEntry.objects.select_for_update().filter(key=key, met_at=None).first()
        if entry is None:
            return []
        deadline = from_json(entry.body)
        if entry.due_at is None:
            return _look_at_unknown(by, at, entry, deadline, terms)
        reached = []
        for level, instant in _ahead(entry, deadline, terms):
            if instant > at:
                break
            entry.level = level.value
            reached.append(level)
            _step(by, instant, entry, StepKind(level.value), "", told=terms.plan.tell(level))
        _save(entry, deadline, at, terms)
    return reached


def reckon_again(*, by: Actor, at: datetime, terms: ClockTerms) -> int:
    """All open deadlines anew, after a year was announced or corrected; how many ends moved."""
    moved = 0
    with transaction.atomic():
        for entry in DeadlineEntry.objects.select_for_update().filter(met_at=None):
            before = entry.due_on
            _save(entry, from_json(entry.body), at, terms)
            if entry.due_on != before:
                moved += 1
                _step(by, at, entry, StepKind.RECKONED, f"{before} → {entry.due_on}")
    return moved


def _open_entry(key: str) -> tuple[DeadlineEntry, Deadline]:
    entry = DeadlineEntry.objects.select_for_update().filter(key=key).first()
    if entry is None:
        raise UnknownClockError(key)
    if entry.met_at is not None:
        raise ClosedDeadlineError(f"{key} 已于 {entry.met_at} 办结")
    return entry, from_json(entry.body)


def _save(entry: DeadlineEntry, deadline: Deadline, at: datetime, terms: ClockTerms) -> None:
    """Reckon, store and set the next instant; a new end begins the levels anew."""
    reckoned = terms.reckon(deadline)
    state = state_at(deadline, reckoned, at)
    if state is not DeadlineState(entry.state) and state not in TRANSITIONS[DeadlineState(entry.state)]:
        raise ClosedDeadlineError(f"{entry.key}: {entry.state} → {state}")
    if reckoned.due_on != entry.due_on:
        entry.level = Level.NONE.value
    entry.body, entry.state = to_json(deadline), state.value
    entry.due_on, entry.due_at = reckoned.due_on, reckoned.due_at
    entry.not_before_on, entry.provisional = reckoned.not_before_on, reckoned.provisional
    entry.met_at = deadline.met_at
    entry.save()
    set_due(
        by=Actor.service(TOPIC),
        at=at,
        topic=TOPIC,
        instants={entry.key: _next(entry, deadline, reckoned, terms)},
    )


def _next(entry: DeadlineEntry, deadline: Deadline, reckoned: Reckoned, terms: ClockTerms) -> datetime | None:
    if entry.met_at is not None:
        return None
    if reckoned.due_at is not None:
        return next((instant for _level, instant in _ahead(entry, deadline, terms)), None)
    if deadline.open_pause is not None or entry.steps.filter(kind=StepKind.YEAR_UNKNOWN.value).exists():
        return None
    return datetime.combine(reckoned.not_before_on, LOOK_AT)


def _ahead(entry: DeadlineEntry, deadline: Deadline, terms: ClockTerms) -> list[tuple[Level, datetime]]:
    if entry.due_at is None:
        return []
    rank = RANK[Level(entry.level)]
    return [(level, at) for level, at in terms.levels(deadline, entry.due_at) if RANK[level] > rank]


def _look_at_unknown(
    by: Actor, at: datetime, entry: DeadlineEntry, deadline: Deadline, terms: ClockTerms
) -> list[Level]:
    """The end cannot be computed, and it may already be here: say so once, to those whom DUE would tell."""
    known = entry.steps.filter(kind=StepKind.YEAR_UNKNOWN.value).exists()
    if not known and deadline.open_pause is None:
        instant = datetime.combine(entry.not_before_on, LOOK_AT)
        _step(by, instant, entry, StepKind.YEAR_UNKNOWN, "", told=terms.plan.tell(Level.DUE))
    return []


def _step(
    by: Actor,
    at: datetime,
    entry: DeadlineEntry,
    kind: StepKind,
    note: str,
    *,
    told: Sequence[Post] = (),
) -> None:
    posts = [post.value for post in told]
    DeadlineStep.objects.create(entry=entry, at=at, kind=kind.value, by_name=by.name, told=posts, note=note)
    detail = {"due_on": str(entry.due_on), "told": posts, "note": note}
    evidence.record(
        by=by, at=at, action=f"DEADLINE_{kind.value}", target=f"deadline:{entry.key}", detail=detail
    )

"""Starting, pausing, extending and meeting deadlines, and the escalation as they come near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, day_of, instant
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

# Two instants of each deadline stand in the queue beforehand: the next level to tell, and its last second.
TOPIC, END = "deadline", "until"
LOOK_AT = time(9, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a deadline belongs to. `handler` is the officer or station that must act, or the business itself.

    `subject` is the business it speaks of: whoever may see that business sees the deadline.
    """

    key: str
    matter: str
    title: str
    handler: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A clock to be started. `regime_on`: the day whose law counts. `length`: set for this matter."""

    of: Matter
    clock: str
    started_at: datetime
    regime_on: date | None = None
    length: int | None = None


def open_deadline(
    *,
    by: Actor,
    at: datetime,
    of: Matter,
    clock: str,
    started_at: datetime,
    terms: ClockTerms,
    regime_on: date | None = None,
    length: int | None = None,
) -> int:
    """Start a clock of a matter; its id. The same key again changes nothing; `length` is set for this one."""
    opening = Opening(of, clock, started_at, regime_on, length)
    open_all(by=by, at=at, openings=[opening], terms=terms)
    return DeadlineEntry.objects.values_list("id", flat=True).get(key=of.key)


def open_all(*, by: Actor, at: datetime, openings: Sequence[Opening], terms: ClockTerms) -> None:
    """Start the clocks of several matters in a few statements; keys that stand already are left alone."""
    with transaction.atomic():
        keys = [opening.of.key for opening in openings]
        known = set(DeadlineEntry.objects.filter(key__in=keys).values_list("key", flat=True))
        fresh = [_fresh(opening, at, terms) for opening in openings if opening.of.key not in known]
        if not fresh:
            return
        entries = DeadlineEntry.objects.bulk_create([entry for entry, _, _ in fresh], batch_size=1_000)
        DeadlineStep.objects.bulk_create(
            [
                DeadlineStep(
                    entry=entry,
                    at=at,
                    kind=StepKind.STARTED.value,
                    by_name=by.name,
                    note=why,
                    due_at=entry.due_at,
                    handler=entry.handler,
                )
                for entry, (_, _, why) in zip(entries, fresh, strict=True)
            ],
            batch_size=1_000,
        )
        action = f"DEADLINE_{StepKind.STARTED.value}"
        told = [(action, f"deadline:{entry.key}", _detail(entry, [], why)) for entry, _, why in fresh]
        evidence.record_all(by=by, at=at, entries=told)
        instants = {entry.key: first for entry, first, _ in fresh}
        set_due(by=Actor.service(TOPIC), at=at, topic=TOPIC, instants=instants)
        ends = {entry.key: entry.due_at for entry, _, _ in fresh}
        set_due(by=Actor.service(TOPIC), at=at, topic=END, instants=ends)


def _fresh(opening: Opening, at: datetime, terms: ClockTerms) -> tuple[DeadlineEntry, datetime | None, str]:
    """The row to be, the instant of its first level, and why it ends when it does."""
    deadline = start(
        terms.book, opening.clock, opening.started_at, regime_on=opening.regime_on, length=opening.length
    )
    reckoned, of = terms.reckon(deadline), opening.of
    entry = DeadlineEntry(
        key=of.key,
        matter=of.matter,
        clock=opening.clock,
        subject=of.subject,
        title=of.title,
        handler=of.handler,
        body=to_json(deadline),
        state=state_at(deadline, reckoned, at).value,
        level=Level.NONE.value,
        due_on=reckoned.due_on,
        due_at=reckoned.due_at,
        not_before_on=reckoned.not_before_on,
        provisional=reckoned.provisional,
    )
    return entry, _next(entry, deadline, reckoned, terms), reckoned.why_zh()


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


def go_on(*, by: Actor, at: datetime, key: str, terms: ClockTerms) -> date | None:
    """What rested goes on today, which counts again; the new last day, if it is known."""
    today = day_of(instant(at))
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        _save(entry, deadline.gone_on(today), at, terms)
        _step(by, at, entry, StepKind.RESUMED, str(today))
    return entry.due_on


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
) -> Reckoned:
    """The next extension of the law, decided by a person before the period was over; the new end."""
    by.require_person("延长期限")
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        longer = deadline.extended(
            by=authority, decided_on=decided_on, due_on=entry.due_on, reason=reason, length=length
        )
        _save(entry, longer, at, terms)
        _step(by, at, entry, StepKind.EXTENDED, f"{authority.value} {decided_on} {reason}")
    return terms.reckon(longer)


def meet(*, by: Actor, at: datetime, key: str, met_at: datetime, terms: ClockTerms) -> None:
    """The act was done at `met_at`; done late stays MISSED, with the time on record."""
    with transaction.atomic():
        entry, deadline = _open_entry(key)
        _save(entry, deadline.met(met_at), at, terms)
        _step(by, at, entry, StepKind.MET, met_at.isoformat())


def lift(*, by: Actor, at: datetime, key: str, reason: str) -> None:
    """Nobody owes the act any more, for this reason: neither met nor missed."""
    _close(by, at, key, DeadlineState.LIFTED, StepKind.LIFTED, reason)


def lapse(*, by: Actor, at: datetime, key: str, reason: str) -> None:
    """The last second has come without the act, and something else takes its place: missed, and over."""
    _close(by, at, key, DeadlineState.MISSED, StepKind.LAPSED, reason)


def _close(by: Actor, at: datetime, key: str, state: DeadlineState, kind: StepKind, reason: str) -> None:
    with transaction.atomic():
        entry, _deadline = _open_entry(key)
        if state not in TRANSITIONS[DeadlineState(entry.state)]:
            raise ClosedDeadlineError(f"{key}: {entry.state} → {state}")
        entry.state, entry.closed_at = state.value, at
        entry.save(update_fields=["state", "closed_at"])
        for topic in (TOPIC, END):
            set_due(by=Actor.service(TOPIC), at=at, topic=topic, instants={key: None})
        _step(by, at, entry, kind, reason)


def assign(*, by: Actor, at: datetime, key: str, handler: str) -> None:
    """Somebody else must act from now on; the clock runs on."""
    with transaction.atomic():
        entry, _deadline = _open_entry(key)
        old, entry.handler = entry.handler, handler
        entry.save(update_fields=["handler"])
        _step(by, at, entry, StepKind.HANDED_OVER, f"{old} → {handler}")


def escalate(*, by: Actor, at: datetime, key: str, terms: ClockTerms) -> list[Level]:
    """Every level whose instant has come, once, recorded at its own instant; the next one is set."""
    with transaction.atomic():
        entry = DeadlineEntry.objects.select_for_update().filter(key=key, closed_at=None).first()
        if entry is None:
            return []
        deadline = from_json(entry.body)
        if entry.due_at is None:
            return _look_at_unknown(by, at, entry, deadline, terms)
        reached = []
        for level, reached_at in _ahead(entry, deadline, terms):
            if reached_at > at:
                break
            entry.level = level.value
            reached.append(level)
            _step(by, reached_at, entry, StepKind(level.value), "", told=terms.plan.tell(level))
        _save(entry, deadline, at, terms)
    return reached


def reckon_again(*, by: Actor, at: datetime, terms: ClockTerms) -> int:
    """All open deadlines anew, after a year was announced or corrected; how many ends moved."""
    moved = 0
    with transaction.atomic():
        for entry in DeadlineEntry.objects.select_for_update().filter(closed_at=None):
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
    if entry.closed_at is not None:
        raise ClosedDeadlineError(f"{key} 已于 {entry.closed_at} 结束")
    return entry, from_json(entry.body)


def _save(entry: DeadlineEntry, deadline: Deadline, at: datetime, terms: ClockTerms) -> None:
    """Reckon, store and set the next instant; a new end begins the levels anew."""
    reckoned = terms.reckon(deadline)
    state = state_at(deadline, reckoned, at)
    if state is not DeadlineState(entry.state) and state not in TRANSITIONS[DeadlineState(entry.state)]:
        raise ClosedDeadlineError(f"{entry.key}: {entry.state} → {state}")
    if reckoned.due_on != entry.due_on:
        entry.level = Level.NONE.value
    moved = reckoned.due_at != entry.due_at
    entry.body, entry.state = to_json(deadline), state.value
    entry.due_on, entry.due_at = reckoned.due_on, reckoned.due_at
    entry.not_before_on, entry.provisional = reckoned.not_before_on, reckoned.provisional
    entry.met_at, entry.closed_at = deadline.met_at, at if deadline.met_at is not None else None
    entry.save()
    if moved or entry.closed_at is not None:
        end = reckoned.due_at if entry.closed_at is None else None
        set_due(by=Actor.service(TOPIC), at=at, topic=END, instants={entry.key: end})
    set_due(
        by=Actor.service(TOPIC),
        at=at,
        topic=TOPIC,
        instants={entry.key: _next(entry, deadline, reckoned, terms)},
    )


def _next(entry: DeadlineEntry, deadline: Deadline, reckoned: Reckoned, terms: ClockTerms) -> datetime | None:
    if entry.closed_at is not None:
        return None
    if reckoned.due_at is not None:
        return next((when for _level, when in _ahead(entry, deadline, terms)), None)
    known = entry.pk is not None and entry.steps.filter(kind=StepKind.YEAR_UNKNOWN.value).exists()
    if deadline.open_pause is not None or known:
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
        when = datetime.combine(entry.not_before_on, LOOK_AT)
        _step(by, when, entry, StepKind.YEAR_UNKNOWN, "", told=terms.plan.tell(Level.DUE))
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
    DeadlineStep.objects.create(
        entry=entry,
        at=at,
        kind=kind.value,
        by_name=by.name,
        told=posts,
        note=note,
        due_at=entry.due_at,
        handler=entry.handler,
    )
    detail, target = _detail(entry, posts, note), f"deadline:{entry.key}"
    evidence.record(by=by, at=at, action=f"DEADLINE_{kind.value}", target=target, detail=detail)


def _detail(entry: DeadlineEntry, posts: Sequence[str], note: str) -> dict[str, object]:
    return {"due_on": str(entry.due_on), "told": list(posts), "note": note}

"""Folding a subject's time: judge, remember, and turn what tracking tells into touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, instant, moment
from zhunsheng.core.deadlines import WorkCalendar
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Colour, Judgement
from zhunsheng.engine.tracking import Key, PointIndex, TouchChange, TouchEvent
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.lifecycle import Step, TouchState, after
from zhunsheng.judging.triggers.memory import from_json, to_json
from zhunsheng.judging.triggers.models import DataAlarm, SubjectMemory, Touch, TouchStep
from zhunsheng.judging.triggers.versions import Sight, advance_bound
from zhunsheng.sensing.signals.new_facts import NewFact

Former = Callable[[str], Pack | None]
MACHINE_NAME = "系统"


@dataclass(frozen=True, slots=True)
class Folded:
    """What one look at a subject did: the judgement, new touches, facts to write, when to look again."""

    judgement: Judgement
    events: tuple[TouchEvent, ...]
    opened: tuple[int, ...]
    facts: tuple[NewFact, ...]
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Look:
    by: Actor
    at: datetime
    subject: str
    pack: Pack
    calendar: WorkCalendar


def fold(
    *,
    by: Actor,
    at: datetime,
    subject: str,
    pack: Pack,
    facts: Sequence[Fact],
    world: Sequence[Fact],
    calendar: WorkCalendar,
    former: Former,
) -> Folded:
    """Judge a subject at an instant, with what is known then, and fold the result into its memory.

    `former` gives an earlier pack by its hash: open touches that began under it are judged with it.
    """
    at = at.astimezone(SHANGHAI)
    look, as_of = _Look(by, at, subject, pack, calendar), instant(at)
    index, sight = PointIndex.of(pack), Sight(subject, facts, world, as_of)
    with transaction.atomic():
        memory = SubjectMemory.objects.select_for_update().filter(subject=subject).first()
        bound = _bound(subject, pack, former)
        judgement, told = advance_bound(pack, bound, sight, from_json(memory.states) if memory else {})
        remembered = {"states": to_json(told.states), "folded_to": at}
        if memory is None:
            SubjectMemory.objects.create(subject=subject, **remembered)
        else:
            SubjectMemory.objects.filter(subject=subject).update(**remembered)
        opened: list[int] = []
        outcome: list[NewFact] = []
        for event in told.events:
            _apply(look, index, event, opened, outcome)
    due = min((t for t in (judgement.next_due, told.next_due) if t is not None), default=None)
    return Folded(judgement, told.events, tuple(opened), tuple(outcome), None if due is None else moment(due))


def _bound(subject: str, pack: Pack, former: Former) -> dict[Key, Pack]:
    """Open touches that began under another pack, each with that pack; one that was never kept is let go."""
    rows = Touch.objects.filter(subject=subject).exclude(state=TouchState.NORMAL.value)
    told: dict[Key, Pack] = {}
    for point, thing, name in rows.exclude(pack_hash=pack.content_hash).values_list(
        "point", "object", "pack_hash"
    ):
        its = former(name)
        if its is not None:
            told[(point, thing)] = its
    return told


def _apply(
    look: _Look, index: PointIndex, event: TouchEvent, opened: list[int], outcome: list[NewFact]
) -> None:
    alarms = DataAlarm.objects.filter(
        subject=look.subject, point=event.point, object=event.object, ended_at=None
    )
    match event.change:
        case TouchChange.NO_DATA_START:
            DataAlarm.objects.get_or_create(
                subject=look.subject,
                point=event.point,
                object=event.object,
                ended_at=None,
                defaults={"raised_at": look.at},
            )
        case TouchChange.NO_DATA_END:
            alarms.update(ended_at=look.at)
        case TouchChange.START | TouchChange.ESCALATE if not event.covered:
            alarms.update(ended_at=look.at)
            touch = _open_or_escalate(look, index, event)
            opened.append(touch.id)
            outcome.append(written.touched(touch))
        case TouchChange.CLEAR:
            cleared = _open_touch(look.subject, event)
            if cleared is not None and cleared.state == TouchState.OBSERVING:
                take_step(by=look.by, at=look.at, touch=cleared, step=Step.RECTIFIED)
                outcome.append(written.rectified(cleared, look.at))


def _open_touch(subject: str, event: TouchEvent) -> Touch | None:
    rows = Touch.objects.select_for_update().filter(subject=subject, point=event.point, object=event.object)
    return rows.exclude(state=TouchState.NORMAL.value).first()


def _open_or_escalate(look: _Look, index: PointIndex, event: TouchEvent) -> Touch:
    running = _open_touch(look.subject, event)
    if running is not None:
        running.colour = event.colour.value
        running.facts = sorted(event.facts)
        running.save(update_fields=["colour", "facts"])
        if running.state == TouchState.OBSERVING and event.colour is not Colour.YELLOW:
            take_step(by=look.by, at=look.at, touch=running, step=Step.ESCALATED)
        return running
    point = index.points[event.point]
    yellow = event.colour is Colour.YELLOW
    second = yellow and _observed_lately(look, event, point.observe_days)
    reply = look.calendar.after_workdays(look.at.date(), point.reply_workdays) if yellow else None
    touch = Touch.objects.create(
        subject=look.subject,
        item=index.items[event.point],
        point=event.point,
        object=event.object,
        colour=event.colour.value,
        state=TouchState.OBSERVING if yellow else TouchState.OFFSITE_REVIEW,
        started_at=look.at,
        reply_due_on=reply.on if reply else None,
        reply_why=reply.why_zh if reply else "",
        observe_until_on=look.at.date() + timedelta(days=point.observe_days) if yellow else None,
        facts=sorted(event.facts),
        pack_version=look.pack.version,
        pack_hash=look.pack.content_hash,
    )
    target, detail = (
        f"touch:{touch.id}",
        {"point": touch.point, "object": touch.object, "colour": touch.colour},
    )
    evidence.record(by=look.by, at=look.at, action="TOUCHED", target=target, detail=detail)
    if second:
        take_step(by=look.by, at=look.at, touch=touch, step=Step.SECOND_YELLOW)
    return touch


def _observed_lately(look: _Look, event: TouchEvent, observe_days: int) -> bool:
    """Whether an earlier yellow of the same point and object is still within its observation period."""
    since = look.at - timedelta(days=observe_days)
    rows = Touch.objects.filter(subject=look.subject, point=event.point, object=event.object)
    return rows.filter(started_at__gt=since, colour=Colour.YELLOW.value).exists()


def take_step(*, by: Actor, at: datetime, touch: Touch, step: Step, reason: str = "") -> None:
    """Move a touch by one step of the table, with its trace; refused if the table does not know it."""
    touch.state = after(TouchState(touch.state), step).value
    touch.ended_at = at if touch.state == TouchState.NORMAL else None
    touch.save(update_fields=["state", "ended_at", "rested_from", "rested_at"])
    name = by.name or MACHINE_NAME
    TouchStep.objects.create(touch=touch, step=step.value, at=at, by_name=name, reason=reason)
    detail = {"step": step.value, "to": touch.state, "why": reason}
    evidence.record(by=by, at=at, action="TOUCH_STEP", target=f"touch:{touch.id}", detail=detail)

"""The pages of subjects at one instant: touches as they stand, changed in memory, written together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from zhunsheng.core.actors import Actor
from zhunsheng.core.deadlines import WorkCalendar
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Colour
from zhunsheng.engine.tracking import PointIndex, TouchChange, TouchEvent
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import facts as written
from zhunsheng.judging.triggers.lifecycle import Step, TouchState, after
from zhunsheng.judging.triggers.models import DataAlarm, SnoozedTouch, Touch, TouchStep
from zhunsheng.sensing.signals.new_facts import NewFact

Place = tuple[str, str, str]
Tell = Callable[[], NewFact]
FRESH = tuple(field.name for field in Touch._meta.concrete_fields)
MACHINE_NAME = "系统"
CHANGING = ("colour", "facts", "state", "ended_at")
SNOOZED = ("snooze", "subject", "item", "point", "object", "colour", "at", "covered", "facts", "pack_hash")
STEP = ("touch", "step", "at", "by_name", "reason")


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, when, by which pack and calendar; by subject the points that are snoozed, and the snooze."""

    by: Actor
    at: datetime
    pack: Pack
    calendar: WorkCalendar
    snoozed: Mapping[str, Mapping[str, int]]


class Pages:
    """Subject → what tracking tells of it, turned into touches, steps, alarms and facts."""

    def __init__(self, look: Look, events: Mapping[str, Sequence[TouchEvent]]) -> None:
        self.look, self.index = look, PointIndex.of(look.pack)
        self._open: dict[Place, Touch] = {}
        self._lately: dict[Place, list[datetime]] = {}
        self._alarms: dict[Place, DataAlarm] = {}
        self._fresh: list[Touch] = []
        self._changed: dict[int, Touch] = {}
        self._ended: list[int] = []
        self._raised: list[DataAlarm] = []
        self._steps: list[tuple[Touch, Step]] = []
        self._acts: list[tuple[str, Touch, dict[str, object]]] = []
        self._opened: dict[str, list[Touch]] = {}
        self._cleared: dict[str, list[Touch]] = {}
        self._tell: dict[str, list[Tell]] = {}
        self._snoozed: list[tuple[Place, TouchEvent]] = []
        if events:
            self._read(list(events))
        for subject, told in events.items():
            for event in told:
                self._turn(subject, event)

    def _read(self, subjects: Sequence[str]) -> None:
        """Open touches, yellow ones of late, and alarms of these subjects; the touches are locked."""
        longest = max((point.observe_days for point in self.index.points.values()), default=0)
        lately = Q(colour=Colour.YELLOW.value, started_at__gt=self.look.at - timedelta(days=longest))
        rows = Touch.objects.select_for_update().filter(subject__in=subjects)
        for touch in rows.filter(~Q(state=TouchState.NORMAL.value) | lately).order_by("id"):
            place = (touch.subject, touch.point, touch.object)
            if touch.state != TouchState.NORMAL:
                self._open[place] = touch
            if touch.colour == Colour.YELLOW:
                self._lately.setdefault(place, []).append(touch.started_at)
        for alarm in DataAlarm.objects.filter(subject__in=subjects, ended_at=None):
            self._alarms[(alarm.subject, alarm.point, alarm.object)] = alarm

    def _turn(self, subject: str, event: TouchEvent) -> None:
        place = (subject, event.point, event.object)
        match event.change:
            case TouchChange.NO_DATA_START:
                if place not in self._alarms:
                    names = dict(zip(("subject", "point", "object"), place, strict=True))
                    self._alarms[place] = DataAlarm(**names, raised_at=self.look.at)
                    self._raised.append(self._alarms[place])
            case TouchChange.SNOOZED:
                self._snoozed.append((place, event))
            case TouchChange.NO_DATA_END:
                self._end_alarm(place)
            case TouchChange.START | TouchChange.ESCALATE if not event.covered:
                self._end_alarm(place)
                touch = self._open_or_escalate(place, event)
                self._opened.setdefault(subject, []).append(touch)
                self._tell.setdefault(subject, []).append(partial(written.touched, touch))
            case TouchChange.CLEAR:
                cleared = self._open.get(place)
                if cleared is not None and cleared.state == TouchState.OBSERVING:
                    self._step(cleared, Step.RECTIFIED)
                    self._cleared.setdefault(subject, []).append(cleared)
                    told = partial(written.rectified, cleared, self.look.at)
                    self._tell.setdefault(subject, []).append(told)

    def _end_alarm(self, place: Place) -> None:
        alarm = self._alarms.pop(place, None)
        if alarm is not None and alarm.id is not None:
            self._ended.append(alarm.id)

    def _open_or_escalate(self, place: Place, event: TouchEvent) -> Touch:
        running = self._open.get(place)
        if running is not None:
            running.colour, running.facts = event.colour.value, sorted(event.facts)
            self._changed[running.id] = running
            if running.state == TouchState.OBSERVING and event.colour is not Colour.YELLOW:
                self._step(running, Step.ESCALATED)
            return running
        touch = self._open[place] = self._begun(place, event)
        self._fresh.append(touch)
        detail: dict[str, object] = {
            "point": touch.point,
            "object": touch.object,
            "colour": touch.colour,
        }
        self._acts.append(("TOUCHED", touch, detail))
        since = self.look.at - timedelta(days=self.index.points[event.point].observe_days)
        if event.colour is Colour.YELLOW and any(t > since for t in self._lately.get(place, ())):
            self._step(touch, Step.SECOND_YELLOW)
        return touch

    def _begun(self, place: Place, event: TouchEvent) -> Touch:
        """A touch as it begins; yellow has a reply date and an observation, red is reviewed off site."""
        point, today, yellow = (
            self.index.points[event.point],
            self.look.at.date(),
            event.colour is Colour.YELLOW,
        )
        reply = self.look.calendar.after_workdays(today, point.reply_workdays) if yellow else None
        subject, _, thing = place
        return Touch(
            subject=subject,
            item=self.index.items[event.point],
            point=event.point,
            object=thing,
            colour=event.colour.value,
            state=(TouchState.OBSERVING if yellow else TouchState.OFFSITE_REVIEW).value,
            started_at=self.look.at,
            reply_due_on=reply.on if reply else None,
            reply_why=reply.why_zh if reply else "",
            observe_until_on=today + timedelta(days=point.observe_days) if yellow else None,
            facts=sorted(event.facts),
            pack_version=self.look.pack.version,
            pack_hash=self.look.pack.content_hash,
        )

    def _step(self, touch: Touch, step: Step) -> None:
        """One step of the machine; refused if the table does not know it."""
        touch.state = after(TouchState(touch.state), step).value
        touch.ended_at = self.look.at if touch.state == TouchState.NORMAL else None
        if touch.id is not None:
            self._changed[touch.id] = touch
        if touch.ended_at is not None:
            self._open.pop((touch.subject, touch.point, touch.object))
        self._steps.append((touch, step))
        self._acts.append(("TOUCH_STEP", touch, {"step": step.value, "to": touch.state, "why": ""}))

    def write(self) -> None:
        """Everything in a few statements, in the caller's transaction."""
        if self._fresh:
            for touch, number in zip(self._fresh, bulk.draw(Touch, len(self._fresh)), strict=True):
                touch.id = number
            bulk.insert(Touch, FRESH, ([getattr(t, name) for name in FRESH] for t in self._fresh))
        if self._changed:
            Touch.objects.bulk_update(self._changed.values(), CHANGING)
        at, name = self.look.at, self.look.by.name or MACHINE_NAME
        bulk.insert(TouchStep, STEP, ((t.id, step.value, at, name, "") for t, step in self._steps))
        acts = [(action, f"touch:{touch.id}", detail) for action, touch, detail in self._acts]
        evidence.record_all(by=self.look.by, at=at, entries=acts)
        bulk.insert(SnoozedTouch, SNOOZED, (self._snoozed_row(*told) for told in self._snoozed))
        if self._raised:
            DataAlarm.objects.bulk_create(self._raised, ignore_conflicts=True)
        if self._ended:
            DataAlarm.objects.filter(id__in=self._ended).update(ended_at=at)

    def _snoozed_row(self, place: Place, event: TouchEvent) -> tuple[object, ...]:
        subject, point, thing = place
        snooze, item, what = self.look.snoozed[subject][point], self.index.items[point], event.colour.value
        told = (snooze, subject, item, point, thing, what, self.look.at, event.covered)
        return (*told, sorted(event.facts), self.look.pack.content_hash)

    def outcome(self, subject: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[NewFact, ...]]:
        """The touches that began or grew worse, those put right, and the facts to write; after `write`."""
        opened = tuple(touch.id for touch in self._opened.get(subject, ()))
        cleared = tuple(touch.id for touch in self._cleared.get(subject, ()))
        return opened, cleared, tuple(tell() for tell in self._tell.get(subject, ()))

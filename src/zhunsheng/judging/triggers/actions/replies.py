"""When an answer is due: an entry in the queue of deadlines that follows its touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time

from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines.deadline import DeadlineState
from zhunsheng.core.deadlines.regimes import PauseReason
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter, Opening
from zhunsheng.judging.triggers.actions.touches import move_reply_date
from zhunsheng.judging.triggers.cards import TouchCard
from zhunsheng.judging.triggers.lifecycle import TouchState
from zhunsheng.registers.registry import queries as registry

CLOCK = "touch.reply"
Workdays = Callable[[TouchCard], int]


def _key_of(touch_id: int) -> str:
    """The key of an answer's deadline in the queue."""
    return f"touch:{touch_id}:reply"


def in_step(
    *, by: Actor, at: datetime, touches: Sequence[TouchCard], workdays: Workdays, terms: ClockTerms
) -> None:
    """Bring the deadlines of answers in step with their touches; doing it again changes nothing.

    Opened while somebody waits for the answer, resting while the touch rests, met by the answer; over when
    the day has passed without one, or when the touch needs none any more.
    """
    viewer = Viewer.bureau(by.key)
    asked = [touch for touch in touches if touch.reply_due_on is not None]
    known = clocks.open_keys(viewer=viewer, keys=[_key_of(touch.id) for touch in asked])
    with transaction.atomic():
        for touch in asked:
            if (state := known.get(_key_of(touch.id))) is not None:
                _follow(by, at, touch, state, terms)
        fresh = [touch for touch in asked if _waits(touch) and _key_of(touch.id) not in known]
        people = registry.cards(viewer=viewer, keys={touch.subject for touch in fresh})
        name_zh = terms.book.row(CLOCK).name_zh
        openings = []
        for touch in fresh:
            person = people.get(touch.subject)
            name, handler = (person.name, person.officer or person.station) if person else (touch.subject, "")
            title, matter = f"{name_zh} {touch.point} {name}", f"touch:{touch.id}"
            of = Matter(_key_of(touch.id), matter, title, handler, touch.subject)
            openings.append(Opening(of, CLOCK, touch.started_at, length=workdays(touch)))
        deadlines.open_all(by=by, at=at, openings=openings, terms=terms)


def _waits(touch: TouchCard) -> bool:
    return touch.state == TouchState.OBSERVING and not touch.answer


def _follow(by: Actor, at: datetime, touch: TouchCard, state: DeadlineState, terms: ClockTerms) -> None:
    key, resting = _key_of(touch.id), state is DeadlineState.PAUSED
    if touch.answer:
        deadlines.meet(by=by, at=at, key=key, met_at=touch.answered_at or at, terms=terms)
    elif touch.state == TouchState.SUSPENDED:
        if not resting:
            today, reason = at.astimezone(SHANGHAI).date(), PauseReason.SUSPENSION
            deadlines.pause(by=by, at=at, key=key, reason=reason, first_on=today, terms=terms)
    elif _waits(touch):
        if resting and (due_on := deadlines.go_on(by=by, at=at, key=key, terms=terms)) is not None:
            move_reply_date(by=by, at=at, touch_id=touch.id, due_on=due_on)
    elif touch.reply_due_on is not None and at >= datetime.combine(
        touch.reply_due_on, time(23, 59, 59), SHANGHAI
    ):
        deadlines.lapse(by=by, at=at, key=key, reason="期满未答复，转为非现场核查")
    else:
        deadlines.lift(by=by, at=at, key=key, reason="触线已了结或者转为核查，不再等待答复")


def let_go(*, by: Actor, at: datetime, touch_id: int) -> None:
    """The day of a mere reminder has passed: it asked for no answer, so none is missing."""
    key = _key_of(touch_id)
    if clocks.open_keys(viewer=Viewer.bureau(by.key), keys=[key]):
        deadlines.lift(by=by, at=at, key=key, reason="只作提示，不要求答复")

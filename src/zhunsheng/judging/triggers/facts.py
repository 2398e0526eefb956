"""The facts that trigger supervision writes back: the loop closes through these and nothing else."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.engine.closed import TOUCH, place_of, touch_payload
from zhunsheng.judging.triggers.models import Touch
from zhunsheng.sensing.signals.new_facts import NewFact

JUDGING = "judging"


def _key(touch: Touch) -> str:
    return place_of(touch.point, touch.object)


def _named(kind: str, touch: Touch) -> str:
    return f"{kind}:{touch.id}:{touch.point}"


def touched(touch: Touch) -> NewFact:
    """A line was touched; the fact occurs at the instant of the touch."""
    payload = touch_payload(touch.item, touch.point, touch.colour)
    name = f"{_named(TOUCH, touch)}:{touch.colour}"
    return NewFact(TOUCH, touch.subject, touch.started_at, payload, _key(touch), fact_id=name)


def rectified(touch: Touch, at: datetime) -> NewFact:
    """A yellow touch was put right in time: no points, ever."""
    name = _named("TOUCH_RECTIFIED", touch)
    return NewFact("TOUCH_RECTIFIED", touch.subject, at, {}, _key(touch), fact_id=name)


def missed(touch: Touch, at: datetime) -> NewFact:
    """A yellow touch was neither answered nor put right in time."""
    name = _named("TOUCH_MISSED", touch)
    return NewFact("TOUCH_MISSED", touch.subject, at, {}, _key(touch), fact_id=name)


def answered(touch: Touch, at: datetime) -> NewFact:
    """The business answered."""
    payload = {"item": touch.item, "answer": touch.answer}
    name = f"{_named('TOUCH_ANSWERED', touch)}:{at.isoformat()}"
    return NewFact("TOUCH_ANSWERED", touch.subject, at, payload, _key(touch), fact_id=name)


def confirmed(touch: Touch, at: datetime) -> NewFact:
    """A named person confirmed a red touch after review."""
    name = _named("TOUCH_CONFIRMED", touch)
    return NewFact("TOUCH_CONFIRMED", touch.subject, at, {"item": touch.item}, _key(touch), fact_id=name)


def dismissed(touch: Touch, at: datetime) -> NewFact:
    """A named person found a red touch explained or false."""
    name = _named("TOUCH_DISMISSED", touch)
    return NewFact("TOUCH_DISMISSED", touch.subject, at, {}, _key(touch), fact_id=name)


def enrolment(subject: str, item: str, state: str, at: datetime) -> NewFact:
    """Enrolment of a subject in an item, as judging reads it."""
    name = f"ENROLMENT:{subject}:{item}:{state}:{at.isoformat()}"
    return NewFact("ENROLMENT", subject, at, {"state": state}, item, fact_id=name)

"""Replay with the loop closed: what a pack touches is itself a fact that the same pack reads later.

The stored facts about touches were written under the version that judged then. Another version would have
touched others, so a replay leaves them out and puts in what it touched itself, until nothing changes any
more. A touch is known one second after it began: an effect never comes before its cause, so each round
settles at least one more touch of a subject, and the rounds end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.lived import STARTS, replay_course
from zhunsheng.engine.replay import Touches, by_subject
from zhunsheng.engine.tracking import TouchChange, TouchEvent
from zhunsheng.engine.versions import Course

TOUCH = "TOUCH"
# Behind everything that was ever stored, as the order among equal instants goes.
FIRST_SEQUENCE = 1 << 40


def place_of(point: str, thing: str) -> str:
    """The object of a fact about a touch: its point and the thing that was touched."""
    return f"{point}/{thing}"


def touch_payload(item: str, point: str, colour: str) -> dict[str, Scalar]:
    """What the fact of a touch says."""
    return {"item": item, "point": point, "colour": colour}


def counted(events: Iterable[TouchEvent]) -> list[TouchEvent]:
    """The events that are touches: begun or grown worse, and not covered by another point of the item."""
    return [e for e in events if e.change in STARTS and not e.covered]


def replay_closed(
    rules: Pack | Course, facts: Iterable[Fact], world: Sequence[Fact], start: int, end: int
) -> dict[str, Sequence[TouchEvent]]:
    """Touch events of (start, end] by subject, the rules reading their own touches; judged from `start` on.

    The rules are one version, or a course of versions as they took effect one after the other. Facts about
    touches that were recorded before `start` stand as they are, and so does what people did about touches
    afterwards.
    """
    told = by_subject(facts)
    own = {s: [f for f in fs if f.kind != TOUCH or f.recorded_at < start] for s, fs in told.items()}
    course = rules if isinstance(rules, Course) else Course.of(rules)
    found = dict(replay_course(course, (f for fs in own.values() for f in fs), world, start, end))
    items, said = course.items, dict[str, list[Fact]]()
    moved = set(found)
    while moved := {s for s in moved if _echo(items, s, found[s]) != said.get(s, [])}:
        said |= {s: _echo(items, s, found[s]) for s in moved}
        again: Touches = replay_course(
            course, (f for s in sorted(moved) for f in (*own[s], *said[s])), world, start, end
        )
        found |= again
    return found


def _echo(items: Mapping[str, str], subject: str, events: Sequence[TouchEvent]) -> list[Fact]:
    """The facts that judging would have written: a touch grown worse still occurs when it began."""
    begun: dict[str, int] = {}
    told: list[Fact] = []
    for event in counted(events):
        place = place_of(event.point, event.object)
        if event.change is TouchChange.START:
            begun[place] = event.at
        told.append(
            Fact(
                f"{TOUCH}:{len(told)}:{place}:{event.colour.value}",
                TOUCH,
                subject,
                begun.setdefault(place, event.at),
                event.at + 1,
                FIRST_SEQUENCE + len(told),
                place,
                touch_payload(items[event.point], event.point, event.colour.value),
                stated_at=event.at + 1,
            )
        )
    return told

"""History under a course of versions: a version judges from the instant at which it takes effect.

Three ways to the same touches, as for one version: the plain interpreter instant by instant, the judge of a
running system instant by instant, and columns. What began under a version ends under it; in a replay a touch
is open until it is cleared, because what people did about it cannot be known. A point that was snoozed
starts nothing until the end of the snooze, in all three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.readings import yardstick_for
from zhunsheng.engine.judgement import Colour, Judgement, PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import Touches, by_subject, changes, replay
from zhunsheng.engine.single import judge_by
from zhunsheng.engine.tracking import Key, PointState, TouchChange, TouchEvent
from zhunsheng.engine.versions import Course, Shown, Sight, advance_bound

# What happened to a touch that somebody is told of and that is written as a fact.
STARTS = frozenset({TouchChange.START, TouchChange.ESCALATE})
Judging = Callable[[Pack, str, Sequence[Fact], Sequence[Fact], int, int], Judgement]


@dataclass(slots=True)
class Life:
    """The memory of one subject's touches while versions follow each other."""

    course: Course
    subject: str
    facts: Sequence[Fact]
    world: Sequence[Fact]
    events: list[TouchEvent] = field(default_factory=list)
    states: Mapping[Key, PointState] = field(default_factory=dict)
    bound: dict[Key, Pack] = field(default_factory=dict)
    due: int | None = None

    def step(self, at: int, shown: Callable[[Pack], Shown]) -> None:
        """Fold one instant in; what begins now is bound to the version in effect now."""
        pack = self.course.at(at)
        others = {k: p for k, p in self.bound.items() if p.content_hash != pack.content_hash}
        sight = Sight(self.subject, self.facts, self.world, at)
        snoozed = self.course.snoozed(self.subject, at)
        told = advance_bound(pack, others, sight, self.states, shown, snoozed)
        self.states, self.due = told.states, told.next_due
        self.events += told.events
        for event in told.events:
            if event.change in STARTS and not event.covered:
                self.bound.setdefault((event.point, event.object), pack)
        ended = [k for k in self.bound if self.states.get(k, PointState()).colour is Colour.NONE]
        for key in ended:
            del self.bound[key]


def by_server(
    pack: Pack, subject: str, facts: Sequence[Fact], world: Sequence[Fact], as_of: int, known_at: int
) -> Judgement:
    """A judgement as a running system comes to it."""
    return judge_by(pack).judge(subject, facts, world, as_of, known_at)


def live_one(
    course: Course,
    subject: str,
    facts: Sequence[Fact],
    world: Sequence[Fact],
    start: int,
    end: int,
    judging: Judging = judge,
) -> list[TouchEvent]:
    """One subject, instant by instant: facts as they become known, due instants, versions taking effect."""
    life = Life(course, subject, facts, world)
    told = sorted({f.recorded_at for f in (*facts, *world)} | course.turns)
    at: int | None = start
    while at is not None and at <= end:
        now = at

        def shown(pack: Pack, now: int = now) -> Shown:
            judged = judging(pack, subject, facts, world, now, now)
            return judged.points, judged.next_due

        life.step(now, shown)
        later = [t for t in (life.due,) if t is not None and t > now]
        at = min([*later, *[t for t in told if t > now][:1]], default=None)
    return life.events


def live(
    course: Course,
    facts: Iterable[Fact],
    world: Sequence[Fact],
    start: int,
    end: int,
    judging: Judging = judge,
) -> Touches:
    """Touch events of (start, end], instant by instant: by the plain interpreter, or another judge."""
    return {
        subject: live_one(course, subject, own, world, start, end, judging)
        for subject, own in sorted(by_subject(facts).items())
    }


def replay_course(
    course: Course, facts: Iterable[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    """The same from columns; one version is replayed as ever."""
    course = course.within(start, end)
    if course.plain:
        return replay(course.parts[0][1], facts, world, start, end)
    grouped = by_subject(facts)
    told: dict[str, dict[str, dict[int, Sequence[PointResult]]]] = {s: {} for s in grouped}
    slow: set[str] = set()
    for name, pack in course.packs.items():
        ready = yardstick_for(pack)
        columns = FactColumns.of((f for own in grouped.values() for f in own), ready.compiler.words)
        slow |= {columns.subjects[s] for s in columns.beyond}
        for subject, history in changes(ready, columns, world, start, end):
            told[subject][name] = dict(history)
    return {
        subject: live_one(course, subject, own, world, start, end)
        if subject in slow
        else _follow(Life(course, subject, own, world), told[subject], start, end)
        for subject, own in sorted(grouped.items())
    }


def _follow(
    life: Life, told: Mapping[str, Mapping[int, Sequence[PointResult]]], start: int, end: int
) -> list[TouchEvent]:
    """Fold what each version shows in, at every instant at which one of them changes or is changed for."""
    if not told:
        return life.events
    seen: dict[str, dict[Key, PointResult]] = {name: {} for name in life.course.packs}
    turns = {at for at in life.course.turns if at > start}
    moves = sorted({t for history in told.values() for t in history} | turns)
    k, at = 0, start

    def shown(pack: Pack) -> Shown:
        return list(seen[pack.content_hash].values()), None

    while at <= end:
        for name, history in told.items():
            seen[name] |= {(r.point, r.object): r for r in history.get(at, ())}
        if at in turns and life.states:
            # A version that has shown nothing yet may still not let go of what it never touched.
            pack = life.course.at(at)
            fresh = judge_by(pack).judge(life.subject, life.facts, life.world, at, at)
            seen[pack.content_hash] |= {(r.point, r.object): r for r in fresh.points}
        life.step(at, shown)
        while k < len(moves) and moves[k] <= at:
            k += 1
        later = [*moves[k : k + 1], *(t for t in (life.due,) if t is not None and t > at)]
        if not later:
            break
        at = min(later)
    return life.events

"""One fact at a time: timelines of warm subjects in memory, judged at the instant a fact becomes known.

The memory is a cache: a subject that was evicted is built again from its facts, and ends in the same
state whatever the order of arrival. Facts of one instant are judged together: the events of an instant
are those after its last fact, so `take` may tell an instant's events anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import Yardstick, points_of
from zhunsheng.engine.fast.columns import Columns, Dictionary
from zhunsheng.engine.fast.history import judge_now
from zhunsheng.engine.fast.jit import I64, U8
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.stepping import (
    O_AS_OF,
    forget,
    held_of,
    shared_of,
    step,
    world_frame,
)
from zhunsheng.engine.fast.tables import Tables
from zhunsheng.engine.judgement import PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import Fold
from zhunsheng.engine.shelf import Shelf
from zhunsheng.engine.tracking import PointIndex, TouchEvent

Fetch = Callable[[str], Sequence[Fact]]


@dataclass(slots=True)
class Warm:
    """A subject in memory: its facts, the fold of its touches, and what it shows (`rows`: by object).

    `stepped`: the last judgement was a step, so the next one tells what changed since.
    """

    subject: str
    shelf: Shelf
    fold: Fold
    at: int
    before: Fold | None = None
    dense: bytes = b""
    rows: bytes = b""
    stepped: bool = False
    points: list[PointResult] = field(default_factory=list)
    next_due: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one fact did: the instant, the points, and the events of that instant so far."""

    subject: str
    at: int
    points: Sequence[PointResult]
    events: Sequence[TouchEvent]
    next_due: int | None


class Stepper:
    """Judges single facts. `fetch` gives the facts of a subject that is not warm (all but the new one)."""

    def __init__(
        self,
        pack: Pack,
        start: int,
        world: Sequence[Fact] = (),
        fetch: Fetch | None = None,
        warm_max: int = 100_000,
    ) -> None:
        self.start, self.world = start, list(world)
        self.fetch: Fetch = fetch or (lambda _: ())
        self.warm_max = warm_max
        self.looker = Looker(pack)
        self.pack, self.index = pack, self.looker.index
        self.warm: OrderedDict[str, Warm] = OrderedDict()

    def take(self, fact: Fact) -> Step:
        """One fact of a subject; every due instant before it is judged first."""
        warm = self._warm(fact.subject)
        if fact.recorded_at < warm.at:
            warm.shelf.add(fact, self.looker.words)
            self._again(warm)
        else:
            self._run_due(warm, fact.recorded_at)
            warm.shelf.add(fact, self.looker.words)
            if fact.recorded_at >= self.start:
                self._visit(warm, fact.recorded_at)
        return Step(fact.subject, warm.at, warm.points, self._events(warm), warm.next_due)

    def tell_world(self, fact: Fact) -> list[Step]:
        """A fact about a source or peers: every warm subject is judged at that instant."""
        self.world.append(fact)
        self.looker.forget_world()
        steps = []
        for warm in self.warm.values():
            if fact.recorded_at < warm.at:
                self._again(warm)
            else:
                self._run(warm, fact.recorded_at)
            steps.append(Step(warm.subject, warm.at, warm.points, self._events(warm), warm.next_due))
        return steps

    def run_to(self, subject: str, at: int) -> list[TouchEvent]:
        """All events of a subject up to an instant, due instants included."""
        warm = self._warm(subject)
        self._run_due(warm, at + 1)
        return warm.fold.events

    def evict(self, subject: str) -> None:
        """Forget a subject; the next fact builds it again."""
        self.warm.pop(subject, None)

    def _events(self, warm: Warm) -> Sequence[TouchEvent]:
        found = []
        for event in reversed(warm.fold.events):
            if event.at != warm.at:
                break
            found.append(event)
        return found[::-1]

    def _warm(self, subject: str) -> Warm:
        warm = self.warm.get(subject)
        if warm is not None:
            self.warm.move_to_end(subject)
            return warm
        shelf = Shelf(list(self.fetch(subject)))
        shelf.rebuild(self.looker.words)
        warm = Warm(subject, shelf, self._fold(shelf), self.start)
        self._again(warm)
        self.warm[subject] = warm
        if len(self.warm) > self.warm_max:
            self.warm.popitem(last=False)
        return warm

    def _fold(self, shelf: Shelf) -> Fold:
        return Fold(self.pack, self.index, shelf.facts, self.world, [], {})

    def _again(self, warm: Warm) -> None:
        """Fold the whole known history anew: late knowledge ends in the same state."""
        until = max(warm.shelf.known_to, self.start, warm.at)
        warm.fold, warm.before, warm.at = self._fold(warm.shelf), None, self.start
        warm.dense, warm.stepped = b"", False
        self._visit(warm, self.start)
        for at in sorted({f.recorded_at for f in (*warm.shelf.facts, *self.world)}):
            if self.start < at <= until:
                self._run(warm, at)
        self._run_due(warm, until + 1)

    def _run(self, warm: Warm, at: int) -> None:
        self._run_due(warm, at)
        if at >= self.start:
            self._visit(warm, at)

    def _run_due(self, warm: Warm, before: int) -> None:
        while True:
            due, waits = warm.next_due, warm.fold.due
            if due is None or (waits is not None and waits < due):
                due = waits
            if due is None or due >= before:
                return
            self._visit(warm, due)

    def _visit(self, warm: Warm, at: int) -> None:
        """Judge at an instant; a second visit to it starts from the memory before it."""
        again = at == warm.at and warm.before is not None
        if again and warm.before is not None:
            warm.fold.states, warm.fold.due = warm.before.states, warm.before.due
            while warm.fold.events and warm.fold.events[-1].at >= at:
                warm.fold.events.pop()
        else:
            warm.before = Fold(self.pack, self.index, (), (), [], warm.fold.states, warm.fold.due)
        warm.at = at
        moved = self.looker.show(warm, self.world, at)
        waiting = warm.fold.due is not None and warm.fold.due <= at
        if again or waiting or moved is None:
            warm.fold.step(warm.points, at)
        elif moved:
            warm.fold.step(moved, at, changed_only=True)


class Looker:
    """Judges warm subjects, all in one memory: by moving windows where that may be, else anew."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.index = pack, PointIndex.of(pack)
        self.words = Dictionary()
        self.yardstick = Yardstick.of(pack, self.words)
        read = self.yardstick.compiler
        self._names = [read.point_names[p] for p, row in enumerate(read.points) if row[c.P_OBJECTS] < 0]
        self._known: dict[tuple[int, int], PointResult] = {}
        self._epoch: tuple[int, int, World, I64] | None = None
        self._room = (64, 8)
        self._make_scratch()

    def _make_scratch(self) -> None:
        tables = self.yardstick.current()
        self._tables: Tables = tables
        self._scratch: Scratch = scratch_for(tables, *self._room)
        self._dense: U8 = np.zeros(int(tables.sizes[z.Z_DENSE]), dtype=np.uint8)
        self._rows: I64 = np.zeros((self._room[1] * max(len(tables.points), 1), 3), dtype=np.int64)
        self._shared, self._frame = shared_of(tables, self._scratch, self._dense, self._rows)
        # A subject's links were counted with the shapes of their day.
        self._binding = int(np.diff(tables.feed_at).max(initial=0))

    def forget_world(self) -> None:
        """The world said something new."""
        self._epoch = None

    def show(self, warm: Warm, world: Sequence[Fact], at: int) -> list[PointResult] | None:
        """Judge at an instant: the whole-subject points that changed, None where all must be looked at."""
        columns = warm.shelf.standing(at)
        if columns is None:
            told = judge(self.pack, warm.subject, warm.shelf.facts, world, at, at)
            warm.points, warm.next_due = list(told.points), told.next_due
            warm.dense, warm.stepped = b"", False
            return None
        outside, frame = self._world(world, at)
        self._fit(warm.shelf)
        if warm.shelf.steps_at(at):
            return self._step(warm, columns, frame, at)
        count = judge_now(self._tables, columns, self._scratch, outside, 0, at, self._dense, self._rows)
        warm.stepped = False
        return self._shown_anew(warm, count, int(self._scratch.context[c.X_DUE]))

    def _step(self, warm: Warm, columns: Columns, world: I64, at: int) -> list[PointResult] | None:
        shelf = warm.shelf
        if shelf.held is None or shelf.frame is None or shelf.binding != self._binding:
            shelf.held, shelf.frame = held_of(columns, self._tables, shelf.used)
            shelf.binding, warm.stepped = self._binding, False
        elif shelf.held.own[O_AS_OF] > at:
            forget(shelf.held)
        count, due, moved = step(self._frame, shelf.frame, world, at)
        if count or warm.rows or not warm.stepped:
            warm.stepped = True
            return self._shown_anew(warm, count, due)
        warm.next_due = None if due == c.FAR else due
        if not moved:
            return []
        changed = []
        warm.points, warm.dense = warm.points.copy(), self._dense.tobytes() + b"."
        for place in self._shared.moved[1 : moved + 1].tolist():
            warm.points[place] = result = self._result(place, int(self._dense[place]))
            changed.append(result)
        return changed

    def _shown_anew(self, warm: Warm, count: int, due: int) -> list[PointResult] | None:
        """Everything from what the kernel wrote; [] if that is what was shown before."""
        warm.next_due = None if due == c.FAR else due
        dense, rows = self._dense.tobytes() + b".", self._rows[:count].tobytes()
        if dense == warm.dense and rows == warm.rows:
            return []
        warm.points = list(points_of(self.yardstick, self._dense, self._rows[:count]))
        warm.dense, warm.rows = dense, rows
        return None

    def _result(self, place: int, shown: int) -> PointResult:
        result = self._known.get((place, shown))
        if result is None:
            colour, reason = c.COLOURS[shown & 7], c.REASONS[shown >> 4]
            result = PointResult(self._names[place], "", colour, bool(shown & 8), reason)
            self._known[place, shown] = result
        return result

    def _fit(self, shelf: Shelf) -> None:
        facts_count, objects = shelf.used, len(shelf.names)
        if facts_count > self._room[0] or objects > self._room[1]:
            self._room = (max(2 * facts_count, self._room[0]), max(2 * objects, self._room[1]))
            self._make_scratch()
        elif self.yardstick.shapes != len(self.words.shapes):
            self._make_scratch()

    def _world(self, facts: Sequence[Fact], at: int) -> tuple[World, I64]:
        if self._epoch is None or not self._epoch[0] <= at < self._epoch[1]:
            edges = {f.recorded_at for f in facts} | {f.occurred_at for f in facts}
            first = max((t for t in edges if t <= at), default=-c.FAR)
            after = min((t for t in edges if t > at), default=c.FAR)
            told = self.yardstick.world(facts, at, at)
            self._epoch = (first, after, told, world_frame(told))
        return self._epoch[2:]


def online(
    pack: Pack, facts: Sequence[Fact], world: Sequence[Fact], start: int, end: int
) -> Mapping[str, Sequence[TouchEvent]]:
    """Touch events of facts taken one by one in the order of knowledge: what a running system told."""
    stepper = Stepper(pack, start)
    subjects = sorted({f.subject for f in facts})
    stepper.fetch = lambda subject: ()
    for subject in subjects:
        stepper.run_to(subject, start)
    told = [*((f, False) for f in facts), *((f, True) for f in world)]
    for fact, is_world in sorted(told, key=lambda pair: (pair[0].recorded_at, pair[0].sequence)):
        if fact.recorded_at > end:
            break
        if is_world:
            stepper.tell_world(fact)
        else:
            stepper.take(fact)
    return {subject: stepper.run_to(subject, end) for subject in subjects}

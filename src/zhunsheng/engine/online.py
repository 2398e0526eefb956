"""One fact at a time: timelines of warm subjects in memory, judged at the instant a fact becomes known.

The memory is a cache: a subject that was evicted is built again from its facts, and ends in the same
state whatever the order of arrival. Facts of one instant are judged together: the events of an instant
are those after its last fact, so `take` may tell an instant's events anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import Yardstick, points_of
from zhunsheng.engine.fast.columns import Columns, Dictionary, FactColumns, TooWideError
from zhunsheng.engine.fast.history import judge_now
from zhunsheng.engine.fast.jit import I64, U8
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.tables import Tables
from zhunsheng.engine.judgement import PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import Fold
from zhunsheng.engine.tracking import PointIndex, TouchEvent

Fetch = Callable[[str], Sequence[Fact]]
ROOM = 16


def _grown(values: npt.NDArray[Any], room: int) -> npt.NDArray[Any]:
    return np.concatenate((values, np.zeros(room, dtype=values.dtype)))


@dataclass(slots=True)
class Shelf:
    """The columns of one subject with room to grow; None where only the reference can judge it."""

    facts: list[Fact]
    columns: Columns | None = None
    used: int = 0
    values: int = 0
    local: dict[str, int] = field(default_factory=dict)

    def rebuild(self, words: Dictionary) -> None:
        """Sort and encode everything anew."""
        built = FactColumns.of(self.facts, words)
        if built.corrected or built.beyond:
            self.columns = None
            return
        arrays = built.columns
        self.used, self.values = len(arrays.occurred), len(arrays.values)
        names = sorted({f.object for f in self.facts} - {""})
        self.local = {"": 0, **{name: k for k, name in enumerate(names, start=1)}}
        if not self.facts:
            arrays = arrays._replace(subject_at=np.zeros(2, np.int64), object_at=np.zeros(2, np.int64))
        grown = {
            name: _grown(getattr(arrays, name), max(self.used, ROOM))
            for name in ("occurred", "recorded", "shape", "local", "pointer")
        }
        grown["values"] = np.concatenate((arrays.values, np.zeros(4 * max(self.used, ROOM), np.int64)))
        hidden = np.zeros(len(grown["occurred"]), dtype=np.uint8)
        self.columns = arrays._replace(**grown, hidden=hidden)

    def add(self, fact: Fact, words: Dictionary) -> None:
        """Append where the fact is the latest and its object known; else rebuild."""
        latest = not self.facts or max(self.facts[-1].order, fact.order) == fact.order
        self.facts.append(fact)
        columns = self.columns
        appendable = columns is not None and latest and fact.object in self.local
        if not appendable or columns is None or fact.supersedes is not None or fact.retracts is not None:
            self.facts.sort(key=lambda f: f.order)
            self.rebuild(words)
            return
        try:
            shape, wide = words.shape(fact.kind, fact.payload)
        except TooWideError:
            self.columns = None
            return
        n, v = self.used, self.values
        if n >= len(columns.occurred) or v + len(wide) > len(columns.values):
            self.rebuild(words)
            return
        columns.occurred[n], columns.recorded[n], columns.shape[n] = fact.occurred_at, fact.recorded_at, shape
        columns.local[n], columns.pointer[n] = self.local[fact.object], v
        for k, value in enumerate(wide):
            columns.values[v + k] = value
        self.used, self.values = n + 1, v + len(wide)
        columns.subject_at[1] = self.used


@dataclass(slots=True)
class Warm:
    """A subject in memory: its columns, the fold of its touches, and what it showed last."""

    subject: str
    shelf: Shelf
    fold: Fold
    at: int
    before: Fold | None = None
    shown: bytes = b""
    points: Sequence[PointResult] = ()
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
        self.pack, self.start, self.world = pack, start, list(world)
        self.fetch: Fetch = fetch or (lambda _: ())
        self.warm_max = warm_max
        self.words = Dictionary()
        self.yardstick = Yardstick.of(pack, self.words)
        self.index = PointIndex.of(pack)
        self.warm: OrderedDict[str, Warm] = OrderedDict()
        self._epoch: tuple[int, int, World] | None = None
        self._room = (64, 8)
        self._make_scratch()

    def _make_scratch(self) -> None:
        tables = self.yardstick.current()
        self._tables: Tables = tables
        self._scratch: Scratch = scratch_for(tables, *self._room)
        self._dense: U8 = np.zeros(int(tables.sizes[z.Z_DENSE]), dtype=np.uint8)
        self._rows: I64 = np.zeros((self._room[1] * max(len(tables.points), 1), 3), dtype=np.int64)

    def take(self, fact: Fact) -> Step:
        """One fact of a subject; every due instant before it is judged first."""
        warm = self._warm(fact.subject)
        warm.shelf.add(fact, self.words)
        if fact.recorded_at < warm.at:
            self._again(warm)
        else:
            self._run(warm, fact.recorded_at)
        return Step(fact.subject, warm.at, warm.points, self._events(warm), warm.next_due)

    def tell_world(self, fact: Fact) -> list[Step]:
        """A fact about a source or peers: every warm subject is judged at that instant."""
        self.world.append(fact)
        self._epoch = None
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
        return [e for e in warm.fold.events if e.at == warm.at]

    def _warm(self, subject: str) -> Warm:
        warm = self.warm.get(subject)
        if warm is not None:
            self.warm.move_to_end(subject)
            return warm
        shelf = Shelf(sorted(self.fetch(subject), key=lambda f: f.order))
        shelf.rebuild(self.words)
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
        until = max((f.recorded_at for f in warm.shelf.facts), default=self.start)
        until = max(until, warm.at)
        warm.fold, warm.before, warm.at = self._fold(warm.shelf), None, self.start
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
            due = [t for t in (warm.next_due, warm.fold.due) if t is not None]
            if not due or min(due) >= before:
                return
            self._visit(warm, min(due))

    def _visit(self, warm: Warm, at: int) -> None:
        """Judge at an instant; a second visit to it starts from the memory before it."""
        if at == warm.at and warm.before is not None:
            warm.fold.states, warm.fold.due = warm.before.states, warm.before.due
            warm.fold.events[:] = [e for e in warm.fold.events if e.at < at]
            warm.shown = b""
        else:
            warm.before = Fold(self.pack, self.index, (), (), [], warm.fold.states, warm.fold.due)
        warm.at = at
        changed = self._judge(warm, at)
        waiting = warm.fold.due is not None and warm.fold.due <= at
        if changed or waiting:
            warm.fold.step(warm.points, at)

    def _judge(self, warm: Warm, at: int) -> bool:
        """Points of a subject now; whether they differ from those shown before."""
        columns = warm.shelf.columns
        if columns is None:
            told = judge(self.pack, warm.subject, warm.shelf.facts, self.world, at, at)
            warm.points, warm.next_due, warm.shown = told.points, told.next_due, b""
            return True
        outside = self._world(at)
        facts_count, objects = warm.shelf.used, len(warm.shelf.local)
        if self.yardstick.shapes != len(self.words.shapes):
            self._make_scratch()
        if facts_count > self._room[0] or objects > self._room[1]:
            self._room = (max(2 * facts_count, self._room[0]), max(2 * objects, self._room[1]))
            self._make_scratch()
        dense, rows = self._dense, self._rows
        count = judge_now(self._tables, columns, self._scratch, outside, 0, at, dense, rows)
        due = int(self._scratch.context[c.X_DUE])
        warm.next_due = None if due == c.FAR else due
        shown = dense.tobytes() + rows[:count].tobytes() + b"."
        if shown == warm.shown:
            return False
        warm.shown, warm.points = shown, points_of(self.yardstick, dense, rows[:count])
        return True

    def _world(self, at: int) -> World:
        if self._epoch is None or not self._epoch[0] <= at < self._epoch[1]:
            edges = {f.recorded_at for f in self.world} | {f.occurred_at for f in self.world}
            first = max((t for t in edges if t <= at), default=-c.FAR)
            after = min((t for t in edges if t > at), default=c.FAR)
            self._epoch = (first, after, self.yardstick.world(self.world, at, at))
        return self._epoch[2]


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

"""One fact at a time: timelines of warm subjects in memory, judged at the instant a fact becomes known.

The memory is a cache: a subject that was evicted is built again from its facts, and ends in the same
state whatever the order of arrival. Facts of one instant are judged together: the events of an instant
are those after its last fact, so `take` may tell an instant's events anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import Columns, Dictionary
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.kept import (
    O_AS_OF,
    O_ROLES,
    Held,
    Moves,
    held_of,
    shared_of,
    world_frame,
)
from zhunsheng.engine.fast.scratch import Scratch, World, scratch_for
from zhunsheng.engine.fast.stepping import start_subject, step
from zhunsheng.engine.fast.tables import Tables
from zhunsheng.engine.judgement import PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import Fold
from zhunsheng.engine.shelf import Shelf
from zhunsheng.engine.tracking import PointIndex, TouchEvent

Fetch = Callable[[str], Sequence[Fact]]
# Facts and objects of a subject that the memory of a worker begins with.
ROOM = (1_024, 16)


@dataclass(slots=True)
class Warm:
    """A subject in memory: its facts, the fold of its touches, and what it shows by place.

    `stepped`: the next judgement tells what changed since the last one.
    """

    subject: str
    shelf: Shelf
    fold: Fold
    at: int
    before: Fold | None = None
    stepped: bool = False
    points: dict[int, PointResult] = field(default_factory=dict)
    next_due: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one fact did: the instant, the points, and the events of that instant so far."""

    subject: str
    at: int
    points: Collection[PointResult]
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
        return Step(fact.subject, warm.at, warm.points.values(), self._events(warm), warm.next_due)

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
            steps.append(Step(warm.subject, warm.at, warm.points.values(), self._events(warm), warm.next_due))
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
        warm.stepped = False
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
            warm.fold.step(list(warm.points.values()), at)
        elif moved:
            warm.fold.step(moved, at, changed_only=True)


class Looker:
    """Judges warm subjects, all in one memory, by moving their windows."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.index = pack, PointIndex.of(pack)
        self.words = Dictionary()
        self.yardstick = Yardstick.of(pack, self.words)
        self._known: dict[tuple[int, int], PointResult] = {}
        self._epoch: tuple[int, int, World, I64] | None = None
        self._room, self._binding = ROOM, 0
        self._make_scratch()
        self._share()

    def _make_scratch(self) -> None:
        """Memory for greater subjects; every subject is bound to it when it comes next."""
        self._scratch: Scratch = scratch_for(self.yardstick.current(), *self._room)
        self._binding += 1

    def _share(self) -> None:
        self._tables: Tables = self.yardstick.current()
        self._moves: Moves = self.yardstick.moves()
        self._shared, self._frame = shared_of(self._tables, self._moves, self._room[1])

    def forget_world(self) -> None:
        """The world said something new."""
        self._epoch = None

    def show(self, warm: Warm, world: Sequence[Fact], at: int) -> list[PointResult] | None:
        """Judge at an instant: the points that changed, None where all must be looked at."""
        shelf = warm.shelf
        if shelf.columns is None:
            told = judge(self.pack, warm.subject, shelf.facts, world, at, at)
            warm.points, warm.next_due = dict(enumerate(told.points)), told.next_due
            warm.stepped = False
            return None
        outside = self._world(world, at)
        self._fit(shelf)
        if shelf.held is None or shelf.frame is None or shelf.binding != self._binding:
            self._hold(warm, shelf.columns)
        held, frame = cast(Held, shelf.held), cast(I64, shelf.frame)
        if shelf.stale or shelf.corrected or held.own[O_AS_OF] > at:
            shelf.tell_again(held, at)
            start_subject(self._frame, frame, outside, 0, shelf.used, 0, len(shelf.names))
        elif shelf.outside is not outside:
            held.own[O_ROLES] = 1
        shelf.outside = outside
        due, moved = step(self._frame, frame, outside, at)
        warm.next_due = None if due == c.FAR else due
        changed = self._changed(warm, held, moved) if moved else []
        told_anew, warm.stepped = not warm.stepped, True
        return None if told_anew else changed

    def _hold(self, warm: Warm, columns: Columns) -> None:
        shelf, tables, shared = warm.shelf, self._tables, self._scratch
        own = scratch_for(tables, 0, len(shelf.names))
        scratch = shared._replace(
            context=own.context, state=own.state, enrolled=own.enrolled, member=own.member
        )
        room = len(columns.occurred)
        shelf.held, shelf.frame = held_of(
            columns, tables, scratch, facts=room, objects=len(shelf.names), tellings=room
        )
        shelf.binding, shelf.stale = self._binding, True
        warm.points, warm.stepped = {}, False

    def _changed(self, warm: Warm, held: Held, moved: int) -> list[PointResult]:
        changed = []
        warm.points = warm.points.copy()
        for place in self._shared.moved[1 : moved + 1].tolist():
            now = int(held.shown[place])
            result = self._result(warm.shelf.names, place, c.CALM if now == c.ABSENT else now)
            changed.append(result)
            warm.points[place] = result
            if now == c.ABSENT:
                del warm.points[place]
        return changed

    def _result(self, names: Sequence[str], place: int, shown: int) -> PointResult:
        dense, name = int(self._tables.sizes[z.Z_DENSE]), ""
        key = (place, shown)
        if place >= dense:
            o, rank = divmod(place - dense, len(self._tables.points) - dense)
            key, name = (dense + rank, shown), names[o]
        result = self._known.get(key)
        if result is None:
            point = self.yardstick.compiler.point_names[self._shared.moves.points_at[key[0]]]
            colour, reason = c.COLOURS[shown & 7], c.REASONS[shown >> 4]
            result = self._known[key] = PointResult(point, "", colour, bool(shown & 8), reason)
        return replace(result, object=name) if name else result

    def _fit(self, shelf: Shelf) -> None:
        facts_count, objects = shelf.used, len(shelf.names)
        if facts_count > self._room[0] or objects > self._room[1]:
            self._room = (max(4 * facts_count, self._room[0]), max(4 * objects, self._room[1]))
            self._make_scratch()
            self._share()
        elif self.yardstick.shapes != len(self.words.shapes):
            tables, moves = self.yardstick.current(), self.yardstick.moves()
            if tables is not self._tables or moves is not self._moves:
                self._share()

    def _world(self, facts: Sequence[Fact], at: int) -> I64:
        if self._epoch is None or not self._epoch[0] <= at < self._epoch[1]:
            edges = {f.recorded_at for f in facts} | {f.occurred_at for f in facts}
            first = max((t for t in edges if t <= at), default=-c.FAR)
            after = min((t for t in edges if t > at), default=c.FAR)
            told = self.yardstick.world(facts, at, at)
            self._epoch = (first, after, told, world_frame(told))
        return self._epoch[3]


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

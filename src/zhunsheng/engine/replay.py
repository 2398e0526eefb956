"""History again: every fact in order of knowledge, every due instant, known_at = as_of at each step.

`replay` yields the touch events that online judging yielded. `replay_reference` is the same by the plain
interpreter and is what `prove` holds it against. Facts of one instant are judged together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import WORKERS, Yardstick
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.history import OUT_AT, OUT_OBJECT, OUT_POINT, OUT_SHOWN, OUT_SUBJECT, Plan
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.readings import yardstick_for
from zhunsheng.engine.judgement import SEVERITY, Judgement, PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.reference.judge import evaluator_at
from zhunsheng.engine.reference.measures import Evaluator
from zhunsheng.engine.reference.points import deciding_facts
from zhunsheng.engine.tracking import (
    Advance,
    Deciding,
    FactsBehind,
    Key,
    PointIndex,
    PointState,
    TouchEvent,
    advance,
)

# Subjects that one thread replays in one go.
SPAN = 20_000
Touches = Mapping[str, Sequence[TouchEvent]]


def deciding_at(
    index: PointIndex, pack: Pack, facts: Sequence[Fact], world: Sequence[Fact], at: int
) -> Deciding:
    """The facts behind a result: the second look, by the plain interpreter, only when a touch starts."""
    cut: list[Evaluator] = []

    def deciding(result: PointResult) -> frozenset[str]:
        if not cut:
            cut.append(evaluator_at(pack, facts, world, at, at))
        evaluator, point = cut[0].for_object(result.object), index.points[result.point]
        return frozenset(f.fact_id for f in deciding_facts(point, evaluator, result.colour))

    return deciding


@dataclass(slots=True)
class Fold:
    """The memory of one subject's touches while history runs; what is known at an instant only grows."""

    pack: Pack
    index: PointIndex
    facts: Sequence[Fact]
    world: Sequence[Fact]
    events: list[TouchEvent]
    states: Mapping[Key, PointState]
    due: int | None = None

    def step(self, results: Sequence[PointResult], at: int, *, changed_only: bool = False) -> None:
        """Fold one instant in: all results, or those that changed while the memory waits for nothing."""
        look = deciding_at(self.index, self.pack, self.facts, self.world, at)

        def deciding(result: PointResult) -> FactsBehind:
            return FactsBehind(lambda: look(result))

        done: Advance = advance(self.index, self.states, results, at, deciding, changed_only=changed_only)
        self.states, self.due = done.states, done.next_due
        self.events += done.events

    def follow(self, told: Iterable[tuple[int, Sequence[PointResult]]], end: int) -> None:
        """Fold in the changes of a history, and the instants up to `end` that the memory itself waits for."""
        shown: dict[Key, PointResult] = {}
        for at, changed in told:
            self._wait(shown, at)
            shown |= {(r.point, r.object): r for r in changed}
            if self.due is not None and self.due <= at:
                self.step(list(shown.values()), at)
            else:
                self.step(changed, at, changed_only=True)
        self._wait(shown, end + 1)

    def _wait(self, shown: Mapping[Key, PointResult], until: int) -> None:
        while self.due is not None and self.due < until:
            self.step(list(shown.values()), self.due)


def by_subject(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts grouped by subject."""
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.subject, []).append(fact)
    return grouped


def replay_reference(
    pack: Pack, facts: Iterable[Fact], world: Sequence[Fact], start: int, end: int
) -> Touches:
    """Touch events of (start, end] by the plain interpreter; judging begins at `start`."""
    return {
        subject: replay_one(pack, subject, own, world, start, end)
        for subject, own in sorted(by_subject(facts).items())
    }


def replay_one(
    pack: Pack,
    subject: str,
    facts: Sequence[Fact],
    world: Sequence[Fact],
    start: int,
    end: int,
    judging: Callable[..., Judgement] = judge,
) -> list[TouchEvent]:
    """One subject, instant by instant."""
    fold = Fold(pack, PointIndex.of(pack), facts, world, [], {})
    told = sorted({f.recorded_at for f in (*facts, *world)})
    at: int | None = start
    while at is not None and at <= end:
        judgement = judging(pack, subject, facts, world, at, at)
        fold.step(judgement.points, at)
        later = [t for t in (judgement.next_due, fold.due) if t is not None]
        later += [t for t in told if t > at][:1]
        at = min(later, default=None)
    return fold.events


def replay(
    pack: Pack, facts: Iterable[Fact], world: Sequence[Fact], start: int, end: int
) -> dict[str, Sequence[TouchEvent]]:
    """Touch events by the fast engine; subjects with huge numbers by the plain one."""
    grouped, ready = by_subject(facts), yardstick_for(pack)
    columns = FactColumns.of((f for own in grouped.values() for f in own), ready.compiler.words)
    slow = {columns.subjects[s] for s in columns.beyond}
    index, found = PointIndex.of(pack), dict[str, Sequence[TouchEvent]]()
    told = dict(changes(ready, columns, world, start, end))
    for subject, own in sorted(grouped.items()):
        if subject in slow:
            found[subject] = replay_one(pack, subject, own, world, start, end)
        else:
            fold = Fold(pack, index, own, world, [], {})
            fold.follow(told.get(subject, ()), end)
            found[subject] = fold.events
    return found


def changes(
    yardstick: Yardstick, columns: FactColumns, world: Sequence[Fact], start: int, end: int
) -> Iterator[tuple[str, list[tuple[int, list[PointResult]]]]]:
    """(subject, (instant, points that changed) …); at first no point shows anything."""
    names, texts = yardstick.compiler.point_names, columns.dictionary.texts
    for rows in histories(yardstick, columns, world, start, end):
        for s, of_subject in groupby(rows.tolist(), key=itemgetter(OUT_SUBJECT)):
            yield (
                columns.subjects[s],
                [
                    (
                        at,
                        [
                            _result(names[row[OUT_POINT]], texts[row[OUT_OBJECT]], row[OUT_SHOWN])
                            for row in now
                        ],
                    )
                    for at, now in groupby(of_subject, key=itemgetter(OUT_AT))
                ],
            )


def _result(point: str, name: str, shown: int) -> PointResult:
    return PointResult(point, name, c.COLOURS[shown & 7], bool(shown & 8), c.REASONS[shown >> 4])


def histories(
    yardstick: Yardstick, columns: FactColumns, world: Sequence[Fact], start: int, end: int
) -> Iterator[I64]:
    """What changed, as arrays of (subject, instant, point, object, shown), subjects in order; two threads."""
    plan = plan_of(yardstick, columns, world, start, end)
    count = len(columns.subjects)
    spans = [(low, min(low + SPAN, count)) for low in range(0, count, SPAN)]
    if len(spans) == 1:
        yield from plan.replay(spans[0])
        return
    with ThreadPoolExecutor(WORKERS) as threads:
        for low in range(0, len(spans), WORKERS):
            for parts in threads.map(plan.replay, spans[low : low + WORKERS]):
                yield from parts


def plan_of(yardstick: Yardstick, columns: FactColumns, world: Sequence[Fact], start: int, end: int) -> Plan:
    """A replay made ready: what the world says from which instant on, and who is told what when."""
    edges = {f.recorded_at for f in world} | {f.occurred_at for f in world}
    epochs = [start, *sorted(t for t in edges if start < t <= end)]
    worlds = [yardstick.world(world, at, at)._replace(next_fact=c.FAR) for at in epochs]
    moves = yardstick.moves()
    return Plan(yardstick.current(), moves, columns.columns, epochs, worlds, *_tellings(columns), end)


def _tellings(columns: FactColumns) -> tuple[I64, I64]:
    """(where a subject's begin, (instant, fact + 1 or its negative)) of facts that correct each other."""
    rows, lengths = list[tuple[int, int]](), np.zeros(len(columns.subjects) + 1, dtype=np.int64)
    for s, (first, facts) in sorted(columns.corrected.items()):
        before, standing, place = (
            len(rows),
            set[str](),
            {f.fact_id: k for k, f in enumerate(facts, first + 1)},
        )
        for at in sorted({f.recorded_at for f in facts}):
            now = {f.fact_id for f in in_force(facts, at)}
            rows += [(at, -place[name]) for name in sorted(standing - now)]
            rows += [(at, place[name]) for name in sorted(now - standing)]
            standing = now
        lengths[s + 1] = len(rows) - before
    return np.cumsum(lengths), z.grid(rows, 2)


def touched(events: Iterable[TouchEvent]) -> list[TouchEvent]:
    """Events of touches, alarms about sources left out."""
    return [e for e in events if SEVERITY[e.colour] > 0]

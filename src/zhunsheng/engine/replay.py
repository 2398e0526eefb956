"""History again: every fact in order of knowledge, every due instant, known_at = as_of at each step.

`replay` yields the touch events that online judging yielded. `replay_reference` is the same by the plain
interpreter and is what `prove` holds it against. Facts of one instant are judged together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.fast import codes as c
from zhunsheng.engine.fast import tables as z
from zhunsheng.engine.fast.batch import Yardstick
from zhunsheng.engine.fast.columns import FactColumns
from zhunsheng.engine.fast.history import replay_range
from zhunsheng.engine.fast.jit import I64
from zhunsheng.engine.fast.scratch import scratch_for
from zhunsheng.engine.judgement import SEVERITY, Judgement, PointResult
from zhunsheng.engine.reference import judge
from zhunsheng.engine.reference.judge import evaluator_at
from zhunsheng.engine.reference.measures import Evaluator
from zhunsheng.engine.reference.points import deciding_facts
from zhunsheng.engine.tracking import Advance, Deciding, Key, PointIndex, PointState, TouchEvent, advance

BUFFER_ROWS = 1 << 20
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
    """The memory of one subject's touches while history runs."""

    pack: Pack
    index: PointIndex
    facts: Sequence[Fact]
    world: Sequence[Fact]
    events: list[TouchEvent]
    states: Mapping[Key, PointState]
    due: int | None = None

    def step(self, results: Sequence[PointResult], at: int, *, changed_only: bool = False) -> None:
        """Fold one instant in: all results, or those that changed while the memory waits for nothing."""
        deciding = deciding_at(self.index, self.pack, self.facts, self.world, at)
        done: Advance = advance(self.index, self.states, results, at, deciding, changed_only=changed_only)
        self.states, self.due = done.states, done.next_due
        self.events += done.events

    def run_to(self, results: Sequence[PointResult], until: int) -> None:
        """Instants that the memory itself waits for, while the points stay as they are."""
        while self.due is not None and self.due < until:
            self.step(results, self.due)


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
    """Touch events by the fast engine; subjects with corrections or huge numbers by the plain one."""
    grouped = by_subject(facts)
    columns = FactColumns.of(f for own in grouped.values() for f in own)
    slow = {columns.subjects[s] for s in (*columns.corrected, *columns.beyond)}
    folds = {subject: Fold(pack, PointIndex.of(pack), own, world, [], {}) for subject, own in grouped.items()}
    shown: dict[str, list[PointResult]] = {subject: [] for subject in grouped}
    for subject, at, results in changes(pack, columns, world, start, end):
        if subject not in slow:
            folds[subject].run_to(shown[subject], at)
            folds[subject].step(results, at)
            shown[subject] = results
    found: dict[str, Sequence[TouchEvent]] = {}
    for subject, own in sorted(grouped.items()):
        if subject in slow:
            found[subject] = replay_one(pack, subject, own, world, start, end)
        else:
            folds[subject].run_to(shown[subject], end + 1)
            found[subject] = folds[subject].events
    return found


def changes(
    pack: Pack, columns: FactColumns, world: Sequence[Fact], start: int, end: int
) -> Iterator[tuple[str, int, list[PointResult]]]:
    """(subject, instant, points that are not calm) whenever they changed, in time order for a subject.

    The world is cut into epochs in which it says the same; every subject is judged where one begins.
    """
    yardstick = Yardstick.of(pack, columns.dictionary)
    edges = {f.recorded_at for f in world} | {f.occurred_at for f in world}
    starts = [start, *sorted(t for t in edges if start < t <= end)]
    for first, after in zip(starts, [*starts[1:], end + 1], strict=True):
        yield from _epoch(yardstick, columns, world, first, after - 1)


def _epoch(
    yardstick: Yardstick, columns: FactColumns, world: Sequence[Fact], start: int, end: int
) -> Iterator[tuple[str, int, list[PointResult]]]:
    outside = yardstick.world(world, start, start)._replace(next_fact=c.FAR)
    tables, arrays, count = yardstick.current(), columns.columns, len(columns.subjects)
    objects_max = int(np.diff(arrays.object_at).max(initial=0))
    scratch = scratch_for(tables, int(np.diff(arrays.subject_at).max(initial=0)), objects_max)
    dense = np.zeros(int(tables.sizes[z.Z_DENSE]), dtype=np.uint8)
    rows = np.zeros((objects_max * len(tables.points), 3), dtype=np.int64)
    out = np.zeros((BUFFER_ROWS + (len(tables.points) + len(rows) + 1) * 8, 5), dtype=np.int64)
    low = 0
    while low < count:
        written, following, _ = replay_range(
            tables, arrays, scratch, outside, low, count, start, end, dense, rows, out
        )
        if following == low:
            out = np.zeros((2 * len(out), 5), dtype=np.int64)
            continue
        yield from _decoded(yardstick, columns, out[:written])
        low = following


def _decoded(
    yardstick: Yardstick, columns: FactColumns, out: I64
) -> Iterator[tuple[str, int, list[PointResult]]]:
    names, texts = yardstick.compiler.point_names, columns.dictionary.texts
    subject, at = -1, 0
    results: list[PointResult] = []
    for s, t, p, code, value in out.tolist():
        if p >= 0:
            colour = c.COLOURS[value & 7]
            results.append(PointResult(names[p], texts[code], colour, bool(value & 8), c.REASONS[value >> 4]))
            continue
        if subject >= 0:
            yield columns.subjects[subject], at, results
        subject, at, results = s, t, []
    if subject >= 0:
        yield columns.subjects[subject], at, results


def touched(events: Iterable[TouchEvent]) -> list[TouchEvent]:
    """Events of touches, alarms about sources left out."""
    return [e for e in events if SEVERITY[e.colour] > 0]

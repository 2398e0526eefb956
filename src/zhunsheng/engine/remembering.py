"""The plain interpreter with a memory, and facts that a point cannot tell apart: for second looks only.

A second look asks the same measures many times, about the same facts as of the same instant. What they are
worth is worked out once. It is the interpreter's own working out, so its meaning stays where it was.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Aggregate, Compare, Item, Op, Ratio, Select, TriggerPoint
from zhunsheng.engine.judgement import Value
from zhunsheng.engine.reference.conditions import PEER_GROUP
from zhunsheng.engine.reference.instants import compares_of
from zhunsheng.engine.reference.measures import SOURCE_STATUS, Evaluator
from zhunsheng.engine.reference.points import ENROLMENT

# Read of a subject without being named in a condition: enrolments, silent sources, the peer group.
ALWAYS_READ = frozenset({ENROLMENT, SOURCE_STATUS, PEER_GROUP})
ADDED_UP = frozenset({Op.COUNT, Op.FLAG, Op.SUM})


@dataclass(frozen=True, slots=True)
class Remembering(Evaluator):
    """An evaluator that remembers which sources are silent, and what an aggregate is worth apart from that.

    Whoever is made from it by `replace` shares the memory, so the object and the instant stand in the key;
    the facts themselves never differ. A node is known by itself, comparing costs more than it saves.
    """

    kept: dict[tuple[int, str, int], tuple[Aggregate, Value]] = field(default_factory=dict, compare=False)
    silent: dict[tuple[str, int], bool] = field(default_factory=dict, compare=False)

    def source_is_silent(self, kind: str) -> bool:
        """As the interpreter says; remembered."""
        key = (kind, self.as_of)
        if key not in self.silent:
            self.silent[key] = Evaluator.source_is_silent(self, kind)
        return self.silent[key]

    def _objects(self, node: Aggregate) -> Value:
        return self._remembered(node)

    def _plain(self, node: Aggregate) -> Value:
        return self._remembered(node)

    def _remembered(self, node: Aggregate) -> Value:
        key = (id(node), self.object, self.as_of)
        if key not in self.kept:
            work_out = Evaluator._objects if node.op is Op.OBJECTS else Evaluator._plain
            self.kept[key] = (node, work_out(self, node))  # the node is held, so that no other gets its id
        return self.kept[key][1]


def aggregates_of(compare: Compare) -> Iterator[Aggregate]:
    """What a comparison measures, and what it is held against if that is measured too."""
    for side in (compare.measure, compare.line):
        parts = (side.numerator, side.denominator) if isinstance(side, Ratio) else (side,)
        yield from (part for part in parts if isinstance(part, Aggregate))


def aggregates_read(item: Item, point: TriggerPoint) -> tuple[list[Aggregate], list[Aggregate]]:
    """What the object pool of an item reads, and what a point of it reads."""
    conditions = (point.yellow, point.red, point.critical, point.unless, point.clear, point.no_data)
    pool = [] if item.applies is None else [a for c in compares_of(item.applies) for a in aggregates_of(c)]
    parts = [c for part in conditions if part is not None for c in compares_of(part)]
    return pool, [a for compare in parts for a in aggregates_of(compare)]


def kinds_read(item: Item, point: TriggerPoint) -> frozenset[str]:
    """The kinds of facts of a subject on which what a point shows can depend."""
    pool, own = aggregates_read(item, point)
    selects = [select for part in (*pool, *own) for select in (part.select, *_event(part))]
    return frozenset({*ALWAYS_READ, *point.per_object, *(kind for s in selects for kind in s.kinds)})


def _event(part: Aggregate) -> tuple[Select, ...]:
    return () if part.window.event is None else (part.window.event,)


def alike(item: Item, point: TriggerPoint, evaluator: Evaluator, facts: Sequence[Fact]) -> list[Hashable]:
    """A mark for each fact: a point shows the same whichever of the facts of equal mark is left out.

    `evaluator` asks about the object of the point. What is only counted or added up forgets which facts it
    came from, so facts that each measure takes or leaves in the same way are alike. Any other use of a fact
    makes it unlike all others.
    """
    pool, own = aggregates_read(item, point)
    named = {*ALWAYS_READ, *point.per_object}
    measured = []
    deaf = evaluator.deaf()
    for asked, parts in ((deaf.for_object(""), pool), (deaf, own)):
        for part in parts:
            named.update(kind for event in _event(part) for kind in event.kinds)
            if part.op in ADDED_UP:
                measured.append((part, {f.fact_id for f in asked.aggregate(part).facts}))
            else:
                named.update(part.select.kinds)
    return [
        fact.fact_id
        if fact.kind in named
        else tuple(
            (fact.payload.get(part.field) if part.op is Op.SUM else 1) if fact.fact_id in counted else None
            for part, counted in measured
        )
        for fact in facts
    ]


def choices(marks: Sequence[Hashable], size: int) -> list[tuple[int, ...]]:
    """Of all choices of `size` places the first of those that are alike, in the order of `combinations`."""
    groups: dict[Hashable, list[int]] = {}
    for place, mark in enumerate(marks):
        groups.setdefault(mark, []).append(place)
    return sorted(tuple(sorted(chosen)) for chosen in _taken(list(groups.values()), size))


def _taken(groups: list[list[int]], size: int) -> Iterator[tuple[int, ...]]:
    if not size:
        yield ()
    elif groups:
        for count in range(min(size, len(groups[0])) + 1):
            for rest in _taken(groups[1:], size - count):
                yield (*groups[0][:count], *rest)

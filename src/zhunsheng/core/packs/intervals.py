"""What conditions imply: a sound, incomplete proof over comparisons of the same measure.

A condition becomes a list of alternatives; an alternative holds an interval for each measure and a set of
opaque atoms. Bounds are doubled, so that "more than 3" of a rate is 7 and of a whole number is 8.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from zhunsheng.core.rules.tree import (
    Aggregate,
    All,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Measure,
    Not,
    Op,
    WindowKind,
)

ALTERNATIVES_MAX = 256
INFINITE = 1 << 80
FROM_ZERO = frozenset({Op.COUNT, Op.DISTINCT, Op.FLAG, Op.OBJECTS})
OPPOSITE = {
    Comparison.AT_LEAST: Comparison.LESS_THAN,
    Comparison.LESS_THAN: Comparison.AT_LEAST,
    Comparison.MORE_THAN: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.MORE_THAN,
    Comparison.IN: Comparison.NOT_IN,
    Comparison.NOT_IN: Comparison.IN,
}
Interval = tuple[int, int]


@dataclass(frozen=True)
class Alternative:
    """One way for a condition to hold."""

    intervals: Mapping[Measure, Interval]
    opaque: frozenset[Compare | Not]

    @property
    def possible(self) -> bool:
        """Whether no measure must be in two places at once."""
        return all(low <= high for low, high in self.intervals.values()) and not any(
            isinstance(atom, Compare)
            and atom.comparison in OPPOSITE
            and replace(atom, comparison=OPPOSITE[atom.comparison]) in self.opaque
            for atom in self.opaque
        )


def natural(measure: Measure) -> Interval:
    """Where a value lies whatever the facts."""
    if isinstance(measure, Aggregate) and measure.op in FROM_ZERO:
        return 0, (2 if measure.op is Op.FLAG else INFINITE)
    return -INFINITE, INFINITE


def _interval(node: Compare, line: int) -> Interval:
    low, high = natural(node.measure)
    beyond = 2 if isinstance(node.measure, Aggregate) else 1
    match node.comparison:
        case Comparison.AT_LEAST:
            return max(low, 2 * line), high
        case Comparison.MORE_THAN:
            return max(low, 2 * line + beyond), high
        case Comparison.AT_MOST:
            return low, min(high, 2 * line)
        case Comparison.LESS_THAN:
            return low, min(high, 2 * line - beyond)
        case _:
            return max(low, 2 * line), min(high, 2 * line)


def alternatives(node: Condition, *, opposite: bool = False) -> list[Alternative] | None:
    """The possible ways for a condition (or its opposite) to hold; None when they are too many."""
    match node:
        case Not(part):
            return alternatives(part, opposite=not opposite)
        case Compare():
            return [a for a in _atoms(node, opposite) if a.possible]
    ways = [alternatives(part, opposite=opposite) for part in node.parts]
    known = [way for way in ways if way is not None]
    if len(known) != len(ways):
        return None
    if isinstance(node, AnyOf) is not opposite:
        found = [a for way in known for a in way]
    else:
        size = 1
        for way in known:
            size *= max(len(way), 1)
        if size > ALTERNATIVES_MAX:
            return None
        found = [a for combo in itertools.product(*known) if (a := _both(combo)).possible]
    return found if len(found) <= ALTERNATIVES_MAX else None


def _atoms(node: Compare, opposite: bool) -> list[Alternative]:
    if not isinstance(node.line, int):
        atom: Compare | Not = node
        if opposite:
            turned = OPPOSITE.get(node.comparison)
            atom = Not(node) if turned is None else replace(node, comparison=turned)
        return [Alternative({}, frozenset({atom}))]
    if not opposite:
        return [Alternative({node.measure: _interval(node, node.line)}, frozenset())]
    if node.comparison is Comparison.EQUALS:
        turned_ways = [Comparison.LESS_THAN, Comparison.MORE_THAN]
    else:
        turned_ways = [OPPOSITE[node.comparison]]
    return [
        Alternative({node.measure: _interval(replace(node, comparison=way), node.line)}, frozenset())
        for way in turned_ways
    ]


def _both(parts: tuple[Alternative, ...]) -> Alternative:
    intervals: dict[Measure, Interval] = {}
    for part in parts:
        for measure, (low, high) in part.intervals.items():
            known = intervals.get(measure, natural(measure))
            intervals[measure] = (max(low, known[0]), min(high, known[1]))
    return Alternative(intervals, frozenset().union(*(p.opaque for p in parts)))


def never(node: Condition) -> bool:
    """Whether the condition contradicts itself."""
    ways = alternatives(node)
    return ways is not None and not ways


def always(node: Condition) -> bool:
    """Whether the condition holds whatever the facts (its opposite contradicts itself)."""
    ways = alternatives(node, opposite=True)
    return ways is not None and not ways


def implies(left: Condition, right: Condition) -> bool:
    """Whether `right` is proved to hold whenever `left` does; False also means "not proved"."""
    ways, wanted = alternatives(left), alternatives(right)
    if not ways or wanted is None:
        return False
    return all(any(_inside(way, goal) for goal in wanted) for way in ways)


def _inside(way: Alternative, goal: Alternative) -> bool:
    return goal.opaque <= way.opaque and all(
        _told(way, measure, wanted) for measure, wanted in goal.intervals.items()
    )


def _told(way: Alternative, measure: Measure, wanted: Interval) -> bool:
    low, high = way.intervals.get(measure, natural(measure))
    if isinstance(measure, Aggregate) and measure.op is Op.COUNT:
        low = max([low, *(bound[0] for other, bound in way.intervals.items() if _narrower(other, measure))])
    return wanted[0] <= low and high <= wanted[1]


def _narrower(other: Measure, measure: Aggregate) -> bool:
    """A count over fewer days of the same facts is never more than the count over more days."""
    return (
        isinstance(other, Aggregate)
        and other.op is Op.COUNT
        and other.select == measure.select
        and other.window.kind is measure.window.kind is WindowKind.DAYS
        and other.window.ending_days_before == measure.window.ending_days_before == 0
        and other.window.length <= measure.window.length
    )


def measures_of(node: Condition) -> list[Measure]:
    """Every measure of a condition, lines that are measures included."""
    match node:
        case All(parts) | AnyOf(parts):
            return [m for part in parts for m in measures_of(part)]
        case Not(part):
            return measures_of(part)
        case Compare(measure, _, line):
            return [measure, line] if isinstance(line, Aggregate) else [measure]

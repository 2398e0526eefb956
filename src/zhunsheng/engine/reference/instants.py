"""When a judgement can change by itself: facts leave and enter windows, day lines are crossed.

Only what trigger points, object pools and immediate class rules read is looked at. The instants are
candidates: at each of them something that a condition reads has another value or another truth;
between them nothing has. Two counts of days that grow alike are the same to each other on every day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from zhunsheng.core.clock import SECONDS_PER_DAY, day_of, day_start, months_window_left_on
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import (
    CALENDAR_WINDOWS,
    RELATIVE_TESTS,
    Aggregate,
    All,
    AnyOf,
    Compare,
    Condition,
    Filter,
    Not,
    Op,
    Pack,
    Ratio,
    Select,
    Test,
    Window,
    WindowKind,
)
from zhunsheng.engine.reference.measures import Evaluator, day_field, passing, period_start

DAY = dt.timedelta(days=1)
COUNTS_DAYS = frozenset({Op.DAYS_SINCE, Op.DAYS_UNTIL})


def leaving_instant(window: Window, occurred_at: int) -> int | None:
    """The first instant at which a fact of `occurred_at` is no longer inside; None if it stays."""
    match window.kind:
        case WindowKind.DAYS:
            return occurred_at + (window.length + window.ending_days_before) * SECONDS_PER_DAY
        case WindowKind.HOURS:
            return occurred_at + window.length * 3_600
        case WindowKind.MONTHS:
            return day_start(months_window_left_on(day_of(occurred_at), window.length))
        case kind if kind in CALENDAR_WINDOWS:
            return day_start(next_period(kind, day_of(occurred_at)))
        case _:
            return None


def next_period(kind: WindowKind, day: dt.date) -> dt.date:
    """The first day of the calendar period after the one that holds `day`."""
    later = period_start(kind, day)
    while period_start(kind, later) == period_start(kind, day):
        later += DAY
    return later


def next_due(pack: Pack, evaluator: Evaluator) -> int | None:
    """The earliest candidate after `as_of`, over all points and immediate class rules."""
    candidates = [t for t in _candidates(pack, evaluator) if t > evaluator.as_of]
    return min(candidates, default=None)


def _candidates(pack: Pack, evaluator: Evaluator) -> Iterator[int]:
    for timeline in (evaluator.timeline, evaluator.world):
        yield from (f.occurred_at for f in timeline.future)
    for condition in conditions_of(pack):
        for compare in compares_of(condition):
            yield from instants_of_compare(compare, evaluator)


def conditions_of(pack: Pack) -> Iterator[Condition]:
    """Every condition whose truth matters between monthly runs."""
    for item in pack.items:
        if item.applies is not None:
            yield item.applies
        for point in item.points:
            for part in (point.yellow, point.red, point.critical, point.unless, point.clear, point.no_data):
                if part is not None:
                    yield part
    for model in pack.models:
        yield from (rule.when for rule in model.rules if rule.immediate)


def compares_of(condition: Condition) -> Iterator[Compare]:
    """The comparisons inside a condition."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from compares_of(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from compares_of(part)


def instants_of_compare(compare: Compare, evaluator: Evaluator) -> Iterator[int]:
    """The instants, past ones included, at which one comparison can change by itself."""
    measure = compare.measure
    line = compare.line if isinstance(compare.line, int) else None
    parts = (measure.numerator, measure.denominator) if isinstance(measure, Ratio) else (measure,)
    daily = not grow_alike(compare)
    for part in parts:
        yield from _of_aggregate(part, evaluator, line if len(parts) == 1 else None, daily=daily)
    if isinstance(compare.line, Aggregate):
        yield from _of_aggregate(compare.line, evaluator, None, daily=daily)


def grow_alike(compare: Compare) -> bool:
    """Whether both sides count days in one direction: a midnight adds the same to both."""
    sides = (compare.measure, compare.line)
    ops = {side.op if isinstance(side, Aggregate) else None for side in sides}
    return len(ops) == 1 and ops <= COUNTS_DAYS


def _of_aggregate(
    node: Aggregate, evaluator: Evaluator, line: int | None, *, daily: bool = True
) -> Iterator[int]:
    facts = _of_any_object(node.select, evaluator, filtered=node.op is not Op.OBJECTS)
    relative = [test for test in node.select.where if test.test in RELATIVE_TESTS]
    counts_days = node.op in COUNTS_DAYS and daily
    for fact in facts:
        leaves = leaving_instant(node.window, fact.occurred_at)
        if leaves is not None:
            yield leaves
        if node.window.ending_days_before:
            yield fact.occurred_at + node.window.ending_days_before * SECONDS_PER_DAY
        if relative:
            yield from _relative(relative, fact)
        if counts_days:
            yield from _day_lines(node, fact, evaluator, line)


def _of_any_object(select: Select, evaluator: Evaluator, *, filtered: bool) -> list[Fact]:
    """Facts of the kinds, whatever their object: points per object are all looked at together."""
    tests = [t for t in select.where if t.test not in RELATIVE_TESTS] if filtered else []
    return passing(evaluator.timeline.past_of(select.kinds), tests, evaluator.today)


def _relative(tests: Sequence[Filter], fact: Fact) -> Iterator[int]:
    for test in tests:
        day = day_field(fact, test.field)
        if day is not None:
            days = dt.timedelta(days=int(test.values[0]))
            yield day_start(day - days if test.test is Test.DAYS_UNTIL_AT_MOST else day + days)


def _day_lines(node: Aggregate, fact: Fact, evaluator: Evaluator, line: int | None) -> Iterator[int]:
    """The days on which the value is one below, at and one above its line; every midnight without one."""
    if line is None:
        yield day_start(evaluator.today + DAY)
        return
    day = day_field(fact, node.field)
    if day is not None:
        for value in (line - 1, line, line + 1):
            days = dt.timedelta(days=value)
            yield day_start(day + days if node.op is Op.DAYS_SINCE else day - days)

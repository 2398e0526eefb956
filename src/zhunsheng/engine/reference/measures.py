"""What measures mean: facts selected, windows cut, values made. docs/reference/semantics.md in code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from zhunsheng.core.clock import SECONDS_PER_DAY, day_end, day_of, day_start, months_back
from zhunsheng.core.facts import Fact, Scalar
from zhunsheng.core.rules.tree import (
    CALENDAR_WINDOWS,
    OBJECT,
    OCCURRED,
    RELATIVE_TESTS,
    Aggregate,
    Filter,
    Literal,
    Measure,
    Op,
    Scope,
    Select,
    Test,
    Window,
    WindowKind,
)
from zhunsheng.engine.judgement import Reason, Timeline, Value

SOURCE_STATUS = "SOURCE_STATUS"
LOWER_BOUND_OPS = frozenset({Op.COUNT, Op.DISTINCT, Op.MAX, Op.FLAG})
SILENCE_PROOF_OPS = frozenset({Op.LATEST, Op.DAYS_UNTIL})


def day_field(fact: Fact, field: str) -> dt.date | None:
    """The day in a DATE field (ISO text), or the day of @occurred; None when missing or malformed."""
    if field in {"", OCCURRED}:
        return day_of(fact.occurred_at)
    value = fact.payload.get(field)
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def whole_number(value: Scalar) -> int | None:
    """The value as an integer: flags count 1 and 0, text and missing are no number."""
    return int(value) if isinstance(value, int) else None


def same(left: Literal | None, right: Literal) -> bool:
    """Equal in value and in type: true is not 1."""
    return type(left) is type(right) and left == right


def passes(fact: Fact, test: Filter, today: dt.date) -> bool:
    """Whether a fact satisfies one filter on the day `today`."""
    if test.test in RELATIVE_TESTS:
        day = day_field(fact, test.field)
        if day is None:
            return False
        limit = int(test.values[0])
        if test.test is Test.DAYS_UNTIL_AT_MOST:
            return (day - today).days <= limit
        return (today - day).days >= limit
    value: Scalar = fact.object if test.field == OBJECT else fact.payload.get(test.field)
    if value is None:
        return test.test is Test.ABSENT
    match test.test:
        case Test.PRESENT:
            return True
        case Test.ABSENT:
            return False
        case Test.IN:
            return any(same(value, wanted) for wanted in test.values)
        case Test.NOT_IN:
            return not any(same(value, wanted) for wanted in test.values)
    number = whole_number(value)
    limit = int(test.values[0])
    if number is None:
        return False
    return number >= limit if test.test is Test.AT_LEAST else number <= limit


def passing(facts: list[Fact], tests: Iterable[Filter], today: dt.date) -> list[Fact]:
    """The facts that satisfy every filter on the day `today`, in order."""
    for test in tests:
        facts = [fact for fact in facts if passes(fact, test, today)]
    return facts


def union(*groups: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Each fact once, in order."""
    facts = {f.fact_id: f for group in groups for f in group}
    return tuple(sorted(facts.values(), key=lambda f: f.order))


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Values of measures for one subject, as of one instant, for one object ('' = whole subject)."""

    timeline: Timeline
    world: Timeline
    as_of: int
    sources: Mapping[str, str]
    object: str = ""
    heed_silence: bool = True

    @property
    def today(self) -> dt.date:
        """The day of `as_of` in Asia/Shanghai."""
        return day_of(self.as_of)

    def for_object(self, key: str) -> Evaluator:
        """The same question about one object."""
        return self if key == self.object else replace(self, object=key)

    def as_it_stood(self, at: int) -> Evaluator:
        """The same question as of an earlier instant, with what is known now."""
        own = Timeline.cut((*self.timeline.past, *self.timeline.future), at)
        return replace(self, timeline=own, as_of=at)

    def deaf(self) -> Evaluator:
        """The same question asked of the facts alone, silence of sources left aside (no_data)."""
        return replace(self, heed_silence=False)

    def selected(self, select: Select) -> list[Fact]:
        """Facts of the kinds and scope that pass every filter, in order."""
        return passing(self._in_scope(select), select.where, self.today)

    def _in_scope(self, select: Select) -> list[Fact]:
        narrow = select.scope is Scope.SAME_OBJECT
        facts = self.timeline.past_of(select.kinds)
        return [f for f in facts if f.object == self.object] if narrow else facts

    def _in_window(self, facts: list[Fact], window: Window) -> list[Fact]:
        if window.kind is WindowKind.SINCE_EVENT:
            if window.event is None:
                return []
            events = self.selected(window.event)
            return [f for f in facts if events and f.order > events[-1].order]
        start, end = window_bounds(window, self.as_of)
        return [f for f in facts if (start is None or f.occurred_at > start) and f.occurred_at <= end]

    def source_is_silent(self, kind: str) -> bool:
        """By the latest SOURCE_STATUS of the subject for the kind's source, else of the world; else live."""
        source = self.sources.get(kind)
        for timeline in (self.timeline, self.world):
            told = [f for f in timeline.past_of([SOURCE_STATUS]) if f.object == source]
            if told:
                return told[-1].payload.get("state") == "SILENT"
        return False

    def value(self, measure: Measure) -> Value:
        """The measure's value, exact; or why it has none."""
        if isinstance(measure, Aggregate):
            return self.aggregate(measure)
        top, bottom = self.aggregate(measure.numerator), self.aggregate(measure.denominator)
        facts = union(top.facts, bottom.facts)
        for part in (top, bottom):
            if part.numerator is None:
                reason = part.reason if part.reason is not Reason.NONE else Reason.FIELD_MISSING
                return Value(None, reason=reason, facts=facts)
            if not part.complete:
                return Value(None, reason=Reason.SOURCE_SILENT, facts=facts)
        if top.numerator is None or bottom.numerator is None or bottom.numerator < max(measure.sample_min, 1):
            return Value(None, reason=Reason.SAMPLE_TOO_SMALL, facts=facts)
        return Value(top.numerator * measure.per, bottom.numerator, facts=facts)

    def aggregate(self, node: Aggregate) -> Value:
        """One aggregate; what silence does to it is in the docstring of `tree.Aggregate`."""
        silent = self.heed_silence and any(self.source_is_silent(kind) for kind in node.select.kinds)
        if silent and node.op not in LOWER_BOUND_OPS | SILENCE_PROOF_OPS:
            return Value(None, reason=Reason.SOURCE_SILENT)
        value = self._objects(node) if node.op is Op.OBJECTS else self._plain(node)
        if silent and node.op in LOWER_BOUND_OPS:
            return replace(value, complete=False)
        return value

    def _objects(self, node: Aggregate) -> Value:
        latest: dict[str, Fact] = {}
        for fact in self._in_window(self._in_scope(node.select), node.window):
            latest[fact.object] = fact
        facts = passing(list(latest.values()), node.select.where, self.today)
        return Value(len(facts), facts=tuple(sorted(facts, key=lambda f: f.order)))

    def _plain(self, node: Aggregate) -> Value:
        facts = self._in_window(self.selected(node.select), node.window)
        match node.op:
            case Op.COUNT:
                return Value(len(facts), facts=tuple(facts))
            case Op.FLAG:
                return Value(1 if facts else 0, facts=tuple(facts))
            case Op.DISTINCT:
                return _distinct(facts, node.field)
            case Op.LATEST | Op.DAYS_SINCE | Op.DAYS_UNTIL:
                return self._from_last(node, facts)
        numbered = [(n, f) for f in facts if (n := whole_number(f.payload.get(node.field))) is not None]
        counted = tuple(f for _, f in numbered)
        if node.op is Op.SUM:
            return Value(sum(n for n, _ in numbered), facts=counted)
        if not numbered:
            return Value(None, reason=Reason.NO_FACT)
        numbers = [n for n, _ in numbered]
        return Value(max(numbers) if node.op is Op.MAX else min(numbers), facts=counted)

    def _from_last(self, node: Aggregate, facts: list[Fact]) -> Value:
        if not facts:
            return Value(None, reason=Reason.NO_FACT)
        last = facts[-1]
        if node.op is Op.LATEST:
            held: Scalar = last.object if node.field == OBJECT else last.payload.get(node.field)
            if held is None:
                return Value(None, reason=Reason.FIELD_MISSING, facts=(last,))
            return Value(whole_number(held), text=held, facts=(last,))
        day = day_field(last, node.field)
        if day is None:
            return Value(None, reason=Reason.FIELD_MISSING, facts=(last,))
        elapsed = (self.today - day).days
        return Value(elapsed if node.op is Op.DAYS_SINCE else -elapsed, facts=(last,))


def _distinct(facts: list[Fact], field: str) -> Value:
    held = [(f, f.object if field == OBJECT else f.payload.get(field)) for f in facts]
    kept = [(f, value) for f, value in held if value is not None]
    return Value(len({(type(value), value) for _, value in kept}), facts=tuple(f for f, _ in kept))


def window_bounds(window: Window, as_of: int) -> tuple[int | None, int]:
    """(start, end]: facts with start < occurred_at <= end are inside; no start means all of the past."""
    if window.kind is WindowKind.ALL:
        return None, as_of
    if window.kind in {WindowKind.DAYS, WindowKind.HOURS}:
        unit = SECONDS_PER_DAY if window.kind is WindowKind.DAYS else 3_600
        end = as_of - window.ending_days_before * SECONDS_PER_DAY
        return end - window.length * unit, end
    today = day_of(as_of)
    if window.kind is WindowKind.MONTHS:
        return day_end(months_back(today, window.length)), as_of
    if window.kind in CALENDAR_WINDOWS:
        return day_start(period_start(window.kind, today)) - 1, as_of
    raise ValueError(window.kind)


def period_start(kind: WindowKind, today: dt.date) -> dt.date:
    """The first day of the calendar period that holds `today`."""
    match kind:
        case WindowKind.CALENDAR_MONTH:
            return today.replace(day=1)
        case WindowKind.CALENDAR_QUARTER:
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case WindowKind.CALENDAR_YEAR:
            return today.replace(month=1, day=1)
    return today

"""What conditions mean: three outcomes, lower bounds, peers."""

from __future__ import annotations

from dataclasses import dataclass

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import (
    Aggregate,
    All,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Not,
    PeerLine,
)
from zhunsheng.engine.judgement import Reason, Truth, Value
from zhunsheng.engine.reference.measures import Evaluator, same, union, whole_number

PEER_GROUP = "PEER_GROUP"
PEER_STATISTIC = "PEER_STATISTIC"
PEER_SCALE = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """The truth of a condition, the reason when it cannot be told, and the facts that decided it."""

    truth: Truth
    reason: Reason = Reason.NONE
    facts: tuple[Fact, ...] = ()


def holds(condition: Condition, evaluator: Evaluator) -> Finding:
    """Kleene's three values; the reason is that of the first part, in writing order, that cannot tell."""
    match condition:
        case All(parts):
            return _combine([holds(p, evaluator) for p in parts], Truth.FAILS, Truth.HOLDS)
        case AnyOf(parts):
            return _combine([holds(p, evaluator) for p in parts], Truth.HOLDS, Truth.FAILS)
        case Not(part):
            inner = holds(part, evaluator)
            flipped = {Truth.HOLDS: Truth.FAILS, Truth.FAILS: Truth.HOLDS, Truth.UNKNOWN: Truth.UNKNOWN}
            return Finding(flipped[inner.truth], inner.reason, inner.facts)
        case Compare():
            return compare(condition, evaluator)


def _combine(findings: list[Finding], settles: Truth, otherwise: Truth) -> Finding:
    deciding = [f for f in findings if f.truth is settles]
    if deciding:
        return Finding(settles, facts=union(*(f.facts for f in deciding)))
    unknown = [f for f in findings if f.truth is Truth.UNKNOWN]
    if unknown:
        return Finding(Truth.UNKNOWN, unknown[0].reason, union(*(f.facts for f in unknown)))
    return Finding(otherwise, facts=union(*(f.facts for f in findings)))


def compare(node: Compare, evaluator: Evaluator) -> Finding:
    """A value held against its line. A lower bound can prove "at least", never "at most"."""
    value = evaluator.value(node.measure)
    if not value.known:
        return Finding(Truth.UNKNOWN, value.reason, value.facts)
    if isinstance(node.line, tuple):
        return _membership(node, value, node.line)
    if value.numerator is None:
        return Finding(Truth.UNKNOWN, Reason.FIELD_MISSING, value.facts)
    line = _line(node.line, evaluator)
    if line.numerator is None:
        return Finding(Truth.UNKNOWN, line.reason, value.facts)
    left = value.numerator * line.denominator
    right = line.numerator * value.denominator
    truth = _holds(node.comparison, left, right)
    if (
        not value.complete
        and not (truth and node.comparison in RISING)
        and (truth or node.comparison not in FALLING)
    ):
        return Finding(Truth.UNKNOWN, Reason.SOURCE_SILENT, value.facts)
    return Finding(Truth.HOLDS if truth else Truth.FAILS, facts=value.facts)


RISING = frozenset({Comparison.AT_LEAST, Comparison.MORE_THAN})
FALLING = frozenset({Comparison.AT_MOST, Comparison.LESS_THAN})


def _holds(comparison: Comparison, left: int, right: int) -> bool:
    match comparison:
        case Comparison.AT_LEAST:
            return left >= right
        case Comparison.MORE_THAN:
            return left > right
        case Comparison.AT_MOST:
            return left <= right
        case Comparison.LESS_THAN:
            return left < right
        case _:
            return left == right


def _membership(node: Compare, value: Value, wanted: tuple[str | int | bool, ...]) -> Finding:
    held = value.text
    if held is None:
        if value.denominator != 1 or value.numerator is None:
            return Finding(Truth.UNKNOWN, Reason.FIELD_MISSING, value.facts)
        held = value.numerator
    if not value.complete:
        return Finding(Truth.UNKNOWN, Reason.SOURCE_SILENT, value.facts)
    inside = any(same(held, w) for w in wanted)
    truth = inside if node.comparison is Comparison.IN else not inside
    return Finding(Truth.HOLDS if truth else Truth.FAILS, facts=value.facts)


def _line(line: int | PeerLine | Aggregate | tuple[object, ...], evaluator: Evaluator) -> Value:
    if isinstance(line, int):
        return Value(line)
    if isinstance(line, PeerLine):
        return peer_line(line, evaluator)
    if isinstance(line, Aggregate):
        value = evaluator.aggregate(line)
        if value.known and not value.complete:
            return Value(None, reason=Reason.SOURCE_SILENT)
        if value.known and value.numerator is None:
            return Value(None, reason=Reason.FIELD_MISSING)
        return value
    raise TypeError(line)


def peer_line(line: PeerLine, evaluator: Evaluator) -> Value:
    """times_percent/100 × the statistic in force at `as_of` for the subject's peer group."""
    groups = evaluator.timeline.past_of([PEER_GROUP])
    if not groups:
        return Value(None, reason=Reason.NO_PEERS)
    key = f"{line.measure_id}/{groups[-1].payload.get('group')}"
    told = [f for f in evaluator.world.past_of([PEER_STATISTIC]) if f.object == key]
    statistic = whole_number(told[-1].payload.get(line.statistic)) if told else None
    if statistic is None:
        return Value(None, reason=Reason.NO_PEERS)
    return Value(statistic * line.times_percent, PEER_SCALE * 100)

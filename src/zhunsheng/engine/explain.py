"""The second look: why a judgement is what it is, and the smallest way back.

Judging is fast and keeps no trace; this module judges one subject again with the trace on. Every
number it tells is an integer of the judgement itself, so items sum exactly to the score. A way back is
never guessed: it is proved by judging altered facts, or a later day, with the same function.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from zhunsheng.core.clock import day_end, day_of
from zhunsheng.core.facts import Fact, Scalar, in_force
from zhunsheng.core.rules.tree import (
    Aggregate,
    Compare,
    Comparison,
    Condition,
    Model,
    Op,
    Pack,
    PeerLine,
    Ratio,
    Test,
    TriggerPoint,
)
from zhunsheng.engine.fast.compile import CannotCompileError
from zhunsheng.engine.judgement import Colour, Judgement, ModelResult, PointResult, Timeline, Truth
from zhunsheng.engine.reference.classes import judge_model
from zhunsheng.engine.reference.conditions import holds, peer_line
from zhunsheng.engine.reference.instants import compares_of, instants_of_compare, leaving_instant
from zhunsheng.engine.reference.measures import Evaluator, union
from zhunsheng.engine.reference.points import deciding_facts, judge_item
from zhunsheng.engine.remembering import Remembering, alike, choices
from zhunsheng.engine.single import judge_by
from zhunsheng.engine.trials import HORIZON_DAYS, NOBODY

Reached = Callable[[int, frozenset[str]], bool]
ATTRIBUTE_OPS = frozenset({Op.LATEST, Op.DAYS_SINCE, Op.DAYS_UNTIL})
FALLING_OR_EQUAL = frozenset({Comparison.AT_MOST, Comparison.LESS_THAN, Comparison.EQUALS})
REMOVED_TOGETHER_MAX = 3
CANDIDATES_MAX = 12


@dataclass(frozen=True, slots=True)
class ComparisonTrace:
    """One comparison of a condition: the value (a fraction or a text) against the line, and its truth.

    `ends` belongs to `facts`, one each: the first instant at which the fact no longer counts by itself,
    None if it stays.
    """

    numerator: int | None
    denominator: int
    text: str | None
    comparison: Comparison
    line: str
    truth: Truth
    reason: str
    facts: tuple[str, ...]
    ends: tuple[int | None, ...]
    node: Compare


@dataclass(frozen=True, slots=True)
class PointTrace:
    """A touched point: the comparisons behind its colour and the facts that decided it."""

    result: PointResult
    comparisons: tuple[ComparisonTrace, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayBack:
    """What would end a touch or lower a class: facts put right, something done, or waiting until a day.

    `done` names the kind of a fact whose absence keeps the touch: one of it, today, ends the touch.

    `facts` is the smallest set of facts whose removal does it (of the dozen that weigh most), empty
    when no three of them do; `on` is the first day at whose end it has happened by itself, None when
    not within three years. Both were proved by judging again.
    """

    facts: tuple[str, ...]
    on: dt.date | None
    done: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A judgement with its traces and ways back."""

    judgement: Judgement
    points: tuple[PointTrace, ...]
    class_ways: tuple[tuple[str, WayBack], ...]
    point_ways: tuple[tuple[str, str, WayBack], ...]


def explain(
    pack: Pack,
    judgement: Judgement,
    facts: Sequence[Fact],
    world: Sequence[Fact],
) -> Explanation:
    """Explain a judgement from the facts it was made of; `judgement` must come from the same facts."""
    try:
        return _explained(pack, judgement, _Look(pack, facts, world, judgement))
    except CannotCompileError:  # a peer statistic beyond what the tables carry exactly
        return _explained(pack, judgement, _Look(pack, facts, world, judgement, plainly=True))


def _explained(pack: Pack, judgement: Judgement, look: _Look) -> Explanation:
    points, point_ways = _points(look, judgement)
    models = {model.id: model for model in pack.models}
    worse = [r for r in judgement.models if models[r.model].severity(r.class_name) > 0]
    return Explanation(
        judgement,
        points,
        tuple((r.model, look.class_way(models[r.model], r)) for r in worse),
        point_ways,
    )


def explain_points(
    pack: Pack, judgement: Judgement, facts: Sequence[Fact], world: Sequence[Fact]
) -> tuple[tuple[PointTrace, ...], tuple[tuple[str, str, WayBack], ...]]:
    """The touched points only, with their ways back: what a business is told, and much less work."""
    try:
        return _points(_Look(pack, facts, world, judgement), judgement)
    except CannotCompileError:
        return _points(_Look(pack, facts, world, judgement, plainly=True), judgement)


def explain_standing(
    pack: Pack, judgement: Judgement, facts: Sequence[Fact], world: Sequence[Fact]
) -> tuple[PointTrace, ...]:
    """Where a subject stands before every reminder line, touched or not: value, line, facts that count."""
    look = _Look(pack, facts, world, judgement, plainly=True)
    return tuple(look.standing_at(r) for r in judgement.points if look.points[r.point][1].yellow is not None)


def _points(
    look: _Look, judgement: Judgement
) -> tuple[tuple[PointTrace, ...], tuple[tuple[str, str, WayBack], ...]]:
    touched = [r for r in judgement.points if r.colour.touched]
    return (
        tuple(look.trace(result) for result in touched),
        tuple((r.point, r.object, look.point_way(r)) for r in touched),
    )


class _Look:
    """Everything needed to judge the same subject again, with facts left out or on another day."""

    def __init__(
        self,
        pack: Pack,
        facts: Sequence[Fact],
        world: Sequence[Fact],
        judgement: Judgement,
        *,
        plainly: bool = False,
    ) -> None:
        self.as_of, self.sources, known_at = judgement.as_of, pack.sources, judgement.known_at
        self.standing, self.plainly = in_force(facts, known_at), plainly
        self.world = in_force(world, known_at)
        self.now = self.later(self.as_of)
        self.points = {p.id: (item, p) for item in pack.items for p in item.points}
        self.models = {model.id: m for m, model in enumerate(pack.models)}
        self.trials = None if plainly else judge_by(pack).trials(self.standing, self.world)

    def later(self, as_of: int, removed: frozenset[str] = NOBODY, added: tuple[Fact, ...] = ()) -> Evaluator:
        """What the same knowledge says on another day, with facts put right, or with something done."""
        own = (*(f for f in self.standing if f.fact_id not in removed), *added)
        make = Evaluator if self.plainly else Remembering
        return make(Timeline.cut(own, as_of), Timeline.cut(self.world, as_of), as_of, self.sources)

    def trace(self, result: PointResult) -> PointTrace:
        _, point = self.points[result.point]
        evaluator = self.now.for_object(result.object)
        condition = _condition_of(point, result.colour)
        comparisons = tuple(_trace(c, evaluator) for c in compares_of(condition)) if condition else ()
        decided = deciding_facts(point, evaluator, result.colour)
        return PointTrace(result, comparisons, tuple(f.fact_id for f in decided))

    def standing_at(self, result: PointResult) -> PointTrace:
        """A point's reminder line, whatever its colour is now."""
        yellow, evaluator = self.points[result.point][1].yellow, self.now.for_object(result.object)
        told = tuple(_trace(c, evaluator) for c in compares_of(yellow)) if yellow is not None else ()
        return PointTrace(result, told, ())

    def point_way(self, result: PointResult) -> WayBack:
        item, point = self.points[result.point]

        def is_touched(evaluator: Evaluator) -> bool:
            return any(
                r.colour.touched
                for r in judge_item(item, evaluator)
                if (r.point, r.object) == (result.point, result.object)
            )

        def ended(as_of: int, removed: frozenset[str]) -> bool:
            if self.trials is None:
                return not is_touched(self.later(as_of, removed))
            return not self.trials.is_touched(result.point, result.object, as_of, removed)

        evaluator = self.now.for_object(result.object)
        condition = _condition_of(point, result.colour)
        compares = tuple(compares_of(condition)) if condition else ()
        removable = union(*(rectifiable(c, evaluator) for c in compares))[:CANDIDATES_MAX]
        marks = None if self.plainly else alike(item, point, evaluator, removable)
        missing = (fact for c in compares for fact in missing_fact(c, evaluator))
        return WayBack(
            self._smallest([f.fact_id for f in removable], ended, marks),
            self._first_end(change_days(point, evaluator), result, ended),
            next((f.kind for f in missing if not is_touched(self.later(self.as_of, added=(f,)))), ""),
        )

    def class_way(self, model: Model, result: ModelResult) -> WayBack:
        target = model.severity(result.class_name)

        def lowered(as_of: int, removed: frozenset[str]) -> bool:
            if self.trials is None:
                there = judge_model(model, self.later(as_of, removed))
                return model.severity(there.class_name) < target
            return self.trials.severity(self.models[model.id], as_of, removed) < target

        shares = {s.fact_id: s.points for r in result.indicators for s in r.shares if s.points > 0}
        ruling = {
            f.fact_id
            for rule in model.rules
            if rule.id in result.rules
            for f in holds(rule.when, self.now).facts
        }
        heavy = sorted(shares, key=lambda name: (-shares[name], name))
        return WayBack(
            self._smallest([*sorted(ruling), *(n for n in heavy if n not in ruling)], lowered),
            self._crossing(lowered),
        )

    def _smallest(
        self, candidates: Sequence[str], reached: Reached, marks: Sequence[Hashable] | None = None
    ) -> tuple[str, ...]:
        """The first of the smallest sets that reach it; `marks`: of sets that are alike one is tried."""
        few = candidates[:CANDIDATES_MAX]
        for size in range(1, min(REMOVED_TOGETHER_MAX, len(few)) + 1):
            every = itertools.combinations(range(len(few)), size)
            for places in every if marks is None else choices(marks, size):
                chosen = tuple(few[k] for k in places)
                if reached(self.as_of, frozenset(chosen)):
                    return chosen
        return ()

    def _first_end(self, days: Sequence[dt.date], result: PointResult, ended: Reached) -> dt.date | None:
        if self.trials is not None:
            return self.trials.first_end(result.point, result.object, self.as_of, days)
        return next((day for day in days if ended(day_end(day), NOBODY)), None)

    def _crossing(self, reached: Reached) -> dt.date | None:
        """By halving: a day on which the goal is reached while it is not on the day before.

        Points only fade and facts only leave as time passes, so the first such day is found unless a
        due date lies between; what is told is in any case proved on both days.
        """
        low, high = 0, HORIZON_DAYS
        today = day_of(self.as_of)
        if not reached(day_end(today + dt.timedelta(days=high)), NOBODY):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if reached(day_end(today + dt.timedelta(days=middle)), NOBODY):
                high = middle
            else:
                low = middle
        return today + dt.timedelta(days=high)


def rectifiable(node: Compare, evaluator: Evaluator) -> tuple[Fact, ...]:
    """The facts that a comparison counts against the business: the ones a rectification can remove.

    A date or an attribute is not removed but renewed, so LATEST, DAYS_SINCE and DAYS_UNTIL give none.
    """
    if node.comparison not in {Comparison.AT_LEAST, Comparison.MORE_THAN}:
        return ()
    if holds(node, evaluator).truth is not Truth.HOLDS:
        return ()
    part = node.measure.numerator if isinstance(node.measure, Ratio) else node.measure
    return () if part.op in ATTRIBUTE_OPS else evaluator.value(part).facts


def missing_fact(node: Compare, evaluator: Evaluator) -> tuple[Fact, ...]:
    """One invented fact of today that the comparison misses: an application, a maintenance, a report."""
    part = node.measure
    if isinstance(part, Ratio) or holds(node, evaluator).truth is not Truth.HOLDS:
        return ()
    few = part.op in {Op.COUNT, Op.FLAG, Op.DISTINCT} and node.comparison in FALLING_OR_EQUAL
    stale = part.op is Op.DAYS_SINCE and not part.field and node.comparison not in FALLING_OR_EQUAL
    if not (few or stale):
        return ()
    payload: dict[str, Scalar] = {
        test.field: test.values[0] for test in part.select.where if test.test is Test.IN
    }
    last = 1 + max((f.sequence for f in evaluator.timeline.past), default=0)
    now = evaluator.as_of
    return (Fact("@done", part.select.kinds[0], "", now, now, last, evaluator.object, payload),)


def change_days(point: TriggerPoint, evaluator: Evaluator) -> list[dt.date]:
    """The later days on which something that the point reads changes by itself, in order."""
    parts = (point.yellow, point.red, point.critical, point.unless, point.clear, point.no_data)
    compares = [compare for part in parts if part is not None for compare in compares_of(part)]
    as_of = evaluator.as_of
    instants = {t for compare in compares for t in instants_of_compare(compare, evaluator) if t > as_of}
    horizon = day_of(evaluator.as_of) + dt.timedelta(days=HORIZON_DAYS)
    return sorted({day for t in instants if (day := day_of(t)) <= horizon})


def _condition_of(point: TriggerPoint, colour: Colour) -> Condition | None:
    return {Colour.YELLOW: point.yellow, Colour.RED: point.red, Colour.CRITICAL: point.critical}[colour]


def _trace(node: Compare, evaluator: Evaluator) -> ComparisonTrace:
    value, found = evaluator.value(node.measure), holds(node, evaluator)
    line = peer_line(node.line, evaluator) if isinstance(node.line, PeerLine) else None
    told = f"{line.numerator}/{line.denominator}" if line is not None else line_text(node, evaluator)
    return ComparisonTrace(
        value.numerator,
        value.denominator,
        value.text if isinstance(value.text, str) else None,
        node.comparison,
        told,
        found.truth,
        str(found.reason),
        tuple(f.fact_id for f in found.facts),
        tuple(_ends(node, fact) for fact in found.facts),
        node,
    )


def _ends(node: Compare, fact: Fact) -> int | None:
    parts = (
        (node.measure.numerator, node.measure.denominator)
        if isinstance(node.measure, Ratio)
        else (node.measure,)
    )
    own = next((part for part in parts if fact.kind in part.select.kinds), None)
    if own is None or own.op in ATTRIBUTE_OPS:
        return None
    return leaving_instant(own.window, fact.occurred_at)


def line_text(node: Compare, evaluator: Evaluator) -> str:
    """The line as text: a number, a list, or the value of the measure it is held against."""
    if isinstance(node.line, Aggregate):
        return str(evaluator.aggregate(node.line).numerator)
    if isinstance(node.line, tuple):
        return "、".join(str(value) for value in node.line)
    return str(node.line)

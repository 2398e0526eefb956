"""What a model says: indicators to points, caps, the score, vetoes and floors, the class."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from zhunsheng.core.clock import day_of, months_back
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import (
    Aggregate,
    Bin,
    Grade,
    Indicator,
    Model,
    Shape,
    Window,
    WindowKind,
)
from zhunsheng.engine.judgement import IndicatorResult, ModelResult, Reason, Share, Truth, Value
from zhunsheng.engine.reference.conditions import holds
from zhunsheng.engine.reference.freezing import frozen_since
from zhunsheng.engine.reference.instants import leaving_instant
from zhunsheng.engine.reference.measures import Evaluator, passes


def bin_points(bins: tuple[Bin, ...], numerator: int, denominator: int) -> int:
    """The points of the highest bin that the value reaches; 0 below the first."""
    reached = [b.points for b in bins if numerator >= b.at_least * denominator]
    return reached[-1] if reached else 0


def faded(points: int, age_days: int, window_days: int) -> int:
    """Full for the first half of the window, then linear to zero; hundredths cut toward zero."""
    if 2 * age_days <= window_days:
        return points
    rest = 2 * max(window_days - age_days, 0)
    return points * rest // window_days if points >= 0 else -(-points * rest // window_days)


def window_days(window: Window, today: dt.date) -> int:
    """The length of a DAYS or MONTHS window in natural days, counted back from `today`."""
    if window.kind is WindowKind.MONTHS:
        return (today - months_back(today, window.length)).days
    return window.length


def grade_of(grades: tuple[Grade, ...], fact: Fact, today: dt.date) -> Grade | None:
    """The first grade whose filters the fact passes."""
    return next((g for g in grades if all(passes(fact, t, today) for t in g.where)), None)


def judge_indicator(node: Indicator, evaluator: Evaluator) -> IndicatorResult:
    """Points of one indicator, kept within its cap; a frozen one as it stood when that began.

    What the world says (peers, sources) is as it is now; only the subject's own facts are cut earlier.
    """
    since = None if node.frozen_while is None else frozen_since(node.frozen_while, evaluator)
    if since is None:
        return _judged(node, evaluator)
    told = _judged(node, evaluator.as_it_stood(since))
    shares = tuple(replace(share, ends_at=None) for share in told.shares)
    return replace(told, shares=shares, frozen_at=since)


def _judged(node: Indicator, evaluator: Evaluator) -> IndicatorResult:
    if node.shape is Shape.CASES:
        return _cases(node, evaluator)
    if node.measure is None:
        raise ValueError(f"{node.id}: 没有 measure")
    value = evaluator.value(node.measure)
    if not value.known or value.numerator is None:
        reason = value.reason if not value.known else Reason.FIELD_MISSING
        return IndicatorResult(node.id, 0, known=False, reason=reason)
    if node.shape is Shape.LEVEL:
        raw = bin_points(node.bins, value.numerator, value.denominator)
        shares: tuple[Share, ...] = ()
    else:
        shares = _shares(node, value, evaluator)
        raw = sum(share.points for share in shares)
    points = max(-node.cap, min(node.cap, raw))
    return IndicatorResult(
        node.id,
        points,
        known=value.complete,
        reason=Reason.NONE if value.complete else Reason.SOURCE_SILENT,
        shares=shares,
        cap_adjustment=points - raw,
        value=(value.numerator, value.denominator),
    )


def _cases(node: Indicator, evaluator: Evaluator) -> IndicatorResult:
    for case in node.cases:
        finding = holds(case.when, evaluator)
        if finding.truth is Truth.UNKNOWN:
            return IndicatorResult(node.id, 0, known=False, reason=finding.reason)
        if finding.truth is Truth.HOLDS:
            points = max(-node.cap, min(node.cap, case.points))
            return IndicatorResult(node.id, points, known=True, cap_adjustment=points - case.points)
    return IndicatorResult(node.id, 0, known=True)


def _shares(node: Indicator, value: Value, evaluator: Evaluator) -> tuple[Share, ...]:
    if not isinstance(node.measure, Aggregate):
        raise ValueError(f"{node.id}: {node.shape} 需要计数")
    window, today = node.measure.window, evaluator.today
    length = window_days(window, today)

    def share(fact: Fact, points: int) -> Share:
        age_days = (today - day_of(fact.occurred_at)).days
        left = faded(points, age_days, length) if node.decays else points
        return Share(fact.fact_id, left, leaving_instant(window, fact.occurred_at))

    if node.shape is Shape.STEPS:
        newest_first = list(reversed(value.facts))
        return tuple(
            share(f, bin_points(node.bins, k, 1) - bin_points(node.bins, k - 1, 1))
            for k, f in enumerate(newest_first, start=1)
        )
    graded = [(f, g) for f in value.facts if (g := grade_of(node.grades, f, today)) is not None]
    if node.shape is Shape.WORST:
        shares = [share(f, g.points) for f, g in graded]
        return (max(reversed(shares), key=lambda s: s.points),) if shares else ()
    counted = 0
    each = []
    for fact, grade in graded:
        counted += grade.points != 0
        repeated = node.repeat_from > 0 and grade.points != 0 and counted >= node.repeat_from
        each.append(share(fact, grade.points * node.repeat_percent // 100 if repeated else grade.points))
    return tuple(each)


def judge_model(model: Model, evaluator: Evaluator) -> ModelResult:
    """Σ indicators, family caps, floor at zero, cut-offs, then the most severe rule that holds."""
    results = tuple(judge_indicator(node, evaluator) for node in model.indicators)
    adjustments = []
    for family in model.families:
        total = sum(r.points for r, n in zip(results, model.indicators, strict=True) if n.family == family.id)
        if total > family.cap:
            adjustments.append((family.id, family.cap - total))
    subtotal = sum(r.points for r in results) + sum(points for _, points in adjustments)
    score = max(subtotal, 0)
    by_score = next(c.name for c in model.cut_offs if c.at_most is None or score <= c.at_most)
    rules = tuple(r for r in model.rules if holds(r.when, evaluator).truth is Truth.HOLDS)
    known = sum(r.known for r in results)
    sufficiency = known * 1000 // len(results) if results else 0
    insufficient = sufficiency < model.sufficiency_min_permille
    floors = [by_score, *(r.at_least for r in rules)]
    if insufficient:
        floors.append(model.insufficient_class)
    return ModelResult(
        model.id,
        score,
        by_score,
        max(floors, key=model.severity),
        results,
        tuple(adjustments),
        score - subtotal,
        tuple(r.id for r in rules),
        sufficiency,
        insufficient,
    )

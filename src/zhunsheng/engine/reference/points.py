"""What a trigger point shows: pool, enrolment, exclusions, colours, and whether a touch may clear."""

from __future__ import annotations

from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Condition, Item, TriggerPoint
from zhunsheng.engine.judgement import Colour, PointResult, Reason, Truth
from zhunsheng.engine.reference.conditions import Finding, holds
from zhunsheng.engine.reference.measures import Evaluator

ENROLMENT = "ENROLMENT"
ENROLLED = "ENROLLED"
FAILS = Finding(Truth.FAILS)


def enrolled(item: Item, evaluator: Evaluator) -> bool:
    """Whether the latest ENROLMENT fact with the item's id as object says so."""
    told = [f for f in evaluator.timeline.past_of([ENROLMENT]) if f.object == item.id]
    return bool(told) and told[-1].payload.get("state") == ENROLLED


def objects_of(point: TriggerPoint, evaluator: Evaluator) -> list[str]:
    """The objects judged one by one, in text order; the empty name stands for the whole subject."""
    if not point.per_object:
        return [""]
    return sorted({f.object for f in evaluator.timeline.past_of(point.per_object) if f.object})


def judge_item(item: Item, evaluator: Evaluator) -> list[PointResult]:
    """Every point of an item, for every object."""
    pool = FAILS if item.applies is None else holds(item.applies, evaluator)
    if item.applies is None or pool.truth is Truth.HOLDS:
        open_lines = not item.enrolment_needed or enrolled(item, evaluator)
        return [
            judge_point(point, evaluator.for_object(key), open_lines=open_lines)
            for point in item.points
            for key in objects_of(point, evaluator)
        ]
    unknown = pool.truth is Truth.UNKNOWN
    return [
        PointResult(
            point.id,
            key,
            Colour.UNKNOWN if unknown else Colour.NONE,
            not unknown,
            pool.reason if unknown else Reason.NONE,
        )
        for point in item.points
        for key in objects_of(point, evaluator)
    ]


def deciding_facts(point: TriggerPoint, evaluator: Evaluator, colour: Colour) -> tuple[Fact, ...]:
    """The facts that made the point show this colour: the second look at a touch."""
    condition = {Colour.YELLOW: point.yellow, Colour.RED: point.red, Colour.CRITICAL: point.critical}.get(
        colour
    )
    return holds(condition, evaluator).facts if condition is not None else ()


def judge_point(point: TriggerPoint, evaluator: Evaluator, *, open_lines: bool) -> PointResult:
    """Critical, red, no data, yellow: the first that holds. Without enrolment only critical is open.

    An exclusion that holds ends the matter; one that cannot be told turns yellow and red into
    UNKNOWN, but not critical: safety does not wait for an exclusion.
    """

    def ask(condition: Condition | None, *, deaf: bool = False) -> Finding:
        if condition is None:
            return FAILS
        return holds(condition, evaluator.deaf() if deaf else evaluator)

    def result(colour: Colour, *, cleared: bool = False, reason: Reason = Reason.NONE) -> PointResult:
        return PointResult(point.id, evaluator.object, colour, cleared, reason)

    excluded = ask(point.unless)
    if excluded.truth is Truth.HOLDS:
        return result(Colour.NONE, cleared=True)
    critical = ask(point.critical)
    if critical.truth is Truth.HOLDS:
        return result(Colour.CRITICAL)
    red = ask(point.red) if open_lines else FAILS
    yellow = ask(point.yellow) if open_lines else FAILS
    touched = Colour.RED if red.truth is Truth.HOLDS else Colour.NONE
    if touched is Colour.NONE and ask(point.no_data, deaf=True).truth is Truth.HOLDS:
        return result(Colour.NO_DATA, reason=Reason.NO_FACT)
    if touched is Colour.NONE and yellow.truth is Truth.HOLDS:
        touched = Colour.YELLOW
    if touched is not Colour.NONE:
        if excluded.truth is Truth.UNKNOWN:
            return result(Colour.UNKNOWN, reason=excluded.reason)
        return result(touched)
    unknown = next((f for f in (critical, red, yellow) if f.truth is Truth.UNKNOWN), None)
    if unknown is not None:
        colour = Colour.NO_DATA if unknown.reason is Reason.SOURCE_SILENT else Colour.UNKNOWN
        return result(colour, reason=unknown.reason)
    held_back = open_lines and point.clear is not None and ask(point.clear).truth is not Truth.HOLDS
    return result(Colour.NONE, cleared=not held_back)

"""Touches over time: hysteresis, hold, cooldown, once-per, no data, covered points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.facts import at
from zhunsheng.core.packs.load import read_item
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.judgement import Colour, PointResult
from zhunsheng.engine.tracking import Key, PointIndex, PointState, TouchChange, advance

LINE = {"count": "COMPLAINT", "window": {"days": 30}}


def index(*points: Mapping[str, Any]) -> PointIndex:
    written = [
        {"id": f"P{i}", "name_zh": "点", "risk_zh": "险", "yellow": {**LINE, "at_least": 2}, **p}
        for i, p in enumerate(points, start=1)
    ]
    item = read_item({"schema": "", "id": "T", "name_zh": "事项", "field": "F", "points": written}, "t")
    return PointIndex.of(Pack("p", "1", "包", (), (item,), {}))


def run(
    points: PointIndex, *shown: tuple[str, str, bool], facts: frozenset[str] = frozenset({"f"})
) -> list[tuple[str, TouchChange, Colour]]:
    """Feed (day, colour, cleared) of point P1; tell the events as (day, change, colour)."""
    states: Mapping[Key, PointState] = {}
    told = []
    for day, colour, cleared in shown:
        step = advance(
            points, states, [PointResult("P1", "", Colour(colour), cleared)], at(day), lambda _: facts
        )
        states = step.states
        told += [(day, e.change, e.colour) for e in step.events]
    return told


def test_a_touch_lasts_until_it_is_cleared_not_until_the_line_is_free() -> None:
    """TOUCH-1"""
    told = run(
        index({}),
        ("2026-03-01", "YELLOW", False),
        ("2026-03-02", "YELLOW", False),
        ("2026-03-03", "NONE", False),
        ("2026-03-04", "NONE", True),
        ("2026-03-05", "NONE", True),
    )
    assert told == [
        ("2026-03-01", TouchChange.START, Colour.YELLOW),
        ("2026-03-04", TouchChange.CLEAR, Colour.YELLOW),
    ]


def test_a_touch_grows_worse_and_never_milder() -> None:
    """TOUCH-1"""
    told = run(
        index({}),
        ("2026-03-01", "YELLOW", False),
        ("2026-03-02", "RED", False),
        ("2026-03-03", "YELLOW", False),
        ("2026-03-04", "NONE", True),
    )
    assert [change for _, change, _ in told] == [TouchChange.START, TouchChange.ESCALATE, TouchChange.CLEAR]
    assert told[-1][2] is Colour.RED


@pytest.mark.parametrize(
    ("days", "started"),
    [
        (("2026-03-01", "2026-03-03"), False),
        (("2026-03-01", "2026-03-04"), True),
    ],
)
def test_hold_days(days: tuple[str, ...], started: bool) -> None:
    """TOUCH-2"""
    assert bool(run(index({"hold_days": 3}), *((d, "YELLOW", False) for d in days))) is started


def test_what_cannot_be_told_breaks_a_hold_and_ends_nothing() -> None:
    """TOUCH-2 TOUCH-5"""
    held = index({"hold_days": 3})
    shown = [("2026-03-01", "YELLOW"), ("2026-03-02", "UNKNOWN"), ("2026-03-04", "YELLOW")]
    assert run(held, *((d, c, False) for d, c in shown)) == []
    kept = run(index({}), ("2026-03-01", "YELLOW", False), ("2026-03-02", "UNKNOWN", False))
    assert [change for _, change, _ in kept] == [TouchChange.START]


def test_critical_waits_for_nothing() -> None:
    """TOUCH-2"""
    strict = index({"hold_days": 9, "cooldown_days": 99, "once_per_days": 99})
    told = run(
        strict,
        ("2026-03-01", "CRITICAL", False),
        ("2026-03-02", "NONE", True),
        ("2026-03-03", "CRITICAL", False),
    )
    assert [c for _, c, _ in told] == [TouchChange.START, TouchChange.CLEAR, TouchChange.START]


def test_cooldown_holds_back_yellow_but_not_red() -> None:
    """TOUCH-3"""
    cooled = index({"cooldown_days": 10})
    begin = [("2026-03-01", "YELLOW", False), ("2026-03-02", "NONE", True)]
    assert len(run(cooled, *begin, ("2026-03-11", "YELLOW", False))) == 2
    assert len(run(cooled, *begin, ("2026-03-12", "YELLOW", False))) == 3
    assert len(run(cooled, *begin, ("2026-03-03", "RED", False))) == 3


def test_once_per_counts_from_the_start() -> None:
    """TOUCH-3"""
    once = index({"once_per_days": 30})
    begin = [("2026-03-01", "YELLOW", False), ("2026-03-02", "NONE", True)]
    assert len(run(once, *begin, ("2026-03-30", "RED", False))) == 2
    assert len(run(once, *begin, ("2026-03-31", "RED", False))) == 3


def test_the_memory_says_when_it_wants_to_be_asked_again() -> None:
    held = index({"hold_days": 3})
    step = advance(
        held, {}, [PointResult("P1", "", Colour.YELLOW, False)], at("2026-03-01"), lambda _: frozenset()
    )
    assert step.next_due == at("2026-03-04")


def test_no_data_is_an_alarm_and_not_an_improvement() -> None:
    """POINT-4"""
    told = run(
        index({}),
        ("2026-03-01", "YELLOW", False),
        ("2026-03-02", "NO_DATA", False),
        ("2026-03-03", "NO_DATA", False),
        ("2026-03-04", "YELLOW", False),
    )
    assert [c for _, c, _ in told] == [
        TouchChange.START,
        TouchChange.NO_DATA_START,
        TouchChange.NO_DATA_END,
    ]


def test_one_fact_triggers_at_most_the_most_severe_point_of_an_item() -> None:
    """TOUCH-4"""
    two = index({}, {})
    results = [PointResult("P1", "", Colour.YELLOW, False), PointResult("P2", "", Colour.RED, False)]
    step = advance(two, {}, results, at("2026-03-01"), lambda _: frozenset({"f1"}))
    assert [(e.point, e.covered) for e in step.events] == [("P2", False), ("P1", True)]
    other = advance(two, {}, results, at("2026-03-01"), lambda r: frozenset({r.point}))
    assert [e.covered for e in other.events] == [False, False]


def test_an_object_that_was_corrected_away_ends_its_touch() -> None:
    points = index({})
    first = advance(
        points, {}, [PointResult("P1", "L-7", Colour.YELLOW, False)], at("2026-03-01"), lambda _: frozenset()
    )
    second = advance(points, first.states, [], at("2026-03-02"), lambda _: frozenset())
    assert [e.change for e in second.events] == [TouchChange.CLEAR]

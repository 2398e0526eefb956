"""The last boundary of every rule of docs/reference/semantics.md, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.facts import Ledger, at
from zhunsheng.core.packs.nodes import NodeReader
from zhunsheng.engine.judgement import Reason, Timeline, Truth
from zhunsheng.engine.reference.conditions import holds
from zhunsheng.engine.reference.measures import Evaluator

SOURCES = {"SCAN": "scanner", "COMPLAINT": "12315"}


def evaluator(ledger: Ledger, as_of: str, world: Ledger | None = None) -> Evaluator:
    moment = at(as_of)
    told = world.facts if world else []
    return Evaluator(
        Timeline.at(ledger.facts, moment, moment), Timeline.at(told, moment, moment), moment, SOURCES
    )


def measured(ledger: Ledger, as_of: str, node: dict[str, Any]) -> int | None:
    value = evaluator(ledger, as_of).value(NodeReader().measure(node, "test"))
    return value.numerator if value.known else None


def truth(ledger: Ledger, as_of: str, node: dict[str, Any], world: Ledger | None = None) -> Truth:
    return holds(NodeReader().condition(node, "test"), evaluator(ledger, as_of, world)).truth


YEAR, QUARTER = {"calendar": "YEAR"}, {"calendar": "QUARTER"}
COUNT_2D = {"count": "COMPLAINT", "window": {"days": 2}}
COUNT_1M = {"count": "COMPLAINT", "window": {"months": 1}}


@pytest.mark.parametrize(
    ("occurred", "as_of", "node", "expected"),
    [
        # the fact that arrives is in its own window; the left end is open, the right end closed
        ("2026-03-10 10:00", "2026-03-10 10:00", COUNT_2D, 1),
        ("2026-03-10 10:00", "2026-03-12 09:59:59", COUNT_2D, 1),
        ("2026-03-10 10:00", "2026-03-12 10:00", COUNT_2D, 0),
        ("2026-03-10 10:00", "2026-03-10 09:59:59", COUNT_2D, 0),
        # months count whole days and never let a fact leave and come back
        ("2026-01-31 12:00", "2026-02-28 23:59", COUNT_1M, 1),
        ("2026-01-31 12:00", "2026-03-01 00:00", COUNT_1M, 0),
        ("2026-02-28 12:00", "2026-03-27 23:59:59", COUNT_1M, 1),
        ("2026-02-28 12:00", "2026-03-28 00:00", COUNT_1M, 0),
        ("2026-02-28 12:00", "2026-03-31 00:00", COUNT_1M, 0),
        # calendar periods begin with their first instant, which is inside
        (
            "2026-01-01 00:00",
            "2026-12-31 23:59:59",
            {"count": "COMPLAINT", "window": YEAR},
            1,
        ),
        ("2026-01-01 00:00", "2027-01-01 00:00", {"count": "COMPLAINT", "window": YEAR}, 0),
        (
            "2026-03-31 23:59",
            "2026-04-01 00:00",
            {"count": "COMPLAINT", "window": QUARTER},
            0,
        ),
        # days since are natural days of Asia/Shanghai, not stretches of 24 hours
        ("2026-03-10 23:59", "2026-03-11 00:00", {"days_since": "COMPLAINT"}, 1),
        ("2026-03-10 00:00", "2026-03-10 23:59", {"days_since": "COMPLAINT"}, 0),
    ],
)
def test_windows(occurred: str, as_of: str, node: dict[str, Any], expected: int) -> None:
    """WINDOW-1 WINDOW-2 WINDOW-3 VALUE-2"""
    ledger = Ledger()
    ledger.tell("COMPLAINT", occurred)
    assert measured(ledger, as_of, node) == expected


def test_since_event_starts_after_the_event_in_order() -> None:
    """WINDOW-4"""
    ledger = Ledger()
    ledger.tell("COMPLAINT", "2026-03-01 09:00")
    ledger.tell("REMINDER", "2026-03-01 09:00")
    ledger.tell("COMPLAINT", "2026-03-01 09:00")
    node = {"count": "COMPLAINT", "window": {"since": {"fact": "REMINDER"}}}
    assert measured(ledger, "2026-03-02", node) == 1
    assert measured(Ledger(), "2026-03-02", node) == 0


def test_equal_instants_are_ordered_by_arrival() -> None:
    """TIME-3"""
    ledger = Ledger()
    ledger.tell("STATE", "2026-03-01", {"state": "OPEN"})
    ledger.tell("STATE", "2026-03-01", {"state": "CLOSED"})
    assert truth(ledger, "2026-03-01", {"latest": "STATE.state", "in": ["CLOSED"]}) is Truth.HOLDS


def test_missing_is_never_zero_and_never_risk() -> None:
    """UNKNOWN-1 VALUE-3"""
    empty = Ledger()
    assert truth(empty, "2026-03-01", {"latest": "STATE.state", "in": ["X"]}) is Truth.UNKNOWN
    assert truth(empty, "2026-03-01", {"days_since": "SCAN", "more_than": 2}) is Truth.UNKNOWN
    empty.tell("SCAN", "2026-02-01", {"amount": None})
    node = {"latest": "SCAN.amount", "at_least": 0}
    assert truth(empty, "2026-03-01", node) is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("comparison", "line", "expected"),
    [
        ("at_least", 1, Truth.HOLDS),
        ("at_least", 2, Truth.UNKNOWN),
        ("more_than", 0, Truth.HOLDS),
        ("at_most", 1, Truth.UNKNOWN),
        ("at_most", 0, Truth.FAILS),
        ("less_than", 1, Truth.FAILS),
        ("equals", 1, Truth.UNKNOWN),
    ],
)
def test_a_silent_source_makes_counts_lower_bounds(comparison: str, line: int, expected: Truth) -> None:
    """UNKNOWN-3"""
    ledger = Ledger()
    ledger.tell("SCAN", "2026-02-28")
    ledger.tell("SOURCE_STATUS", "2026-02-28", {"state": "SILENT"}, object="scanner")
    node = {"count": "SCAN", "window": {"days": 7}, comparison: line}
    assert truth(ledger, "2026-03-01", node) is expected


def test_the_subject_s_own_source_status_goes_before_the_world_s() -> None:
    """UNKNOWN-4"""
    ledger, world = Ledger(), Ledger("")
    world.tell("SOURCE_STATUS", "2026-02-28", {"state": "SILENT"}, object="scanner")
    node = {"count": "SCAN", "window": {"days": 7}, "equals": 0}
    assert truth(ledger, "2026-03-01", node, world) is Truth.UNKNOWN
    ledger.tell("SOURCE_STATUS", "2026-02-27", {"state": "LIVE"}, object="scanner")
    assert truth(ledger, "2026-03-01", node, world) is Truth.HOLDS


def test_ratios_are_exact_and_small_samples_cannot_tell() -> None:
    """VALUE-1 VALUE-7"""
    ledger = Ledger()
    for number in range(50):
        ledger.tell("SCAN", "2026-03-01", {"ok": number > 0})
    node = {
        "ratio": {
            "of": {"count": "SCAN", "where": {"ok": False}, "window": {"days": 7}},
            "to": {"count": "SCAN", "window": {"days": 7}},
            "per": 100,
            "sample_min": 20,
        }
    }
    assert truth(ledger, "2026-03-01", {**node, "more_than": 2}) is Truth.FAILS
    assert truth(ledger, "2026-03-01", {**node, "at_least": 2}) is Truth.HOLDS
    ledger.facts = ledger.facts[:19]
    found = holds(NodeReader().condition({**node, "at_least": 2}, "t"), evaluator(ledger, "2026-03-01"))
    assert (found.truth, found.reason) == (Truth.UNKNOWN, Reason.SAMPLE_TOO_SMALL)


def test_peer_lines_use_the_version_in_force() -> None:
    """UNKNOWN-5"""
    ledger, world = Ledger(), Ledger("")
    ledger.tell("PEER_GROUP", "2026-01-01", {"group": "5691/980102/S"})
    for _ in range(4):
        ledger.tell("COMPLAINT", "2026-03-01")
    world.tell("PEER_STATISTIC", "2026-02-01", {"MEDIAN": 1500}, object="complaints/5691/980102/S")
    node = {
        "count": "COMPLAINT",
        "window": {"days": 30},
        "more_than": {"peer": {"measure": "complaints", "statistic": "MEDIAN", "times_percent": 300}},
    }
    assert truth(ledger, "2026-03-01", node, world) is Truth.FAILS
    world.tell("PEER_STATISTIC", "2026-03-01", {"MEDIAN": 1300}, object="complaints/5691/980102/S")
    assert truth(ledger, "2026-03-01", node, world) is Truth.HOLDS
    assert truth(ledger, "2026-03-01", node) is Truth.UNKNOWN


def test_objects_look_at_the_latest_fact_of_each() -> None:
    """VALUE-4"""
    ledger = Ledger()
    ledger.tell("CYLINDER", "2026-01-01", {"due_on": "2026-02-01"}, object="C1")
    ledger.tell("CYLINDER", "2026-01-01", {"due_on": "2026-02-01"}, object="C2")
    ledger.tell("CYLINDER", "2026-02-10", {"due_on": "2028-02-01"}, object="C2")
    node = {"objects": "CYLINDER", "where": {"due_on": {"days_until_at_most": -1}}}
    assert measured(ledger, "2026-02-01", node) == 0
    assert measured(ledger, "2026-02-02", node) == 2
    assert measured(ledger, "2026-02-11", node) == 1


def test_true_is_not_one() -> None:
    """VALUE-5"""
    ledger = Ledger()
    ledger.tell("SCAN", "2026-03-01", {"ok": True})
    assert measured(ledger, "2026-03-01", {"count": "SCAN", "where": {"ok": 1}, "window": "all"}) == 0
    assert measured(ledger, "2026-03-01", {"count": "SCAN", "where": {"ok": True}, "window": "all"}) == 1

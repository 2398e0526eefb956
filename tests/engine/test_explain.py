"""Why, and the way back: items sum exactly, and every way told is proved by judging again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.engine.facts import Ledger, at
from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.load import assemble
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.explain import explain
from zhunsheng.engine.judgement import Colour, ModelResult
from zhunsheng.engine.reference import judge

MODEL = {
    "schema": "zhunsheng.model/1",
    "id": "m",
    "name_zh": "模型",
    "families": [{"id": "F", "name_zh": "族", "cap": 20}],
    "rules": [
        {
            "id": "LISTED",
            "name_zh": "在名录",
            "when": {"latest": "LISTING.state", "in": ["ON"]},
            "at_least": "C",
            "immediate": True,
        }
    ],
    "cut_offs": [{"name": "A", "at_most": 4}, {"name": "B", "at_most": 12}, {"name": "C"}],
    "sufficiency": {"min_permille": 0, "insufficient_class": "B"},
}
PENALTIES = {
    "schema": "zhunsheng.indicator/1",
    "model": "m",
    "id": "I21",
    "family": "F",
    "name_zh": "处罚",
    "shape": "steps",
    "measure": {"count": "PENALTY", "window": {"months": 24}},
    "bins": [
        {"at_least": 1, "points": 5},
        {"at_least": 2, "points": 10},
        {"at_least": 3, "points": 15},
    ],
    "decays": True,
    "cap": 15,
}
LIFT = {
    "schema": "zhunsheng.item/1",
    "id": "T01",
    "name_zh": "电梯",
    "field": "EQUIPMENT",
    "enrolment_needed": False,
    "points": [
        {
            "id": "T01-1",
            "name_zh": "检验临期",
            "risk_zh": "临期",
            "per_object": {"kinds": ["LIFT"], "name_zh": "电梯"},
            "yellow": {
                "all": [
                    {"days_until": "LIFT.due_on", "at_most": 30},
                    {"count": "APPLICATION", "window": {"days": 90}, "equals": 0},
                ]
            },
        },
        {
            "id": "T01-2",
            "name_zh": "困人",
            "risk_zh": "困人",
            "yellow": {"count": "TRAPPED", "window": {"days": 90}, "at_least": 2},
        },
    ],
}


def pack(*documents: dict[str, Any]) -> Pack:
    head = {"schema": "zhunsheng.pack/1", "id": "p", "version": "1", "name_zh": "包"}
    return assemble([(str(i), d) for i, d in enumerate([head, *documents])], ContractSet())


def model_sum(result: ModelResult) -> int:
    indicators = sum(r.points for r in result.indicators)
    return indicators + sum(p for _, p in result.family_adjustments) + result.floor_adjustment


def test_points_fade_in_the_second_half_and_sum_exactly() -> None:
    """CLASS-1 CLASS-2"""
    ledger = Ledger()
    for day in ("2024-11-01", "2025-06-01", "2026-03-01"):
        ledger.tell("PENALTY", day)
    moment = at("2026-06-30")
    judgement = judge(pack(MODEL, PENALTIES), "S1", ledger.facts, [], moment, moment)
    (result,) = judgement.models
    (penalties,) = result.indicators
    assert [(s.fact_id, s.points) for s in penalties.shares] == [("f3", 500), ("f2", 460), ("f1", 169)]
    assert sum(s.points for s in penalties.shares) + penalties.cap_adjustment == penalties.points
    assert model_sum(result) == result.score == 1129
    assert result.class_name == "B"


def test_the_way_back_from_a_class_is_proved() -> None:
    ledger = Ledger()
    ledger.tell("PENALTY", "2026-03-01")
    yardstick = pack(MODEL, PENALTIES)
    moment = at("2026-06-30")
    judgement = judge(yardstick, "S1", ledger.facts, [], moment, moment)
    told = explain(yardstick, judgement, ledger.facts, [])
    ((_, way),) = told.class_ways
    assert way.facts == ("f1",)
    assert way.on is not None
    before, after = at(str(way.on - dt.timedelta(days=1))), at(str(way.on))
    assert judge(yardstick, "S1", ledger.facts, [], before, moment).models[0].class_name == "B"
    assert judge(yardstick, "S1", ledger.facts, [], after, moment).models[0].class_name == "A"


def test_a_listing_rules_until_it_is_removed() -> None:
    """CLASS-4"""
    ledger = Ledger()
    ledger.tell("LISTING", "2026-03-01", {"state": "ON"})
    yardstick = pack(MODEL, PENALTIES)
    moment = at("2026-06-30")
    judgement = judge(yardstick, "S1", ledger.facts, [], moment, moment)
    assert (judgement.models[0].score, judgement.models[0].class_name) == (0, "C")
    ((_, way),) = explain(yardstick, judgement, ledger.facts, []).class_ways
    assert (way.facts, way.on) == (("f1",), None)


@pytest.mark.parametrize(
    ("as_of", "colour"),
    [("2026-06-30", Colour.NONE), ("2026-07-01", Colour.YELLOW)],
)
def test_due_in_thirty_days_counts_the_due_day(as_of: str, colour: Colour) -> None:
    """VALUE-2 DUE-1 POINT-6"""
    ledger = Ledger()
    ledger.tell("LIFT", "2026-01-01", {"due_on": "2026-07-31"}, object="L-7")
    moment = at(as_of)
    judgement = judge(pack(LIFT), "S1", ledger.facts, [], moment, moment)
    assert judgement.points[0].colour is colour
    if colour is Colour.NONE:
        assert judgement.next_due == at("2026-07-01")


def test_what_is_missing_is_named_as_the_way_back() -> None:
    ledger = Ledger()
    ledger.tell("LIFT", "2026-01-01", {"due_on": "2026-07-31"}, object="L-7")
    yardstick, moment = pack(LIFT), at("2026-07-01")
    judgement = judge(yardstick, "S1", ledger.facts, [], moment, moment)
    told = explain(yardstick, judgement, ledger.facts, [])
    ((_, key, way),) = told.point_ways
    assert (key, way.done, way.facts) == ("L-7", "APPLICATION", ())
    assert [c.numerator for c in told.points[0].comparisons] == [30, 0]


def test_one_rectified_item_or_so_many_days() -> None:
    ledger = Ledger()
    ledger.tell("TRAPPED", "2026-05-01 08:00")
    ledger.tell("TRAPPED", "2026-06-01 08:00")
    yardstick, moment = pack(LIFT), at("2026-07-01")
    judgement = judge(yardstick, "S1", ledger.facts, [], moment, moment)
    ((_, _, way),) = explain(yardstick, judgement, ledger.facts, []).point_ways
    assert way.facts == ("f1",)
    assert way.on == dt.date(2026, 7, 30)

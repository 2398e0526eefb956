"""What a version would have done, counted: queues, precision, fairness, drift, who is gained and lost."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from tests.engine.facts import Ledger, at
from zhunsheng.core.reporting.impact import Hit, drift_of, fairness_of, moved_between, touches_of
from zhunsheng.core.reporting.precision import Precision, results_of, wilson
from zhunsheng.core.reporting.profiles import Profile
from zhunsheng.core.reporting.workload import Workload, queues, row_on

WHO = Profile("汀前区", "一所", "餐饮业", "B", "不满10人", "1至3年", "ENTERPRISE")
POLICY: dict[str, Any] = {
    "capacity": [
        {"from": date(2026, 1, 1), "minutes_per_day": 400, "share_permille": 250, "officers": {"default": 1}},
        {"from": date(2026, 3, 4), "minutes_per_day": 400, "share_permille": 250, "officers": {"default": 2}},
    ],
    "efforts": [
        {
            "from": date(2026, 1, 1),
            "default": {
                "YELLOW": {"desk_minutes": 10, "visits_permille": 0, "visit_minutes": 0},
                "RED": {"desk_minutes": 60, "visits_permille": 300, "visit_minutes": 150},
            },
            "items": {"T01": {"RED": {"desk_minutes": 200, "visits_permille": 1000, "visit_minutes": 50}}},
        }
    ],
    "messages": [
        {"from": date(2026, 1, 1), "colours": {"YELLOW": 1}, "segments": 2, "price_li_per_segment": 45}
    ],
}
LOAD = Workload(POLICY)
OUTCOMES = {
    "horizon_days": 30,
    "measures": [
        {"id": "REVIEW", "same_place": True, "borne_out": [{"kind": "YES"}], "unfounded": [{"kind": "NO"}]},
        {
            "id": "CHECK",
            "same_place": False,
            "borne_out": [{"kind": "LOOK", "where": {"result": ["BAD"]}}],
            "unfounded": [{"kind": "LOOK", "where": {"result": ["GOOD"]}}],
        },
    ],
}


def hit(subject: str, when: str, item: str = "T02", who: Profile = WHO) -> Hit:
    return Hit(at(when), subject, item, f"{item}-1", "", "YELLOW", who, {})


def test_what_a_station_cannot_do_waits_and_a_new_officer_works_it_off() -> None:
    days = [date(2026, 3, n) for n in (2, 3, 4, 5)]
    told = [(date(2026, 3, 1), "一所", "T02", "RED"), (date(2026, 3, 2), "一所", "T01", "RED")]
    (queue,) = queues(told, LOAD, days)
    assert (queue.minutes, queue.visits_permille) == (60 + 45 + 250, 1300)
    assert queue.left_minutes_max == 355 - 100, "after the first workday, with 100 minutes a day"
    assert queue.capacity_minutes == 100 + 100 + 200 + 200
    assert (queue.left_minutes, queue.months) == (0, [("2026-03", 355, 600, 0)])
    (late,) = queues([(date(2026, 3, 7), "一所", "T02", "RED")], LOAD, days)
    assert (late.left_minutes, late.left_minutes_max) == (105, 105), "beyond the last workday it is all left"


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_in_a_queue(seed: int) -> None:
    """What arrived is either done within the capacity or left; the days before an arrival do not help it."""
    chance = Random(seed)
    days = [date(2026, 3, n) for n in range(1, 29)]
    told = [(chance.choice(days), "一所", "T02", "RED") for _ in range(chance.randrange(1, 60))]
    (queue,) = queues(told, LOAD, days)
    assert queue.minutes == 105 * len(told) == sum(arriving for _, arriving, _, _ in queue.months)
    assert max(0, queue.minutes - queue.capacity_minutes) <= queue.left_minutes <= queue.minutes
    assert queue.left_minutes <= queue.left_minutes_max


def test_the_row_of_a_policy_that_had_begun_by_then_applies() -> None:
    told = [{"from": date(2026, 3, 4)}, {"from": date(2026, 1, 1)}]
    assert row_on(told, date(2026, 3, 3)) == {"from": date(2026, 1, 1)}, "whatever their order"
    assert row_on(told, date(2026, 3, 4)) == {"from": date(2026, 3, 4)}
    assert row_on(told, date(2025, 1, 1)) == {"from": date(2026, 1, 1)}, "before all of them, the first"


def test_messages_and_their_cost() -> None:
    assert LOAD.messages("YELLOW", date(2026, 3, 1)) == (1, 2, 90)
    assert LOAD.messages("RED", date(2026, 3, 1)) == (0, 0, 0)


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (0, 5), (5, 5), (3, 10), (70, 100), (1, 1000)])
def test_the_interval_is_wilsons(hits: int, trials: int) -> None:
    low, high = wilson(hits, trials)
    if trials == 0:
        assert (low, high) == (0, 1000)
        return
    share, z = hits / trials, math.sqrt(3.8416)
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2)) / (1 + z * z / trials)
    assert abs(low - 1000 * (middle - half)) <= 2 and abs(high - 1000 * (middle + half)) <= 2
    assert low <= 1000 * share <= high, "rounded outwards"


def test_exposure_says_how_much_nobody_looked_at() -> None:
    told = Precision("REVIEW", "", 3, 1, 12)
    assert (told.permille, told.exposure_permille) == (750, 250)
    assert Precision("REVIEW", "", 0, 0, 4).permille is None, "no result is no precision"


def test_only_the_first_result_of_the_same_place_within_the_days_counts() -> None:
    told = Ledger()
    told.tell("LOOK", "2026-02-28", {"result": "BAD"})
    told.tell("NO", "2026-03-02", object="T02-1/L-9")
    told.tell("YES", "2026-03-20", object="T02-1/L-7")
    told.tell("NO", "2026-03-25", object="T02-1/L-7")
    told.tell("LOOK", "2026-04-20", {"result": "GOOD"})
    found = results_of(OUTCOMES, "T02-1/L-7", at("2026-03-01"), told.facts)
    assert found == {"REVIEW": True, "CHECK": None}, "before the touch and after thirty days is no result"
    assert results_of(OUTCOMES, "T02-1/L-9", at("2026-03-01"), told.facts)["REVIEW"] is False
    assert results_of(OUTCOMES, "T02-1/L-7", at("2026-04-01"), told.facts)["CHECK"] is False


def test_fairness_holds_the_touched_against_the_whole_register() -> None:
    big = replace(WHO, size="300人以上")
    told = fairness_of([hit("A", "2026-03-01"), hit("A", "2026-03-02")], {"A": WHO, "B": WHO, "C": big})
    assert dict(told[0].rows) == {"不满10人": (1, 1), "300人以上": (0, 1)}
    assert [table.id for table in told] == ["fair-size", "fair-age", "fair-district", "fair-form"]


def test_every_cut_counts_every_touch_once() -> None:
    hits = [hit("A", "2026-03-01"), hit("B", "2026-04-01", "T01"), hit("A", "2026-04-02")]
    for table in touches_of(hits):
        assert sum(table.totals) == 3, table.id


def test_drift_is_the_share_that_went_to_another_item() -> None:
    start, end = at("2026-01-01"), at("2026-03-01")
    same = [hit("A", "2026-01-05"), hit("B", "2026-02-20")]
    assert drift_of(same, start, end)[1] == 0
    assert drift_of([hit("A", "2026-01-05"), hit("B", "2026-02-20", "T01")], start, end)[1] == 1000
    half = [*same, hit("C", "2026-02-21", "T01")]
    assert drift_of(half, start, end)[1] == 500
    assert drift_of(same[:1], start, end)[1] == 0, "nothing to hold it against"


def test_who_is_gained_and_lost() -> None:
    gained, lost = moved_between(
        [hit("A", "2026-03-09"), hit("A", "2026-03-01"), hit("B", "2026-03-01")],
        [hit("B", "2026-02-01"), hit("C", "2026-03-01")],
    )
    assert [(h.subject, h.at) for h in gained] == [("A", at("2026-03-01"))]
    assert [h.subject for h in lost] == ["C"]

"""The twin: equal officer-days are equal, knowing all beats all, classes dealt by chance gain nothing."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from zhunsheng.engine.twin import Effort, Told, Twin, TwinClass, Way, run, spread

CITY = Twin((TwinClass("A", 300, 700, 1), TwinClass("D", 60, 7_000, 8)), 11_000, 8_000, 150, 120)
EFFORT = Effort(officer_minutes=60 * 420, visit_minutes=120)
SEEDS = range(1, 7)


def _all(way: Way) -> list[Told]:
    return [run(CITY, EFFORT, way, seed) for seed in SEEDS]


RUNS = {way: _all(way) for way in Way}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 40_000), st.integers(30, 600), st.integers(1, 60), st.integers(0, 5))
def test_every_way_has_the_same_visits_on_the_same_days(
    minutes: int, visit_minutes: int, days: int, seed: int
) -> None:
    twin = Twin(CITY.classes, CITY.ends_ppm, CITY.touches_with_ppm, CITY.touches_without_ppm, days)
    effort = Effort(minutes, visit_minutes)
    told = {run(twin, effort, way, seed).minutes for way in Way}
    planned = sum(min(effort.visits_on(day, days), twin.businesses) for day in range(days)) * visit_minutes
    assert told == {planned}
    assert planned <= minutes
    assert sum(effort.visits_on(day, days) for day in range(days)) == minutes // visit_minutes


def test_every_visit_and_every_problem_is_accounted_for() -> None:
    for told in (t for rows in RUNS.values() for t in rows):
        assert told.visits == told.found + told.compliant
        assert 0 <= told.begun - told.found - told.lapsed <= CITY.businesses


def test_nobody_beats_who_knows_all() -> None:
    for number, oracle in enumerate(RUNS[Way.ORACLE]):
        for way in set(Way) - {Way.ORACLE}:
            other = RUNS[way][number]
            assert oracle.found > other.found
            assert oracle.compliant < other.compliant
            assert (oracle.days_hundredths or 0) < (other.days_hundredths or 0)


def test_classes_dealt_by_chance_give_no_gain_and_true_ones_do() -> None:
    gain = {
        way: spread([a.found - b.found for a, b in zip(RUNS[way], RUNS[Way.UNIFORM], strict=True)])
        for way in Way
    }
    usual = sum(t.found for t in RUNS[Way.UNIFORM]) / len(SEEDS)
    assert abs(gain[Way.SHUFFLED].mean) < usual / 5
    assert gain[Way.BY_CLASS].mean > usual / 3
    assert gain[Way.TRIGGER].low > 0


def test_touches_that_know_nothing_give_no_gain() -> None:
    blind = Twin(CITY.classes, CITY.ends_ppm, 1_000, 1_000, CITY.days)
    found = Counter({way: sum(run(blind, EFFORT, way, s).found for s in SEEDS) for way in Way})
    assert abs(found[Way.TRIGGER] - found[Way.UNIFORM]) < found[Way.UNIFORM] / 4


def test_a_seed_is_a_city() -> None:
    assert run(CITY, EFFORT, Way.TRIGGER, 3) == RUNS[Way.TRIGGER][2]
    assert len({(t.begun, t.found) for t in RUNS[Way.UNIFORM]}) > 1


def test_a_spread_names_values_that_were_reached() -> None:
    told = spread(list(range(41)))
    assert (told.low, told.mean, told.high) == (1, 20, 39)
    assert spread([7]) == spread([7, 7])

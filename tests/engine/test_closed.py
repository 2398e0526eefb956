"""A version reads its own touches, not those that another version once wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest

from tests.engine.facts import Ledger, at
from tests.engine.test_explain import pack
from zhunsheng.core.clock import SECONDS_PER_DAY
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine import closed
from zhunsheng.engine.closed import TOUCH, counted, replay_closed
from zhunsheng.engine.reference import judge
from zhunsheng.engine.replay import Fold, replay
from zhunsheng.engine.tracking import PointIndex, TouchChange, TouchEvent

START, END = at("2026-01-01"), at("2026-12-31")


def food(line: int) -> Pack:
    """Yellow at `line` hits; red at two hits after an own yellow; another point shows a red."""
    hits = {"count": "HIT", "window": {"days": 300}}
    after: dict[str, Any] = {"since": {"fact": TOUCH, "where": {"colour": "YELLOW"}}}
    red = {"all": [{"count": TOUCH, "where": {"colour": "YELLOW"}, "window": {"days": 180}, "at_least": 1}]}
    red["all"].append({"count": "HIT", "window": after, "at_least": 2})
    prompt = {"days_since": TOUCH, "where": {"colour": "RED"}, "at_least": 1}
    points = [
        {
            "id": "T09-1",
            "name_zh": "线索",
            "risk_zh": "后厨",
            "yellow": {**hits, "at_least": line},
            "red": red,
        },
        {"id": "T09-2", "name_zh": "提示", "risk_zh": "后厨", "yellow": prompt},
    ]
    item = {
        "schema": "zhunsheng.item/1",
        "id": "T09",
        "name_zh": "餐饮",
        "field": "CATERING",
        "points": points,
    }
    return pack({**item, "enrolment_needed": False})


def history() -> list[Fact]:
    """Five hits; the bureau's own version then touched yellow on the second."""
    told = Ledger()
    for day in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"):
        told.tell("HIT", day)
    payload = {"item": "T09", "point": "T09-1", "colour": "YELLOW"}
    told.tell(TOUCH, "2026-03-01", payload, object="T09-1/")
    return told.facts


def touches(line: int, facts: list[Fact]) -> list[tuple[int, str, str]]:
    told = replay_closed(food(line), facts, [], START, END)["S1"]
    return [(e.at, e.point, e.colour.value) for e in counted(told)]


def test_red_follows_the_touch_of_the_version_itself() -> None:
    assert touches(2, history()) == [
        (at("2026-03-01"), "T09-1", "YELLOW"),
        (at("2026-05-01"), "T09-1", "RED"),
        (at("2026-05-01") + 1, "T09-2", "YELLOW"),
    ], "two hits after the yellow of the second are the third and the fourth"
    assert touches(3, history()) == [
        (at("2026-04-01"), "T09-1", "YELLOW"),
        (at("2026-06-01"), "T09-1", "RED"),
        (at("2026-06-01") + 1, "T09-2", "YELLOW"),
    ]
    assert touches(6, history()) == [], "the stored yellow of another version makes no red"


def test_what_the_other_version_wrote_is_seen_by_a_plain_replay() -> None:
    """The planted fault: without closing the loop a version is answered with the touches of another."""
    told = counted(replay(food(6), history(), [], START, END)["S1"])
    assert [(e.at, e.colour.value) for e in told if e.point == "T09-1"] == [(at("2026-05-01"), "RED")]


def test_touches_from_before_the_period_stand() -> None:
    told = replay_closed(food(6), history(), [], at("2026-03-15"), END)["S1"]
    assert [e.colour.value for e in counted(told) if e.point == "T09-1"] == ["RED"]


def lived(pack: Pack, hits: list[Fact]) -> list[TouchEvent]:
    """As a bureau lives: judged instant by instant, each touch written down and known a second later."""
    own, begun = list(hits), dict[str, int]()
    fold, at_now = Fold(pack, PointIndex.of(pack), own, [], [], {}), START
    while at_now <= END:
        judgement, before = judge(pack, "S1", own, [], at_now, at_now), len(fold.events)
        fold.step(judgement.points, at_now)
        for event in counted(fold.events[before:]):
            if event.change is TouchChange.START:
                begun[event.point] = at_now
            payload = {"item": "T09", "point": event.point, "colour": event.colour.value}
            name, when = f"touch {len(own)}", begun[event.point]
            own.append(
                Fact(name, TOUCH, "S1", when, at_now + 1, 10_000 + len(own), f"{event.point}/", payload)
            )
        later = [f.recorded_at for f in own if f.recorded_at > at_now]
        at_now = min(t for t in (*later, judgement.next_due, fold.due, END + 1) if t is not None)
    return fold.events


def plain(events: Sequence[TouchEvent]) -> list[tuple[int, str, str, str, bool]]:
    """Without the ids of the facts behind them: those of touches differ."""
    return [(e.at, e.point, e.change.value, e.colour.value, e.covered) for e in events]


def differing(seeds: range) -> Iterator[int]:
    for seed in seeds:
        chance, told = Random(seed), Ledger()
        days = sorted(chance.sample(range(300), chance.randrange(2, 12)))
        for number, day in enumerate(days, start=1):
            when = START + day * SECONDS_PER_DAY
            told.facts.append(Fact(f"h{number}", "HIT", "S1", when, when, number))
        rules = food(chance.randrange(1, 5))
        played = replay_closed(rules, told.facts, [], START, END)["S1"]
        if plain(played) != plain(lived(rules, told.facts)):
            yield seed


def test_a_closed_replay_is_what_a_bureau_would_have_lived() -> None:
    assert list(differing(range(40))) == []


def test_a_replay_that_reads_no_touch_of_its_own_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed, "_echo", lambda *_: [])
    assert next(differing(range(40)), None) is not None

"""Each kind of alarm: what stands just below its line is quiet, what reaches it is raised with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zhunsheng.core.alarms.finding import Alarm, Course, Decision, Happening, Material, Place, found
from zhunsheng.core.alarms.rules import AlarmLine
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.alarmfiles import open_alarms
from zhunsheng.engine.library import open_library

PACKS = Path(__file__).parents[3] / "packs"
LINES = {line.id: line for line in open_alarms(PACKS)}
EAST, WEST = "980102", "980103"
PLACES = {
    "李敏": Place("980102/汀前所", "汀前所", EAST),
    "周航": Place("980103/西浦所", "西浦所", WEST),
    "沈知秋": Place("9801", "市局", ""),
}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NOW = at("2026-07-20 10:00")
COURSE = Course("task:1", "touch:1", "甲", "task.review", "核查", ("李敏",), at("2026-07-10 23:59:59"), True)
MATERIAL = Material(
    at=NOW,
    calendar=open_library(PACKS).calendar,
    courses=(),
    crossing=(),
    decisions=(),
    happenings=(),
    place=lambda hand, _subject: PLACES.get(hand, Place(hand, hand, "")),
    district_of=lambda subject: EAST if subject.startswith("东") else WEST,
    name=lambda key: key,
    clock=lambda key: key,
    point=lambda key: f"（{key}）",
)


def raised(name: str, **more: Any) -> list[Alarm]:
    return found([LINES[name]], replace(MATERIAL, **more))


def courses(*changes: Mapping[str, Any]) -> list[Course]:
    return [replace(COURSE, key=f"task:{n}", **told) for n, told in enumerate(changes, 1)]


@pytest.mark.parametrize(
    ("due", "ended", "missed", "quiet"),
    [
        ("2026-07-10 23:59:59", None, True, False),  # the sixth workday after a Friday
        ("2026-07-13 23:59:59", None, True, True),  # the fifth
        ("2026-07-10 23:59:59", "2026-07-19 09:00", True, True),  # done late, and over
        ("2026-07-25 23:59:59", None, False, True),
        ("2027-12-30 23:59:59", None, False, True),
    ],
)
def test_long_overdue_by_unit(due: str, ended: str | None, missed: bool, quiet: bool) -> None:
    one = {"due_at": at(due), "ended_at": at(ended) if ended else None, "missed": missed}
    told = raised("overdue", courses=courses(one))
    assert (told == []) is quiet
    if told:
        assert told[0].why.zh() == "汀前所：届满超过 5 个工作日仍未办结的期限 1 件，预警线 1 件"
        assert told[0].records[0].note.zh() == "届满 2026-07-10，至今未办结，已过 6 个工作日"
        assert told[0].line.version in {LINES["overdue"].version}


def test_units_stand_apart_and_the_worst_comes_first() -> None:
    told = raised("overdue", courses=courses({}, {"handlers": ("李敏", "周航")}, {"handlers": ("周航",)}))
    assert [(alarm.name, alarm.value) for alarm in told] == [("西浦所", 2), ("汀前所", 1)]


def test_in_a_year_that_is_not_announced_weekdays_are_workdays() -> None:
    late = courses({"due_at": at("2031-03-06 23:59:59")})
    assert raised("overdue", at=at("2031-03-14"), courses=late)[0].value == 1
    assert raised("overdue", at=at("2031-03-13"), courses=late) == []


@pytest.mark.parametrize(
    ("name", "times", "quiet"),
    [
        ("extended", {"EXTENDED": 2}, False),
        ("extended", {"EXTENDED": 1, "PAUSED": 9}, True),
        ("paused", {"PAUSED": 3}, False),
        ("paused", {"PAUSED": 2, "EXTENDED": 9}, True),
    ],
)
def test_lengthened_again_and_again(name: str, times: dict[str, int], quiet: bool) -> None:
    assert (raised(name, courses=courses({"times": times})) == []) is quiet
    long_over = {"times": times, "ended_at": at("2025-07-19")}
    assert raised(name, courses=courses(long_over)) == []


def test_the_same_hand_misses_the_same_kind() -> None:
    (alarm,) = raised("repeated-miss", courses=courses({}, {}, {}))
    assert alarm.why.zh() == "李敏：“task.review”逾期 3 次，预警线 3 次" and len(alarm.records) == 3
    for spared in (
        {"clock": "task.recheck_due"},
        {"handlers": ("周航",)},
        {"missed": False},
        {"due_at": at("2026-01-19 23:59:59")},
    ):
        assert raised("repeated-miss", courses=courses({}, {}, spared)) == []
    reply = {"clock": "touch.reply"}
    assert raised("repeated-miss", courses=courses(reply, reply, reply)) == []


def test_inspected_repeatedly() -> None:
    days = ["2025-07-20", "2025-12-01", "2026-02-01", "2026-07-20"]
    seen = [Happening(f"f{n}", "甲", "INSPECTION_RESULT", at(day)) for n, day in enumerate(days)]
    (alarm,) = raised("repeated-inspection", happenings=seen)
    assert alarm.why.zh() == "甲：检查 4 次，预警线 4 次" and alarm.records[0].key == "f0"
    for spared in (
        replace(seen[0], at=at("2025-07-19 23:59")),
        replace(seen[0], subject="乙"),
        replace(seen[0], kind="SAMPLING_RESULT"),
    ):
        assert raised("repeated-inspection", happenings=[spared, *seen[1:]]) == []


def decided(east: str, west: str, day: str = "2026-06-01") -> list[Decision]:
    """F for ordered to correct, E for explained, one decision a letter."""
    steps = {"F": "FIXABLE", "E": "EXPLAINED", "R": "RECHECK_PASSED"}
    both = [("东", step) for step in east] + [("西", step) for step in west]
    return [Decision(n, f"{side}{n}", "T01-1", steps[step], at(day)) for n, (side, step) in enumerate(both)]


def test_the_same_conduct_decided_differently() -> None:
    (alarm,) = raised("unequal", decisions=decided("FFFFE", "FEEEE"))
    assert alarm.value == 60 and len(alarm.records) == 10
    assert alarm.why.zh() == (
        "T01-1 （T01-1）：责令改正、转线索在980102占 80%，在980103占 20%，"
        "相差 60 个百分点，预警线 50 个百分点"
    )
    assert raised("unequal", decisions=decided("FFFEE", "FEEEE")) == []
    assert raised("unequal", decisions=decided("FFFF", "EEEEE")) == []
    assert raised("unequal", decisions=decided("FFFFR", "EEEEE")) == []
    assert raised("unequal", decisions=decided("FFFFFEEEEE", "")) == []
    assert raised("unequal", decisions=decided("FFFFE", "FEEEE", "2025-06-01")) == []


def test_handled_across_districts() -> None:
    (alarm,) = raised("across-districts", crossing=courses({}, {"handlers": ("周航",)}))
    assert alarm.why.zh() == "甲：由 2 个区承办（980102、980103），预警线 2 个"
    assert [record.note.zh() for record in alarm.records] == ["承办：汀前所", "承办：西浦所"]
    assert raised("across-districts", crossing=courses({"handlers": ("李敏", "周航")})) != []
    assert raised("across-districts", crossing=courses({}, {"handlers": ("沈知秋",)})) == []
    assert raised("across-districts", crossing=courses({}, {"subject": "乙", "handlers": ("周航",)})) == []


def test_a_line_speaks_only_on_its_days() -> None:
    line: AlarmLine = replace(LINES["overdue"], valid_from=dt.date(2026, 7, 21))
    assert found([line], replace(MATERIAL, courses=courses({}))) == []

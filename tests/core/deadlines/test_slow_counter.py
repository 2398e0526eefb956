"""Every clock against a slow counter that shares no code: candidates are tried one by one, days are asked
from an independent table; and the clock's hard cases of F-08."""

from __future__ import annotations

import calendar as plain
import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.clock import SHANGHAI, day_end, day_of, instant, moment
from zhunsheng.core.deadlines.deadline import start
from zhunsheng.core.deadlines.reckoning import reckon
from zhunsheng.core.deadlines.regimes import (
    ClockRow,
    DeadlineBook,
    Direction,
    PauseReason,
    Regime,
    Unit,
)
from zhunsheng.engine.library import open_library

CALENDAR = open_library(Path(__file__).parents[3] / "packs").calendar
ONE = dt.timedelta(days=1)
DAYS = st.dates(dt.date(2023, 2, 1), dt.date(2025, 12, 31))
LENGTHS = st.integers(1, 60)
GAPS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=3)


def row_of(unit: Unit, length: int, direction: Direction = Direction.AFTER) -> ClockRow:
    regime = Regime(
        law="某法",
        article="1",
        status="UNVERIFIED",
        valid_from=dt.date(1980, 1, 1),
        valid_to=None,
        unit=unit,
        length=length,
        direction=direction,
        pauses=frozenset() if unit is Unit.HOURS else frozenset({PauseReason.TESTING}),
    )
    return ClockRow("x", "x", "某", "x", "某", "x", (regime,))


def ends(
    row: ClockRow, started: dt.date, pauses: list[tuple[dt.date, dt.date]], *, weekends: bool = True
) -> dt.date:
    book = DeadlineBook({"x": row}, (), weekends)
    deadline = start(book, "x", dt.datetime.combine(started, dt.time(10), SHANGHAI))
    for first, last in pauses:
        deadline = deadline.paused(PauseReason.TESTING, first, last)
    due = reckon(deadline, CALENDAR, book).due_on
    assert due is not None
    return due


def laid_out(started: dt.date, gaps: list[tuple[int, int]]) -> list[tuple[dt.date, dt.date]]:
    pauses, day = [], started
    for before, length in gaps:
        first = day + before * ONE
        pauses.append((first, first + length * ONE))
        day = first + (length + 1) * ONE
    return pauses


def lost(day: dt.date, pauses: list[tuple[dt.date, dt.date]]) -> bool:
    return any(first <= day <= last for first, last in pauses)


def all_days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [dt.date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]


@given(DAYS, LENGTHS, GAPS)
def test_workdays(started: dt.date, length: int, gaps: list[tuple[int, int]]) -> None:
    pauses = laid_out(started, gaps)
    due = ends(row_of(Unit.WORKDAYS, length), started, pauses)
    counted = [
        d for d in all_days(started + ONE, due) if chinese_calendar.is_workday(d) and not lost(d, pauses)
    ]
    assert len(counted) == length and counted[-1] == due


@given(DAYS, LENGTHS, GAPS, st.booleans())
def test_natural_days_roll(
    started: dt.date, length: int, gaps: list[tuple[int, int]], weekends: bool
) -> None:
    pauses = laid_out(started, gaps)
    due = ends(row_of(Unit.DAYS, length), started, pauses, weekends=weekends)
    last = [d for d in all_days(started + ONE, started + 300 * ONE) if not lost(d, pauses)][length - 1]

    def rests(day: dt.date) -> bool:
        holiday, name = chinese_calendar.get_holiday_detail(day)
        return holiday and (weekends or name is not None)

    wanted = next(d for d in all_days(last, last + 300 * ONE) if not rests(d) and not lost(d, pauses))
    assert due == wanted


@given(DAYS, st.integers(1, 24), GAPS)
def test_months(started: dt.date, length: int, gaps: list[tuple[int, int]]) -> None:
    pauses = laid_out(started, gaps)
    regime = row_of(Unit.MONTHS, length).regimes[0]
    row = ClockRow("x", "x", "某", "x", "某", "x", (unrolled(regime),))
    due = ends(row, started, pauses)
    index = started.year * 12 + started.month - 1 + length
    year, month = index // 12, index % 12 + 1
    nominal = dt.date(year, month, min(started.day, plain.monthrange(year, month)[1]))
    counted = [d for d in all_days(started + ONE, due) if not lost(d, pauses)]
    assert len(counted) == (nominal - started).days


def unrolled(regime: Regime) -> Regime:
    return Regime(
        **{
            **{name: getattr(regime, name) for name in Regime.__dataclass_fields__},
            "rolls": False,
        }
    )


@given(DAYS, LENGTHS)
def test_workdays_backwards(event: dt.date, length: int) -> None:
    if event < dt.date(2023, 6, 1):
        event += 365 * ONE
    due = ends(row_of(Unit.WORKDAYS, length, Direction.BEFORE), event, [])
    assert sum(chinese_calendar.is_workday(d) for d in all_days(due, event - ONE)) == length
    assert chinese_calendar.is_workday(due)


@pytest.mark.parametrize(
    ("began", "hours", "ends_at"),
    [
        ("2026-12-31T20:00", 24, "2027-01-01T20:00"),
        ("1986-05-03T12:00", 24, "1986-05-04T13:00"),  # the clock went forward at 02:00
        ("1986-09-13T12:00", 24, "1986-09-14T11:00"),  # and back
        ("1991-04-13T12:00", 24, "1991-04-14T13:00"),
        ("2026-06-30T23:30", 4, "2026-07-01T03:30"),
        ("2016-12-31T20:00", 24, "2017-01-01T20:00"),  # a leap second at 08:00 of the new year in Shanghai
    ],
)
def test_hours_are_hours_that_passed(began: str, hours: int, ends_at: str) -> None:
    book = DeadlineBook({"x": row_of(Unit.HOURS, hours)})
    deadline = start(book, "x", dt.datetime.fromisoformat(began).replace(tzinfo=SHANGHAI))
    due = reckon(deadline, CALENDAR, book).due_at
    assert due == dt.datetime.fromisoformat(ends_at).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "day", ["1986-05-04", "1986-09-14", "1988-04-17", "1991-09-15", "2026-02-28", "2024-12-31"]
)
def test_days_are_days_of_shanghai_also_when_they_have_23_or_25_hours(day: str) -> None:
    on = dt.date.fromisoformat(day)
    assert day_of(day_end(on)) == on
    assert day_of(day_end(on) + 1) == on + ONE
    assert moment(day_end(on)).date() == on


@given(st.integers(0, 86_399), st.sampled_from(["UTC", "+14", "-12"]))
def test_the_start_day_is_that_of_shanghai_whatever_zone_the_instant_is_written_in(
    second: int, zone: str
) -> None:
    zones = {
        "UTC": dt.UTC,
        "+14": dt.timezone(dt.timedelta(hours=14)),
        "-12": dt.timezone(dt.timedelta(hours=-12)),
    }
    here = dt.datetime(2026, 4, 28, tzinfo=SHANGHAI) + dt.timedelta(seconds=second)
    book = DeadlineBook({"x": row_of(Unit.WORKDAYS, 7)})
    deadline = start(book, "x", here.astimezone(zones[zone]))
    assert str(reckon(deadline, CALENDAR, book).due_on) == "2026-05-11"
    assert instant(deadline.started_at) == instant(here)

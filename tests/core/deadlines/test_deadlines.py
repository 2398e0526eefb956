"""The real calendars of 2023 to 2026, to the day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.core.deadlines import CalendarNotAnnouncedError, WorkCalendar

FOLDER = Path(__file__).parents[3] / "packs/calendar"
CALENDAR = WorkCalendar.read(
    yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("*.yaml"))
)
D = dt.date


def test_every_day_agrees_with_an_independent_table() -> None:
    day = D(2023, 1, 1)
    while day.year < 2027:
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "workdays", "due"),
    [
        (D(2026, 4, 28), 7, D(2026, 5, 11)),
        (D(2026, 4, 28), 15, D(2026, 5, 21)),
        (D(2026, 4, 14), 7, D(2026, 4, 23)),
        (D(2026, 4, 15), 7, D(2026, 4, 24)),
        (D(2026, 4, 17), 45, D(2026, 6, 24)),
        (D(2026, 9, 24), 3, D(2026, 9, 30)),
        (D(2026, 8, 11), 15, D(2026, 9, 1)),
        (D(2026, 7, 1), 7, D(2026, 7, 10)),
    ],
)
def test_workdays_of_the_stories(start: dt.date, workdays: int, due: dt.date) -> None:
    assert CALENDAR.after_workdays(start, workdays).on == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (D(2026, 4, 20), 60, D(2026, 6, 22)),
        (D(2026, 9, 22), 15, D(2026, 10, 8)),
        (D(2026, 9, 22), 60, D(2026, 11, 23)),
    ],
)
def test_natural_days_of_the_stories_roll(start: dt.date, days: int, due: dt.date) -> None:
    told = CALENDAR.after_days(start, days)
    assert told.on == due
    assert "顺延" in told.why_zh


def test_whether_a_weekend_rolls_is_a_setting() -> None:
    assert CALENDAR.after_days(D(2026, 9, 22), 60, weekends_roll=False).on == D(2026, 11, 21)


def test_a_year_that_was_not_announced_is_said_not_guessed() -> None:
    with pytest.raises(CalendarNotAnnouncedError, match="2027"):
        CALENDAR.after_workdays(D(2026, 12, 30), 5)


@given(st.dates(D(2024, 1, 1), D(2026, 9, 1)), st.integers(1, 60))
def test_an_independent_count_agrees(start: dt.date, number: int) -> None:
    due = CALENDAR.after_workdays(start, number).on
    between = [start + dt.timedelta(days=n) for n in range(1, (due - start).days + 1)]
    assert sum(chinese_calendar.is_workday(day) for day in between) == number
    assert chinese_calendar.is_workday(due)

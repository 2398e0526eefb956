"""Workdays with holidays and make-up days, natural days that roll, months, and why.

The start day is not counted (common rules 3.0). Calendars are dated tables; a year that has not been
announced yet is an error that says so, never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.clock import months_back

DAY = dt.timedelta(days=1)


class CalendarNotAnnouncedError(LookupError):
    """The holidays of a year are not in the tables."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year} 年放假安排尚未公布或未导入，无法计算工作日")
        self.year = year


@dataclass(frozen=True, slots=True)
class Due:
    """A date with the reason that a citizen can read."""

    on: dt.date
    why_zh: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked, for the years that were announced."""

    years: frozenset[int]
    holidays: frozenset[dt.date]
    make_up: frozenset[dt.date]

    @classmethod
    def read(cls, documents: Iterable[Mapping[str, Any]]) -> WorkCalendar:
        """From `zhunsheng.calendar/1` documents, one a year."""
        years, holidays, make_up = set(), set(), set()
        for document in documents:
            year = int(document["year"])
            years.add(year)
            holidays |= {dt.date.fromisoformat(f"{year}-{day}") for day in document["holidays"]}
            make_up |= {dt.date.fromisoformat(f"{year}-{day}") for day in document["make_up_workdays"]}
        return cls(frozenset(years), frozenset(holidays), frozenset(make_up))

    def with_year(self, year: int, holidays: Iterable[dt.date], make_up: Iterable[dt.date]) -> WorkCalendar:
        """The calendar with one year taken from elsewhere: announced later, or corrected by the bureau."""
        rest, worked = frozenset(holidays), frozenset(make_up)
        strangers = sorted(day for day in rest | worked if day.year != year)
        if strangers or rest & worked:
            raise ValueError(f"{year} 年放假表有误：{[str(d) for d in strangers or sorted(rest & worked)]}")
        return WorkCalendar(
            self.years | {year},
            frozenset(day for day in self.holidays if day.year != year) | rest,
            frozenset(day for day in self.make_up if day.year != year) | worked,
        )

    def knows(self, day: dt.date) -> bool:
        """Whether the arrangement of the year of this day was announced."""
        return day.year in self.years

    def is_workday(self, day: dt.date) -> bool:
        """Weekdays but holidays, and the weekend days that make up for them."""
        if day.year not in self.years:
            raise CalendarNotAnnouncedError(day.year)
        if day in self.make_up:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def after_workdays(self, start: dt.date, number: int) -> Due:
        """The last of so many workdays after `start`, which is not counted."""
        day, left, skipped, made_up = start, number, 0, []
        while left:
            day += DAY
            if self.is_workday(day):
                left -= 1
                if day in self.make_up:
                    made_up.append(day)
            else:
                skipped += 1
        told = f"自 {start} 次日起算 {number} 个工作日，跳过休息日 {skipped} 天"
        if made_up:
            told += "，计入调休上班 " + "、".join(str(d) for d in made_up)
        return Due(day, told)

    def after_days(self, start: dt.date, number: int, *, weekends_roll: bool = True) -> Due:
        """So many natural days after `start`; a last day that is a holiday moves to the day after it."""
        day = start + number * DAY
        told = f"自 {start} 次日起算 {number} 日"
        rolled = day
        while self.rests(rolled, weekends_roll=weekends_roll):
            rolled += DAY
        if rolled != day:
            told += f"，期限届满日 {day} 为休息日，顺延至 {rolled}"
        return Due(rolled, told)

    def rests(self, day: dt.date, *, weekends_roll: bool) -> bool:
        """Whether a period may not end on this day: a holiday, or with the setting any day of rest."""
        if weekends_roll:
            return not self.is_workday(day)
        return day in self.holidays

    def workday_before(self, day: dt.date, number: int) -> dt.date:
        """The workday so many workdays before `day`, which is not counted; `day` itself for none."""
        while number:
            day -= DAY
            number -= self.is_workday(day)
        return day


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month so much later; where that month lacks the day, its last day (民法典 202)."""
    return months_back(day, -months)

"""Dates by law: workdays with holidays and make-up days, natural days that roll, and why.

The start day is not counted (common rules 3.0). Calendars are dated tables; a year that has not been
announced yet is an error that says so, never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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
        while self._rests(rolled, weekends_roll):
            rolled += DAY
        if rolled != day:
            told += f"，期限届满日 {day} 为休息日，顺延至 {rolled}"
        return Due(rolled, told)

    def _rests(self, day: dt.date, weekends_roll: bool) -> bool:
        if weekends_roll:
            return not self.is_workday(day)
        return day in self.holidays

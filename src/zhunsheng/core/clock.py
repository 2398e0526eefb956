"""Instants, days and months of Asia/Shanghai. Nothing here asks what time it is.

An *instant* is an integer: whole seconds since 1970-01-01T00:00:00Z. A *day* is a `datetime.date`
of Asia/Shanghai. The present is always an argument; the outermost caller (command line, web
request, worker loop) takes it from a `Clock`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECONDS_PER_DAY = 86_400


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> dt.datetime:
        """An aware datetime in Asia/Shanghai, whole seconds."""
        ...


class SystemClock:
    """The machine's clock, cut to whole seconds."""

    def now(self) -> dt.datetime:
        """The present instant in Asia/Shanghai."""
        return dt.datetime.now(SHANGHAI).replace(microsecond=0)


class FixedClock:
    """A clock that stands until it is told to move: demo, replay and tests."""

    def __init__(self, at: dt.datetime) -> None:
        self._at = at

    def now(self) -> dt.datetime:
        """The instant it was set to."""
        return self._at

    def move_to(self, at: dt.datetime) -> None:
        """Set the clock; it may also be set back, as real clocks are."""
        self._at = at


def instant(at: dt.datetime) -> int:
    """Whole seconds since the epoch of an aware datetime; a fraction is dropped, not rounded."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} 没有时区")
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(seconds=1)


def moment(seconds: int) -> dt.datetime:
    """The aware Asia/Shanghai datetime of an instant."""
    return dt.datetime.fromtimestamp(seconds, SHANGHAI)


def day_of(seconds: int) -> dt.date:
    """The natural day of Asia/Shanghai in which an instant lies."""
    return moment(seconds).date()


def day_start(day: dt.date) -> int:
    """The first instant of a day in Asia/Shanghai."""
    return instant(dt.datetime.combine(day, dt.time(0), SHANGHAI))


def day_end(day: dt.date) -> int:
    """The last whole second of a day: what "as of 30 June" means when no time is given."""
    return day_start(day + dt.timedelta(days=1)) - 1


def months_back(day: dt.date, months: int) -> dt.date:
    """The same day of the month `months` earlier; where that month lacks the day, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_window_left_on(day: dt.date, months: int) -> dt.date:
    """The first day whose month window no longer holds a fact of `day`.

    The smallest D with months_back(D, months) >= day: the same day `months` later, or, where that
    month lacks the day, the first of the month after it.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return dt.date(year, month + 1, day.day)
    return dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)

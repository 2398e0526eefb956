"""Days and months of Asia/Shanghai for the kernel: equal to `core.clock` for every instant.

China kept summer time from 1986 to 1991 and local mean time before 1901; those offsets come from the
zone itself, once, as a short table. After the last change a day is an exact division.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import datetime as dt

import numpy as np

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.engine.fast.codes import W_DAY, W_MONTH, W_QUARTER, W_YEAR
from zhunsheng.engine.fast.jit import compiled

PROBED_FROM = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
PROBED_TO = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _offset(seconds: int) -> int:
    local = (EPOCH + dt.timedelta(seconds=seconds)).astimezone(SHANGHAI).utcoffset()
    return 0 if local is None else int(local.total_seconds())


def _changes() -> list[tuple[int, int, int]]:
    """(instant, offset before, offset after) of every change of the zone."""
    found = []
    day, end = int((PROBED_FROM - EPOCH).total_seconds()), int((PROBED_TO - EPOCH).total_seconds())
    while day < end:
        before, after = _offset(day), _offset(day + 86_400)
        if before != after:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(middle) == before else (low, middle)
            found.append((high, before, after))
        day += 86_400
    return found


_CHANGES = _changes()
CHANGED_AT = np.array([at for at, _, _ in _CHANGES], dtype=np.int64)
OFFSET_BEFORE = np.array([before for _, before, _ in _CHANGES], dtype=np.int64)
WALL_CHANGED = np.array([at + max(before, after) for at, before, after in _CHANGES], dtype=np.int64)
SETTLED_OFFSET = _CHANGES[-1][2]
SETTLED_AT = int(CHANGED_AT[-1])
SETTLED_WALL = int(WALL_CHANGED[-1])


@compiled
def day_of(at: int) -> int:
    """Days since 1970-01-01 of the natural day that holds an instant."""
    if at >= SETTLED_AT:
        return (at + SETTLED_OFFSET) // 86_400
    k = 0
    while CHANGED_AT[k] <= at:
        k += 1
    return (at + OFFSET_BEFORE[k]) // 86_400


@compiled
def day_start(day: int) -> int:
    """The first instant of a day."""
    wall = day * 86_400
    if wall >= SETTLED_WALL:
        return wall - SETTLED_OFFSET
    k = 0
    while WALL_CHANGED[k] <= wall:
        k += 1
    return wall - OFFSET_BEFORE[k]


@compiled
def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month (proleptic Gregorian)."""
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    part = (5 * of_year + 2) // 153
    month = part + 3 if part < 10 else part - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * part + 2) // 5 + 1


@compiled
def serial(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date."""
    shifted = year - 1 if month <= 2 else year
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def month_length(year: int, month: int) -> int:
    """Days in a month."""
    if month == 12:
        return 31
    return serial(year, month + 1, 1) - serial(year, month, 1)


@compiled
def months_back(day: int, months: int) -> int:
    """`core.clock.months_back` on day numbers."""
    year, month, of_month = civil(day)
    total = year * 12 + month - 1 - months
    year, month = total // 12, total % 12 + 1
    return serial(year, month, min(of_month, month_length(year, month)))


@compiled
def months_left(day: int, months: int) -> int:
    """`core.clock.months_window_left_on` on day numbers."""
    year, month, of_month = civil(day)
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    if of_month <= month_length(year, month):
        return serial(year, month, of_month)
    if month == 12:
        return serial(year + 1, 1, 1)
    return serial(year, month + 1, 1)


@compiled
def period_start(kind: int, day: int) -> int:
    """First day of the calendar day, month, quarter or year that holds `day`."""
    year, month, _ = civil(day)
    if kind == W_MONTH:
        return serial(year, month, 1)
    if kind == W_QUARTER:
        return serial(year, (month - 1) // 3 * 3 + 1, 1)
    if kind == W_YEAR:
        return serial(year, 1, 1)
    return day


@compiled
def period_end(kind: int, day: int) -> int:
    """First day of the period after the one that holds `day`."""
    if kind == W_DAY:
        return day + 1
    span = 1 if kind == W_MONTH else 3 if kind == W_QUARTER else 12
    year, month, _ = civil(period_start(kind, day))
    total = year * 12 + month - 1 + span
    return serial(total // 12, total % 12 + 1, 1)

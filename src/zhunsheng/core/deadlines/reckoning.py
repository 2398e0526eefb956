"""When a deadline ends, and why: the arithmetic with a trace that a citizen can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from zhunsheng.core.clock import SHANGHAI, day_end, day_of, instant, moment
from zhunsheng.core.deadlines import sentences as say
from zhunsheng.core.deadlines.calendars import DAY, CalendarNotAnnouncedError, WorkCalendar, months_after
from zhunsheng.core.deadlines.deadline import Deadline, DeadlineState
from zhunsheng.core.deadlines.regimes import Accrual, DeadlineBook, Direction, Meaning, Unit
from zhunsheng.core.deadlines.sentences import Name, Sentence, Word, weekday

LONG_HOLIDAY_DAYS = 14
UNITS_IN_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The end of a deadline. `due_at` is its last second (for hours: the instant).

    Without `due_on` a pause is open or a year is not announced; it is never before `not_before_on`.
    `provisional`: the day is right, but whether it rolls waits for a year's announcement.
    """

    due_on: dt.date | None
    due_at: dt.datetime | None
    not_before_on: dt.date
    provisional: bool
    trace: tuple[Sentence, ...]

    def why_zh(self) -> str:
        """The trace as one text."""
        return "；".join(sentence.zh() for sentence in self.trace)


@dataclass(slots=True)
class _Count:
    """What the walk saw on its way."""

    skipped: int
    made_up: list[dt.date]


def reckon(deadline: Deadline, calendar: WorkCalendar, book: DeadlineBook) -> Reckoned:
    """The end of a deadline by its regime, pauses and extensions; raises nothing for a year not announced."""
    regime = deadline.regime
    trace = list(_opening(deadline, book))
    counting = book.counting_of(regime, deadline.regime_on)
    unit = regime.unit
    if unit is Unit.STATUTE_DAYS:
        unit = Unit.WORKDAYS if counting is not None else Unit.DAYS
    if regime.seasons:
        return _season(deadline, calendar, book, trace)
    if counting is not None:
        values: dict[str, say.Value] = {
            "law": counting.law,
            "article": counting.article,
            "days": regime.length,
        }
        trace.append(Sentence(say.COUNTED_BY, values))
    trace.append(Sentence(say.LENGTHS[unit.value], {"number": regime.length}))
    if unit is Unit.HOURS:
        return _hours(deadline, trace)
    trace += _changes(deadline)
    try:
        end, count = _walk(deadline, unit, calendar)
    except CalendarNotAnnouncedError as error:
        earliest = _surely_not_before(deadline)
        gap: dict[str, say.Value] = {"year": str(error.year), "day": earliest}
        return Reckoned(None, None, earliest, False, (*trace, Sentence(say.UNKNOWN_YEAR, gap)))
    if count.skipped:
        trace.append(Sentence(say.SKIPPED, {"number": count.skipped}))
    if count.made_up:
        trace.append(Sentence(say.MADE_UP, {"days": "、".join(str(day) for day in count.made_up)}))
    if deadline.open_pause is not None:
        return Reckoned(None, None, end, False, tuple(trace))
    return _closing(deadline, end, calendar, book, trace)


def _surely_not_before(deadline: Deadline) -> dt.date:
    """A day that the end cannot precede, whatever the year's arrangement will be.

    Forward no day could be skipped at all; backward every other day and a long holiday are.
    """
    if deadline.regime.direction is Direction.AFTER:
        return deadline.started_on + deadline.length * DAY
    return deadline.started_on - (2 * deadline.length + LONG_HOLIDAY_DAYS) * DAY


def _opening(deadline: Deadline, book: DeadlineBook) -> Iterator[Sentence]:
    row, regime = deadline.row, deadline.regime
    status = Word(say.WORDS.get(regime.status, regime.status))
    yield Sentence(say.BASIS, {"law": regime.law, "article": regime.article, "status": status})
    if deadline.regime_on != deadline.started_on:
        by = Name(row.regime_by_zh or "指定的日期", row.regime_by_en or "the day given")
        values: dict[str, say.Value] = {"by": by, "day": deadline.regime_on, "since": regime.valid_from}
        yield Sentence(say.REGIME_BY, values)
    start = Name(row.start_zh, row.start_en)
    if regime.seasons:
        return
    if regime.unit is Unit.HOURS:
        told = deadline.started_at.astimezone(SHANGHAI)
        yield Sentence(say.STARTED_HOURS, {"start": start, "moment": f"{told:%Y-%m-%d %H:%M}"})
    elif regime.direction is Direction.BEFORE:
        yield Sentence(say.BEFORE, {"start": start, "day": deadline.started_on})
    else:
        yield Sentence(say.STARTED, {"start": start, "day": deadline.started_on})


def _changes(deadline: Deadline) -> Iterator[Sentence]:
    for extension in deadline.extensions:
        yield Sentence(
            say.EXTENDED,
            {
                "authority": Word(say.WORDS[extension.authority.value]),
                "day": extension.decided_on,
                "number": extension.length,
                "reason": extension.reason,
            },
        )
    for pause in deadline.pauses:
        reason = Word(say.WORDS[pause.reason.value])
        if pause.last_on is None:
            yield Sentence(say.PAUSED_OPEN, {"first": pause.first_on, "reason": reason})
            continue
        number = (pause.last_on - pause.first_on).days + 1
        values: dict[str, say.Value] = {"first": pause.first_on, "last": pause.last_on, "reason": reason}
        yield Sentence(say.PAUSED, {**values, "number": number})


def _walk(deadline: Deadline, unit: Unit, calendar: WorkCalendar) -> tuple[dt.date, _Count]:
    """The last counted day, before any roll. An open pause counts as if it ended on its first day."""
    count = _Count(0, [])
    if unit in UNITS_IN_MONTHS:
        return _by_months(deadline, UNITS_IN_MONTHS[unit]), count
    step = DAY if deadline.regime.direction is Direction.AFTER else -DAY
    day, left = deadline.started_on, deadline.length
    while left:
        day += step
        if _paused(deadline, day):
            continue
        if unit is Unit.WORKDAYS and not calendar.is_workday(day):
            count.skipped += 1
            continue
        left -= 1
        if unit is Unit.WORKDAYS and day in calendar.make_up:
            count.made_up.append(day)
    return day, count


def _paused(deadline: Deadline, day: dt.date) -> bool:
    return any(pause.covers(day) for pause in deadline.pauses if pause.last_on is not None)


def _by_months(deadline: Deadline, months_each: int) -> dt.date:
    months = deadline.length * months_each
    if deadline.regime.direction is Direction.BEFORE:
        return months_after(deadline.started_on, -months)
    nominal = end = months_after(deadline.started_on, months)
    first = deadline.started_on + DAY
    closed = [pause for pause in deadline.pauses if pause.last_on is not None]
    while True:
        lost = sum(
            max((min(pause.last_on or end, end) - max(pause.first_on, first)).days + 1, 0) for pause in closed
        )
        if nominal + lost * DAY == end:
            return end
        end = nominal + lost * DAY


def _closing(
    deadline: Deadline, end: dt.date, calendar: WorkCalendar, book: DeadlineBook, trace: list[Sentence]
) -> Reckoned:
    regime, due, provisional = deadline.regime, end, False
    counted_in_workdays = any(s.pattern == say.LENGTHS[Unit.WORKDAYS.value] for s in trace)
    if regime.rolls and regime.direction is Direction.AFTER and not counted_in_workdays:
        try:
            while calendar.rests(due, weekends_roll=book.weekends_roll) or _paused(deadline, due):
                due += DAY
        except CalendarNotAnnouncedError as error:
            due, provisional = end, True
            trace.append(Sentence(say.NOT_ANNOUNCED, {"year": str(error.year)}))
    if due != end:
        trace.append(Sentence(say.ROLLED, {"day": end, "weekday": weekday(end), "to": due}))
    ends = say.ENDS if regime.meaning is Meaning.LATEST else say.EARLIEST
    trace.append(Sentence(ends, {"day": due, "weekday": weekday(due)}))
    trace += _effect(deadline)
    return Reckoned(due, moment(day_end(due)), due, provisional, tuple(trace))


def _effect(deadline: Deadline) -> Iterator[Sentence]:
    if deadline.row.effect_zh:
        effect = Name(deadline.row.effect_zh, deadline.row.effect_en)
        yield Sentence(say.EFFECT, {"effect": effect})


def _hours(deadline: Deadline, trace: list[Sentence]) -> Reckoned:
    due_at = moment(instant(deadline.started_at) + deadline.length * 3_600)
    trace.append(Sentence(say.ENDS_HOURS, {"moment": f"{due_at:%Y-%m-%d %H:%M}"}))
    trace += _effect(deadline)
    return Reckoned(due_at.date(), due_at, due_at.date(), False, tuple(trace))


def _season(
    deadline: Deadline, calendar: WorkCalendar, book: DeadlineBook, trace: list[Sentence]
) -> Reckoned:
    """The season that holds the start day, or the next one."""
    day = deadline.started_on
    ends = [
        (dt.date(year, *season.last), season)
        for year in (day.year, day.year + 1)
        for season in deadline.regime.seasons
    ]
    end, season = min((pair for pair in ends if pair[0] >= day), key=lambda pair: pair[0])
    trace.append(Sentence(say.SEASON, {"first": _month_day(season.first), "last": _month_day(season.last)}))
    return _closing(deadline, end, calendar, book, trace)


def _month_day(pair: tuple[int, int]) -> str:
    return f"{pair[0]:02d}-{pair[1]:02d}"


def state_at(deadline: Deadline, reckoned: Reckoned, at: dt.datetime) -> DeadlineState:
    """Where a deadline stands at an instant; done late is MISSED, a waiting period that is over is MET."""
    due_at = reckoned.due_at
    if deadline.regime.meaning is Meaning.EARLIEST and due_at is not None and at > due_at:
        return DeadlineState.MET
    if deadline.met_at is not None and deadline.met_at <= at:
        late = due_at is not None and deadline.met_at > due_at
        return DeadlineState.MISSED if late else DeadlineState.MET
    if due_at is not None and at > due_at:
        return DeadlineState.MISSED
    if any(pause.covers(day_of(instant(at))) for pause in deadline.pauses):
        return DeadlineState.PAUSED
    return DeadlineState.EXTENDED if deadline.extensions else DeadlineState.RUNNING


def accrued_fen(accrual: Accrual, amount_fen: int, days: int) -> int:
    """What has accrued on a sum after so many counted days, in 分, never above the ceiling."""
    percent = min(accrual.percent_a_day * days, accrual.percent_max)
    return amount_fen * percent // 100


def days_accrued(deadline: Deadline, until_on: dt.date) -> int:
    """Days after the start that count until a day, included; days of a pause do not."""
    total = (until_on - deadline.started_on).days
    days = (deadline.started_on + n * DAY for n in range(1, total + 1))
    return sum(not any(pause.covers(day) for pause in deadline.pauses) for day in days)

"""Alarms from what happened: pure arithmetic over courses of deadlines, decisions and inspections.

Everything given is as it was known at one instant, so that the same instant gives the same alarms for ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from zhunsheng.core.alarms import sentences as say
from zhunsheng.core.alarms.rules import AlarmKind, AlarmLine
from zhunsheng.core.clock import SHANGHAI, day_start, moment, months_back
from zhunsheng.core.deadlines.calendars import CalendarNotAnnouncedError, WorkCalendar
from zhunsheng.core.deadlines.sentences import Sentence, Value

PERCENT, SATURDAY, SIDES = 100, 5, 2


@dataclass(frozen=True, slots=True)
class Course:
    """How a deadline went up to an instant.

    `handlers` in their order, the last one acts. `missed`: its end passed without the act, late or never
    done. `times` counts what happened to it.
    """

    key: str
    matter: str
    subject: str
    clock: str
    title: str
    handlers: tuple[str, ...]
    due_at: dt.datetime | None
    missed: bool
    ended_at: dt.datetime | None = None
    times: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person decided about a touch."""

    touch: int
    subject: str
    point: str
    step: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact about a subject that counts."""

    fact: str
    subject: str
    kind: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody works: the unit's key and name; the district, empty for the whole bureau."""

    unit: str
    name: str
    district: str


@dataclass(frozen=True, slots=True)
class Material:
    """What is looked at. `crossing`: every course of subjects that came into several hands.

    `place` gives the place of a handler of a subject's matter, `district_of` the district of a subject,
    `name` the name of a subject, a person or a district, `clock` and `point` those of clocks and points.
    """

    at: dt.datetime
    calendar: WorkCalendar
    courses: Sequence[Course]
    crossing: Sequence[Course]
    decisions: Sequence[Decision]
    happenings: Sequence[Happening]
    place: Callable[[str, str], Place]
    district_of: Callable[[str], str]
    name: Callable[[str], str]
    clock: Callable[[str], Value]
    point: Callable[[str], str]

    @property
    def today(self) -> dt.date:
        """The day of the instant in Asia/Shanghai."""
        return self.at.astimezone(SHANGHAI).date()


class RecordKind(StrEnum):
    """What a record of an alarm is; the audit trail knows each under its own name."""

    DEADLINE = "deadline"
    TOUCH = "touch"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Record:
    """One record that an alarm counts. `matter` is what it belongs to, as the audit trail writes it."""

    kind: RecordKind
    key: str
    matter: str
    subject: str
    title: str
    note: Sentence


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm with its reason: value against line, the records, the line with its version."""

    about: str
    name: str
    value: int
    line: AlarmLine
    why: Sentence
    records: tuple[Record, ...]

    @property
    def key(self) -> str:
        """The same alarm has the same key on every day."""
        return f"{self.line.id}:{self.about}"


def window_start(line: AlarmLine, at: dt.datetime) -> dt.datetime:
    """The first instant that counts for a line; its months end with the day of `at`."""
    return moment(day_start(months_back(at.astimezone(SHANGHAI).date(), line.months)))


def found(lines: Iterable[AlarmLine], of: Material) -> list[Alarm]:
    """Every alarm of the lines in force, in the order of the lines, the worst of each first."""
    told: list[Alarm] = []
    for line in lines:
        if line.in_force(of.today):
            raised = [alarm for alarm in FINDERS[line.kind](line, of) if alarm.value >= line.at_least]
            told += sorted(raised, key=lambda alarm: (-alarm.value, alarm.about))
    return told


def _alarm(
    line: AlarmLine, about: str, name: str, value: int, records: Iterable[Record], **more: Value
) -> Alarm:
    values: dict[str, Value] = {"who": name, "value": value, "line": line.at_least, **more}
    return Alarm(about, name, value, line, Sentence(say.FOUND[line.kind], values), tuple(records))


def _of_course(course: Course, note: Sentence) -> Record:
    return Record(RecordKind.DEADLINE, course.key, course.matter, course.subject, course.title, note)


def _by(courses: Iterable[Course], key: Callable[[Course], str]) -> Iterator[tuple[str, list[Course]]]:
    ordered = sorted(courses, key=lambda course: (key(course), str(course.due_at), course.key))
    return ((name, list(group)) for name, group in groupby(ordered, key=key))


def _hand(course: Course) -> str:
    return course.handlers[-1] if course.handlers else ""


def _overdue(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    late: dict[str, int] = {}
    for course in of.courses:
        if course.ended_at is None and course.missed and course.due_at is not None:
            days = _workdays_after(course.due_at.astimezone(SHANGHAI).date(), of)
            if days > line.beyond_workdays:
                late[course.key] = days
    places = {c.key: of.place(_hand(c), c.subject) for c in of.courses if c.key in late}
    for unit, group in _by((c for c in of.courses if c.key in late), lambda c: places[c.key].unit):
        notes = (_note(say.LATE_OPEN, c, number=late[c.key]) for c in group)
        records = [_of_course(c, note) for c, note in zip(group, notes, strict=True)]
        name = places[group[0].key].name
        yield _alarm(line, unit, name, len(group), records, beyond=line.beyond_workdays)


def _workdays_after(day: dt.date, of: Material) -> int:
    """Workdays since a day; in a year that is not announced every day from Monday to Friday is one."""
    return sum(
        _works(day + dt.timedelta(days=number), of.calendar) for number in range(1, (of.today - day).days + 1)
    )


def _works(day: dt.date, calendar: WorkCalendar) -> bool:
    try:
        return calendar.is_workday(day)
    except CalendarNotAnnouncedError:
        return day.weekday() < SATURDAY


def _note(pattern: str, course: Course, **more: Value) -> Sentence:
    due = course.due_at.astimezone(SHANGHAI).date() if course.due_at else ""
    return Sentence(pattern, {"day": due, **more})


def _lately(line: AlarmLine, of: Material, courses: Iterable[Course]) -> list[Course]:
    """Those that are open, or ended within the months of the line."""
    since = window_start(line, of.at)
    return [course for course in courses if course.ended_at is None or course.ended_at >= since]


def _prolonged(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    for course in _lately(line, of, of.courses):
        times = sum(course.times.get(step, 0) for step in line.of)
        record = _of_course(course, Sentence(say.TIMES, {"number": times}))
        yield _alarm(line, course.key, course.title, times, [record], of=say.words(line.of))


def _repeated_miss(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    since = window_start(line, of.at)
    missed = [
        c
        for c in of.courses
        if c.missed and c.clock not in line.without and c.due_at is not None and since <= c.due_at
    ]
    for both, group in _by(missed, lambda c: f"{_hand(c)}/{c.clock}"):
        hand, clock = _hand(group[0]), group[0].clock
        records = [_of_course(c, _note(say.MISSED, c)) for c in group]
        name = of.name(hand) if hand else of.place(hand, group[0].subject).name
        yield _alarm(line, both, name, len(group), records, what=of.clock(clock))


def _repeated_inspection(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    since = window_start(line, of.at)
    counted = sorted(
        (h for h in of.happenings if h.kind in line.of and since <= h.at <= of.at),
        key=lambda h: (h.subject, h.at, h.fact),
    )
    for subject, group in groupby(counted, key=lambda h: h.subject):
        records = [
            Record(
                RecordKind.FACT,
                h.fact,
                f"subject:{subject}",
                subject,
                of.name(subject),
                Sentence(say.HAPPENED, {"day": _day(h.at), "of": say.words((h.kind,))}),
            )
            for h in group
        ]
        yield _alarm(line, subject, of.name(subject), len(records), records, of=say.words(line.of))


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(SHANGHAI).date()


def _unequal(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    since = window_start(line, of.at)
    counted = [d for d in of.decisions if d.step in line.among and since <= d.at <= of.at]
    counted.sort(key=lambda d: (d.point, d.at, d.touch))
    for point, group in groupby(counted, key=lambda d: d.point):
        decided, by_district = list(group), dict[str, list[Decision]]()
        for decision in decided:
            by_district.setdefault(of.district_of(decision.subject), []).append(decision)
        shares = sorted(
            (PERCENT * sum(d.step in line.of for d in own) // len(own), district)
            for district, own in by_district.items()
            if district and len(own) >= line.sample_min
        )
        if len(shares) < SIDES:
            continue
        (low, there), (high, here) = shares[0], shares[-1]
        records = [_of_decision(d, of) for d in (*by_district[here], *by_district[there])]
        names = {"high": of.name(here), "low": of.name(there)}
        more: dict[str, Value] = {"high_percent": high, "low_percent": low, "of": say.words(line.of), **names}
        yield _alarm(line, point, f"{point} {of.point(point)}".strip(), high - low, records, **more)


def _of_decision(decision: Decision, of: Material) -> Record:
    where, day = of.name(of.district_of(decision.subject)), _day(decision.at)
    note = Sentence(say.DECIDED, {"day": day, "of": say.words((decision.step,)), "where": where})
    title = f"{decision.point} {of.name(decision.subject)}"
    key = str(decision.touch)
    return Record(RecordKind.TOUCH, key, f"touch:{key}", decision.subject, title, note)


def _across(line: AlarmLine, of: Material) -> Iterator[Alarm]:
    for subject, group in _by(_lately(line, of, of.crossing), lambda c: c.subject):
        places = {c.key: [of.place(h, subject) for h in c.handlers] for c in group}
        names = {p.district: of.name(p.district) for own in places.values() for p in own if p.district}
        records = []
        for course in group:
            where = "、".join(dict.fromkeys(p.name for p in places[course.key] if p.name))
            records.append(_of_course(course, Sentence(say.HANDLED, {"where": where})))
        what = "、".join(names[district] for district in sorted(names))
        yield _alarm(line, subject, of.name(subject), len(names), records, what=what)


FINDERS: dict[AlarmKind, Callable[[AlarmLine, Material], Iterator[Alarm]]] = {
    AlarmKind.OVERDUE: _overdue,
    AlarmKind.PROLONGED: _prolonged,
    AlarmKind.REPEATED_MISS: _repeated_miss,
    AlarmKind.REPEATED_INSPECTION: _repeated_inspection,
    AlarmKind.UNEQUAL: _unequal,
    AlarmKind.ACROSS_DISTRICTS: _across,
}

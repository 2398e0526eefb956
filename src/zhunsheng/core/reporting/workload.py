"""What touches cost: minutes at desks and on the way, capacity, messages. All of it is dated policy.

Everything is counted in integers: minutes, thousandths of a visit, 厘 (a thousandth of a yuan).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from zhunsheng.core.deadlines import WorkCalendar

Row = Mapping[str, Any]
SATURDAY = 5


def row_on(rows: Sequence[Row], day: date) -> Row:
    """The row that applies on a day: the last one that began by then; the first one before all of them."""
    first, *_ = told = sorted(rows, key=lambda row: row["from"])
    return max((row for row in told if row["from"] <= day), key=lambda row: row["from"], default=first)


def workdays_between(calendar: WorkCalendar, first: date, last: date) -> tuple[list[date], list[int]]:
    """(workdays, years that were not announced and are taken as weekdays), both days included."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    works = [d for d in days if (calendar.is_workday(d) if calendar.knows(d) else d.weekday() < SATURDAY)]
    return works, sorted({d.year for d in days if not calendar.knows(d)})


@dataclass(frozen=True, slots=True)
class Effort:
    """What one touch takes: minutes at a desk, thousandths of a visit, minutes of one visit with the way."""

    desk_minutes: int
    visits_permille: int
    visit_minutes: int

    @property
    def minutes(self) -> int:
        """All expected minutes, rounded up."""
        return self.desk_minutes - (-self.visits_permille * self.visit_minutes // 1000)


@dataclass(frozen=True, slots=True)
class Workload:
    """The policy of efforts, capacity and messages, read by day."""

    policy: Row

    def effort(self, item: str, colour: str, day: date) -> Effort:
        """What a touch of an item in a colour takes."""
        row = row_on(self.policy["efforts"], day)
        own = row.get("items", {}).get(item, {})
        return Effort(**own.get(colour, row["default"][colour]))

    def capacity_minutes(self, station: str, day: date) -> int:
        """The minutes that a station has for touches on one workday."""
        row = row_on(self.policy["capacity"], day)
        officers = row["officers"].get(station, row["officers"]["default"])
        return int(officers * row["minutes_per_day"] * row["share_permille"] // 1000)

    def minutes_per_day(self, day: date) -> int:
        """The minutes of one officer-day."""
        return int(row_on(self.policy["capacity"], day)["minutes_per_day"])

    def messages(self, colour: str, day: date) -> tuple[int, int, int]:
        """(messages, segments, 厘) that a touch of a colour brings."""
        row = row_on(self.policy["messages"], day)
        number = int(row["colours"].get(colour, 0))
        segments = number * int(row["segments"])
        return number, segments, segments * int(row["price_li_per_segment"])


@dataclass(slots=True)
class Queue:
    """What comes to a station and what is left undone. `months` are (month, arriving, capacity, left)."""

    station: str
    touches: int = 0
    visits_permille: int = 0
    minutes: int = 0
    capacity_minutes: int = 0
    left_minutes: int = 0
    left_minutes_max: int = 0
    months: list[tuple[str, int, int, int]] = field(default_factory=list)


Arrival = tuple[date, str, str, str]


def queues(arrivals: Iterable[Arrival], load: Workload, workdays: Sequence[date]) -> list[Queue]:
    """The queue of each station over the workdays, from (day, station, item, colour) of touches.

    A touch of a day without work is met on the next workday; what cannot be done waits; nobody works ahead.
    """
    by_station: dict[str, list[Arrival]] = {}
    for arrival in sorted(arrivals):
        by_station.setdefault(arrival[1], []).append(arrival)
    return [_queue(name, own, load, workdays) for name, own in sorted(by_station.items())]


def _queue(station: str, arrivals: Sequence[Arrival], load: Workload, workdays: Sequence[date]) -> Queue:
    queue, met = Queue(station), 0
    by_month: dict[str, list[int]] = {}
    for day in workdays:
        month = by_month.setdefault(f"{day:%Y-%m}", [0, 0, 0])
        while met < len(arrivals) and arrivals[met][0] <= day:
            month[0] += _take(queue, arrivals[met], load)
            met += 1
        room = load.capacity_minutes(station, day)
        queue.capacity_minutes += room
        queue.left_minutes = max(0, queue.left_minutes - room)
        queue.left_minutes_max = max(queue.left_minutes_max, queue.left_minutes)
        month[1] += room
        month[2] = queue.left_minutes
    for arrival in arrivals[met:]:
        _take(queue, arrival, load)
    queue.left_minutes_max = max(queue.left_minutes_max, queue.left_minutes)
    queue.months = [(name, came, room, left) for name, (came, room, left) in by_month.items()]
    return queue


def _take(queue: Queue, arrival: Arrival, load: Workload) -> int:
    day, _, item, colour = arrival
    effort = load.effort(item, colour, day)
    queue.touches += 1
    queue.visits_permille += effort.visits_permille
    queue.minutes += effort.minutes
    queue.left_minutes += effort.minutes
    return effort.minutes

"""Who is told when, as a deadline comes near and passes: the plan is data, the instants are arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhunsheng.core.clock import SHANGHAI, instant, moment
from zhunsheng.core.deadlines.calendars import DAY, CalendarNotAnnouncedError, WorkCalendar
from zhunsheng.core.packs.nodes import PackError, only_keys


class Level(StrEnum):
    """How near a deadline is; each is reached once and never left backwards."""

    NONE = "NONE"
    SOON = "SOON"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    OVERDUE_LONG = "OVERDUE_LONG"


RANK = {level: rank for rank, level in enumerate(Level)}


class Post(StrEnum):
    """Who is told: posts, not persons; who holds a post is known elsewhere."""

    HANDLER = "HANDLER"
    CHIEF = "CHIEF"
    LEADER = "LEADER"
    SUPERVISION = "SUPERVISION"


@dataclass(frozen=True, slots=True)
class Rung:
    """One level: so many workdays from the last day at a time of day; for clocks in hours so many hours."""

    level: Level
    workdays: int
    hours: int
    time: dt.time
    tell: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class EscalationPlan:
    """The rungs in the order of their levels."""

    rungs: tuple[Rung, ...]

    def tell(self, level: Level) -> tuple[Post, ...]:
        """The posts told at a level."""
        return next((rung.tell for rung in self.rungs if rung.level is level), ())


def read_plan(document: Mapping[str, Any], where: str) -> EscalationPlan:
    """From a `zhunsheng.escalation/1` document; PackError when levels are twice or out of order."""
    rungs = []
    for body in document["levels"]:
        only_keys(body, {"level", "workdays", "hours", "time", "tell"}, where)
        tell = tuple(Post(post) for post in body["tell"])
        at = dt.time.fromisoformat(body["time"])
        rungs.append(Rung(Level(body["level"]), int(body["workdays"]), int(body["hours"]), at, tell))
    ranks = [RANK[rung.level] for rung in rungs]
    if ranks != sorted(set(ranks)):
        raise PackError(where, "levels 应由低到高各写一次")
    return EscalationPlan(tuple(rungs))


def schedule(
    plan: EscalationPlan,
    started_at: dt.datetime,
    due_at: dt.datetime,
    calendar: WorkCalendar,
    *,
    in_hours: bool,
) -> list[tuple[Level, dt.datetime]]:
    """When each level is reached. A warning that would lie before the start is left out.

    OVERDUE is the second after the last one; a later level counts workdays after the last day, natural
    days where the year is not announced.
    """
    found: list[tuple[Level, dt.datetime]] = []
    for rung in plan.rungs:
        if rung.level is Level.OVERDUE:
            at = moment(instant(due_at) + 1)
        elif in_hours:
            at = moment(instant(due_at) + rung.hours * 3_600)
        else:
            day = _shifted(due_at.astimezone(SHANGHAI).date(), rung.workdays, calendar)
            at = dt.datetime.combine(day, rung.time, SHANGHAI)
        if at > started_at:
            found.append((rung.level, at))
    return found


def _shifted(day: dt.date, workdays: int, calendar: WorkCalendar) -> dt.date:
    try:
        if workdays < 0:
            return calendar.workday_before(day, -workdays)
        return calendar.after_workdays(day, workdays).on
    except CalendarNotAnnouncedError:
        return day + workdays * DAY

"""Everything a clock is reckoned with, as one: calendar, clocks, escalation plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from zhunsheng.core.deadlines.calendars import WorkCalendar
from zhunsheng.core.deadlines.deadline import Deadline
from zhunsheng.core.deadlines.escalation import EscalationPlan, Level, schedule
from zhunsheng.core.deadlines.reckoning import Reckoned, reckon
from zhunsheng.core.deadlines.regimes import DeadlineBook, Unit


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """What the bureau counts with on a day."""

    calendar: WorkCalendar
    book: DeadlineBook
    plan: EscalationPlan

    def reckon(self, deadline: Deadline) -> Reckoned:
        """When a deadline ends, and why."""
        return reckon(deadline, self.calendar, self.book)

    def levels(self, deadline: Deadline, due_at: dt.datetime) -> list[tuple[Level, dt.datetime]]:
        """When each level of the plan is reached."""
        hours = deadline.regime.unit is Unit.HOURS
        return schedule(self.plan, deadline.started_at, due_at, self.calendar, in_hours=hours)

    def with_calendar(self, calendar: WorkCalendar) -> ClockTerms:
        """The same clocks on another calendar."""
        return replace(self, calendar=calendar)

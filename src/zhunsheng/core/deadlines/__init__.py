"""Dates by law: calendars, statutory clocks as dated records, deadlines with their trace and escalation."""

from __future__ import annotations

from zhunsheng.core.deadlines.calendars import CalendarNotAnnouncedError, Due, WorkCalendar

__all__ = ["CalendarNotAnnouncedError", "Due", "WorkCalendar"]

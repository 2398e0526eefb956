"""How near a last day is: the parts of a list of what is due."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Nearness(StrEnum):
    """In which part of the list a deadline stands on a day."""

    OVERDUE = "OVERDUE"
    TODAY = "TODAY"
    THIS_WEEK = "THIS_WEEK"
    LATER = "LATER"
    UNKNOWN = "UNKNOWN"


def nearness_of(due_on: date, today: date) -> Nearness:
    """The part of the list in which a last day stands; the week ends with its Sunday."""
    if due_on < today:
        return Nearness.OVERDUE
    if due_on == today:
        return Nearness.TODAY
    sunday = today + timedelta(days=6 - today.weekday())
    return Nearness.THIS_WEEK if due_on <= sunday else Nearness.LATER

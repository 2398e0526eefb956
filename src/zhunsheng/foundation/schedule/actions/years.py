"""Holidays of a year that the package does not have yet, or has wrongly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.schedule.actions.deadlines import reckon_again
from zhunsheng.foundation.schedule.models import AnnouncedYear


def announce_year(
    *,
    by: Actor,
    at: datetime,
    year: int,
    holidays: Iterable[date],
    make_up: Iterable[date],
    source: str,
    terms: ClockTerms,
) -> int:
    """A person records the arrangement of a year with its source; how many open deadlines moved.

    Raises ValueError for days of other years, days in both lists, or no source.
    """
    by.require_person("记录放假安排")
    rest, worked = sorted(holidays), sorted(make_up)
    if not source.strip():
        raise ValueError("须写明放假安排的文件")
    calendar = terms.calendar.with_year(year, rest, worked)
    with transaction.atomic():
        AnnouncedYear.objects.create(
            year=year,
            source=source,
            holidays=[str(day) for day in rest],
            make_up=[str(day) for day in worked],
            recorded_at=at,
            recorded_by=by.name,
        )
        evidence.record(
            by=by, at=at, action="YEAR_ANNOUNCED", target=f"calendar:{year}", detail={"source": source}
        )
        return reckon_again(by=by, at=at, terms=terms.with_calendar(calendar))

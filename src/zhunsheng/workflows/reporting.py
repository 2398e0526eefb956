"""After the monthly classing its report is counted and kept; after each quarter one over three months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.judging.portraits import queries as classes
from zhunsheng.workflows.counting import content_of
from zhunsheng.workflows.monthly import next_first

BY = Actor.service("report")
VIEWER = Viewer.bureau(BY.key)
TOPIC, KEY = "report.credit", "general"
# The run of the first needs its night; whoever comes in the morning finds the report.
AFTER = timedelta(hours=6)
MONTHS = {"MONTH": 1, "QUARTER": 3}


def ensure(at: datetime) -> None:
    """See to it that the next report waits in the queue."""
    if not clocks.instants_of(topic=TOPIC, viewer=VIEWER):
        schedule.set_due(by=BY, at=at, topic=TOPIC, instants={KEY: next_first(at) + AFTER})


def on_due(payload: Mapping[str, Any], at: datetime) -> None:
    """The reports on this month's run. One that is held, or late, is waited for until the next day."""
    due = datetime.fromisoformat(payload["due_at"]).astimezone(SHANGHAI)
    first = due.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ready = make(first, at)
    later = next_first(due) + AFTER if ready else due + timedelta(days=1)
    schedule.set_due(by=BY, at=at, topic=TOPIC, instants={KEY: later})


def make(first: datetime, at: datetime) -> bool:
    """Keep the reports on the run as of a first of the month; False while there is no such run in effect."""
    runs = classes.monthly_runs(viewer=VIEWER, until=first, rows_max=1)
    if not runs or runs[0].as_of != first:
        return False
    periods = ["MONTH"] + (["QUARTER"] if first.astimezone(SHANGHAI).month % 3 == 1 else [])
    for period in periods:
        content = content_of(runs[0], MONTHS[period])
        portraits.keep_report(by=BY, at=at, run_id=runs[0].id, period=period, content=content)
    return True


HANDLES = {f"due.{TOPIC}": on_due}

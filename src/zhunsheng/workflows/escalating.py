"""A deadline comes near, is due, is overdue: each level is told once, whatever the worker's clock did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines

BY = Actor.service("deadline")


def on_due(payload: Mapping[str, Any], _at: datetime) -> None:
    """Judged by the instant that was set, not by the hour at which a worker came to it."""
    terms = clocks.terms(viewer=Viewer.bureau(BY.key), base=open_library(settings.PACKS).clocks)
    instant = datetime.fromisoformat(str(payload["due_at"]))
    deadlines.escalate(by=BY, at=instant, key=str(payload["key"]), terms=terms)


HANDLES = {"due.deadline": on_due}

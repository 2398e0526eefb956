"""An objection changes hands: its clock in the one queue gets another handler, and runs on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.sensing.objections.proposals import ObjectionError
from zhunsheng.workflows.objecting import DECIDE, VIEWER

POWER = "signal.correct"


def take(*, by: Actor, at: datetime, objection_id: int) -> None:
    """A named person who may decide it takes it in hand."""
    by.require_person("承办异议", POWER)
    with transaction.atomic():
        if holder(objection_id) is None:
            raise ObjectionError("这项异议已经办结")
        deadlines.assign(by=by, at=at, key=f"{DECIDE}:{objection_id}", handler=by.key)


def put_back(*, by: Actor, at: datetime, objection_id: int, held: str, to: str) -> bool:
    """Undo an own taking: only while it waits in the hand in which it was put."""
    by.require_person("撤销承办", POWER)
    with transaction.atomic():
        if holder(objection_id) != held:
            return False
        deadlines.assign(by=by, at=at, key=f"{DECIDE}:{objection_id}", handler=to)
    return True


def holder(objection_id: int) -> str | None:
    """In whose hand an objection waits; None when it is decided."""
    key = f"{DECIDE}:{objection_id}"
    return clocks.handlers(viewer=VIEWER, keys=[key]).get(key)

"""What changes hands when somebody leaves: the subjects somebody is in charge of."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.registers.registry.models import Subject


def hand_over(*, by: Actor, at: datetime, owner: str, to: str) -> int:
    """Every subject in the charge of one officer goes to another; how many."""
    keys = list(Subject.objects.select_for_update().filter(officer=owner).values_list("key", flat=True))
    Subject.objects.filter(officer=owner).update(officer=to)
    entries = [(f"subject:{key}", {"from": owner, "to": to}) for key in keys]
    evidence.record_many(by=by, at=at, action="OFFICER_ASSIGNED", entries=entries)
    return len(keys)


def open_work(*, owner: str) -> int:
    """Subjects in somebody's charge."""
    return Subject.objects.filter(officer=owner).count()

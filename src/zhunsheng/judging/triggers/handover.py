"""What changes hands when somebody leaves: the open tasks in somebody's hand."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.actors import Actor
from zhunsheng.judging.triggers.actions.tasks import move_open
from zhunsheng.judging.triggers.lifecycle import FINAL
from zhunsheng.judging.triggers.models import SupervisionTask


def hand_over(*, by: Actor, at: datetime, owner: str, to: str) -> int:
    """Every open task of one officer goes to another, due dates kept; how many."""
    return len(move_open(by=by, at=at, field="holder", old=owner, new=to, reason="未办结事项整体移交"))


def open_work(*, owner: str) -> int:
    """Open tasks in somebody's hand."""
    return SupervisionTask.objects.filter(holder=owner).exclude(state__in=FINAL).count()

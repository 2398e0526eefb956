"""A check looks at what was touched and at nothing beyond, unless another person has allowed it before.

Frequency caps do not bar a check after a red touch, so its scope is what keeps it from becoming a general
inspection (M8, gate 4): adding an item on the spot is refused, with or without a reason.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers.lifecycle import FINAL, WIDENING_TRANSITIONS, TaskState, WideningState
from zhunsheng.judging.triggers.models import CheckNote, ScopeWidening, SupervisionTask
from zhunsheng.judging.triggers.policies import TriggerPolicy


class ScopeError(Exception):
    """A check that may not look there, or leave that cannot be asked for or given; the text says why."""


def note_check(
    *, by: Actor, at: datetime, task_id: int, item: str, object: str, found: str, policy: TriggerPolicy
) -> int:
    """A named person notes what was looked at and found; the note's id. ScopeError beyond the scope."""
    by.require_person("核查记录", "touch.decide")
    with transaction.atomic():
        task = _open_check(task_id, policy)
        if not found.strip():
            raise ScopeError("请写明查看情况")
        leave = None if _within(item, object, task.scope) else _leave(task, item, object)
        note = CheckNote.objects.create(
            task=task, item=item, object=object, widening=leave, found=found, at=at, by_name=by.name
        )
        detail = {"task": task_id, "item": item, "object": object, "widening": leave.id if leave else None}
        evidence.record(by=by, at=at, action="CHECK_NOTED", target=f"touch:{task.touch_id}", detail=detail)
    return note.id


def ask_wider(
    *,
    by: Actor,
    at: datetime,
    task_id: int,
    item: str,
    object: str,
    ground: str,
    reason: str,
    policy: TriggerPolicy,
) -> int:
    """Ask for leave to look at one thing more, on a ground of the policy; the id of what was asked."""
    by.require_person("扩大核查范围", "touch.decide")
    with transaction.atomic():
        task = _open_check(task_id, policy)
        if ground not in policy.widening_grounds or not reason.strip():
            raise ScopeError(f"须写明理由，并选择 {'、'.join(policy.widening_grounds)} 之一")
        if _within(item, object, task.scope):
            raise ScopeError("这本来就在触线范围内，无需批准")
        row = ScopeWidening.objects.create(
            task=task, item=item, object=object, ground=ground, reason=reason, asked_at=at, asked_by=by.key
        )
        detail = {"task": task_id, "item": item, "object": object, "ground": ground, "why": reason}
        evidence.record(by=by, at=at, action="SCOPE_ASKED", target=f"touch:{task.touch_id}", detail=detail)
    return row.id


def decide_wider(*, by: Actor, at: datetime, widening_id: int, approve: bool, opinion: str) -> None:
    """Another named person who may allows it or refuses; it counts from then on, for this check only."""
    by.require_person("批准扩大核查范围", "touch.widen")
    to = WideningState.APPROVED if approve else WideningState.REFUSED
    with transaction.atomic():
        row = ScopeWidening.objects.select_for_update().select_related("task").get(id=widening_id)
        if to not in WIDENING_TRANSITIONS[WideningState(row.state)] or row.task.state in FINAL:
            raise ScopeError(f"申请处于 {row.state}，或核查已办结，不能再作决定")
        if by.key == row.asked_by or not opinion.strip():
            raise ScopeError("须由申请人以外的人决定，并写明意见")
        row.state, row.decided_at, row.decided_by, row.opinion = to.value, at, by.key, opinion
        row.save()
        detail = {"widening": widening_id, "state": to.value, "why": opinion}
        evidence.record(
            by=by, at=at, action="SCOPE_DECIDED", target=f"touch:{row.task.touch_id}", detail=detail
        )


def _open_check(task_id: int, policy: TriggerPolicy) -> SupervisionTask:
    task = SupervisionTask.objects.select_for_update().get(id=task_id)
    if task.kind not in policy.checking_tasks or task.state in {*FINAL, TaskState.RESTING.value}:
        raise ScopeError(f"{task.kind} 不是核查，或者已办结、已中止")
    return task


def _within(item: str, object: str, scope: dict[str, object]) -> bool:
    """Whether a thing is what was touched; a touch of the whole subject names every object of its item."""
    return item == scope["item"] and scope["object"] in {"", object}


def _leave(task: SupervisionTask, item: str, object: str) -> ScopeWidening:
    allowed = task.widenings.filter(item=item, object__in=["", object], state=WideningState.APPROVED.value)
    leave = allowed.order_by("id").first()
    if leave is None:
        name = f"{item} {object}".strip()
        raise ScopeError(f"{name} 不在触线范围内，未经批准不得一并检查")
    return leave

"""Snoozes: a point acts on nothing for a while, in the bureau or one district, with a reason and an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.rules.tree import TriggerPoint
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.rulebook.lifecycle import (
    SNOOZE_TRANSITIONS,
    ProposalState,
    ProposalStepError,
    SnoozeState,
)
from zhunsheng.judging.rulebook.models import Proposal, Snooze

POWER = "rule.approve"


def start(
    point: TriggerPoint,
    district: str,
    until: datetime,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    days_max: int,
) -> int:
    """Begin at once; an empty `district` is the whole bureau, `days_max` the longest that is allowed. Its id.

    Never a point of safety, and never by who drafted the version in effect.
    """
    by.require_person("暂停触发点", POWER)
    if point.critical is not None:
        raise ProposalStepError("安全红线的触发点不能暂停")
    begun, last = moment(instant(at)), moment(instant(until))
    if not reason.strip() or not begun < last <= begun + timedelta(days=days_max):
        raise ProposalStepError(f"暂停须写明理由，结束时间须在现在之后、{days_max} 天以内")
    if Proposal.objects.filter(state=ProposalState.EFFECTIVE.value, author=by.key).exists():
        raise ProposalStepError("起草现行版本的人不能暂停其中的触发点")
    with transaction.atomic():
        running = Snooze.objects.select_for_update().filter(state=SnoozeState.RUNNING.value, point=point.id)
        if any(district in {"", row.district} or not row.district for row in running):
            raise ProposalStepError("这个触发点在这个范围内已经暂停")
        made = Snooze.objects.create(
            point=point.id,
            district=district,
            reason=reason.strip()[:500],
            started_by=by.key,
            started_by_name=by.name,
            started_at=begun,
            until_at=last,
        )
        told = {"point": point.id, "district": district, "why": made.reason, "until": last.isoformat()}
        _note(by, at, made, "SNOOZE_STARTED", told)
    return made.id


def lift(*, by: Actor, at: datetime, snooze_id: int, reason: str) -> datetime:
    """End it before its time, with a reason; the instant from which the point acts again."""
    by.require_person("恢复触发点", POWER)
    if not reason.strip():
        raise ProposalStepError("恢复须写明理由")
    over = moment(instant(at))
    row = _end(by, over, snooze_id, SnoozeState.LIFTED, reason.strip()[:500])
    if row is None:
        raise ProposalStepError("暂停已经结束")
    return over


def end(*, by: Actor, at: datetime, snooze_id: int) -> bool:
    """Its time is over; False when somebody ended it before."""
    return _end(by, at, snooze_id, SnoozeState.ENDED, "") is not None


def _end(by: Actor, at: datetime, snooze_id: int, after: SnoozeState, why: str) -> Snooze | None:
    with transaction.atomic():
        row = Snooze.objects.select_for_update().get(id=snooze_id)
        if after not in SNOOZE_TRANSITIONS[SnoozeState(row.state)] or at > row.until_at:
            return None
        row.state, row.ended_at, row.ended_by_name, row.ended_why = after.value, at, by.name, why
        row.save()
        _note(by, at, row, f"SNOOZE_{after.value}", {"point": row.point, "why": why})
    return row


def _note(by: Actor, at: datetime, row: Snooze, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"snooze:{row.id}", detail=detail)

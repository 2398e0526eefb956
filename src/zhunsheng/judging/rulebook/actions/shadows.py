"""Shadow runs: a version that was reviewed runs beside the one in effect, and is only counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_of, instant, moment
from zhunsheng.core.reporting.beside import Beside
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.rulebook.lifecycle import (
    SHADOW_TRANSITIONS,
    ProposalState,
    ProposalStepError,
    ShadowState,
)
from zhunsheng.judging.rulebook.models import Proposal, Shadow, ShadowCount

MAY_RUN = frozenset({ProposalState.REVIEWED, ProposalState.APPROVED, ProposalState.PUBLISHED})
POWER = "rule.replay"


def start(*, by: Actor, at: datetime, proposal_id: int, reason: str, until: date) -> int:
    """Begin a shadow run of a version that was reviewed and is not in effect; its id."""
    by.require_person("影子运行", POWER)
    if not reason.strip() or until < day_of(instant(at)):
        raise ProposalStepError("影子运行须写明理由，截止日期不能早于今天")
    with transaction.atomic():
        row = Proposal.objects.select_for_update().get(id=proposal_id)
        if ProposalState(row.state) not in MAY_RUN:
            raise ProposalStepError("只有已审查、尚未施行的版本可以影子运行")
        if Shadow.objects.filter(proposal=row, state=ShadowState.RUNNING.value).exists():
            raise ProposalStepError("这一版正在影子运行")
        begun = moment(instant(at))
        made = Shadow.objects.create(
            proposal=row,
            pack_hash=row.pack_hash,
            reason=reason.strip()[:500],
            started_by=by.key,
            started_by_name=by.name,
            started_at=begun,
            until_on=until,
            counted_to=begun,
        )
        _note(by, at, made, "SHADOW_STARTED", {"rule": row.id, "why": made.reason, "until": str(until)})
    return made.id


def stop(*, by: Actor, at: datetime, shadow_id: int, reason: str) -> None:
    """Stop before the end, with a reason; what was counted stays."""
    by.require_person("影子运行", POWER)
    if not reason.strip():
        raise ProposalStepError("停止须写明理由")
    _end(by, at, shadow_id, ShadowState.STOPPED, reason.strip()[:500])


def end(*, by: Actor, at: datetime, shadow_id: int) -> None:
    """The last day is over, or the version took effect."""
    _end(by, at, shadow_id, ShadowState.ENDED, "")


def _end(by: Actor, at: datetime, shadow_id: int, after: ShadowState, why: str) -> None:
    with transaction.atomic():
        row = Shadow.objects.select_for_update().get(id=shadow_id)
        if after not in SHADOW_TRANSITIONS[ShadowState(row.state)]:
            raise ProposalStepError("影子运行已经结束")
        row.state, row.ended_at, row.ended_by_name, row.ended_why = after.value, at, by.name, why
        row.save()
        _note(by, at, row, f"SHADOW_{after.value}", {"why": why})


def keep_counts(*, by: Actor, at: datetime, shadow_id: int, counted: Beside) -> None:
    """Counts of one group of businesses for days that are over; only added, never changed."""
    rows = [ShadowCount(shadow_id=shadow_id, day=d, item=i, unit=u, touches=t, live=v, gained=g, lost=n)
            for (d, i, u), (t, v, g, n) in sorted(counted.items())]  # fmt: skip
    ShadowCount.objects.bulk_create(rows, batch_size=500)


def counted_up_to(*, by: Actor, at: datetime, shadow_id: int, to: datetime) -> None:
    """Everybody was counted up to an instant."""
    Shadow.objects.filter(id=shadow_id).update(counted_to=to)


def _note(by: Actor, at: datetime, row: Shadow, action: str, detail: Mapping[str, object]) -> None:
    evidence.record(by=by, at=at, action=action, target=f"shadow:{row.id}", detail=detail)

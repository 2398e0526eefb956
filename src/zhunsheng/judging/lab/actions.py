"""Asking the lab, and the work on a run: part by part, so that it can stop anywhere and go on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.lab.lifecycle import LabState, LabStepError, RunKind, check_step
from zhunsheng.judging.lab.models import LabPart, LabRun

REPLAY = "rule.replay"
LEASE = timedelta(minutes=10)
RUNNING_MAX = 5


@dataclass(frozen=True, slots=True)
class NewRun:
    """A question: `versions` are (version, hash), `total` about how many businesses there are."""

    kind: RunKind
    grant: int | None
    asked: Mapping[str, Any]
    versions: Sequence[tuple[str, str]]
    total: int


def begin(*, by: Actor, at: datetime, new: NewRun) -> int:
    """Put a run before the workers; its id. LabStepError while too many of one's own are running."""
    by.require_power(REPLAY)
    with transaction.atomic():
        if LabRun.objects.filter(owner=by.key, state=LabState.RUNNING.value).count() >= RUNNING_MAX:
            raise LabStepError(f"同时最多运行 {RUNNING_MAX} 个，请等其中一个完成或停下")
        row = LabRun.objects.create(
            kind=new.kind.value,
            owner=by.key,
            owner_name=by.name,
            grant=new.grant,
            asked=dict(new.asked),
            versions=[list(told) for told in new.versions],
            total=new.total,
            asked_at=at,
            changed_at=at,
        )
        detail = {"kind": row.kind, "asked": row.asked, "versions": row.versions}
        evidence.record(by=by, at=at, action="LAB_ASKED", target=f"lab:{row.id}", detail=detail)
    return row.id


def _step(by: Actor, at: datetime, run_id: int, after: LabState, why: str = "") -> LabRun:
    row = LabRun.objects.select_for_update().get(id=run_id)
    check_step(row.state, after)
    row.state, row.changed_at, row.leased_until, row.reason = after.value, at, None, why[:500]
    evidence.record(by=by, at=at, action=f"LAB_{after.value}", target=f"lab:{run_id}", detail={"why": why})
    return row


def stop(*, by: Actor, at: datetime, run_id: int) -> None:
    """No further part is begun; what is known stays."""
    by.require_power(REPLAY)
    with transaction.atomic():
        _step(by, at, run_id, LabState.STOPPED).save()


def go_on(*, by: Actor, at: datetime, run_id: int) -> None:
    """A run that was stopped or failed goes on behind its last part."""
    by.require_power(REPLAY)
    with transaction.atomic():
        _step(by, at, run_id, LabState.RUNNING).save()


def claim(*, by: Actor, at: datetime) -> int | None:
    """The run that has waited longest for a worker, now the caller's for a while; None if none waits."""
    del by
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    with transaction.atomic():
        waiting = LabRun.objects.select_for_update().filter(free, state=LabState.RUNNING.value)
        row = waiting.order_by("changed_at", "id").first()
        if row is None:
            return None
        row.leased_until = at + LEASE
        row.save(update_fields=["leased_until"])
    return row.id


def keep_part(*, by: Actor, at: datetime, run_id: int, after: str, last: str, count: int, text: str) -> bool:
    """Keep what the group behind `after` gave; False when the run was stopped or is elsewhere by now."""
    del by
    with transaction.atomic():
        row = LabRun.objects.select_for_update().get(id=run_id)
        if row.state != LabState.RUNNING.value or row.last_key != after:
            return False
        LabPart.objects.create(run=row, text=text)
        row.last_key, row.done, row.leased_until, row.changed_at = last, row.done + count, None, at
        row.save()
    return True


def finish(*, by: Actor, at: datetime, run_id: int, content: str, rows: Sequence[str] = ()) -> None:
    """The report is made: its text is kept with its hash; of the parts `rows` alone, for its numbers."""
    with transaction.atomic():
        row = _step(by, at, run_id, LabState.DONE)
        row.content, row.content_hash = content, hashlib.sha256(content.encode()).hexdigest()
        row.save()
        row.parts.all().delete()
        LabPart.objects.bulk_create(LabPart(run=row, text=text) for text in rows)


def fail(*, by: Actor, at: datetime, run_id: int, why: str) -> None:
    """The run cannot go on, and why."""
    with transaction.atomic():
        _step(by, at, run_id, LabState.FAILED, why).save()

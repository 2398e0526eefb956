"""Writing the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence.models import AuditEvent


class OutsideTransactionError(RuntimeError):
    """An audit entry was to be written outside the transaction of its act."""


def record(*, by: Actor, at: datetime, action: str, target: str, detail: Mapping[str, object]) -> None:
    """Write one entry in the caller's transaction; without a transaction it is refused."""
    record_many(by=by, at=at, action=action, entries=[(target, detail)])


def record_many(
    *, by: Actor, at: datetime, action: str, entries: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Write one entry for each (target, detail), all by the same actor at the same time."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError(action)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            actor_kind=by.kind.value,
            actor_key=by.key,
            actor_name=by.name,
            action=action,
            target=target,
            detail=dict(detail),
        )
        for target, detail in entries
    )

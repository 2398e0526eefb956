"""Writing the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from zhunsheng.core.actors import Actor
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence.models import AuditEvent

ENTRY = ("at", "actor_kind", "actor_key", "actor_name", "action", "target", "detail")


class OutsideTransactionError(RuntimeError):
    """An audit entry was to be written outside the transaction of its act."""


def record(*, by: Actor, at: datetime, action: str, target: str, detail: Mapping[str, object]) -> None:
    """Write one entry in the caller's transaction; without a transaction it is refused."""
    record_many(by=by, at=at, action=action, entries=[(target, detail)])


def record_many(
    *, by: Actor, at: datetime, action: str, entries: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Write one entry for each (target, detail), all by the same actor at the same time."""
    record_all(by=by, at=at, entries=[(action, target, detail) for target, detail in entries])


def record_all(*, by: Actor, at: datetime, entries: Iterable[tuple[str, str, Mapping[str, object]]]) -> None:
    """Write one entry for each (action, target, detail), in their order."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    who = (at, by.kind.value, by.key, by.name)
    bulk.insert(
        AuditEvent, ENTRY, ((*who, action, target, dict(detail)) for action, target, detail in entries)
    )

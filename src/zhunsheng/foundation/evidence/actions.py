"""Writing the audit trail."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.tlog.leaves import SALT_BYTES, refuse_fractions
from zhunsheng.foundation.evidence.models import AuditEvent, LeafSalt, SealedDetail

SEALED = "sealed"


class OutsideTransactionError(RuntimeError):
    """An audit entry was to be written outside the transaction of its act."""


def record(*, by: Actor, at: datetime, action: str, target: str, detail: Mapping[str, object]) -> None:
    """Write one entry in the caller's transaction; without a transaction it is refused."""
    record_many(by=by, at=at, action=action, entries=[(target, detail)])


def record_many(
    *, by: Actor, at: datetime, action: str, entries: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Write one entry for each (target, detail), all by the same actor at the same time: one statement.

    The entries are the log's leaves to be: the sequencer takes them up in order (README). Their numbers are
    given by the insert itself, which the sequencer relies on (`horizon.py`).
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(action)
    told = list(entries)
    refuse_fractions([detail for _, detail in told])
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
        for target, detail in told
    )


def seal_detail(*, by: Actor, at: datetime, person: str, told: Mapping[str, str]) -> dict[str, str]:
    """Keep personal data about `person` apart; what to put into the detail of the entry they belong to."""
    salt = secrets.token_bytes(SALT_BYTES)
    content = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    commitment = sha256(salt + content.encode()).hexdigest()
    SealedDetail.objects.create(commitment=commitment, person=person, salt=salt, content=content)
    return {SEALED: commitment}


def forget(*, by: Actor, at: datetime, person: str, reason: str) -> int:
    """Erase what entries say of a person, and the salts of the leaves about them; how many fell silent.

    A named person's decision with a reason. Entries, leaves and proofs stay; nobody can tell any more by
    trying that a leaf is about this person.
    """
    by.require_person("清除个人信息")
    if not reason.strip():
        raise ValueError("清除个人信息须写明理由")
    with transaction.atomic():
        SealedDetail.objects.filter(person=person).delete()
        about = AuditEvent.objects.filter(target=f"person:{person}") | AuditEvent.objects.filter(
            actor_key=person
        )
        events = list(about.values_list("id", flat=True))
        silent = 0
        for start in range(0, len(events), 500):
            gone, _ = LeafSalt.objects.filter(event_id__in=events[start : start + 500]).delete()
            silent += gone
        record(
            by=by, at=at, action="PERSON_FORGOTTEN", target="log", detail={"leaves": silent, "why": reason}
        )
    return silent

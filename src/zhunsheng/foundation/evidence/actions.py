"""Writing the audit trail."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from django.db import connection, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.tlog.leaves import SALT_BYTES, refuse_fractions
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence import personal
from zhunsheng.foundation.evidence.models import AuditEvent, Erasure, LeafSalt, SealedDetail

SEALED = "sealed"
ASKED_MAX = 64

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
    """Write one entry for each (action, target, detail), in their order.

    The entries are the log's leaves to be: the sequencer takes them up in order (README). Their numbers are
    given by the insert itself, which the sequencer relies on (`horizon.py`).
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    told = list(entries)
    refuse_fractions([detail for _, _, detail in told])
    who = (at, by.kind.value, by.key, by.name)
    under = {"under": by.under} if by.under else {}
    bulk.insert(
        AuditEvent, ENTRY, ((*who, action, target, {**detail, **under}) for action, target, detail in told)
    )


def note_refusal(*, by: Actor, at: datetime, page: str, asked: Mapping[str, object]) -> None:
    """Put on record that somebody known was not let through: no power, or nothing there for him.

    `page` is the name of the address, `asked` what stood in it. An own transaction: that of the page is over.
    """
    told = {name: str(value)[:ASKED_MAX] for name, value in asked.items()}
    with transaction.atomic():
        record(by=by, at=at, action="ACCESS_REFUSED", target=f"page:{page}", detail=told)


def seal_detail(*, by: Actor, at: datetime, person: str, told: Mapping[str, str]) -> dict[str, str]:
    """Keep personal data about `person` apart; what to put into the detail of the entry they belong to."""
    salt = secrets.token_bytes(SALT_BYTES)
    content = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    commitment = sha256(salt + content.encode()).hexdigest()
    sealed = personal.seal_for(person, salt + content.encode(), bound=commitment)
    SealedDetail.objects.create(commitment=commitment, person=person, sealed=sealed)
    return {SEALED: commitment}


def open_sealed(
    *, by: Actor, at: datetime, target: str, commitment: str, purpose: str, about: Mapping[str, str]
) -> dict[str, str]:
    """What was kept apart with an entry, for a named person who states why; that he looked is an act, which
    says `about` what.

    Empty when it was erased. ValueError without a purpose, or when it is not what the entry committed to.
    """
    by.require_person("查看封存的个人信息")
    if not purpose.strip():
        raise ValueError("查看封存的个人信息须写明用途")
    row = SealedDetail.objects.filter(commitment=commitment).first()
    told = row and personal.open_for(row.person, bytes(row.sealed), bound=commitment)
    if told and sha256(told).hexdigest() != commitment:
        raise ValueError("封存的内容与留痕不符，不能使用")
    with transaction.atomic():
        detail = {**about, "opened": commitment, "why": purpose}
        record(by=by, at=at, action="SEALED_OPENED", target=target, detail=detail)
    return dict(json.loads(told[SALT_BYTES:])) if told else {}


def forget(*, by: Actor, at: datetime, person: str, reason: str) -> int:
    """Erase what entries say of a person, and the salts of the leaves about them; how many fell silent.

    A named person's decision with a reason, lasting outside the database before anything is deleted. Entries,
    leaves and proofs stay; nobody can tell any more by trying that a leaf is about this person.
    """
    by.require_person("清除个人信息")
    if not reason.strip():
        raise ValueError("清除个人信息须写明理由")
    decision = personal.Erased(uuid4().hex, person, at.isoformat(), by.name, reason)
    personal.erase(decision)
    return _carry_out(by, at, decision, {"why": reason})


def forget_again(*, by: Actor, at: datetime) -> int:
    """Carry out what was decided and this database does not know of: it was put back from before, or a crash
    came between. How many decisions."""
    decided = personal.erased()
    known = set(Erasure.objects.values_list("number", flat=True)) if decided else set()
    missing = [decision for decision in decided if decision.number not in known]
    for decision in missing:
        personal.destroy(decision.person)
        told = {"why": decision.why, "decided_by": decision.by, "decided_at": decision.at}
        _carry_out(by, at, decision, told)
    return len(missing)


def _carry_out(by: Actor, at: datetime, decision: personal.Erased, told: Mapping[str, object]) -> int:
    person, until = decision.person, datetime.fromisoformat(decision.at)
    with transaction.atomic():
        SealedDetail.objects.filter(person=person).delete()
        about = AuditEvent.objects.filter(target=f"person:{person}") | AuditEvent.objects.filter(
            actor_key=person
        )
        events = list(about.filter(at__lte=until).values_list("id", flat=True))
        silent = 0
        for start in range(0, len(events), 500):
            gone, _ = LeafSalt.objects.filter(event_id__in=events[start : start + 500]).delete()
            silent += gone
        Erasure.objects.create(number=decision.number)
        record(by=by, at=at, action="PERSON_FORGOTTEN", target="log", detail={"leaves": silent, **told})
    return silent

"""Recording, correcting and retracting facts: everything that must agree in one transaction."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.core.facts import Scalar
from zhunsheng.foundation import bulk
from zhunsheng.foundation.accounts.revealing import RevealError, stated
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.sensing.signals import parts
from zhunsheng.sensing.signals.models import BatchState, ImportBatch, InboxEntry, StoredFact
from zhunsheng.sensing.signals.new_facts import (
    Delivery,
    NewFact,
    Outcome,
    OutcomeState,
    content_hash,
    identity,
)
from zhunsheng.sensing.signals.queries import timeline
from zhunsheng.sensing.signals.storing import Taking, stored

FACTS_RECORDED = "facts.recorded"
SUBJECTS_A_ROW = 25
SEQUENCE_LOCK = 7_350_231


class AnotherBodyError(Exception):
    """An idempotency key was used again with another body."""


class UnknownBatchError(Exception):
    """There is no such batch, or it has been undone already."""


def record_facts(
    *,
    by: Actor,
    at: datetime,
    facts: Sequence[NewFact],
    source: str,
    contracts: ContractSet,
    batch: str | None = None,
    file_name: str = "",
    delivery_key: str | None = None,
    announce: bool = True,
) -> list[Outcome]:
    """Take facts in: inbox row, facts, evidences, outbox rows and audit entry, all or nothing.

    The answers stand in the order of `facts`. With a `delivery_key` the same delivery gets the same
    answer for ever, and another body under it raises AnotherBodyError. `announce=False` keeps the facts
    from being judged one by one (a bulk load that is judged as a whole afterwards).
    """
    delivery = Delivery(facts, source, delivery_key, batch, file_name)
    (answer,) = record_deliveries(by=by, at=at, deliveries=[delivery], contracts=contracts, announce=announce)
    if isinstance(answer, AnotherBodyError):
        raise answer
    return answer


def record_deliveries(
    *,
    by: Actor,
    at: datetime,
    deliveries: Sequence[Delivery],
    contracts: ContractSet,
    announce: bool = True,
) -> list[list[Outcome] | AnotherBodyError]:
    """Take several deliveries in with one commit, as if they had come one after the other.

    Each has an inbox row and an audit entry of its own, and its own answer: a key that was used with
    another body is answered by the error, and the others are taken all the same. `by` takes the group in and
    owns what is announced; each audit entry names who handed its delivery in.
    """
    at = at.replace(microsecond=0)
    hashes = [[content_hash(fact) for fact in d.facts] for d in deliveries]
    names = [[identity(fact, contracts) for fact in d.facts] for d in deliveries]
    with transaction.atomic():
        _one_writer_at_a_time()
        given = _given(deliveries)
        taking = Taking(at, by.key, contracts, stored([name for some in names for name in some]))
        answers: list[list[Outcome] | AnotherBodyError] = []
        inbox, audit = [], defaultdict(list)
        for delivery, hashed, named in zip(deliveries, hashes, names, strict=True):
            body = delivery.body or hashlib.sha256("".join(hashed).encode()).hexdigest()
            key = (delivery.source, delivery.key or uuid4().hex)
            if key in given:
                answers.append(_same_answer(key[1], *given[key], body))
                continue
            outcomes = taking.take(delivery, named, hashed, _batch(at, delivery))
            given[key] = (body, [_as_json(outcome) for outcome in outcomes])
            inbox.append((*key, *given[key], at))
            counts = Counter(outcome.state.value for outcome in outcomes)
            detail = {"batch": delivery.batch, "counts": dict(counts)}
            audit[delivery.by or by].append((f"source:{delivery.source}", detail))
            answers.append(outcomes)
        news = taking.store()
        bulk.insert(InboxEntry, ("source", "key", "body_hash", "answer", "received_at"), inbox)
        for actor, entries in audit.items():
            evidence.record_many(by=actor, at=at, action="FACTS_RECORDED", entries=entries)
        if announce:
            _announce(by, at, news)
    return answers


def _one_writer_at_a_time() -> None:
    """On PostgreSQL sequences are handed out before commit; the lock makes their order that of commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCE_LOCK])


def keep_parts_ahead(*, by: Actor, at: datetime) -> int:
    """On PostgreSQL: see to it that facts of the near future have a part of the table; how many were made."""
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        made = parts.make_ahead(cursor, settings.FACTS_A_PART)
        if made:
            detail = {"made": made}
            evidence.record(by=by, at=at, action="FACT_PARTS_MADE", target="facts", detail=detail)
    return made


def _given(deliveries: Sequence[Delivery]) -> dict[tuple[str, str], tuple[str, list[Any]]]:
    """The body and the answer of keys that were used before."""
    keys = [d.key for d in deliveries if d.key is not None]
    if not keys:
        return {}
    rows = InboxEntry.objects.filter(source__in={d.source for d in deliveries}, key__in=keys)
    return {(row.source, row.key): (row.body_hash, row.answer) for row in rows}


def _same_answer(key: str, given_body: str, answer: list[Any], body: str) -> list[Outcome] | AnotherBodyError:
    if given_body != body:
        return AnotherBodyError(key)
    return [_from_json(told) for told in answer]


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "state": outcome.state.value,
        "fact_id": outcome.fact_id,
        "refusals": [[r.field, r.reason_zh, r.cure_zh] for r in outcome.refusals],
    }


def _from_json(answer: Mapping[str, Any]) -> Outcome:
    refusals = tuple(Refusal(*parts) for parts in answer["refusals"])
    return Outcome(OutcomeState(answer["state"]), answer["fact_id"], refusals)


def _batch(at: datetime, delivery: Delivery) -> ImportBatch | None:
    if delivery.batch is None:
        return None
    batch, _ = ImportBatch.objects.get_or_create(
        key=delivery.batch,
        defaults={"source": delivery.source, "file_name": delivery.file_name, "created_at": at},
    )
    return batch


def _announce(by: Actor, at: datetime, news: Mapping[str, Sequence[int]]) -> None:
    """One outbox row for some dozens of subjects that learnt something, with their new sequences."""
    subjects = list(news)
    entries = []
    for start in range(0, len(subjects), SUBJECTS_A_ROW):
        told = sorted(n for subject in subjects[start : start + SUBJECTS_A_ROW] for n in news[subject])
        entries.append((f"{told[0]}-{told[-1]}", {"sequences": told}, ""))
    outbox.put_many(by=by, at=at, topic=FACTS_RECORDED, entries=entries)


def announce_apart(*, by: Actor, at: datetime, news: Mapping[str, Sequence[int]]) -> None:
    """Announce sequences again, each subject in a row of its own: one that fails keeps nobody waiting."""
    entries = [
        (f"{subject}:{told[-1]}", {"sequences": list(told)}, subject) for subject, told in news.items()
    ]
    outbox.put_many(by=by, at=at, topic=FACTS_RECORDED, entries=entries)


def undo_batch(*, by: Actor, at: datetime, batch: str, contracts: ContractSet) -> int:
    """Retract every fact of a batch that no earlier undo retracted; the number of facts retracted."""
    with transaction.atomic():
        found = ImportBatch.objects.select_for_update().filter(key=batch).first()
        if found is None or found.state == BatchState.UNDONE:
            raise UnknownBatchError(batch)
        facts = StoredFact.objects.filter(batch=found, retracts__isnull=True)
        retractions = [
            NewFact(f.kind, f.subject, f.occurred_at, object=f.object, retracts=f.fact_id) for f in facts
        ]
        record_facts(by=by, at=at, facts=retractions, source="undo", contracts=contracts)
        found.state, found.undone_at = BatchState.UNDONE, at
        found.save(update_fields=["state", "undone_at"])
        detail = {"facts": len(retractions)}
        evidence.record(by=by, at=at, action="BATCH_UNDONE", target=f"batch:{batch}", detail=detail)
    return len(retractions)


def reveal(
    *,
    by: Actor,
    at: datetime,
    viewer: Viewer,
    contracts: ContractSet,
    subject: str,
    fact_id: str,
    field: str,
    purpose: str,
    words: str,
) -> Scalar:
    """A closed field of a fact, for a purpose that goes on record first; RevealError says why not."""
    found = next((f for f in timeline(viewer=viewer, subject=subject) if f.fact_id == fact_id), None)
    contract = contracts.kinds.get(found.kind) if found else None
    known = contract.fields.get(field) if contract else None
    if found is None or known is None or field not in found.payload:
        raise RevealError(field)
    told = stated(by=by, viewer=viewer, level=known.level, purpose=purpose, words=words)
    with transaction.atomic():
        detail = {"field": f"{found.kind}.{field}", "fact": fact_id, **told}
        evidence.record(by=by, at=at, action="FIELD_REVEALED", target=f"subject:{subject}", detail=detail)
    return found.payload[field]

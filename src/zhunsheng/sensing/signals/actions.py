"""Recording, correcting and retracting facts: everything that must agree in one transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.sensing.signals.models import (
    BatchState,
    FactEvidence,
    ImportBatch,
    InboxEntry,
    QuarantinedFact,
    StoredFact,
)
from zhunsheng.sensing.signals.new_facts import (
    NewFact,
    Outcome,
    OutcomeState,
    content_hash,
    identity,
    refusals_of,
)

FACTS_RECORDED = "facts.recorded"
SEQUENCE_LOCK = 7_350_231
INSERT_ROWS_MAX = 2_000


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
    at = at.replace(microsecond=0)
    with transaction.atomic():
        _one_writer_at_a_time()
        body = hashlib.sha256("".join(content_hash(f) for f in facts).encode()).hexdigest()
        if delivery_key is not None:
            given = InboxEntry.objects.filter(source=source, key=delivery_key).first()
            if given is not None:
                return _same_answer(given, body)
        outcomes = _take(at, facts, source, contracts, _batch(at, batch, source, file_name), by, announce)
        InboxEntry.objects.create(
            source=source,
            key=delivery_key or uuid4().hex,
            body_hash=body,
            answer=[_as_json(outcome) for outcome in outcomes],
            received_at=at,
        )
        counts = Counter(outcome.state.value for outcome in outcomes)
        evidence.record(
            by=by,
            at=at,
            action="FACTS_RECORDED",
            target=f"source:{source}",
            detail={"batch": batch, "counts": dict(counts)},
        )
    return outcomes


def _one_writer_at_a_time() -> None:
    """On PostgreSQL sequences are handed out before commit; the lock makes their order that of commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCE_LOCK])


def _same_answer(given: InboxEntry, body: str) -> list[Outcome]:
    if given.body_hash != body:
        raise AnotherBodyError(given.key)
    return [_from_json(answer) for answer in given.answer]


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "state": outcome.state.value,
        "fact_id": outcome.fact_id,
        "refusals": [[r.field, r.reason_zh, r.cure_zh] for r in outcome.refusals],
    }


def _from_json(answer: Mapping[str, Any]) -> Outcome:
    refusals = tuple(Refusal(*parts) for parts in answer["refusals"])
    return Outcome(OutcomeState(answer["state"]), answer["fact_id"], refusals)


def _batch(at: datetime, key: str | None, source: str, file_name: str) -> ImportBatch | None:
    if key is None:
        return None
    batch, _ = ImportBatch.objects.get_or_create(
        key=key, defaults={"source": source, "file_name": file_name, "created_at": at}
    )
    return batch


def _take(
    at: datetime,
    facts: Sequence[NewFact],
    source: str,
    contracts: ContractSet,
    batch: ImportBatch | None,
    by: Actor,
    announce: bool,
) -> list[Outcome]:
    names = [identity(fact, contracts) for fact in facts]
    seen = _existing(names)
    outcomes: list[Outcome] = []
    fresh: dict[str, NewFact] = {}
    reports: list[tuple[str, NewFact]] = []
    refused: list[QuarantinedFact] = []
    for name, fact in zip(names, facts, strict=True):
        refusals = refusals_of(fact, contracts, at)
        if refusals:
            outcomes.append(Outcome(OutcomeState.QUARANTINED, "", tuple(refusals)))
            refused.append(_quarantined(at, source, fact, refusals, by))
            continue
        known = name in seen or name in fresh
        outcomes.append(Outcome(OutcomeState.DUPLICATE if known else OutcomeState.ACCEPTED, name))
        reports.append((name, fact))
        if not known:
            fresh[name] = fact
    _insert(at, fresh, source, batch)
    _add_evidence(at, reports, source)
    QuarantinedFact.objects.bulk_create(refused)
    if announce:
        _announce(by, at, list(fresh))
    return outcomes


def _existing(names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(names), INSERT_ROWS_MAX):
        part = names[start : start + INSERT_ROWS_MAX]
        found |= set(StoredFact.objects.filter(fact_id__in=part).values_list("fact_id", flat=True))
    return found


def _insert(at: datetime, fresh: Mapping[str, NewFact], source: str, batch: ImportBatch | None) -> None:
    rows = (
        StoredFact(
            fact_id=name,
            kind=fact.kind,
            subject=fact.subject,
            object=fact.object,
            occurred_at=fact.occurred_at.replace(microsecond=0),
            recorded_at=at,
            stated_at=(fact.stated_at or at).replace(microsecond=0),
            payload=dict(fact.payload),
            supersedes=fact.supersedes,
            retracts=fact.retracts,
            source=source,
            batch=batch,
        )
        for name, fact in fresh.items()
    )
    StoredFact.objects.bulk_create(rows, batch_size=INSERT_ROWS_MAX)


def _add_evidence(at: datetime, reports: Sequence[tuple[str, NewFact]], source: str) -> None:
    """One evidence a report; the same report told again adds nothing."""
    for start in range(0, len(reports), INSERT_ROWS_MAX):
        part = reports[start : start + INSERT_ROWS_MAX]
        names = [name for name, _ in part]
        rows = StoredFact.objects.filter(fact_id__in=names).values_list("fact_id", "sequence")
        sequences = dict(rows)
        FactEvidence.objects.bulk_create(
            (
                FactEvidence(
                    fact_id=sequences[name],
                    source=source,
                    reference=fact.reference or content_hash(fact),
                    content_hash=content_hash(fact),
                    received_at=at,
                )
                for name, fact in part
            ),
            ignore_conflicts=True,
        )


def _quarantined(
    at: datetime, source: str, fact: NewFact, refusals: Sequence[Refusal], by: Actor
) -> QuarantinedFact:
    content = {**asdict(fact), "occurred_at": fact.occurred_at.isoformat(), "stated_at": None}
    reasons = [[r.field, r.reason_zh, r.cure_zh] for r in refusals]
    return QuarantinedFact(source=source, content=content, reasons=reasons, owner=by.key, received_at=at)


def _announce(by: Actor, at: datetime, names: Sequence[str]) -> None:
    """One outbox row for each subject that learnt something, with its new sequences."""
    news: dict[str, list[int]] = {}
    for start in range(0, len(names), INSERT_ROWS_MAX):
        part = names[start : start + INSERT_ROWS_MAX]
        rows = StoredFact.objects.filter(fact_id__in=part).order_by("sequence")
        for subject, sequence in rows.values_list("subject", "sequence"):
            news.setdefault(subject, []).append(sequence)
    outbox.put_many(
        by=by,
        at=at,
        topic=FACTS_RECORDED,
        entries=(
            (f"{subject}:{told[-1]}", {"subject": subject, "sequences": told}, subject)
            for subject, told in news.items()
        ),
    )


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

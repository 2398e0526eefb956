"""What a group of deliveries adds to the store, gathered first and written table by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.foundation import bulk
from zhunsheng.sensing.signals.models import FactEvidence, ImportBatch, QuarantinedFact, StoredFact
from zhunsheng.sensing.signals.new_facts import Delivery, NewFact, Outcome, OutcomeState, refusals_of

FACT = (
    *("sequence", "fact_id", "kind", "subject", "object", "occurred_at", "recorded_at", "stated_at"),
    *("payload", "supersedes", "retracts", "source", "batch"),
)
EVIDENCE = ("fact", "source", "reference", "content_hash", "received_at")


@dataclass
class Taking:
    """Facts on their way in. `known`: sequences by fact id of what is stored already."""

    at: datetime
    owner: str
    contracts: ContractSet
    known: dict[str, int]
    fresh: dict[str, tuple[NewFact, str, int | None]] = field(default_factory=dict)
    reports: dict[tuple[str, str, str], str] = field(default_factory=dict)
    refused: list[QuarantinedFact] = field(default_factory=list)

    def take(
        self, delivery: Delivery, names: Sequence[str], hashes: Sequence[str], batch: ImportBatch | None
    ) -> list[Outcome]:
        """What becomes of each fact of a delivery; nothing is written yet."""
        outcomes = []
        objections = delivery.refusals or [()] * len(delivery.facts)
        for name, hashed, fact, told in zip(names, hashes, delivery.facts, objections, strict=True):
            refusals = [*refusals_of(fact, self.contracts, self.at), *told]
            if refusals:
                outcomes.append(Outcome(OutcomeState.QUARANTINED, "", tuple(refusals)))
                self.refused.append(self._quarantined(delivery, fact, refusals))
                continue
            stored = name in self.known or name in self.fresh
            outcomes.append(Outcome(OutcomeState.DUPLICATE if stored else OutcomeState.ACCEPTED, name))
            self.reports.setdefault((name, delivery.source, fact.reference or hashed), hashed)
            if not stored:
                self.fresh[name] = (fact, delivery.source, batch.pk if batch else None)
        return outcomes

    def _quarantined(self, delivery: Delivery, fact: NewFact, refusals: Sequence[Refusal]) -> QuarantinedFact:
        owner = delivery.by.key if delivery.by else self.owner
        stated = fact.stated_at.isoformat() if fact.stated_at else None
        content = {**asdict(fact), "occurred_at": fact.occurred_at.isoformat(), "stated_at": stated}
        reasons = [[r.field, r.reason_zh, r.cure_zh] for r in refusals]
        return QuarantinedFact(
            source=delivery.source, content=content, reasons=reasons, owner=owner, received_at=self.at
        )

    def store(self) -> dict[str, list[int]]:
        """Write everything; the new sequences of each subject that learnt something, in order."""
        numbers = bulk.draw(StoredFact, len(self.fresh)) if self.fresh else []
        sequences = dict(zip(self.fresh, numbers, strict=True))
        bulk.insert(StoredFact, FACT, (self._row(name, sequences[name]) for name in self.fresh))
        told = [(key, hashed) for key, hashed in self.reports.items() if key[0] in sequences]
        bulk.insert(
            FactEvidence,
            EVIDENCE,
            [(sequences[name], source, said, hashed, self.at) for (name, source, said), hashed in told],
        )
        self._tell_again()
        QuarantinedFact.objects.bulk_create(self.refused)
        news: dict[str, list[int]] = {}
        for name, (fact, _, _) in self.fresh.items():
            news.setdefault(fact.subject, []).append(sequences[name])
        return news

    def _row(self, name: str, sequence: int) -> tuple[object, ...]:
        fact, source, batch = self.fresh[name]
        occurred, stated = fact.occurred_at.replace(microsecond=0), fact.stated_at or self.at
        return (
            *(sequence, name, fact.kind, fact.subject, fact.object, occurred, self.at),
            *(stated.replace(microsecond=0), dict(fact.payload), fact.supersedes, fact.retracts),
            *(source, batch),
        )

    def _tell_again(self) -> None:
        """Reports of facts that were stored before; the same report told again adds nothing."""
        FactEvidence.objects.bulk_create(
            (
                FactEvidence(
                    fact_id=self.known[name],
                    source=source,
                    reference=said,
                    content_hash=hashed,
                    received_at=self.at,
                )
                for (name, source, said), hashed in self.reports.items()
                if name in self.known
            ),
            ignore_conflicts=True,
        )


def stored(names: Sequence[str]) -> dict[str, int]:
    """Sequences by fact id of those that are stored."""
    rows = StoredFact.objects.filter(bulk.among("fact_id", names))
    return dict(rows.values_list("fact_id", "sequence"))

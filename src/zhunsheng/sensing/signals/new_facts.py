"""A fact before it is stored: what a source hands over, and what makes two reports one fact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_OID, uuid5

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI, moment
from zhunsheng.core.contracts import ContractSet, Refusal, check_payload
from zhunsheng.core.facts import Fact, Scalar

WORLD = "@world"
# Only this software speaks for them: judging, the bureau's own reviews, the business's page, its own intake.
OWN_SOURCES = frozenset({"judging", "review", "enterprise_portal", "connectors"})
# Made once: an encoder a fact would cost more than the encoding.
SORTED, PLAIN = json.JSONEncoder(sort_keys=True, ensure_ascii=False), json.JSONEncoder(ensure_ascii=False)
CLOCK_SKEW = timedelta(minutes=10)


class OutcomeState(StrEnum):
    """What became of one handed-over fact."""

    ACCEPTED = "ACCEPTED"
    DUPLICATE = "DUPLICATE"
    QUARANTINED = "QUARANTINED"


@dataclass(frozen=True, slots=True)
class NewFact:
    """What a source hands over. `reference` is the source's own number for its report, if it has one.

    A fact planned for the future (a due date that is known) is said with `may_be_future`.
    """

    kind: str
    subject: str
    occurred_at: datetime
    payload: Mapping[str, Scalar] = field(default_factory=dict)
    object: str = ""
    fact_id: str = ""
    reference: str = ""
    supersedes: str | None = None
    retracts: str | None = None
    stated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Facts that a source hands over together, under its idempotency key if it has one.

    `body` is a digest of the delivery as it came, where that decides whether two deliveries are the same;
    without it what the facts say decides. `refusals` holds, fact by fact, what else speaks against it.
    `by` hands it in, where that is not who takes the whole group in.
    """

    facts: Sequence[NewFact]
    source: str
    key: str | None = None
    batch: str | None = None
    file_name: str = ""
    body: str = ""
    refusals: Sequence[Sequence[Refusal]] = ()
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for one handed-over fact."""

    state: OutcomeState
    fact_id: str
    refusals: tuple[Refusal, ...] = ()


def content_hash(fact: NewFact) -> str:
    """SHA-256 of what is said, independent of who says it and in which order fields stand."""
    said = [
        fact.kind,
        fact.subject,
        fact.object,
        fact.occurred_at.astimezone(SHANGHAI).replace(microsecond=0).isoformat(),
        dict(fact.payload),
        fact.supersedes,
        fact.retracts,
    ]
    return hashlib.sha256(SORTED.encode(said).encode()).hexdigest()


def identity(fact: NewFact, contracts: ContractSet) -> str:
    """The fact's id: given, or made from the contract's dedupe fields, or from its whole content.

    So the same event told by two sources, or the same file uploaded twice, is one fact.
    """
    if fact.fact_id:
        return fact.fact_id
    contract = contracts.get(fact.kind)
    if contract is None or not contract.dedupe or fact.supersedes or fact.retracts:
        return str(uuid5(NAMESPACE_OID, content_hash(fact)))
    special = {"@object": fact.object, "@day": fact.occurred_at.astimezone(SHANGHAI).date().isoformat()}
    parts = [special.get(name, fact.payload.get(name)) for name in contract.dedupe]
    named = PLAIN.encode([fact.kind, fact.subject, *parts])
    return str(uuid5(NAMESPACE_OID, named))


def refusals_of(fact: NewFact, contracts: ContractSet, at: datetime) -> list[Refusal]:
    """Why a fact cannot be taken; empty when it can. A retraction needs no payload."""
    contract = contracts.get(fact.kind)
    if contract is None:
        return [Refusal("kind", f"没有名为 {fact.kind} 的事实种类", "改用已发布契约中的种类")]
    found: list[Refusal] = []
    if not fact.subject:
        found.append(Refusal("subject", "没有写明主体", "填写统一社会信用代码或系统主体编号"))
    if fact.occurred_at.tzinfo is None:
        found.append(Refusal("occurred_at", "时间没有时区", "按北京时间补上 +08:00"))
    elif fact.occurred_at > at + CLOCK_SKEW:
        found.append(Refusal("occurred_at", "发生时间在将来", "核对日期；计划事项请写入日期字段"))
    if fact.supersedes and fact.retracts:
        found.append(Refusal("retracts", "不能同时更正和撤回", "分成两条提交"))
    if fact.retracts is None:
        found += check_payload(contract, fact.payload)
    return found


def same_report(fact: Fact, contracts: ContractSet) -> str:
    """What two reports of one fact of one subject have in common, under whatever ids they were stored."""
    told = NewFact(fact.kind, fact.subject, moment(fact.occurred_at), fact.payload, fact.object)
    return identity(told, contracts)

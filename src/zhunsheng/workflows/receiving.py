"""A program reports events: what it may say is taken, the rest is kept with reason and cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.contracts import ContractSet, Refusal
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as stored
from zhunsheng.sensing.signals.new_facts import CLOCK_SKEW, OWN_SOURCES, Delivery, NewFact, Outcome
from zhunsheng.workflows.tallying import UNKNOWN

BY = Actor.service("receiving")
VIEWER = Viewer.bureau(BY.key)
STATED_LATER = Refusal("stated_at", "声明时间在将来", "核对时间")
NOT_TOLD_YET = "没有编号为 {name} 的事实"
TELL_FIRST = "先报送原事实，再用回执中的 fact_id 更正或撤回"
NOT_YOURS = Refusal("subject", "只能更正或撤回本来源首先报送的、同一主体同一种类的事实", "由原来源更正或撤回")


def receive(
    *, at: datetime, deliveries: Sequence[Delivery], contracts: ContractSet
) -> list[list[Outcome] | signals.AnotherBodyError]:
    """What becomes of each delivery's facts; the error where a key was used with another body."""
    facts = [fact for delivery in deliveries for fact in delivery.facts]
    known = registry.known_keys(viewer=VIEWER, keys={fact.subject for fact in facts})
    named = {name for fact in facts for name in (fact.supersedes, fact.retracts) if name}
    told = stored.who_told(viewer=VIEWER, fact_ids=named)

    def looked_at(delivery: Delivery) -> Delivery:
        refusals = [
            [
                *_of_source(fact, delivery.source, contracts),
                *([UNKNOWN] if fact.subject and fact.subject not in known else []),
                *_of_target(fact, delivery.source, told),
                *([STATED_LATER] if fact.stated_at and fact.stated_at > at + CLOCK_SKEW else []),
            ]
            for fact in delivery.facts
        ]
        return replace(delivery, refusals=refusals)

    ready = [looked_at(delivery) for delivery in deliveries]
    return signals.record_deliveries(by=BY, at=at, deliveries=ready, contracts=contracts)


def offered(kind: str, source: str, contracts: ContractSet) -> bool:
    """Whether a source outside this software may report this kind of fact."""
    contract = contracts.get(kind)
    return contract is not None and source in contract.sources and source not in OWN_SOURCES


def _of_source(fact: NewFact, source: str, contracts: ContractSet) -> list[Refusal]:
    if contracts.get(fact.kind) is None or offered(fact.kind, source, contracts):
        return []
    return [Refusal("kind", f"来源 {source} 不提供 {fact.kind}", "改用契约中写明本来源的种类")]


def _of_target(fact: NewFact, source: str, told: dict[str, tuple[str, str, str]]) -> list[Refusal]:
    fields = {"supersedes": fact.supersedes, "retracts": fact.retracts}
    refusals = []
    for field, name in fields.items():
        if name and name not in told:
            refusals.append(Refusal(field, NOT_TOLD_YET.format(name=name), TELL_FIRST))
        elif name and told[name] != (source, fact.kind, fact.subject):
            refusals.append(Refusal(field, NOT_YOURS.reason_zh, NOT_YOURS.cure_zh))
    return refusals

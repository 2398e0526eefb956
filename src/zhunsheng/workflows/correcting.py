"""An objection is decided: what was wrong is put right by a fact that takes its place, and judged anew."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import instant, moment
from zhunsheng.core.contracts import FactContract
from zhunsheng.core.facts import Fact, in_force
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.sensing.objections import actions as objections
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.lifecycle import ObjectionState
from zhunsheng.sensing.objections.proposals import ObjectionError, Values, corrected
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as facts
from zhunsheng.sensing.signals.new_facts import NewFact
from zhunsheng.workflows.objecting import DECIDE, VIEWER, fact_of
from zhunsheng.workflows.terms import clock_terms


def decide(
    *, by: Actor, at: datetime, objection_id: int, state: ObjectionState, decision: str, values: Values
) -> None:
    """A named person decides; the business is told. `values` are wanted where it is right in part only."""
    card = queries.one(viewer=VIEWER, objection_id=objection_id)
    if card is None:
        raise ObjectionError("没有这项异议")
    fact, contract = fact_of(card.subject, card.fact)
    accepted = {ObjectionState.UPHELD: card.proposed, ObjectionState.PARTLY: values}.get(state, {})
    told = facts.timeline(viewer=VIEWER, subject=card.subject)
    stands = fact.fact_id in {one.fact_id for one in in_force(told, instant(at))}
    if state is ObjectionState.PARTLY and not stands:
        raise ObjectionError("这条记录已被来源更正或撤回，不能再部分采纳")
    if state is ObjectionState.PARTLY and (not values or dict(values) == dict(card.proposed)):
        raise ObjectionError("部分采纳须写明改成什么值；与企业提出的相同时请选采纳")
    with transaction.atomic():
        objections.decide(
            by=by, at=at, objection_id=objection_id, state=state, decision=decision, accepted=accepted
        )
        deadlines.meet(by=by, at=at, key=f"{DECIDE}:{objection_id}", met_at=at, terms=clock_terms())
        said = "未采纳，该记录保留"
        if state is not ObjectionState.REJECTED:
            said = "已采纳，来源此前已更正或撤回该记录"
            if stands:
                said = _put_right(by, at, fact, contract, accepted)
        bureau = f"{settings.BUREAU_NAME} {settings.BUREAU_CONTACT}"
        text = f"您对一条记录的异议{said}。\n理由：{decision.strip()}\n{bureau}"
        key = f"INBOX:objection-{objection_id}"
        letter = NewMessage(key, "INBOX", card.subject, f"objection:{objection_id}", text, card.subject)
        outreach.queue(by=by, at=at, message=letter, policy=open_library(settings.PACKS).message_policy)


def _put_right(by: Actor, at: datetime, fact: Fact, contract: FactContract, accepted: Values) -> str:
    """The fact corrected, or retracted where there are no values; in words for the business."""
    contracts, when = open_library(settings.PACKS).contracts, moment(fact.occurred_at)
    new = NewFact(fact.kind, fact.subject, when, {}, fact.object, retracts=fact.fact_id)
    said = "已采纳，该记录已撤回"
    if accepted:
        payload = corrected(contract, fact, accepted)
        new = NewFact(fact.kind, fact.subject, when, payload, fact.object, supersedes=fact.fact_id)
        said = f"已采纳，该记录已更正：{Speaker(contracts).content((fact.kind,), accepted)}"
    (outcome,) = signals.record_facts(by=by, at=at, facts=[new], source="review", contracts=contracts)
    if outcome.refusals:
        raise ObjectionError("；".join(f"{one.reason_zh}，{one.cure_zh}" for one in outcome.refusals))
    return said

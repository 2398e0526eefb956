"""An objection: marked at once, decided within its period; upheld, the fact is gone and judged anew."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import moment
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach.new_messages import NewMessage
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.objections import actions as objections
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.actions import ObjectionError
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals import queries as facts
from zhunsheng.sensing.signals.new_facts import NewFact

VIEWER = Viewer.bureau("objecting")
MARK, DECIDE = "credit.mark", "credit.objection"


def file(*, by: Actor, at: datetime, fact_id: str, reason: str) -> int:
    """Take the objection, start both clocks and meet the first: the mark is there in the same commit."""
    fact = next((f for f in facts.timeline(viewer=VIEWER, subject=by.key) if f.fact_id == fact_id), None)
    subject = registry.get(viewer=VIEWER, key=by.key)
    if fact is None or subject is None:
        raise ObjectionError("没有这条记录")
    terms = clocks.terms(viewer=VIEWER, base=open_library(settings.PACKS).clocks)
    with transaction.atomic():
        number = objections.file(by=by, at=at, fact=fact, reason=reason)
        attachments.seal(by=by, at=at, owner=f"objection:{fact_id}")
        for clock in (MARK, DECIDE):
            handler, matter = subject.officer or subject.station, f"objection:{number}"
            of = Matter(f"{clock}:{number}", matter, subject.name, handler, subject.key)
            deadlines.open_deadline(by=by, at=at, of=of, clock=clock, started_at=at, terms=terms)
        deadlines.meet(by=by, at=at, key=f"{MARK}:{number}", met_at=at, terms=terms)
    return number


def decide(*, by: Actor, at: datetime, objection_id: int, uphold: bool, decision: str) -> None:
    """A named person decides; the business is told, and what was wrong is retracted and judged anew."""
    card = queries.one(viewer=VIEWER, objection_id=objection_id)
    if card is None:
        raise ObjectionError("没有这项异议")
    library = open_library(settings.PACKS)
    terms = clocks.terms(viewer=VIEWER, base=library.clocks)
    told = facts.timeline(viewer=VIEWER, subject=card.subject)
    fact = next(f for f in told if f.fact_id == card.fact)
    with transaction.atomic():
        objections.decide(by=by, at=at, objection_id=objection_id, uphold=uphold, decision=decision)
        deadlines.meet(by=by, at=at, key=f"{DECIDE}:{objection_id}", met_at=at, terms=terms)
        if uphold:
            back = NewFact(
                fact.kind, fact.subject, moment(fact.occurred_at), {}, fact.object, retracts=card.fact
            )
            signals.record_facts(by=by, at=at, facts=[back], source="review", contracts=library.contracts)
        ends = "已采纳，该记录已撤回" if uphold else "未采纳，该记录保留"
        bureau = f"{settings.BUREAU_NAME} {settings.BUREAU_CONTACT}"
        text = f"您对一条记录的异议{ends}。\n理由：{decision.strip()}\n{bureau}"
        key = f"INBOX:objection-{objection_id}"
        letter = NewMessage(key, "INBOX", card.subject, f"objection:{objection_id}", text, card.subject)
        outreach.queue(by=by, at=at, message=letter, policy=library.message_policy)

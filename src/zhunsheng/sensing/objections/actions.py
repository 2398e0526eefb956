"""Filing an objection and deciding it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.contracts import FactContract
from zhunsheng.core.facts import Fact
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.sensing.objections.lifecycle import TRANSITIONS, ObjectionState
from zhunsheng.sensing.objections.models import Objection
from zhunsheng.sensing.objections.proposals import ObjectionError, Values, corrected

REASON_CHARACTERS_MAX = 2_000
NO_VALUES: Values = {}


def file(
    *,
    by: Actor,
    at: datetime,
    fact: Fact,
    reason: str,
    contract: FactContract,
    proposed: Values = NO_VALUES,
) -> int:
    """A business objects to a fact of its own file, which is marked from now on; the objection's id.

    `proposed` says what should stand there, by field; the fact's contract has to allow it.
    """
    if by.kind is not ActorKind.BUSINESS or by.key != fact.subject:
        raise ObjectionError(_("只能对本主体的记录提出异议"))
    by.require_power("business.object")
    if not reason.strip() or len(reason) > REASON_CHARACTERS_MAX:
        raise ObjectionError(_("请写明哪里不对、应当是什么，不超过 %(n)d 字") % {"n": REASON_CHARACTERS_MAX})
    if proposed:
        corrected(contract, fact, proposed)
    with transaction.atomic():
        if Objection.objects.filter(fact=fact.fact_id, state=ObjectionState.MARKED.value).exists():
            raise ObjectionError(_("这条记录的异议正在办理"))
        made = Objection.objects.create(
            subject=fact.subject,
            fact=fact.fact_id,
            kind=fact.kind,
            reason=reason.strip(),
            proposed=dict(proposed),
            filed_by=by.name,
            filed_at=at,
        )
        detail = {"fact": fact.fact_id, "why": made.reason, "proposed": made.proposed}
        evidence.record(by=by, at=at, action="OBJECTION_FILED", target=f"objection:{made.id}", detail=detail)
    return made.id


def decide(
    *,
    by: Actor,
    at: datetime,
    objection_id: int,
    state: ObjectionState,
    decision: str,
    accepted: Values = NO_VALUES,
) -> None:
    """A named person decides, once, with a reason that the business reads; `accepted` is put on record."""
    by.require_person("异议处理", "signal.correct")
    if not decision.strip():
        raise ObjectionError(_("请写明理由，企业会看到"))
    with transaction.atomic():
        row = Objection.objects.select_for_update().filter(id=objection_id).first()
        if row is None or state not in TRANSITIONS[ObjectionState(row.state)]:
            raise ObjectionError(_("这项异议已经办结"))
        row.state, row.decided_by, row.decided_at, row.decision = state.value, by.name, at, decision.strip()
        row.accepted = dict(accepted)
        row.save()
        detail = {"state": state.value, "why": row.decision, "accepted": row.accepted}
        evidence.record(by=by, at=at, action="OBJECTION_DECIDED", target=f"objection:{row.id}", detail=detail)

"""One objection of a business: what is wrong, what should stand there, the proof, and the decision."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.clock import day_of
from zhunsheng.core.contracts import FactContract
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.objections import rows_of
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import OBJECTION_STATES, OBJECTION_TONES
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.lifecycle import ObjectionState
from zhunsheng.sensing.objections.proposals import ObjectionError, as_text
from zhunsheng.sensing.objections.queries import ObjectionCard
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field, of_contract, problems_of, shown, values_of
from zhunsheng.workflows import correcting, objecting

DECIDE = "signal.correct"
REASON = Field("decision", gettext_lazy("理由（企业会看到）"), "area")
OUTCOMES = {
    "uphold": ObjectionState.UPHELD,
    "partly": ObjectionState.PARTLY,
    "reject": ObjectionState.REJECTED,
}


@require_safe
@with_power("subject.read")
def objection(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The record beside what the business says, its files, and what can be decided."""
    return _page(request, acting, _card(acting, number), {})


def _card(acting: Acting, number: int) -> ObjectionCard:
    card = queries.one(viewer=acting.viewer, objection_id=number)
    if card is None:
        raise Http404
    return card


def _page(request: HttpRequest, acting: Acting, card: ObjectionCard, errors: dict[str, str]) -> HttpResponse:
    (row,) = rows_of(acting.viewer, (card,))
    fact, contract = objecting.fact_of(card.subject, card.fact)
    speaker = Speaker(open_library(settings.PACKS).contracts)
    told = [(spec, fact.payload.get(spec.name)) for spec in objecting.fields_of(contract)]
    fields = _fields(fact, contract, card)
    proposed = {spec.name: as_text(spec, card.proposed.get(spec.name)) for spec, _now in told}
    values = values_of(fields, request.POST) if request.method == "POST" else proposed
    reason = values_of((REASON,), request.POST)
    kept = files.of_owner(viewer=scoping.opened(acting.viewer, card.subject), owner=card.files)
    words = {
        "here": "objections",
        "row": row,
        "card": card,
        "state": OBJECTION_STATES.get(card.state, card.state),
        "tone": "bad" if row.late else OBJECTION_TONES.get(card.state, ""),
        "fact": fact,
        "on": day_of(fact.occurred_at),
        "content": [
            (
                spec.name_zh,
                *(_said(speaker, card.kind, spec.name, v) for v in (now, card.proposed.get(spec.name))),
            )
            for spec, now in told
        ],
        "accepted": speaker.content((card.kind,), card.accepted),
        "files": [file for file in kept if file.sealed_at is not None],
        "may": DECIDE in acting.actor.powers and card.state == ObjectionState.MARKED.value,
        "errors": errors,
        "reason": shown((REASON,), reason, errors),
        "fields": shown(fields, values, errors),
        "who_sees": who_sees(acting, card.subject),
    }
    return render(request, "officer/objection.html", words)


def _said(speaker: Speaker, kind: str, name: str, value: str | int | bool | None) -> str:
    return "" if value is None else speaker.stored((kind,), name, value)


def _fields(fact: Fact, contract: FactContract, card: ObjectionCard) -> list[Field]:
    """The values of a decision in part: those that the business proposed, or any where it proposed none."""
    speaker = Speaker(open_library(settings.PACKS).contracts)
    told = []
    for spec in objecting.fields_of(contract):
        if not card.proposed or spec.name in card.proposed:
            now = _said(speaker, fact.kind, spec.name, fact.payload.get(spec.name))
            told.append(of_contract(spec, _("现在：%(value)s。") % {"value": now or _("没有记录")}))
    return told


@require_POST
@with_power(DECIDE)
def decide(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Accept, accept in part with other values, or refuse: with a reason for the business."""
    card = _card(acting, number)
    state = OUTCOMES.get(request.POST.get("outcome", ""))
    reason = values_of((REASON,), request.POST)
    errors = problems_of((REASON,), reason)
    values: dict[str, str | int | bool | None] = {}
    if state is ObjectionState.PARTLY:
        fact, contract = objecting.fact_of(card.subject, card.fact)
        values, wrong = objecting.read(fact, contract, values_of(_fields(fact, contract, card), request.POST))
        errors |= wrong
    if state is None:
        errors["outcome"] = _("请选择采纳、部分采纳或不采纳")
    elif not errors:
        try:
            correcting.decide(
                by=acting.actor,
                at=page_clock().now(),
                objection_id=number,
                state=state,
                decision=reason["decision"],
                values=values,
            )
            return HttpResponseRedirect(reverse("officer:objection", args=[number]))
        except ObjectionError as error:
            errors = {"decision": str(error)}
    return _page(request, acting, card, errors)

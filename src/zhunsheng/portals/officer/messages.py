"""The SMS monitor: one message and its way, what waits for a person, the rules, what would be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError, Viewer
from zhunsheng.core.messages import Length, MessageError, Prices, length, not_before
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as rows
from zhunsheng.foundation.outbox.lifecycle import SETTLED, Finding
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.foundation.outreach.actions import SMS_TOPIC
from zhunsheng.foundation.outreach.queries import MessageCard
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer.batches import UNCLEAR
from zhunsheng.portals.officer.batches.messages import unclear as unclear_messages
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.messages import MessageRow, template_of, without_link
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import (
    FINDINGS,
    MESSAGE_TONES,
    MESSAGES,
    ROW_STATES,
    TEMPLATES,
    VERDICTS,
)
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry import scoping
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.notifying import tellings

READ, SETTLE = "touch.read", "message.settle"
UNCLEAR_SHOWN = 100
LI_A_YUAN = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a short message takes: its length, and its price by the contract of a day."""

    length: Length
    li: int | None
    since: date | None

    @property
    def yuan(self) -> str:
        """In yuan, to the thousandth."""
        return "" if self.li is None else f"{self.li // LI_A_YUAN}.{self.li % LI_A_YUAN:03d}"


def prices() -> Prices:
    """What segments cost from which day on."""
    return Prices.read(open_library(settings.PACKS).policy("zhunsheng.message-price-policy/1"))


def cost_of(text: str, on: date) -> Cost:
    """Length and price of a text that goes out on a day."""
    told, price = length(text), prices().on(on)
    return Cost(told, told.segments * price[1] if price else None, price[0] if price else None)


def _within(viewer: Viewer) -> Any:
    def narrowed(found: QuerySet[Any]) -> QuerySet[Any]:
        return scoping.within(found, viewer)

    return narrowed


def _card(viewer: Viewer, number: int) -> MessageCard:
    found = outreach.message(viewer=viewer, message_id=number, narrowed=_within(viewer))
    if found is None:
        raise Http404
    return found


@require_safe
@with_power(READ)
def message(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """One message: what it says, what it costs, how far it came."""
    return _page(request, acting, number)


def _page(
    request: HttpRequest, acting: Acting, number: int, errors: dict[str, str] | None = None
) -> HttpResponse:
    viewer = acting.viewer
    card = _card(viewer, number)
    sms = card.channel == "SMS"
    row = rows.row_of(viewer=viewer, topic=SMS_TOPIC, key=card.key) if sms else None
    steps: list[Finding] = []
    if row is not None and SETTLE in acting.actor.powers:
        steps = [finding for state, finding in SETTLED if state == row.state]
    row_words = ROW_STATES.get(row.state, row.state) if row else ""
    words = {
        "here": "messages",
        "card": card,
        "said": without_link(card.text),
        "name": registry.names(viewer=viewer, keys={card.subject}).get(card.subject, card.subject),
        "touch": MessageRow(card, "").touch,
        "recipient": scoping.shown(viewer, "phone", card.recipient) if sms else card.recipient,
        "state": row_words if row and card.state == "QUEUED" else MESSAGES.get(card.state, card.state),
        "tone": MESSAGE_TONES.get(card.state, ""),
        "template": TEMPLATES[template_of(card)],
        "cost": cost_of(card.text, day(card.created_at)) if sms else None,
        "way": _way(viewer, card, row),
        "row": row,
        "row_state": row_words,
        "findings": [(finding.value, FINDINGS[finding]) for finding in steps],
        "on_visit_list": sms and triggers.to_be_visited(viewer=viewer, subject=card.subject),
        "who_sees": who_sees(acting, card.subject, READ),
        "errors": errors or {},
        "reason": request.POST.get("reason", ""),
        "chosen": request.POST.get("finding", ""),
    }
    return render(request, "officer/messages/message.html", words)


def _way(viewer: Viewer, card: MessageCard, row: rows.Waiting | None) -> list[dict[str, Any]]:
    """Written, handed over, receipts: in order of time."""
    told: list[tuple[datetime, str | Promise, str]] = [(card.created_at, _("写下"), "")]
    if card.not_before > card.created_at:
        told.append((card.not_before, _("最早可发（静默时段之后）"), ""))
    for one in rows.tries(viewer=viewer, row_id=row.id) if row else ():
        told.append((one.started_at, VERDICTS.get(one.outcome, _("没有明确答复")), one.note))
    for receipt in outreach.receipts(viewer=viewer, key=card.key):
        said = MESSAGES.get(receipt.told, receipt.told)
        told.append((receipt.received_at, said, "" if receipt.note == "outbox" else receipt.note))
    return [{"at": at, "title": title, "text": note} for at, title, note in sorted(told, key=lambda o: o[0])]


@require_POST
@with_power(SETTLE)
def settle(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A person says what became of a message that nobody could tell of."""
    card = _card(acting.viewer, number)
    row = rows.row_of(viewer=acting.viewer, topic=SMS_TOPIC, key=card.key)
    told, reason = request.POST.get("finding", ""), request.POST.get("reason", "").strip()
    if row is None or told not in {finding.value for finding in Finding}:
        return _page(request, acting, number, {"finding": _("请选择查明的情况")})
    if not reason:
        return _page(request, acting, number, {"reason": _("请写明怎样查明的")})
    try:
        outbox.settle(
            by=acting.actor, at=page_clock().now(), row_id=row.id, finding=Finding(told), reason=reason
        )
    except (outbox.NothingToSettleError, PowerLackingError) as error:
        return _page(request, acting, number, {"content": str(error)})
    return HttpResponseRedirect(reverse("messages:message", args=[number]))


@require_safe
@with_power(READ)
def unclear(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Short messages that wait for a person, oldest first, within the scope."""
    told, may = unclear_messages(acting.viewer), SETTLE in acting.actor.powers
    words = {
        "here": "messages",
        "rows": [(one, ROW_STATES[one.row.state]) for one in told[:UNCLEAR_SHOWN]],
        "total": len(told),
        "may_settle": may,
        "acts": UNCLEAR.acts.items() if may else (),
    }
    return render(request, "officer/messages/unclear.html", words)


@require_safe
@with_power(READ)
def terms(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The rules by which messages are held back, the price, and from which file each comes."""
    library, known = open_library(settings.PACKS), prices()
    document = library.policy("zhunsheng.message-policy/1")
    today = day(page_clock().now())
    words = {
        "here": "messages",
        "policy": library.message_policy,
        "source": document["source"],
        "status": document.get("status", ""),
        "prices": [(since, f"{li // LI_A_YUAN}.{li % LI_A_YUAN:03d}") for since, li in known.since],
        "price": known.on(today),
        "price_source": known.source,
        "price_status": known.status,
        "templates": [(one, cost_of(one.zh, today)) for one in library.templates.values()],
    }
    return render(request, "officer/messages/terms.html", words)


@require_safe
@with_power(READ)
def preview(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """What a business would be told now of its touches under observation, and what would hold it back."""
    viewer = acting.viewer
    subject = registry.get(viewer=viewer, key=key)
    if subject is None:
        raise Http404
    at, policy = page_clock().now(), open_library(settings.PACKS).message_policy
    problem, told = "", []
    try:
        told = tellings(triggers.touches(viewer=viewer, subject=key, state="OBSERVING"), at)
    except MessageError as error:
        problem = str(error)
    rows = [(one, message) for one in told for message in one.messages]
    bearings = outreach.bearings(viewer=viewer, at=at, wanted=[message for _, message in rows], policy=policy)
    words = {
        "here": "messages",
        "subject": subject,
        "rows": [
            {
                "touch": one.touch,
                "has_phone": one.has_phone,
                "message": message,
                "text": without_link(message.text),
                "template": TEMPLATES[message.channel],
                "cost": cost_of(message.text, day(at)) if message.channel == "SMS" else None,
                "bearing": bearing,
            }
            for (one, message), bearing in zip(rows, bearings, strict=True)
        ],
        "policy": policy,
        "waits_until": not_before(at, policy) if not_before(at, policy) > at else None,
        "problem": problem,
        "trial_now": outreach.trials(viewer=viewer, standing=True),
    }
    return render(request, "officer/messages/preview.html", words)

"""Who acts for businesses: found, looked at, and taken back by whoever may, with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.portals.officer import listing
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.explaining import Event
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.portals.officer.lists.mandates import scope_words
from zhunsheng.portals.officer.organisation.acts import Act, Asked, Rows, act_page, link
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import MANDATE_TONES
from zhunsheng.registers.mandates import actions, queries
from zhunsheng.registers.mandates.actions import REVOKE
from zhunsheng.registers.mandates.lifecycle import KINDS, STATES
from zhunsheng.registers.mandates.queries import MandateCard, MandateFile
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field

HERE, DIGITS_MAX = "mandates", 18


def _row(card: MandateCard) -> tuple[MandateCard, object, object, str]:
    return card, KINDS[card.kind], STATES[card.state], MANDATE_TONES.get(card.state, "")


@require_safe
@with_power("subject.read")
def one(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A mandate: whose, for whom, in what, until when, by whom given, and what became of it."""
    found = _found(acting, number)
    words = {
        "here": HERE,
        "file": found,
        "row": _row(found.card),
        "acts": scope_words(found.card),
        "under": _row(found.under) if found.under else None,
        "given": [_row(card) for card in found.given],
        "way": _way(found),
        "who_sees": who_sees(acting, found.card.subject),
        "revoke": link("mandates:revoke", number=str(number))
        if REVOKE in acting.actor.powers and found.ended_at is None
        else "",
    }
    return render(request, "officer/mandate.html", words)


def _way(found: MandateFile) -> list[Event]:
    """What became of it, in order of time."""
    begun = _("授出") if found.under else _("认领")
    told = [(found.made_at, begun, ""), (found.accepted_at, _("接受"), "")][: 2 if found.under else 1]
    told.append((found.ended_at, STATES[found.card.state], found.card.end_reason))
    return [Event(at, str(title), text) for at, title, text in told if at is not None]


def _found(acting: Acting, number: int) -> MandateFile:
    found = queries.one(viewer=acting.viewer, at=page_clock().now(), mandate_id=number)
    if found is None:
        raise Http404
    return found


def _asked_for(asked: Asked) -> MandateFile:
    told = asked.text("number")
    if not (told.isascii() and told.isdigit() and len(told) <= DIGITS_MAX):
        raise Http404
    return _found(asked.acting, int(told))


def _fields(asked: Asked) -> Sequence[Field]:
    _asked_for(asked)
    hint = _("企业可以问起；写明依据和经过，不写他人信息。")
    return (Field("reason", _("理由"), hint=hint), Field("number", _("编号"), "hidden"))


def _look(asked: Asked) -> Rows:
    found = _asked_for(asked)
    told: Rows = [
        (_("人员"), found.card.name),
        (_("主体"), found.card.subject_name),
        (_("可办事项"), scope_words(found.card)),
        (_("生效"), _("立即：下一次打开页面时已经失效")),
    ]
    names = "、".join(card.name for card in found.given if card.state in {"ACCEPTED", "OFFERED"})
    return [*told, (_("由其授出、一并失效的"), names)] if names else told


def _revoke(asked: Asked) -> str:
    number = _asked_for(asked).card.id
    actions.revoke(
        by=asked.by, at=asked.at, viewer=asked.acting.viewer, mandate_id=number, reason=asked.text("reason")
    )
    return reverse("mandates:one", args=[number])


ACT = Act(REVOKE, _("收回授权"), _("收回授权"), _fields, _revoke, look=_look, here=HERE)
app_name = "mandates"
urlpatterns = [
    path("", listing.list_page(LISTS["mandates"], HERE), name="index"),
    path("<int:number>/", one, name="one"),
    path("revoke/", act_page(ACT), name="revoke"),
]

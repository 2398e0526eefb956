"""Two lists of different levels side by side: what the rule proposes, and what a qualified person chooses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.policylists import POWERS, REFUSALS, choices_of, entry_of, told_of
from zhunsheng.registers.statutes.actions import choices as actions
from zhunsheng.registers.statutes.queries import lists as queries
from zhunsheng.web.clock import page_clock

ASKED = ("one", "other", "favourable", "lawful")


@require_safe
@with_power(*POWERS)
def conflict(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Both lists, the proposal, every choice so far, and the form for whoever may choose."""
    return _page(request, acting, request.GET)


@require_POST
@with_power(actions.CHOOSE)
def choose(request: HttpRequest, acting: Acting) -> HttpResponse:
    """One of the two applies from today on; what is refused is said on the page."""
    told = request.POST
    try:
        actions.choose(
            by=acting.actor,
            at=page_clock().now(),
            version_ids=(_number(told, "one"), _number(told, "other")),
            chosen_id=_number(told, "chosen"),
            lower_more_favourable=bool(told.get("favourable")),
            lower_within_authority=bool(told.get("lawful")),
            reason=told.get("reason", ""),
        )
    except REFUSALS as error:
        return _page(request, acting, told, str(error))
    back = QueryDict(mutable=True)
    back.update({name: told[name] for name in ASKED if told.get(name)})
    return HttpResponseRedirect(f"{reverse('policy:conflict')}?{back.urlencode()}")


def _number(told: QueryDict, name: str) -> int:
    """0, which names no version, for what is no number."""
    text = told.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else 0


def _page(request: HttpRequest, acting: Acting, asked: QueryDict, refusal: str = "") -> HttpResponse:
    cards = queries.effective(viewer=acting.viewer, on=today())
    known = {card.id: card for card in cards}
    one, other = (known.get(_number(asked, name)) for name in ("one", "other"))
    told = None
    if one and other and one.level != other.level:
        told = queries.conflict(
            viewer=acting.viewer,
            one_id=one.id,
            other_id=other.id,
            lower_more_favourable=bool(asked.get("favourable")),
            lower_within_authority=bool(asked.get("lawful")),
        )
    both = {card.id for card in told[:2]} if told else set()
    words = {
        "here": "policy",
        "cards": [told_of(card) for card in cards],
        "one": one,
        "other": other,
        "favourable": asked.get("favourable"),
        "lawful": asked.get("lawful"),
        "same": bool(one and other and one.level == other.level),
        "both": [(told_of(c), [entry_of(e, {}) for e in c.content["entries"]]) for c in told[:2]]
        if told
        else [],
        "proposal": told[2] if told else None,
        "choices": [
            row for row in choices_of(acting, sorted(both)) if {row[0].higher.id, row[0].lower.id} == both
        ],
        "may_choose": actions.CHOOSE in acting.actor.powers,
        "reason": asked.get("reason", ""),
        "refusal": refusal,
    }
    return render(request, "officer/policy/conflict.html", words, status=400 if refusal else 200)

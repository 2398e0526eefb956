"""Objections of businesses: what waits, what was decided, and the decision."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.portals.officer.door import with_power
from zhunsheng.registers.registry import queries as registry
from zhunsheng.sensing.objections import queries
from zhunsheng.sensing.objections.actions import ObjectionError
from zhunsheng.sensing.objections.queries import ObjectionCard
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import objecting

SHOWN = 20


@require_safe
@with_power("subject.read")
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Those that wait with their last day, then what was decided lately."""
    return _page(request, acting)


def _page(request: HttpRequest, acting: Acting, problem: str = "") -> HttpResponse:
    viewer = acting.viewer
    waiting, over = queries.waiting(viewer=viewer), queries.decided(viewer=viewer)[:SHOWN]
    names = registry.names(viewer=viewer, keys={card.subject for card in [*waiting, *over]})
    library, at = open_library(settings.PACKS), page_clock().now()
    terms = clocks.terms(viewer=viewer, base=library.clocks)
    matters = [f"objection:{card.id}" for card in waiting]
    due = clocks.of_matters(viewer=viewer, at=at, terms=terms, matters=matters)
    seen = registry.why_visible(viewer=viewer, keys={card.subject for card in waiting}, on=day(at))

    def row(card: ObjectionCard) -> dict[str, object]:
        contract = library.contracts.get(card.kind)
        told = due.get(f"objection:{card.id}", ())
        return {
            "card": card,
            "name": names.get(card.subject, card.subject),
            "kind": contract.name_zh if contract else card.kind,
            "due": next((d for d in told if d.clock == objecting.DECIDE), None),
            "who_sees": seen.get(card.subject, ()),
        }

    words = {
        "here": "objections",
        "waiting": [row(card) for card in waiting],
        "over": [row(card) for card in over],
        "may": "signal.correct" in acting.actor.powers,
        "problem": problem,
    }
    return render(request, "officer/objections.html", words)


@require_POST
@with_power("signal.correct")
def decide(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Uphold or reject, with a reason for the business."""
    if queries.one(viewer=acting.viewer, objection_id=number) is None:
        raise Http404
    try:
        objecting.decide(
            by=acting.actor,
            at=page_clock().now(),
            objection_id=number,
            uphold=request.POST.get("outcome") == "uphold",
            decision=request.POST.get("decision", ""),
        )
    except ObjectionError as error:
        return _page(request, acting, str(error))
    return HttpResponseRedirect(reverse("officer:objections"))

"""Runs of the lab: who asked what when, how far it is, stopped and gone on with."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.lab import actions, queries
from zhunsheng.judging.lab.lifecycle import LabState, LabStepError
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lab.reports import report_words
from zhunsheng.portals.officer.words import LAB_KINDS, LAB_STATES, LAB_TONES
from zhunsheng.web.clock import page_clock

REFRESH_SECONDS = "3"


def opened(acting: Acting, number: int) -> RunCard:
    """The run of the address; for others there is no such page."""
    card = queries.run(viewer=acting.viewer, run_id=number)
    if card is None:
        raise Http404
    return card


def told_of(card: RunCard) -> dict[str, object]:
    """A run as pages name it."""
    return {
        "card": card,
        "kind": LAB_KINDS[card.kind],
        "state": LAB_STATES[card.state],
        "tone": LAB_TONES.get(card.state, ""),
        "period": (card.asked["from"][:16].replace("T", " "), card.asked["to"][:16].replace("T", " ")),
        "known_at": card.asked["known_at"][:16].replace("T", " "),
        "line": card.asked["line"],
        "chosen": [code for codes in card.asked["chosen"].values() for code in codes],
        # Of a sweep the first version is the one whose line was moved.
        "versions": card.versions[:1] if card.kind == "SWEEP" else card.versions,
        "asked_at": f"{localtime(card.asked_at):%Y-%m-%d %H:%M}",
    }


@require_safe
@with_power(actions.REPLAY)
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The runs, newest first."""
    rows = [told_of(card) for card in queries.runs(viewer=acting.viewer)]
    return render(request, "officer/lab/index.html", {"here": "lab", "rows": rows})


@require_safe
@with_power(actions.REPLAY)
def run(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """How far a run is, or its report. While a worker is at it, the page asks again by itself."""
    return _page(request, acting, opened(acting, number))


def _page(request: HttpRequest, acting: Acting, card: RunCard, problem: str = "") -> HttpResponse:
    words = {"here": "lab", **told_of(card), "errors": {"step": problem} if problem else {}}
    if card.state is LabState.DONE:
        words |= report_words(acting.viewer, card)
        name = "sweep.html" if card.kind == "SWEEP" else "report.html"
        return render(request, f"officer/lab/{name}", words, status=400 if problem else 200)
    response = render(request, "officer/lab/progress.html", words, status=400 if problem else 200)
    if card.at_work:
        response.headers["Refresh"] = REFRESH_SECONDS
    return response


@require_POST
@with_power(actions.REPLAY)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Stop a run, or go on with it."""
    card, wanted = opened(acting, number), {"stop": actions.stop, "go_on": actions.go_on}
    act = wanted.get(request.POST.get("step", ""))
    if act is None:
        raise Http404
    try:
        act(by=acting.actor, at=page_clock().now(), run_id=card.id)
    except LabStepError as error:
        return _page(request, acting, opened(acting, number), str(error))
    return HttpResponseRedirect(reverse("lab:run", args=[card.id]))

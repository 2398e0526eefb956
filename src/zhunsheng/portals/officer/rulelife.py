"""The life of a version at the desk: drafted from the lab, reviewed, approved by another, published."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.rulebook import actions, queries
from zhunsheng.judging.rulebook.actions import shadows
from zhunsheng.judging.rulebook.lifecycle import TRANSITIONS, ProposalState, ProposalStepError
from zhunsheng.judging.rulebook.queries import ProposalCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.ruleshadow import may_start, runs_of, take
from zhunsheng.portals.officer.rulesnooze import on_life_page
from zhunsheng.portals.officer.words import PROPOSAL_TONES, PROPOSALS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.proposing import propose, roll_back
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.taking_effect import publish

POWERS = (actions.EDIT, actions.REVIEW, actions.APPROVE, actions.PUBLISH)
NUMBER_DIGITS = 18
# Which permission a step wants, and where it leads.
STEPS = {
    "submit": (actions.EDIT, ProposalState.REVIEWING),
    "review": (actions.REVIEW, ProposalState.REVIEWED),
    "back": (actions.REVIEW, ProposalState.DRAFT),
    "approve": (actions.APPROVE, ProposalState.APPROVED),
    "publish": (actions.PUBLISH, ProposalState.PUBLISHED),
    "call_off": (actions.PUBLISH, ProposalState.WITHDRAWN),
    "withdraw": (actions.EDIT, ProposalState.WITHDRAWN),
}
NOT_ONES_OWN = frozenset({"review", "approve"})


def _told(card: ProposalCard, in_effect: str) -> dict[str, object]:
    return {
        "card": card,
        "state": PROPOSALS[card.state],
        "tone": PROPOSAL_TONES.get(card.state, ""),
        "in_effect": card.state is ProposalState.EFFECTIVE and card.pack_hash == in_effect,
    }


@require_safe
@with_power("subject.read", *POWERS)
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Every proposal, newest first."""
    at = page_clock().now()
    now = rules_at(at).pack.content_hash
    rows = [_told(card, now) for card in queries.proposals(viewer=acting.viewer)]
    running = queries.shadows(viewer=acting.viewer, running=True)
    mine = queries.manuscripts(viewer=acting.viewer) if actions.EDIT in acting.actor.powers else []
    told = {"here": "rules", "rows": rows, "running": running, "manuscripts": mine}
    words = {**told, **on_life_page(acting, at)}
    return render(request, "officer/rules/life.html", words)


@require_POST
@with_power(actions.EDIT)
def draft(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Begin from a run of the lab, with a reason."""
    run, reason = request.POST.get("run", ""), request.POST.get("reason", "")
    if not (run.isascii() and run.isdigit() and len(run) <= NUMBER_DIGITS):
        raise Http404
    try:
        number = propose(acting.actor, page_clock().now(), acting.viewer, int(run), reason)
    except ProposalStepError as error:
        words = {"here": "rules", "title": _("没有起草"), "words": str(error)}
        back = {"back": reverse("lab:run", args=[int(run)])}
        return render(request, "officer/told.html", {**words, **back}, status=400)
    return HttpResponseRedirect(reverse("rules:proposal", args=[number]))


@require_safe
@with_power("subject.read", *POWERS)
def one(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A proposal with its dossier and its next steps."""
    return _page(request, acting, number)


@require_POST
@with_power(shadows.POWER)
def shadow(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A run beside the version in effect begins or stops."""
    if queries.proposal(viewer=acting.viewer, proposal_id=number) is None:
        raise Http404
    wanted, why = request.POST.get("shadow", ""), request.POST.get("why", "")
    try:
        until = _day(request.POST.get("until", "")) if wanted == "start" else None
        take(acting.actor, page_clock().now(), number, wanted, why, until)
    except (ProposalStepError, PowerLackingError) as error:
        return _page(request, acting, number, str(error))
    return HttpResponseRedirect(reverse("rules:proposal", args=[number]))


def _page(request: HttpRequest, acting: Acting, number: int, problem: str = "") -> HttpResponse:
    found = queries.proposal(viewer=acting.viewer, proposal_id=number)
    if found is None:
        raise Http404
    card, dossier = found
    runs = runs_of(acting.viewer, card)
    words = {
        "here": "rules",
        **_told(card, rules_at(page_clock().now()).pack.content_hash),
        "dossier": dossier,
        "steps": _steps(card, acting),
        "own": card.author == acting.actor.key,
        "errors": {"step": problem} if problem else {},
        "runs": runs,
        "may_start": may_start(card, runs, acting.actor),
        "may_stop": shadows.POWER in acting.actor.powers,
        "today": page_clock().now().date().isoformat(),
    }
    return render(request, "officer/rules/proposal.html", words, status=400 if problem else 200)


def _steps(card: ProposalCard, acting: Acting) -> set[str]:
    own = card.author == acting.actor.key
    stood = card.state in {ProposalState.EFFECTIVE, ProposalState.SUPERSEDED}
    restores = {"restore"} if stood and actions.EDIT in acting.actor.powers else set()
    return restores | {
        name
        for name, (power, after) in STEPS.items()
        if power in acting.actor.powers
        and after in TRANSITIONS[card.state]
        and (card.state is ProposalState.PUBLISHED) == (name == "call_off")
        and not (own and name in NOT_ONES_OWN)
    }


@require_POST
@with_power(*POWERS)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The next step; what is refused is said on the page. A roll back is a proposal of its own."""
    if queries.proposal(viewer=acting.viewer, proposal_id=number) is None:
        raise Http404
    try:
        number = _do(request, acting, number)
    except (ProposalStepError, PowerLackingError) as error:
        return _page(request, acting, number, str(error))
    except IntegrityError:
        return _page(request, acting, number, _("起草、审查与批准须由不同的人办理"))
    return HttpResponseRedirect(reverse("rules:proposal", args=[number]))


def _do(request: HttpRequest, acting: Acting, number: int) -> int:
    """The proposal to look at afterwards."""
    by, at, told = acting.actor, page_clock().now(), request.POST
    why = told.get("why", "")
    match told.get("step", ""):
        case "submit":
            actions.submit(by=by, at=at, proposal_id=number)
        case "review":
            actions.review(by=by, at=at, proposal_id=number, opinion=why)
        case "back":
            actions.send_back(by=by, at=at, proposal_id=number, reason=why)
        case "approve":
            actions.approve(by=by, at=at, proposal_id=number, dossier_hash=told.get("dossier", ""))
        case "publish":
            publish(by, at, number, _day(told.get("on", "")))
        case "call_off":
            actions.call_off(by=by, at=at, proposal_id=number, reason=why)
        case "withdraw":
            actions.withdraw(by=by, at=at, proposal_id=number, reason=why)
        case "restore":
            return roll_back(by, at, acting.viewer, number, why)
        case _:
            raise Http404
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProposalStepError(_("须写明施行日期，写成 2026-07-31")) from None

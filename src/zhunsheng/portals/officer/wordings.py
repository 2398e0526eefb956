"""The bureau's own wording at the desk: every kind, one version with its preview and life, two versions."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.documents.catalogue import UnknownTemplateError
from zhunsheng.core.documents.composing import lines_of
from zhunsheng.core.documents.fields import FieldError
from zhunsheng.core.documents.template import Template
from zhunsheng.core.documents.wording import WordingError, compared
from zhunsheng.core.documents.wording import preview as content_of
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.foundation.documents.actions import wordings as actions
from zhunsheng.foundation.documents.lifecycle import WORDING_TRANSITIONS, DocumentStepError, WordingState
from zhunsheng.foundation.documents.queries import wordings as queries
from zhunsheng.foundation.documents.queries.wordings import WordingCard
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.words import PART_KINDS, WORDING_TONES, WORDINGS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.terms import document_terms

POWERS = ("document.read", actions.EDIT, actions.APPROVE)
REFUSALS = (
    *(DocumentStepError, ExcludedPartError, FieldError, PowerLackingError, WordingError),
    UnknownTemplateError,
)
# Which permission a step wants, and where it leads.
STEPS = {
    "submit": (actions.EDIT, WordingState.REVIEWING),
    "back": (actions.APPROVE, WordingState.DRAFT),
    "approve": (actions.APPROVE, WordingState.APPROVED),
    "publish": (actions.APPROVE, WordingState.PUBLISHED),
    "withdraw": (actions.EDIT, WordingState.WITHDRAWN),
}
SHIPPED = "shipped"
Words = dict[str, object]


def told(card: WordingCard) -> Words:
    """A version with the words of its state."""
    return {"card": card, "state": WORDINGS[card.state], "tone": WORDING_TONES.get(card.state, "")}


def card_of(acting: Acting, number: int) -> WordingCard:
    """One version; 404 when there is none."""
    found = queries.wording(viewer=acting.viewer, wording_id=number, on=today())
    if found is None:
        raise Http404
    return found


@require_safe
@with_power(*POWERS)
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Every kind of the catalogue, by group: whose wording is in force, and what is on its way."""
    on, terms = today(), document_terms()
    ways = queries.on_their_way(viewer=acting.viewer)
    rows = []
    for shipped in terms.catalogue.templates.values():
        now = terms.template(shipped.id, on)
        number, state = ways.get(shipped.id, (0, ""))
        rows.append(
            {
                "template": shipped,
                "own": now.version if now is not shipped else "",
                "worded": now.worded,
                "number": number,
                "state": WORDINGS.get(state, ""),
            }
        )
    return render(request, "officer/wording/index.html", {"here": "wordings", "rows": rows})


def _shipped(kind: str) -> Template:
    found = document_terms().catalogue.templates.get(kind)
    if found is None:
        raise Http404
    return found


@require_safe
@with_power(*POWERS)
def kind(request: HttpRequest, acting: Acting, kind: str) -> HttpResponse:
    """The versions of a kind, its fields, and two versions beside each other."""
    shipped, cards = _shipped(kind), queries.of_kind(viewer=acting.viewer, kind=kind, on=today())
    known: dict[str, tuple[str, Template]] = {
        str(card.number): (_("本局第 %(n)d 版") % {"n": card.number}, card.template) for card in cards
    }
    if shipped.worded:
        known[SHIPPED] = (_("随系统提供的正文"), shipped)
    keys = list(known)
    new = _chosen(request.GET.get("new", ""), keys, 0)
    old = _chosen(request.GET.get("old", ""), keys, 1)
    lines = list(compared(known[old][1], known[new][1])) if keys else []
    words = {
        "here": "wordings",
        "template": shipped,
        "rows": [told(card) for card in cards],
        "open": any(card.state in {"DRAFT", "REVIEWING", "APPROVED"} for card in cards),
        "may_draft": actions.EDIT in acting.actor.powers,
        "versions": [(key, name) for key, (name, _template) in known.items()],
        "old": old,
        "new": new,
        "lines": [(_line(before), _line(after), same) for before, after, same in lines],
        "changes": sum(not same for _before, _after, same in lines),
    }
    return render(request, "officer/wording/kind.html", words)


def _chosen(asked: str, keys: list[str], place: int) -> str:
    return asked if asked in keys else keys[min(place, len(keys) - 1)] if keys else ""


def _line(line: tuple[str, str] | None) -> Words | None:
    return {"kind": PART_KINDS.get(line[0], line[0]), "text": line[1]} if line else None


@require_POST
@with_power(actions.EDIT)
def draft(request: HttpRequest, acting: Acting, kind: str) -> HttpResponse:
    """Begin a version, from the text in force or from none."""
    _shipped(kind)
    reason = request.POST.get("reason", "")
    try:
        number = actions.draft(
            by=acting.actor, at=page_clock().now(), kind=kind, reason=reason, terms=document_terms()
        )
    except REFUSALS as error:
        words = {"here": "wordings", "title": _("没有起草"), "words": str(error)}
        back = {"back": reverse("wording:kind", args=[kind])}
        return render(request, "officer/told.html", {**words, **back}, status=400)
    return HttpResponseRedirect(reverse("wording:edit", args=[number]))


@require_safe
@with_power(*POWERS)
def one(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A version as it will read, what is wrong with it, and its next steps."""
    return _page(request, acting, number)


def _page(request: HttpRequest, acting: Acting, number: int, problem: str = "") -> HttpResponse:
    card, on = card_of(acting, number), today()
    content = content_of(card.template)
    own = acting.actor.key in card.authors
    unfinished = card.state in {"DRAFT", "REVIEWING"}
    faults = (
        queries.faults(viewer=acting.viewer, card=card, terms=document_terms(), on=on) if unfinished else []
    )
    words = {
        "here": "wordings",
        **told(card),
        "lines": lines_of(content) if content else [],
        "faults": faults,
        "steps": _steps(card, acting, own),
        "own": own and card.state == "REVIEWING",
        "may_edit": card.state == "DRAFT" and actions.EDIT in acting.actor.powers,
        "errors": {"step": problem} if problem else {},
        "today": on.isoformat(),
    }
    return render(request, "officer/wording/one.html", words, status=400 if problem else 200)


def _steps(card: WordingCard, acting: Acting, own: bool) -> set[str]:
    if card.effective_on is not None:
        return set()
    return {
        name
        for name, (power, after) in STEPS.items()
        if power in acting.actor.powers
        and after in WORDING_TRANSITIONS[WordingState(card.state)]
        and not (own and name == "approve")
    }


@require_POST
@with_power(actions.EDIT, actions.APPROVE)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The next step; what is refused is said on the page."""
    card_of(acting, number)
    try:
        _do(request, acting, number)
    except REFUSALS as error:
        return _page(request, acting, number, str(error))
    except IntegrityError:
        return _page(request, acting, number, _("起草与批准须由不同的人办理"))
    return HttpResponseRedirect(reverse("wording:one", args=[number]))


def _do(request: HttpRequest, acting: Acting, number: int) -> None:
    by, at, sent = acting.actor, page_clock().now(), request.POST
    why = sent.get("why", "")
    match sent.get("step", ""):
        case "submit":
            actions.submit(by=by, at=at, wording_id=number, terms=document_terms())
        case "back":
            actions.send_back(by=by, at=at, wording_id=number, reason=why)
        case "approve":
            seen = sent.get("seen", "")
            actions.approve(by=by, at=at, wording_id=number, content_hash=seen, opinion=why)
        case "publish":
            actions.publish(by=by, at=at, wording_id=number, on=_day(sent.get("on", "")))
        case "withdraw":
            actions.withdraw(by=by, at=at, wording_id=number, reason=why)
        case _:
            raise Http404


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DocumentStepError(_("须写明施行日期，写成 2026-07-31")) from None


@require_safe
@with_power(*POWERS)
def preview(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The page of a version with its sample, as PDF."""
    card = card_of(acting, number)
    try:
        file = queries.preview_file(viewer=acting.viewer, card=card, on=today())
    except RenderError as error:
        return _page(request, acting, number, str(error))
    if file is None:
        return _page(request, acting, number, _("还不能成文，请先改正下面的问题"))
    disposition = {"Content-Disposition": "inline; filename=preview.pdf"}
    return HttpResponse(file.body, content_type=file.media_type, headers=disposition)

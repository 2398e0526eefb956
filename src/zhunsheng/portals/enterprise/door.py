"""The businesses' own door: who is signed in, and which mandate an address is asked under.

Session, account, mandate and the act it allows are looked at anew at every request: whatever was withdrawn or
is over opens nothing any more. A mandate that is not one's own looks like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.accounts.who import SignedIn, who_is
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise.visiting import DOOR, Opened, Visit
from zhunsheng.registers.mandates import queries as mandates
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock

COOKIE, PATH = "zhunsheng_business", "/business/"
SIDE = "BUSINESS"
STEPS = {
    SessionStage.SECOND: "business:code",
    SessionStage.ENROL: "business:second",
    SessionStage.CHANGE: "business:password",
    SessionStage.SIGNED_IN: "business:choose",
    SessionStage.ENDED: "business:in",
}
View = Callable[..., HttpResponseBase]


def token_of(request: HttpRequest) -> str:
    """The token that the browser brings to these pages; '' if none."""
    return request.COOKIES.get(COOKIE, "")


def signed_in(request: HttpRequest) -> SignedIn | None:
    """Whose session this is; a colleague's session is none here."""
    return who_is(token_of(request), page_clock().now(), SIDE)


def remember(response: HttpResponse, request: HttpRequest, token: str) -> HttpResponse:
    """Hand the token to the browser, for these pages only, out of reach of scripts and other sites."""
    response.set_cookie(COOKIE, token, path=PATH, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


def kept_apart(response: HttpResponseBase) -> HttpResponseBase:
    """Out of caches and search engines."""
    patch_cache_control(response, no_store=True, private=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def at_stage(*stages: SessionStage) -> Callable[[View], View]:
    """Only for a session in one of these stages; everybody else is led to where they are."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **named: object) -> HttpResponseBase:
            found = signed_in(request)
            if found is None or found.stage not in stages:
                return HttpResponseRedirect(reverse(STEPS[found.stage] if found else "business:in"))
            try:
                return kept_apart(view(request, found, **named))
            except Http404:
                _tell_refusal(request, found)
                raise

        return answer

    return decorate


def _tell_refusal(request: HttpRequest, found: SignedIn) -> None:
    asked = request.resolver_match
    if asked is not None:
        by, at = Actor(ActorKind.BUSINESS, found.person, found.name), page_clock().now()
        told = {**asked.kwargs, "method": request.method}
        evidence.note_refusal(by=by, at=at, page=asked.view_name, asked=told)


def under_mandate(act: str) -> Callable[[View], View]:
    """Give the view its visit; 404 without a standing mandate of one's own that allows this act."""

    def decorate(view: View) -> View:
        @at_stage(SessionStage.SIGNED_IN)
        def answer(request: HttpRequest, me: SignedIn, mandate: int, **named: object) -> HttpResponseBase:
            visit = _visit(me, mandate, act)
            with within_wall(visit.viewer):
                return view(request, visit, **named)

        return wraps(view)(answer)

    return decorate


def reminder_under(act: str) -> Callable[[View], View]:
    """The same with one reminder of this business in hand: one that it was told of."""

    def decorate(view: View) -> View:
        @under_mandate(act)
        def answer(request: HttpRequest, visit: Visit, touch: int, **named: object) -> HttpResponseBase:
            card = triggers.touch(viewer=visit.viewer, touch_id=touch)
            if card is None or card.reply_due_on is None:
                raise Http404
            opened = Opened(
                at=visit.at, subject=visit.subject, actor=visit.actor, mandate=visit.mandate, touch=card
            )
            return view(request, opened, **named)

        return wraps(view)(answer)

    return decorate


def _visit(me: SignedIn, mandate_id: int, act: str) -> Visit:
    at = page_clock().now()
    with within_wall(DOOR):
        found = mandates.acting(viewer=DOOR, at=at, person=me.person, mandate_id=mandate_id)
        if found is None or act not in found[0].acts:
            raise Http404
        subject = registry.get(viewer=DOOR, key=found[0].subject)
    if subject is None:
        raise Http404
    return Visit(at=at, subject=subject, actor=found[1], mandate=found[0])

"""Who stands before the door: each request runs within the wall of exactly that viewer.

Without a log-in that is somebody who sees nothing. What a signed link opens, its own portal opens for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from zhunsheng.core.actors import Actor, Audience, Viewer
from zhunsheng.foundation import snapshots
from zhunsheng.foundation.accounts import tenancy
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.accounts.who import SignedIn, who_is
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outreach import queries as outreach
from zhunsheng.portals.officer.navigation import open_to
from zhunsheng.web.clock import page_clock

COOKIE = "zhunsheng_session"
# Programs bear tokens and bring no cookies; their interface opens its own wall, in its own transaction.
FOR_PROGRAMS, FOR_BUSINESSES = "/api/", ("/b/", "/business/")
LIST_POWERS = ("list.edit", "list.review", "list.approve")
KEPT = "zhunsheng_signed_in"
EVERYBODY = Viewer.bureau("demo-door")
NOBODY = Viewer(Audience.PUBLIC, "")
View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest], HttpResponse]


def middleware(get_response: Answer) -> Answer:
    """Answer each request within the wall of its viewer."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(FOR_PROGRAMS):
            return get_response(request)
        found = signed_in(request)
        with tenancy.within_wall(found.acting.viewer if found and found.acting else NOBODY):
            return get_response(request)

    return answer


def token_of(request: HttpRequest) -> str:
    """The token that the browser brings; '' if none."""
    return request.COOKIES.get(COOKIE, "")


def signed_in(request: HttpRequest) -> SignedIn | None:
    """Whose session this is; looked up once a request."""
    if not hasattr(request, KEPT):
        setattr(request, KEPT, who_is(token_of(request), page_clock().now()))
    found: SignedIn | None = getattr(request, KEPT)
    return found


def of_request(request: HttpRequest) -> dict[str, object]:
    """For templates: `me`, who is signed in, `navigation`, and `demo` in the demo, with its instant."""
    # Behind a signed link nobody is known, even if the same browser is signed in.
    if request.path_info.startswith((FOR_PROGRAMS, *FOR_BUSINESSES)):
        return {"me": None}
    demo = None
    if settings.DEMO:
        at = page_clock().now()
        demo = {
            "at": at,
            "colleagues": lambda: access.grants(viewer=EVERYBODY, on=day(at)),
            "can_reset": snapshots.can_keep() and snapshots.demo_start().exists(),
        }
    found = signed_in(request)
    return {
        "me": found,
        "navigation": open_to(found.acting if found else None),
        "demo": demo,
        # Asked only by pages that show it.
        "on_trial": lambda: outreach.trials(viewer=EVERYBODY, standing=True),
    }


def home_of(found: SignedIn | None) -> str:
    """Where somebody goes after signing in: the workbench, a head's overview, what administrators look after,
    or the choice of a grant."""
    powers = found.acting.actor.powers if found and found.acting else frozenset()
    if "org.read" in powers and "subject.read" not in powers:
        return reverse("org:units")
    if "subject.read" not in powers:
        return reverse("sign:grant" if powers.isdisjoint(LIST_POWERS) else "policy:index")
    return reverse("officer:work" if "touch.decide" in powers else "officer:front")


def remember(response: HttpResponse, request: HttpRequest, token: str) -> HttpResponse:
    """Hand the token to the browser: out of reach of scripts and other sites, gone with the browser."""
    response.set_cookie(COOKIE, token, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


@contextmanager
def refusals_told(request: HttpRequest, by: Actor) -> Iterator[None]:
    """Whoever is not let through inside is refused as before, and it stands in the audit trail."""
    try:
        yield
    except Http404:
        asked = request.resolver_match
        if asked is not None:
            at, page = page_clock().now(), asked.view_name
            evidence.note_refusal(by=by, at=at, page=page, asked={**asked.kwargs, "method": request.method})
        raise


def at_work(view: View) -> View:
    """Only for somebody who works under a grant; the view gets the request and the grant in use.

    A half-finished log-in is led to its next step.
    """

    @wraps(view)
    def answer(request: HttpRequest, **named: object) -> HttpResponse:
        acting = _acting(request)
        if isinstance(acting, HttpResponse):
            return acting
        with refusals_told(request, acting.actor):
            response = view(request, acting, **named)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return answer


def with_power(*powers: str) -> Callable[[View], View]:
    """Only for those whose grant has one of these permissions; for anybody else there is no such page."""

    def decorate(view: View) -> View:
        @at_work
        @wraps(view)
        def answer(request: HttpRequest, acting: Acting, **named: object) -> HttpResponse:
            if acting.actor.powers.isdisjoint(powers):
                raise Http404
            return view(request, acting, **named)

        return answer

    return decorate


def _acting(request: HttpRequest) -> Acting | HttpResponse:
    found = signed_in(request)
    if found is None:
        return HttpResponseRedirect(reverse("sign:in"))
    if found.stage is not SessionStage.SIGNED_IN:
        return HttpResponseRedirect(reverse(STEPS[found.stage]))
    return found.acting or HttpResponseRedirect(reverse("sign:grant"))


STEPS = {
    SessionStage.SECOND: "sign:code",
    SessionStage.ENROL: "sign:enrol",
    SessionStage.CHANGE: "sign:password",
    SessionStage.SIGNED_IN: "sign:grant",
    SessionStage.ENDED: "sign:in",
}

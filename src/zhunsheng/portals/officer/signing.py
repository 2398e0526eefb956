"""Signing in and out, step by step, and what one may do with the own log-in. Each view makes one call."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.foundation import snapshots
from zhunsheng.foundation.accounts.acting import day
from zhunsheng.foundation.accounts.actions import accounts, signing_in
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError, Step
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.passwords import WeakPasswordError
from zhunsheng.foundation.accounts.queries import access, logins
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.foundation.accounts.totp import SECRET_BYTES
from zhunsheng.foundation.accounts.who import SignedIn, who_is
from zhunsheng.portals.officer.door import STEPS, home_of, refusals_told, remember, signed_in, token_of
from zhunsheng.web.addresses import source_of
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field
from zhunsheng.web.fields import shown as fields_shown

DIGITS_MAX = 19
SELF = Viewer.bureau("own-log-in")
View = Callable[..., HttpResponse]


def at_stage(*stages: SessionStage) -> Callable[[View], View]:
    """Only for a session in one of these stages; everybody else is led to where they are."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **named: object) -> HttpResponse:
            found = signed_in(request)
            if found is None or found.stage not in stages:
                return HttpResponseRedirect(reverse(STEPS[found.stage] if found else "sign:in"))
            with refusals_told(request, Actor(ActorKind.PERSON, found.person, found.name)):
                response = view(request, found, **named)
            patch_cache_control(response, no_store=True, private=True)
            return response

        return answer

    return decorate


def _form(
    request: HttpRequest, title: str, fields: list[Field], problem: str = "", **more: object
) -> HttpResponse:
    errors = {fields[0].name: problem} if problem and fields else {}
    words = {"title": title, "fields": fields_shown(fields, {}, errors), "errors": errors, **more}
    return render(request, "officer/sign/form.html", words, status=400 if problem else 200)


def next_page(request: HttpRequest, step: Step) -> HttpResponse:
    """Where a log-in goes after a step: the next one, or in."""
    arrived = step.stage is SessionStage.SIGNED_IN
    led = home_of(who_is(step.token, page_clock().now())) if arrived else reverse(STEPS[step.stage])
    if step.recovery_codes:
        words = {"codes": step.recovery_codes, "next": led}
        return remember(render(request, "officer/sign/codes.html", words), request, step.token)
    return remember(HttpResponseRedirect(led), request, step.token)


@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """Name and password."""
    fields = [
        Field("name", _("登录名"), complete="username"),
        Field("password", _("密码"), "password", complete="current-password"),
    ]
    if request.method != "POST":
        return _form(request, _("登录"), fields, doors=True, provider=bool(settings.OIDC_ISSUER))
    try:
        step = signing_in.sign_in(
            by=source_of(request),
            at=page_clock().now(),
            name=request.POST.get("name", "").strip(),
            password=request.POST.get("password", ""),
            device=request.headers.get("User-Agent", ""),
        )
    except RefusedError as refused:
        return _form(
            request,
            _("登录"),
            fields,
            str(refused),
            doors=True,
            provider=bool(settings.OIDC_ISSUER),
        )
    return next_page(request, step)


def demo_only(view: View) -> View:
    """Outside the demo there is no such page."""

    @wraps(view)
    def answer(request: HttpRequest, **named: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, **named)

    return answer


@require_POST
@demo_only
def step_in(request: HttpRequest) -> HttpResponse:
    """The demo's door: become one of its invented colleagues by one press."""
    at, by = page_clock().now(), source_of(request)
    accounts.sign_out(by=by, at=at, token=token_of(request))
    try:
        step = signing_in.step_in(by=by, at=at, person=request.POST.get("person", ""))
    except RefusedError as refused:
        return _form(request, _("登录"), [Field("name", _("登录名"))], str(refused), doors=True)
    return next_page(request, step)


@require_POST
@demo_only
def reset(request: HttpRequest) -> HttpResponse:
    """The demo's city as it was first told; everybody is signed out by it."""
    if not (snapshots.can_keep() and snapshots.demo_start().exists()):
        raise Http404
    snapshots.bring_back(snapshots.demo_start())
    return remember(HttpResponseRedirect(reverse("sign:in")), request, "")


@require_http_methods(["GET", "HEAD", "POST"])
@at_stage(SessionStage.SECOND)
def code(request: HttpRequest, found: SignedIn) -> HttpResponse:
    """The code of the app, or a recovery code."""
    fields = [Field("code", _("验证器应用上的六位数字，或一个恢复码"), complete="one-time-code")]
    return _try(request, _("第二步验证"), fields, _pass_second)


def _pass_second(request: HttpRequest) -> Step:
    return signing_in.pass_second(
        by=source_of(request),
        at=page_clock().now(),
        token=token_of(request),
        code=request.POST.get("code", ""),
    )


def _try(
    request: HttpRequest, title: str, fields: list[Field], call: Callable[[HttpRequest], Step]
) -> HttpResponse:
    if request.method != "POST":
        return _form(request, title, fields)
    try:
        return next_page(request, call(request))
    except (RefusedError, WeakPasswordError) as refused:
        return _form(request, title, fields, str(refused))


@require_http_methods(["GET", "HEAD", "POST"])
@at_stage(SessionStage.ENROL)
def enrol(request: HttpRequest, found: SignedIn) -> HttpResponse:
    """Set up the second factor: a new secret with every look at the page, confirmed by a first code.

    A wrong code leaves the secret as it is: it stands in the app already.
    """
    title, fields = _("设置第二因素"), [Field("code", _("应用显示的六位数字"), complete="one-time-code")]
    if request.method == "POST":
        try:
            step = signing_in.confirm_enrolment(
                by=source_of(request),
                at=page_clock().now(),
                token=token_of(request),
                code=request.POST.get("code", ""),
            )
        except RefusedError as refused:
            return _form(request, title, fields, str(refused))
        return next_page(request, step)
    address = signing_in.begin_enrolment(
        by=source_of(request),
        at=page_clock().now(),
        token=token_of(request),
        secret=secrets.token_bytes(SECRET_BYTES),
    )
    secret = address.partition("secret=")[2].partition("&")[0]
    return _form(request, title, fields, address=address, secret=secret)


@require_http_methods(["GET", "HEAD", "POST"])
@at_stage(SessionStage.CHANGE, SessionStage.SIGNED_IN)
def password(request: HttpRequest, found: SignedIn) -> HttpResponse:
    """A new password; every other session ends."""
    fields = [
        Field("old", _("现在的密码"), "password", complete="current-password"),
        Field("new", _("新密码"), "password", complete="new-password"),
    ]
    return _try(request, _("更换密码"), fields, _change)


def _change(request: HttpRequest) -> Step:
    return signing_in.change_password(
        by=source_of(request),
        at=page_clock().now(),
        token=token_of(request),
        old=request.POST.get("old", ""),
        new=request.POST.get("new", ""),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_stage(SessionStage.SIGNED_IN)
def grant(request: HttpRequest, found: SignedIn) -> HttpResponse:
    """As what to work now; one grant at a time."""
    at = page_clock().now()
    if request.method == "POST":
        told = request.POST.get("grant", "")
        try:
            accounts.choose_grant(
                by=source_of(request),
                at=at,
                token=token_of(request),
                grant_id=int(told) if told.isascii() and told.isdigit() and len(told) < DIGITS_MAX else 0,
            )
        except AccountError as error:
            raise Http404 from error
        return HttpResponseRedirect(home_of(who_is(token_of(request), at)))
    book, held = role_book(), access.grants(viewer=SELF, on=day(at), person=found.person)
    lends = [c for c in held if not c.delegated and c.role in book.roles and book.roles[c.role].delegable]
    words = {"me": found, "grants": held, "delegable": bool(lends and found.acting)}
    return render(request, "officer/sign/grant.html", words)


@require_safe
@at_stage(SessionStage.SIGNED_IN)
def sessions(request: HttpRequest, found: SignedIn) -> HttpResponse:
    """The own open log-ins."""
    rows = logins.open_sessions(viewer=SELF, at=page_clock().now(), person=found.person)
    return render(request, "officer/sign/sessions.html", {"me": found, "rows": rows})


@require_POST
@at_stage(SessionStage.SIGNED_IN)
def end(request: HttpRequest, found: SignedIn, number: int) -> HttpResponse:
    """End one of the own log-ins; whose it is not, is told nothing."""
    me = Actor(ActorKind.PERSON, found.person, found.name)
    own = logins.open_sessions(viewer=SELF, at=page_clock().now(), person=found.person)
    if number not in {row.id for row in own}:
        raise Http404
    accounts.end_session(by=me, at=page_clock().now(), session_id=number)
    return HttpResponseRedirect(reverse("sign:sessions"))


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """End this log-in, and show the way out of the provider to who came in through it."""
    found, by = signed_in(request), source_of(request)
    accounts.sign_out(by=by, at=page_clock().now(), token=token_of(request))
    back, way_out = reverse("sign:in"), ""
    if found is not None and found.by_provider:
        home = settings.PUBLIC_ADDRESS
        returns_to = f"{home}{reverse('sign:provider-return')}"
        way_out = logins.way_out(viewer=SELF, returns_to=returns_to, back_to=f"{home}{back}")
    if not way_out:
        return remember(HttpResponseRedirect(back), request, "")
    return remember(
        render(request, "officer/sign/out.html", {"way_out": way_out, "me": None, "navigation": []}),
        request,
        "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The first password of somebody invited. A void link looks like a good one until used."""
    fields = [
        Field("name", _("登录名（已有账号的不变）"), complete="username"),
        Field("password", _("密码"), "password", complete="new-password"),
    ]
    title, problem = _("开通账号"), ""
    if request.method == "POST":
        try:
            accounts.accept_invitation(
                by=source_of(request),
                at=page_clock().now(),
                token=token,
                name=request.POST.get("name", ""),
                password=request.POST.get("password", ""),
            )
        except (AccountError, WeakPasswordError) as error:
            problem = str(error)
        else:
            return HttpResponseRedirect(reverse("sign:in"))
    response = _form(request, title, fields, problem)
    patch_cache_control(response, no_store=True, private=True)
    return response

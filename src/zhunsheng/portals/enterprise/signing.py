"""In and out at the businesses' door; the first account by a link to the registered contact."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.accounts.actions import accounts, signing_in
from zhunsheng.foundation.accounts.actions.accounts import AccountError
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError, Step
from zhunsheng.foundation.accounts.lifecycle import SessionStage
from zhunsheng.foundation.accounts.passwords import WeakPasswordError
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.accounts.totp import SECRET_BYTES
from zhunsheng.foundation.accounts.who import SignedIn
from zhunsheng.foundation.outreach.links import LinkError, read
from zhunsheng.portals.enterprise.door import (
    SIDE,
    STEPS,
    at_stage,
    kept_apart,
    remember,
    signed_in,
    token_of,
)
from zhunsheng.portals.enterprise.visiting import DOOR, frame_words
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries
from zhunsheng.registers.mandates.actions import MandateError
from zhunsheng.web.addresses import source_of
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import mandating

# A link's own day counts whole; when exactly a claim ends, the claim itself says.
CLAIM_DAYS = 2
Field = tuple[str, str, str, str]


def _form(request: HttpRequest, title: str, fields: list[Field], **more: object) -> HttpResponse:
    """`fields` are (name, label, type, autocomplete); `problem` is said above and at the first of them."""
    problem = more.pop("problem", "")
    errors = {fields[0][0]: problem} if problem and fields else {}
    given = {name: request.POST.get(name, "") for name, _l, kind, _c in fields if kind == "text"}
    words = {"title": title, "fields": fields, "errors": errors, "given": given, **frame_words(), **more}
    return render(request, "enterprise/sign.html", words)


def _next(request: HttpRequest, step: Step) -> HttpResponse:
    led = reverse(STEPS[step.stage])
    if step.recovery_codes:
        words = {"codes": step.recovery_codes, "next": led, **frame_words()}
        return remember(render(request, "enterprise/codes.html", words), request, step.token)
    return remember(HttpResponseRedirect(led), request, step.token)


def _log_in() -> list[Field]:
    return [
        ("name", _("登录名"), "text", "username"),
        ("password", _("密码"), "password", "current-password"),
    ]


def first(request: HttpRequest) -> HttpResponseBase:
    """Log-in name and password."""
    title, more = _("经营主体登录"), dict[str, object]()
    if request.method == "POST":
        try:
            step = signing_in.sign_in(
                by=source_of(request),
                at=page_clock().now(),
                name=request.POST.get("name", "").strip(),
                password=request.POST.get("password", ""),
                device=request.headers.get("User-Agent", ""),
                side=SIDE,
            )
            return _next(request, step)
        except RefusedError as refused:
            more["problem"] = str(refused)
    if settings.DEMO:
        with within_wall(DOOR):
            more["holders"] = queries.holders(viewer=DOOR, at=page_clock().now())
    return kept_apart(_form(request, title, _log_in(), door=True, **more))


def step_in(request: HttpRequest) -> HttpResponse:
    """The demo's door: become one of its invented business people by one press."""
    if not settings.DEMO:
        raise Http404
    at, by = page_clock().now(), source_of(request)
    try:
        return _next(
            request, signing_in.step_in(by=by, at=at, person=request.POST.get("person", ""), side=SIDE)
        )
    except RefusedError as refused:
        return _form(request, _("经营主体登录"), _log_in(), problem=str(refused))


def _try(
    request: HttpRequest, title: str, fields: list[Field], call: Callable[[Actor], Step], **more: object
) -> HttpResponse:
    if request.method == "POST":
        try:
            return _next(request, call(source_of(request)))
        except (RefusedError, WeakPasswordError) as refused:
            more["problem"] = str(refused)
    return _form(request, title, fields, **more)


@at_stage(SessionStage.SECOND)
def code(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """The code of the app, or a recovery code."""
    del me
    fields = [("code", _("验证器应用上的六位数字，或一个恢复码"), "text", "one-time-code")]

    def call(by: Actor) -> Step:
        told = request.POST.get("code", "")
        return signing_in.pass_second(by=by, at=page_clock().now(), token=token_of(request), code=told)

    return _try(request, _("第二步验证"), fields, call)


@at_stage(SessionStage.CHANGE, SessionStage.SIGNED_IN)
def password(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """A new password; every other session ends."""
    del me
    fields = [
        ("old", _("现在的密码"), "password", "current-password"),
        ("new", _("新密码"), "password", "new-password"),
    ]

    def call(by: Actor) -> Step:
        old, new = request.POST.get("old", ""), request.POST.get("new", "")
        return signing_in.change_password(
            by=by, at=page_clock().now(), token=token_of(request), old=old, new=new
        )

    return _try(request, _("更换密码"), fields, call)


@at_stage(SessionStage.ENROL, SessionStage.SIGNED_IN)
def second(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Set a second factor, by choice; whoever has one keeps it."""
    del me
    at, token, title = page_clock().now(), token_of(request), _("设置第二步验证")
    fields = [("code", _("应用显示的六位数字"), "text", "one-time-code")]

    def call(by: Actor) -> Step:
        told = request.POST.get("code", "")
        return signing_in.confirm_enrolment(by=by, at=at, token=token, code=told)

    if request.method == "POST":
        return _try(request, title, fields, call)
    try:
        fresh = secrets.token_bytes(SECRET_BYTES)
        address = signing_in.begin_enrolment(by=source_of(request), at=at, token=token, secret=fresh)
    except RefusedError:
        return HttpResponseRedirect(reverse("business:choose"))
    secret = address.partition("secret=")[2].partition("&")[0]
    return _form(request, title, fields, address=address, secret=secret)


def out(request: HttpRequest) -> HttpResponse:
    """End this log-in."""
    accounts.sign_out(by=source_of(request), at=page_clock().now(), token=token_of(request))
    return remember(HttpResponseRedirect(reverse("business:in")), request, "")


@at_stage(SessionStage.SIGNED_IN)
def choose(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """For whom to act now: every standing mandate of one's own."""
    at = page_clock().now()
    with within_wall(DOOR):
        rows = queries.of_person(viewer=DOOR, at=at, person=me.person)
    return render(request, "enterprise/choose.html", {"me": me, "rows": rows, **frame_words()})


def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for the link; the answer is the same whether or not there is such a business."""
    sent = request.method == "POST"
    if sent:
        with within_wall(DOOR):
            number = request.POST.get("number", "")
            mandating.ask(by=source_of(request), at=page_clock().now(), number=number)
    fields = [("number", _("统一社会信用代码"), "text", "off")]
    return kept_apart(_form(request, _("首次使用：开通账号"), fields, sent=sent, asking=True))


def _opening_fields() -> list[Field]:
    return [
        ("person", _("您的姓名"), "text", "name"),
        ("name", _("登录名（自己起一个）"), "text", "username"),
        ("password", _("密码"), "password", "new-password"),
    ]


def claim(request: HttpRequest, token: str) -> HttpResponseBase:
    """The registered contact opens the first account, or takes the business into an account held already."""
    at, subject = page_clock().now(), None
    with within_wall(DOOR):
        try:
            number = read(token, "claim", at=at, days_max=CLAIM_DAYS)
            subject = queries.claimed(viewer=DOOR, at=at, claim_id=number)
        except LinkError:
            number = 0

    def fresh(by: Actor, name: str, log_in: str, word: str) -> int:
        return mandating.take(by=by, at=at, claim_id=number, name=name, log_in=log_in, password=word)

    def held(by: Actor, person: str) -> int:
        return mandates.take_claim(by=by, at=at, claim_id=number, person=person)

    return _take_up(request, subject[1] if subject else "", {"kind": "REPRESENTATIVE"}, fresh, held)


def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """An agent takes up an offered mandate, or declines it."""
    at = page_clock().now()
    with within_wall(DOOR):
        card = queries.offered(viewer=DOOR, at=at, token=token)
        if card is not None and "decline" in request.POST:
            mandates.decline(by=source_of(request), at=at, token=token)
            return HttpResponseRedirect(reverse("business:in"))

    def fresh(by: Actor, name: str, log_in: str, word: str) -> int:
        return mandating.accept(by=by, at=at, token=token, name=name, log_in=log_in, password=word)

    def held(by: Actor, person: str) -> int:
        return mandates.accept(by=by, at=at, token=token, person=person)

    words: dict[str, object] = {"kind": "AGENT", "offered": card}
    return _take_up(request, card.subject_name if card else "", words, fresh, held)


def _take_up(
    request: HttpRequest,
    subject: str,
    words: dict[str, object],
    fresh: Callable[[Actor, str, str, str], int],
    held: Callable[[Actor, str], int],
) -> HttpResponseBase:
    """With an account one press; without one, name, log-in name and password first."""
    if not subject:
        return kept_apart(render(request, "enterprise/closed_link.html", frame_words(), status=404))
    me = signed_in(request)
    if me is not None and me.stage is not SessionStage.SIGNED_IN:
        me = None
    fields, problem = [] if me else _opening_fields(), ""
    if request.method == "POST":
        by, told = source_of(request), request.POST
        try:
            with within_wall(DOOR):
                if me is not None:
                    number = held(by, me.person)
                else:
                    number = fresh(by, told.get("person", ""), told.get("name", ""), told.get("password", ""))
        except (AccountError, MandateError, WeakPasswordError) as error:
            problem = str(error)
        else:
            led = reverse("business:home", args=[number]) if me else reverse("business:in") + "?opened"
            return HttpResponseRedirect(led)
    title = _("为 %(name)s 开通账号") % {"name": subject} if not me else subject
    return kept_apart(_form(request, title, fields, problem=problem, taking=subject, me=me, **words))

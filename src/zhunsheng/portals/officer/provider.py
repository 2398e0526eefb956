"""Signing in through the identity provider of the settings; where none is named there are no such pages."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhunsheng.foundation.accounts.actions import outside
from zhunsheng.foundation.accounts.actions.outside import NotLinkedError
from zhunsheng.foundation.accounts.actions.signing_in import RefusedError
from zhunsheng.portals.officer.signing import next_page
from zhunsheng.web.addresses import source_of
from zhunsheng.web.clock import page_clock

COOKIE, COOKIE_SECONDS = "zhunsheng_provider", 900


def returns_to() -> str:
    """Where the provider sends people back to, as it is registered there."""
    return f"{settings.PUBLIC_ADDRESS}{reverse('sign:provider-return')}"


@require_safe
def depart(request: HttpRequest) -> HttpResponse:
    """Off to the provider; the browser keeps a sign by which it is known again."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        told = outside.depart(by=source_of(request), at=page_clock().now(), returns_to=returns_to())
    except RefusedError as refused:
        return _refused(request, str(refused))
    response = HttpResponseRedirect(told.address)
    # Lax: the way back is a visit from the provider's site.
    response.set_cookie(
        COOKIE,
        told.browser,
        max_age=COOKIE_SECONDS,
        path=reverse("sign:provider-return"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    patch_cache_control(response, no_store=True, private=True)
    return response


@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from the provider, once."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        step = outside.arrive(
            by=source_of(request),
            at=page_clock().now(),
            returns_to=returns_to(),
            browser=request.COOKIES.get(COOKIE, ""),
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            issuer=request.GET.get("iss", ""),
            device=request.headers.get("User-Agent", ""),
        )
    except NotLinkedError as refused:
        response = _refused(request, str(refused), refused.subject)
    except RefusedError as refused:
        response = _refused(request, str(refused))
    else:
        response = next_page(request, step)
    response.delete_cookie(COOKIE, path=reverse("sign:provider-return"))
    return response


def _refused(request: HttpRequest, problem: str, subject: str = "") -> HttpResponse:
    words = {"title": _("没有登录"), "problem": problem, "subject": subject}
    response = render(request, "officer/sign/provider.html", words, status=400)
    patch_cache_control(response, no_store=True, private=True)
    return response

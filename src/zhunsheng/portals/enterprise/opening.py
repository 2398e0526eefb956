"""Opening a signed link: every view of a business begins here, and nowhere else is a token read.

Whatever is wrong with a link — forged, changed, expired, of something that is gone — the reader gets the same
page with the same status: it helps an honest reader and tells a curious one nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.outreach.links import LinkError, read
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise.visiting import DOOR, Opened, frame_words
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock

REQUESTS_MAX = 120
REQUESTS_SECONDS = 600
P = ParamSpec("P")


def by_link(
    view: Callable[Concatenate[HttpRequest, Opened, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give the view what the token opens; keep the page out of caches, search engines and other sites."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if _too_often(token):
            response: HttpResponseBase = render(
                request, "enterprise/too_often.html", frame_words(), status=429
            )
            response["Retry-After"] = str(REQUESTS_SECONDS)
        else:
            with within_wall(DOOR):
                opened = _open(token)
            if opened is None:
                response = render(request, "enterprise/closed_link.html", frame_words(), status=404)
            else:
                with within_wall(opened.viewer):
                    response = view(request, opened, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def _open(token: str) -> Opened | None:
    at = page_clock().now()
    days = open_library(settings.PACKS).message_policy.link_days
    try:
        number = read(token, "touch", at=at, days_max=days)
    except LinkError:
        return None
    touch = triggers.touch(viewer=DOOR, touch_id=number)
    subject = registry.get(viewer=DOOR, key=touch.subject) if touch is not None else None
    if touch is None or subject is None:
        return None
    # Whoever holds the link answers for the business.
    actor = Actor(ActorKind.BUSINESS, subject.key, subject.name)
    return Opened(at=at, subject=subject, actor=actor, touch=touch, token=token)


def _too_often(token: str) -> bool:
    """Counted by each worker for itself; the digest keeps tokens out of the cache."""
    key = "link:" + hashlib.sha256(token.encode(errors="replace")).hexdigest()
    cache.add(key, 0, REQUESTS_SECONDS)
    try:
        return cache.incr(key) > REQUESTS_MAX
    except ValueError:  # it expired between the two calls
        return False

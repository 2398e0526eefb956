"""Opening a signed link: every view of a business begins here, and nowhere else is a token read.

Whatever is wrong with a link — forged, changed, expired, of something that is gone — the reader gets the same
page with the same status: it helps an honest reader and tells a curious one nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from zhunsheng.core.actors import Actor, ActorKind, Viewer
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.outreach.links import LinkError, read
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.registers.registry import queries as registry
from zhunsheng.registers.registry.queries import SubjectCard
from zhunsheng.web.clock import page_clock

DOOR = Viewer.bureau("signed-link")
REQUESTS_MAX = 120
REQUESTS_SECONDS = 600
CLOSED = frozenset({"NORMAL", "SUSPENDED"})
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link opens: one reminder of one business, seen and answered as that business."""

    token: str
    at: datetime
    touch: TouchCard
    subject: SubjectCard

    @property
    def viewer(self) -> Viewer:
        """The business itself, with nobody else's file."""
        return Viewer.business(self.subject.key)

    @property
    def actor(self) -> Actor:
        """Who answers: whoever holds the link answers for the business."""
        return Actor(ActorKind.BUSINESS, self.subject.key, self.subject.name)

    @property
    def owner(self) -> str:
        """Under which name its draft and files are kept."""
        return f"touch:{self.touch.id}"

    @property
    def closed(self) -> bool:
        """Whether nothing is asked of the business any more."""
        return self.touch.state in CLOSED

    @property
    def number(self) -> str:
        """The number by which the bureau finds the answer: its day and the reminder; '' without one."""
        told = self.touch.answered_at
        return f"{told.astimezone(self.at.tzinfo):%Y%m%d}-{self.touch.id:06d}" if told else ""


def by_link(
    view: Callable[Concatenate[HttpRequest, Opened, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give the view what the token opens; keep the page out of caches, search engines and other sites."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if _too_often(token):
            response: HttpResponseBase = render(request, "enterprise/too_often.html", _words(), status=429)
            response["Retry-After"] = str(REQUESTS_SECONDS)
        else:
            with within_wall(DOOR):
                opened = _open(token)
            if opened is None:
                response = render(request, "enterprise/closed_link.html", _words(), status=404)
            else:
                with within_wall(opened.viewer):
                    response = view(request, opened, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def page(request: HttpRequest, opened: Opened, template: str, words: dict[str, object]) -> HttpResponse:
    """A page of the business with what each of them needs."""
    told = {"opened": opened, "touch": opened.touch, "subject": opened.subject, **_words(), **words}
    return render(request, f"enterprise/{template}.html", told)


def _words() -> dict[str, object]:
    return {"bureau": settings.BUREAU_NAME, "contact": settings.BUREAU_CONTACT, "demo": settings.DEMO}


def _open(token: str) -> Opened | None:
    at = page_clock().now()
    days = open_library(settings.PACKS).message_policy.link_days
    try:
        number = read(token, "touch", at=at, days_max=days)
    except LinkError:
        return None
    touch = triggers.touch(viewer=DOOR, touch_id=number)
    subject = registry.get(viewer=DOOR, key=touch.subject) if touch is not None else None
    return Opened(token, at, touch, subject) if touch is not None and subject is not None else None


def _too_often(token: str) -> bool:
    """Counted by each worker for itself; the digest keeps tokens out of the cache."""
    key = "link:" + hashlib.sha256(token.encode(errors="replace")).hexdigest()
    cache.add(key, 0, REQUESTS_SECONDS)
    try:
        return cache.incr(key) > REQUESTS_MAX
    except ValueError:  # it expired between the two calls
        return False

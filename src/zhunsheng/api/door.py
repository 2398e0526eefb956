"""The door of the interface: who knocks, in which language, and one shape for everything that goes wrong."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping, Sequence

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from zhunsheng.api.problems import ProblemError, language_asked
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SystemClock
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.tokens import actions as tokens
from zhunsheng.foundation.tokens import queries
from zhunsheng.foundation.tokens.queries import TokenCard

VIEWER = Viewer.bureau("api")
RETRY_AFTER_SECONDS = 30
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="zhunsheng"'}
View = Callable[..., HttpResponse]
log = logging.getLogger(__name__)


def endpoint(*methods: str) -> Callable[[View], View]:
    """An address for programs: no cookies, hence no CSRF; problem details for all errors."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **parts: str) -> HttpResponse:
            language = language_asked(request.headers.get("Accept-Language", ""))
            with translation.override(language):
                response = _answered(view, request, methods, parts)
            response.headers["Content-Language"] = language
            return response

        exempt: View = csrf_exempt(guarded)
        return exempt

    return decorate


def _answered(
    view: View, request: HttpRequest, methods: Sequence[str], parts: Mapping[str, str]
) -> HttpResponse:
    try:
        if methods and request.method not in methods:
            allowed = ", ".join(methods)
            raise ProblemError(
                "wrong-method", _("可用：%(methods)s") % {"methods": allowed}, (), {"Allow": allowed}
            )
        return view(request, **parts)
    except ProblemError as problem:
        return problem.answer()
    except (OperationalError, InterfaceError):
        # Full, locked or gone: all is rolled back. SQLite has done so itself when it is full.
        log.warning("the database refused", exc_info=True)
        detail = _("没有确认入库。请用同一幂等键重发。")
        return ProblemError("unavailable", detail, (), {"Retry-After": str(RETRY_AFTER_SECONDS)}).answer()
    except Exception:
        log.exception("an address of the interface failed")
        return ProblemError("broken", _("没有确认入库。请用同一幂等键重发，并告知管理员。")).answer()


def admitted(request: HttpRequest, purpose: str) -> TokenCard:
    """The token borne; the same 401 for none, a wrong, an expired and a revoked one."""
    scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
    at = SystemClock().now()
    card = queries.bearer(viewer=VIEWER, text=text.strip(), at=at) if scheme.lower() == "bearer" else None
    if card is None:
        raise ProblemError("not-authenticated", _("请带上有效的令牌：Authorization: Bearer …"), (), CHALLENGE)
    if card.purpose != purpose:
        evidence.note_refusal(by=actor(card), at=at, page=request.path_info, asked={"purpose": card.purpose})
        raise ProblemError("not-allowed", _("此令牌另有用途"))
    tokens.note_use(by=actor(card), at=at, prefix=card.prefix)
    return card


def actor(card: TokenCard) -> Actor:
    """Who acts: the token, by its prefix."""
    return Actor.service(f"token:{card.prefix}")

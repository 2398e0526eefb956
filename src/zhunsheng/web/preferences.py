"""How a reader wants pages: language, theme and size of letters, in three cookies and in no account.

Nothing is guessed: the language is Chinese until the reader says otherwise, whatever the browser prefers.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

CHOICES = {
    "language": (("zh-hans", "中文"), ("en", "English")),
    "theme": (("auto", _("跟随系统")), ("light", _("浅色")), ("dark", _("深色"))),
    "size": (("normal", _("标准字号")), ("large", _("长辈模式"))),
}
COOKIES = {name: f"zhunsheng_{name}" for name in CHOICES}
COOKIE_SECONDS = 365 * 24 * 3600

Answer = Callable[[HttpRequest], HttpResponse]


def preference(request: HttpRequest, name: str) -> str:
    """What the reader chose, or the first choice when nothing or nonsense was chosen."""
    known = [value for value, _label in CHOICES[name]]
    told = request.COOKIES.get(COOKIES[name], "")
    return told if told in known else known[0]


def of_request(request: HttpRequest) -> dict[str, object]:
    """For templates: `preferred` with the three choices, `preference_choices` with what can be chosen."""
    return {
        "preferred": {name: preference(request, name) for name in CHOICES},
        "preference_choices": CHOICES,
    }


def language_middleware(get_response: Answer) -> Answer:
    """Speak the chosen language for one request."""

    def answer(request: HttpRequest) -> HttpResponse:
        language = preference(request, "language")
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember one choice and go back to the page of this site from which the reader came."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, choices in CHOICES.items():
        told = request.POST.get(name, "")
        if told in [value for value, _label in choices]:
            response.set_cookie(
                COOKIES[name],
                told,
                max_age=COOKIE_SECONDS,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
    return response

"""Who may open an officer's page: until accounts come, only the demo's visitors, whose city is invented."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer

View = Callable[..., HttpResponse]


def internal(view: View) -> View:
    """Give the view its viewer; 404 wherever there is no demo, as if the page did not exist."""

    @wraps(view)
    def answer(request: HttpRequest, **named: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        response = view(request, Viewer.bureau("demo-officer"), **named)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return require_safe(answer)

"""Who may open an officer's page: whoever works under a grant that may read subjects, within its scope.

In the demo, whose city is invented, anybody may look without signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.portals.officer.door import signed_in, with_power

View = Callable[..., HttpResponse]
DEMO_VISITOR = Viewer.bureau("demo-officer")


def internal(view: View) -> View:
    """Give the view its viewer; without the permission there is no such page."""

    @with_power("subject.read")
    def at_work(request: HttpRequest, acting: Acting, **named: object) -> HttpResponse:
        return view(request, acting.viewer, **named)

    @wraps(view)
    def answer(request: HttpRequest, **named: object) -> HttpResponse:
        if not settings.DEMO or signed_in(request) is not None:
            return at_work(request, **named)
        with within_wall(DEMO_VISITOR):
            response = view(request, DEMO_VISITOR, **named)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return require_safe(answer)

"""Who may open an officer's page: whoever works under a grant that may read subjects, within its scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.portals.officer.door import with_power

View = Callable[..., HttpResponse]


def internal(view: View) -> View:
    """Give the view its viewer; without the permission there is no such page."""

    @with_power("subject.read")
    def at_work(request: HttpRequest, acting: Acting, **named: object) -> HttpResponse:
        return view(request, acting.viewer, **named)

    return require_safe(wraps(view)(at_work))

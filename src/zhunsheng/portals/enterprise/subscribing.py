"""A calendar that follows: every date of a business's reminders under one secret address, revocable."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise.calendars import calendar, dates_of
from zhunsheng.portals.enterprise.door import kept_apart
from zhunsheng.portals.enterprise.visiting import DOOR, Visit, page
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries
from zhunsheng.web.clock import page_clock


def subscribe(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make an address, or revoke it."""
    assert visit.mandate is not None
    number, person = visit.mandate.id, visit.mandate.person
    if "revoke" in request.POST:
        mandates.revoke_feed(by=visit.actor, at=visit.at, mandate_id=number, person=person)
        return HttpResponseRedirect(visit.url("home") + "#calendar")
    token = mandates.open_feed(by=visit.actor, at=visit.at, mandate_id=number, person=person)
    link = settings.PUBLIC_ADDRESS + reverse("business:feed", args=[token])
    return page(request, visit, "subscribed", {"link": link})


def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The dates of open reminders, for a calendar program; it tells no matter and no name."""
    del request
    at = page_clock().now()
    with within_wall(DOOR):
        subject = queries.subject_of_feed(viewer=DOOR, at=at, token=token)
    if not subject:
        raise Http404
    viewer = Viewer.business(subject)
    with within_wall(viewer):
        told = triggers.touches(viewer=viewer, subject=subject, open_only=True)
    address = settings.PUBLIC_ADDRESS + reverse("business:choose")
    entries = [entry for touch in told if touch.reply_due_on for entry in dates_of(touch, address)]
    return kept_apart(HttpResponse(calendar(entries, at), content_type="text/calendar; charset=utf-8"))

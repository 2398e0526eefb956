"""Whom the representative lets act for the business, in what and until when."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zhunsheng.portals.enterprise.visiting import Visit, page
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries
from zhunsheng.registers.mandates.actions import GIVEABLE, MandateError
from zhunsheng.registers.mandates.lifecycle import ACTS
from zhunsheng.registers.mandates.policies import mandate_policy


def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Everybody who may or might act, and the form for one more."""
    assert visit.mandate is not None
    values, errors, link = dict[str, object](), dict[str, str](), ""
    if request.method == "POST":
        values = {"name": request.POST.get("name", ""), "until": request.POST.get("until", "")}
        values["acts"] = tuple(request.POST.getlist("acts"))
        try:
            token = mandates.offer(
                by=visit.actor,
                at=visit.at,
                mandate_id=visit.mandate.id,
                name=str(values["name"]),
                acts=tuple(request.POST.getlist("acts")),
                until=_day(str(values["until"])),
            )
        except MandateError as error:
            errors = {"name": str(error)}
        else:
            link, values = settings.PUBLIC_ADDRESS + reverse("business:accept", args=[token]), {}
    rows = queries.of_subject(viewer=visit.viewer, at=visit.at, subject=visit.subject.key)
    words: dict[str, object] = {
        "here": "people",
        "rows": rows,
        "acts": [(act.value, ACTS[act.value]) for act in GIVEABLE[1:]],
        "values": values,
        "errors": errors,
        "link": link,
        "days_max": mandate_policy().agent_days_max,
        "hours": int(mandate_policy().offer.total_seconds() // 3600),
    }
    return page(request, visit, "people", words)


def _day(text: str) -> date:
    """A day as a date field gives it; without one the earliest date, which is refused as out of the term."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def withdraw(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Take back what was given; from the next request on it opens nothing."""
    assert visit.mandate is not None
    try:
        mandates.withdraw(
            by=visit.actor,
            at=visit.at,
            mandate_id=visit.mandate.id,
            target_id=number,
            reason=request.POST.get("reason", ""),
        )
    except MandateError as error:
        return page(request, visit, "told", {"problem": str(error)})
    return HttpResponseRedirect(visit.url("people"))


def lay_down(request: HttpRequest, visit: Visit) -> HttpResponse:
    """An agent gives the mandate back, after being asked once."""
    assert visit.mandate is not None
    if request.method != "POST":
        return page(request, visit, "lay_down", {})
    try:
        mandates.lay_down(
            by=visit.actor, at=visit.at, mandate_id=visit.mandate.id, person=visit.mandate.person
        )
    except MandateError as error:
        return page(request, visit, "told", {"problem": str(error)})
    return HttpResponseRedirect(reverse("business:choose"))

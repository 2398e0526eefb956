"""Trial of short messages: begun and ended by whoever keeps the channels, with a reason, in sight of all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries
from zhunsheng.portals.officer.door import with_power
from zhunsheng.web.clock import page_clock


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(outreach.SWITCH)
def trial(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Whether a trial lasts, those before it, and the switch."""
    problem = ""
    if request.method == "POST":
        switch = outreach.end_trial if request.POST.get("act") == "end" else outreach.begin_trial
        try:
            switch(by=acting.actor, at=page_clock().now(), reason=request.POST.get("reason", ""))
            return HttpResponseRedirect(reverse("messages:trial"))
        except outreach.TrialError as error:
            problem = str(error)
    told = queries.trials(viewer=acting.viewer)
    words = {
        "here": "trial",
        "standing": next((one for one in told if one.ended_at is None), None),
        "trials": told,
        "errors": {"reason": problem} if problem else {},
    }
    return render(request, "officer/messages/trial.html", words)

"""Guidance and self-check sheets at the desk: read, take out as a file, bring back as the draft of a list."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.guidance import GUIDANCE, SELF_CHECKS
from zhunsheng.engine.guidancefiles import as_file, list_from, shipped_list
from zhunsheng.engine.packfiles import FILE_BYTES_MAX
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.policylists import POWERS
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.lifecycle import ListStepError
from zhunsheng.registers.statutes.queries import lists
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import guiding
from zhunsheng.workflows.ruling import points_at

SHIPPED = (GUIDANCE, SELF_CHECKS)
REFUSALS = (PackError, ListStepError, ExcludedPartError, PowerLackingError)


@require_safe
@with_power(*POWERS)
def page(request: HttpRequest, acting: Acting) -> HttpResponse:
    """What businesses read today, with how often it was used this year."""
    at = page_clock().now()
    guides, sheets = guiding.guides_at(at), guiding.sheets_at(at)
    year = at.date().year
    uses = lists.uses(viewer=acting.viewer, list_key=GUIDANCE, year=year)
    checked = lists.uses(viewer=acting.viewer, list_key=SELF_CHECKS, year=year)
    names = {name: point.name_zh for name, point in points_at(at).items()}
    words = {
        "here": "policy",
        "own_guides": guides.version is not None,
        "own_sheets": sheets.version is not None,
        "guides": [(one, [names.get(p, p) for p in one.points], uses[one.code]) for one in guides.rows],
        "sheets": [(one, [names.get(p, p) for p in one.points], checked[one.code]) for one in sheets.rows],
        "year": year,
        "may_draft": actions.EDIT in acting.actor.powers,
    }
    return render(request, "officer/policy/guidance.html", words)


@require_safe
@with_power(*POWERS)
def file(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """The newest version of a list as a file to be changed; a shipped list as long as there is none."""
    del request
    found = lists.version(viewer=acting.viewer, list_key=key)
    if found is None and key not in SHIPPED:
        raise Http404
    content = found.content if found else shipped_list(settings.PACKS, key)
    response = HttpResponse(as_file(content), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{key}.yaml") or ""
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(actions.EDIT)
def draft(request: HttpRequest, acting: Acting) -> HttpResponse:
    """A file becomes the draft of the next version; what is wrong is said with entry, field and cure."""
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise ListStepError(_("请选择文件"))
            content = list_from(upload.name or "", upload.read(FILE_BYTES_MAX + 1))
            actions.draft(by=acting.actor, at=page_clock().now(), content=content)
            return HttpResponseRedirect(reverse("policy:list", args=[content["list"]]))
        except REFUSALS as error:
            problem = str(error)
    words = {"here": "policy", "problem": problem, "errors": {"file": problem} if problem else {}}
    return render(request, "officer/policy/draft.html", words, status=400 if problem else 200)

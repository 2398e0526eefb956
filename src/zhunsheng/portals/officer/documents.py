"""Official documents at the desk: one with its text and history, its next step, its files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.documents.composing import IncompleteError, lines_of
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.documents.actions import drafting, issuing
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents as papers
from zhunsheng.foundation.documents.queries import pages, registers
from zhunsheng.foundation.documents.queries.documents import DocumentFile
from zhunsheng.foundation.documents.queries.pages import PageFormat
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.portals.officer.clauses import cited
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.words import DOCUMENT_STATES, DOCUMENT_STEPS, METHODS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.picking import law_fields
from zhunsheng.workflows.terms import document_terms

POWER = "document.read"
REFUSALS = (DocumentStepError, IncompleteError, PowerLackingError)


@require_safe
@with_power(POWER)
def document(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """One document: its text as it is or would be issued, what was done with it, what comes next."""
    return _page(request, acting, number)


def _page(request: HttpRequest, acting: Acting, number: int, refusal: str = "") -> HttpResponse:
    told, day = _file(acting, number), today()
    lacks = ""
    try:
        content = papers.content(viewer=acting.viewer, document_id=number, terms=document_terms(), on=day)
    except IncompleteError as error:
        content, lacks = None, str(error)
    powers = acting.actor.powers
    words = {
        "here": "documents",
        "file": told,
        "state": DOCUMENT_STATES[told.card.state],
        "lines": lines_of(content) if content else [],
        "cited": cited(acting.viewer, told.clauses, told.acted_on or day),
        "lacks": lacks,
        "refusal": refusal,
        "steps": [(step, DOCUMENT_STEPS.get(step.kind, step.kind)) for step in told.steps],
        "services": [
            (one, METHODS.get(one.method, one.method))
            for one in registers.services(viewer=acting.viewer, document_id=number)
        ],
        **_more(told, powers),
        "who_sees": papers.why_visible(viewer=acting.viewer, document_id=number, on=day, power=POWER),
        "may_submit": told.review and told.card.state == "DRAFT" and "document.draft" in powers,
        "may_review": told.card.state == "REVIEWING" and "document.review" in powers,
        "may_issue": told.card.state == ("APPROVED" if told.review else "DRAFT")
        and "document.issue" in powers,
    }
    return render(request, "officer/document.html", words, status=400 if refusal else 200)


def _more(file: DocumentFile, powers: frozenset[str]) -> dict[str, object]:
    """What else may be done: change a draft, correct what was issued, serve it in one of the ways."""
    issued = file.card.state in {"ISSUED", "SERVED"}
    serves, templates = "document.serve" in powers, document_terms().templates(today())
    correcting = next((one.id for one in templates if one.corrects and one.worded), "")
    may_revise = file.card.state == "DRAFT" and "document.draft" in powers
    return {
        "may_revise": may_revise,
        "picks": law_fields(file) if may_revise else {},
        "may_correct": bool(correcting) and issued and "document.draft" in powers,
        "correcting": correcting,
        "may_serve": serves,
        "methods": METHODS.items() if serves and file.serve and file.card.state == "ISSUED" else (),
    }


@require_POST
@with_power(POWER)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The next step of the life, by whoever may take it; what is refused is said on the page."""
    _file(acting, number)
    by, at, wanted = acting.actor, page_clock().now(), request.POST.get("step", "")
    try:
        match wanted:
            case "submit":
                drafting.submit(by=by, at=at, document_id=number, terms=document_terms())
            case "approve" | "back":
                why, good = request.POST.get("why", ""), wanted == "approve"
                drafting.review(by=by, at=at, document_id=number, approve=good, text=why)
            case "issue":
                issuing.issue(by=by, at=at, document_id=number, terms=document_terms())
            case _:
                raise Http404
    except REFUSALS as error:
        return _page(request, acting, number, str(error))
    return HttpResponseRedirect(reverse("officer:document", args=[number]))


@require_safe
@with_power(POWER)
def page_file(request: HttpRequest, acting: Acting, number: int, form: str) -> HttpResponse:
    """The document as a file to be kept or printed, drawn now."""
    if form not in {one.value for one in PageFormat}:
        raise Http404
    try:
        told = pages.page_file(
            viewer=acting.viewer,
            document_id=number,
            form=PageFormat(form),
            terms=document_terms(),
            on=today(),
        )
    except (IncompleteError, RenderError) as error:
        return _page(request, acting, number, str(error))
    if told is None:
        raise Http404
    disposition = content_disposition_header(as_attachment=True, filename=told.name) or "attachment"
    headers = {"Content-Disposition": disposition}
    return HttpResponse(told.body, content_type=told.media_type, headers=headers)


def _file(acting: Acting, number: int) -> DocumentFile:
    found = papers.document(viewer=acting.viewer, document_id=number)
    if found is None:
        raise Http404
    return found

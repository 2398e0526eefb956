"""Drafting and serving at the desk: kind and business, fields, what changed, the service, its receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.core.deadlines.regimes import UnknownClockError
from zhunsheng.core.documents.catalogue import UnknownTemplateError
from zhunsheng.core.documents.composing import IncompleteError
from zhunsheng.core.documents.fields import Field, FieldError
from zhunsheng.core.documents.service import ServiceRuleError
from zhunsheng.core.documents.template import Template
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.documents.actions import serving
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents as papers
from zhunsheng.foundation.documents.queries import registers
from zhunsheng.foundation.documents.queries.documents import DocumentFile
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.paperforms import inputs, values_of
from zhunsheng.portals.officer.words import METHODS
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import drafting as story
from zhunsheng.workflows.terms import document_terms

REFUSALS = (
    *(DocumentStepError, FieldError, IncompleteError, PowerLackingError, ServiceRuleError),
    *(UnknownClockError, UnknownTemplateError),
)
DRAFT, SERVE = "document.draft", "document.serve"
NAME = re.compile(r"[a-z_]{1,60}")
Submitted = Callable[[], int]


def _form(
    request: HttpRequest,
    title: str,
    fields: Iterable[Field],
    values: dict[str, object],
    submit: Submitted,
    **words: object,
) -> HttpResponse:
    """A form that says on itself what is refused, and leads to the document when it is accepted."""
    refusal = ""
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_then(request, submit()))
        except REFUSALS as error:
            refusal = str(error)
    shown = inputs(fields, values, request.POST if request.method == "POST" else None)
    picks = [(one.name[2:], one.label) for one in shown if one.law]
    told = {
        "here": "documents",
        "title": title,
        "inputs": shown,
        "picks": picks,
        "refusal": refusal,
        **words,
    }
    return render(request, "officer/paper_form.html", told, status=400 if refusal else 200)


def _then(request: HttpRequest, document: int) -> str:
    """Where a saved form leads: to the document, or on to the clauses of the field that was asked for."""
    field = request.POST.get("pick", "")
    if NAME.fullmatch(field):
        return reverse("officer:paper-clauses", args=[document, field])
    return reverse("officer:document", args=[document])


@require_safe
@with_power(DRAFT)
def kinds(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Which document, for which business: the kinds that have a wording."""
    told = [one for one in document_terms().templates(today()) if one.worded and not one.corrects]
    subject = request.GET.get("subject", "")[:40]
    words = {"here": "documents", "kinds": told, "subject": subject}
    return render(request, "officer/paper_kinds.html", words)


def _template(kind: str) -> Template:
    try:
        found = document_terms().template(kind, today())
    except UnknownTemplateError:
        raise Http404 from None
    if not found.worded:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(DRAFT)
def begin(request: HttpRequest, acting: Acting, kind: str) -> HttpResponse:
    """A draft for a business within the scope, or the correction of an issued document."""
    template = _template(kind)
    told = request.POST if request.method == "POST" else request.GET
    subject, original = told.get("subject", "").strip()[:40], told.get("corrects", "")
    corrected = (
        _file(acting, int(original))
        if original.isascii() and original.isdigit() and len(original) < 12
        else None
    )
    if template.corrects and corrected is None:
        raise Http404
    if corrected is not None:
        subject = corrected.card.shared_with

    def submit() -> int:
        if registry.get(viewer=acting.viewer, key=subject) is None:
            raise DocumentStepError(f"您的范围内没有登记的主体 {subject}")
        return story.begin(
            by=acting.actor,
            at=page_clock().now(),
            kind=kind,
            subject=subject,
            owner=corrected.card.owner if corrected else f"subject:{subject}",
            values=values_of(template.fields.values(), request.POST),
            acted_on=_day(request.POST.get("acted_on", "")),
            corrects=corrected.card.id if corrected else None,
        )

    more = {
        "starts": True,
        "subject": subject,
        "corrects": corrected.card if corrected else None,
        "acted_on": request.POST.get("acted_on", today().isoformat()),
    }
    return _form(request, template.name_zh, template.fields.values(), {}, submit, **more)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(acting: Acting, number: int) -> DocumentFile:
    found = papers.document(viewer=acting.viewer, document_id=number)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(DRAFT)
def revise(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Other values for a draft; the one before stays and can be compared."""
    file = _file(acting, number)
    fields = file.template.fields.values()

    def submit() -> int:
        values = values_of(fields, request.POST)
        story.again(by=acting.actor, at=page_clock().now(), document_id=number, values=values)
        return number

    return _form(request, file.card.title, fields, dict(file.values), submit, back=number)


@require_safe
@with_power("document.read")
def compare(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """What differs between two revisions, field by field."""
    file = _file(acting, number)
    known = {str(one): one for one in file.revisions}
    new = known.get(request.GET.get("new", ""), file.revisions[-1])
    old = known.get(request.GET.get("old", ""), file.revisions[max(0, len(file.revisions) - 2)])
    told = papers.changes(viewer=acting.viewer, document_id=number, old=old, new=new)
    words = {"here": "documents", "file": file, "old": old, "new": new, "changes": told}
    return render(request, "officer/paper_compare.html", words)


def _serving(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    @with_power(SERVE)
    @wraps(view)
    def answer(request: HttpRequest, acting: Acting, number: int, **named: object) -> HttpResponse:
        return view(request, acting, _file(acting, number), page_clock().now(), **named)

    return answer


@_serving
def serve(
    request: HttpRequest, acting: Acting, file: DocumentFile, at: datetime, method: str
) -> HttpResponse:
    """Begin to serve in one of the six ways."""
    if method not in METHODS:
        raise Http404
    terms = document_terms()
    rule = terms.catalogue.services.rule(method)

    def submit() -> int:
        values = values_of(rule.start.values(), request.POST)
        documents = [file.card.id]
        serving.start(by=acting.actor, at=at, documents=documents, method=method, values=values, terms=terms)
        return file.card.id

    return _form(request, str(METHODS[method]), rule.start.values(), {}, submit, back=file.card.id)


@_serving
def receipt(
    request: HttpRequest, acting: Acting, file: DocumentFile, at: datetime, service: int
) -> HttpResponse:
    """What proves a service, or why it did not come about."""
    known = registers.services(viewer=acting.viewer, document_id=file.card.id)
    found = next((one for one in known if one.id == service and one.state == "STARTED"), None)
    if found is None:
        raise Http404
    terms = document_terms()
    rule = terms.catalogue.services.rule(found.method)

    def submit() -> int:
        if failed := request.POST.get("failed", "").strip():
            serving.fail(by=acting.actor, at=at, service_id=service, text=failed, terms=terms)
        else:
            told = values_of(rule.receipt.values(), request.POST)
            serving.complete(by=acting.actor, at=at, service_id=service, receipt=told, terms=terms)
        return file.card.id

    more = {"back": file.card.id, "may_fail": True, "failed": request.POST.get("failed", "")}
    return _form(request, str(METHODS[found.method]), rule.receipt.values(), {}, submit, **more)

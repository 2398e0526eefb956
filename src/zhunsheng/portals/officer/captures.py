"""One captured file: its digest, how it came, what was done with it; original and device on purpose."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhunsheng.core.actors import FieldLevel
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.policies import reveal_purposes
from zhunsheng.foundation.accounts.revealing import POWER as REVEAL
from zhunsheng.foundation.accounts.revealing import RevealError, may_reveal, stated
from zhunsheng.foundation.attachments import actions as keeping
from zhunsheng.foundation.attachments import queries as attachments
from zhunsheng.foundation.attachments.queries import CapturedFile
from zhunsheng.foundation.attachments.sniffing import SHOWN, AttachmentError
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.portals.officer.acts import ACTS
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.files import BROKEN, state_of
from zhunsheng.portals.officer.seeing import who_sees
from zhunsheng.portals.officer.words import CAPTURE_METHODS, FILE_STATES, FILE_TONES
from zhunsheng.registers.registry import scoping
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import Field, problems_of, shown, values_of


def _found(acting: Acting, number: int) -> CapturedFile:
    def narrowed(rows: QuerySet[Any]) -> QuerySet[Any]:
        return scoping.within(rows, acting.viewer, "shared_with")

    found = attachments.captured(viewer=acting.viewer, attachment_id=number, narrowed=narrowed)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@with_power("subject.read")
def file(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A file as it stands, hashed anew for this page; POST puts the result of the check on record."""
    found = _found(acting, number)
    if request.method == "POST":
        keeping.check(by=acting.actor, at=page_clock().now(), attachment_id=number)
        return HttpResponseRedirect(reverse("evidence:file", args=[number]))
    state = state_of(found.file) if found.sound else BROKEN
    usable = found.sound and found.file.withdrawn_at is None
    may = may_reveal(acting.actor, acting.viewer, FieldLevel.SENSITIVE)
    words = {
        "here": "evidence",
        "told": found,
        "state": (FILE_STATES[state], FILE_TONES.get(state, "")),
        "method": CAPTURE_METHODS[found.file.card.method],
        "story": [
            (entry, ACTS.get(entry.action, entry.action), entry.detail.get("why", ""))
            for entry in found.story
        ],
        "may_read": may and usable,
        "picture": usable and found.file.card.picture,
        "may_open": may and bool(found.sealed),
        "who_sees": who_sees(acting, found.file.subject),
    }
    return render(request, "officer/evidence/file.html", words)


def _purpose() -> tuple[Field, ...]:
    return (
        Field("purpose", gettext_lazy("用途"), "select", choices=list(reveal_purposes().items())),
        Field(
            "words",
            gettext_lazy("具体事由"),
            hint=gettext_lazy("例如：任务编号、约定的时间。审计人员会看到。"),
        ),
    )


def _asked(request: HttpRequest, acting: Acting, found: CapturedFile, title: str) -> str | HttpResponse:
    """The purpose that was stated, or the form that asks for it."""
    fields, values, errors = _purpose(), {}, {}
    if request.method == "POST":
        values = values_of(fields, request.POST)
        errors = problems_of(fields, values)
        try:
            if not errors:
                told = stated(by=acting.actor, viewer=acting.viewer, level=FieldLevel.SENSITIVE, **values)
                return told["purpose"]
        except RevealError as refusal:
            errors = {"purpose": str(refusal)}
    words = {
        "here": "evidence",
        "told": found,
        "title": title,
        "errors": errors,
        "fields": shown(fields, values, errors),
    }
    return render(request, "officer/evidence/purpose.html", words)


@require_safe
@with_power("subject.read")
def picture(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """What a picture shows, without place and device: its newest redaction copy, or its own clean copy."""
    del request
    found = _found(acting, number)
    copies = [copy for copy in found.copies if copy.withdrawn_at is None and copy.broken_at is None]
    card = copies[-1].card if copies else found.file.card
    usable = found.sound and found.file.withdrawn_at is None
    at = page_clock().now()
    if not usable or not card.picture or not keeping.check(by=acting.actor, at=at, attachment_id=card.id):
        raise Http404
    return HttpResponse(card.path(original=False).read_bytes(), content_type=SHOWN)


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(REVEAL)
def original(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """The original, byte for byte, for a stated purpose; a broken one is refused."""
    found = _found(acting, number)
    asked = _asked(request, acting, found, _("取用原件"))
    if isinstance(asked, HttpResponse):
        return asked
    try:
        body = keeping.read(by=acting.actor, at=page_clock().now(), attachment_id=number, purpose=asked)
    except AttachmentError as refusal:
        words = {"title": _("不能取用"), "words": str(refusal), "here": "evidence"}
        back = {"back": reverse("evidence:file", args=[number])}
        return render(request, "officer/told.html", words | back, status=400)
    name = content_disposition_header(as_attachment=True, filename=found.file.card.name) or "attachment"
    headers = {"Content-Disposition": name}
    return HttpResponse(body, content_type=found.file.card.media_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(REVEAL)
def device(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """With which device the file was captured, for a stated purpose: it leads to a person."""
    found = _found(acting, number)
    if not found.sealed:
        raise Http404
    asked = _asked(request, acting, found, _("查看采集设备"))
    if isinstance(asked, HttpResponse):
        return asked
    told = evidence.open_sealed(
        by=acting.actor,
        at=page_clock().now(),
        target=found.file.owner,
        commitment=found.sealed,
        purpose=asked,
        about={"sha256": found.file.card.sha256},
    )
    words = {"title": _("采集设备"), "words": told.get("device", _("已清除")), "here": "evidence"}
    return render(request, "officer/told.html", {**words, "back": reverse("evidence:file", args=[number])})

"""A business says that a record of its file is wrong."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX
from zhunsheng.portals.enterprise.standing import records_of
from zhunsheng.portals.enterprise.uploading import take_files
from zhunsheng.portals.enterprise.visiting import Visit, page
from zhunsheng.sensing.objections.actions import REASON_CHARACTERS_MAX, ObjectionError
from zhunsheng.workflows import objecting
from zhunsheng.workflows.ruling import rules_at


def object_to(request: HttpRequest, visit: Visit, fact: str) -> HttpResponse:
    """The record, why it is wrong, files; sent in one step. Only what the business is shown can be named."""
    record = next((r for r in records_of(visit, rules_at(visit.at)) if r.fact == fact), None)
    if record is None:
        raise Http404
    reason, errors = request.POST.get("reason", ""), dict[str, str]()
    if request.method == "POST":
        errors = take_files(request, visit, f"objection:{fact}")
        if not errors:
            try:
                objecting.file(by=visit.actor, at=visit.at, fact_id=fact, reason=reason)
                return HttpResponseRedirect(visit.url("own-file") + "#objections")
            except ObjectionError as error:
                errors = {"reason": str(error)}
    words: dict[str, object] = {
        "here": "file",
        "record": record,
        "reason": reason,
        "errors": errors,
        "characters_max": REASON_CHARACTERS_MAX,
        "megabytes_max": FILE_BYTES_MAX // 1024 // 1024,
    }
    return page(request, visit, "object", words)

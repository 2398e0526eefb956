"""A business says that a record of its file is wrong, and what should stand there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from zhunsheng.core.contracts import FieldContract
from zhunsheng.core.facts import Fact
from zhunsheng.core.rules.sentences import Speaker
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX
from zhunsheng.portals.enterprise.standing import records_of
from zhunsheng.portals.enterprise.uploading import take_files
from zhunsheng.portals.enterprise.visiting import Visit, page
from zhunsheng.sensing.objections.actions import REASON_CHARACTERS_MAX
from zhunsheng.sensing.objections.proposals import ObjectionError, files_of
from zhunsheng.web.fields import Field, of_contract, shown, values_of
from zhunsheng.workflows import objecting
from zhunsheng.workflows.ruling import rules_at


def object_to(request: HttpRequest, visit: Visit, fact: str) -> HttpResponse:
    """The record, why it is wrong, the right values, files, in one step. Only what is shown can be named."""
    rules = rules_at(visit.at)
    record = next((r for r in records_of(visit, rules) if r.fact == fact), None)
    if record is None:
        raise Http404
    told, contract = objecting.fact_of(visit.subject.key, fact)
    fields = [_field(told, spec, Speaker(rules.contracts)) for spec in objecting.fields_of(contract)]
    values, errors = values_of(fields, request.POST), dict[str, str]()
    if request.method == "POST":
        proposed, errors = objecting.read(told, contract, values)
        errors |= take_files(request, visit, files_of(fact))
        if not errors:
            reason = request.POST.get("reason", "")
            try:
                objecting.file(by=visit.actor, at=visit.at, fact_id=fact, reason=reason, proposed=proposed)
                return HttpResponseRedirect(visit.url("own-file") + "#objections")
            except ObjectionError as error:
                errors = {"reason": str(error)}
    words: dict[str, object] = {
        "here": "file",
        "record": record,
        "reason": request.POST.get("reason", ""),
        "errors": errors,
        "fields": shown(fields, values, errors),
        "proposes": any(values.values()),
        "characters_max": REASON_CHARACTERS_MAX,
        "megabytes_max": FILE_BYTES_MAX // 1024 // 1024,
    }
    return page(request, visit, "object", words)


def _field(fact: Fact, spec: FieldContract, speaker: Speaker) -> Field:
    """The right value of a field, with what stands there now."""
    now = fact.payload.get(spec.name)
    told = _("没有记录") if now is None else speaker.stored((fact.kind,), spec.name, now)
    return of_contract(spec, _("现在：%(value)s。") % {"value": told})

"""The log's state, and proofs of acts: worked out and checked for the page, handed out as a package."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.documents.queries import documents as papers
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence import showing
from zhunsheng.foundation.evidence.handing_out import NothingToProveError
from zhunsheng.foundation.evidence.keyring import known
from zhunsheng.foundation.evidence.others import trusted, witnesses
from zhunsheng.foundation.evidence.proofs import Proven
from zhunsheng.portals.officer.acts import ACTS
from zhunsheng.portals.officer.door import with_power
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import proving, sealing

HANDING_OUT = frozenset({"document.serve", "audit.read"})


@require_safe
@with_power("subject.read", "audit.read")
def log(request: HttpRequest, acting: Acting) -> HttpResponse:
    """How long the log is, who signed and cosigned it, and that it only grew since a checkpoint."""
    since = request.GET.get("since", "")
    past = int(since) - 1 if since.isascii() and since.isdigit() and len(since) < 18 else 0
    words = {
        "here": "evidence",
        "log": showing.state(viewer=acting.viewer),
        "grown": showing.growth(viewer=acting.viewer, past=past),
        "keys": known(settings.HOME),
        "witnesses": [other.vkey.partition("+")[0] for other in witnesses(settings.HOME)],
    }
    return render(request, "officer/evidence/log.html", words)


def _shown(acting: Acting, found: Sequence[Proven]) -> dict[str, object]:
    """Proofs with what holds, and that the log only grew since the first of them was signed."""
    believed = trusted(settings.HOME)
    told = [showing.shown(one, believed) for one in found]
    grown = showing.growth(viewer=acting.viewer, past=told[0].index, origin=told[0].origin) if told else None
    return {
        "here": "evidence",
        "proofs": [(one, ACTS.get(one.action, one.action)) for one in told],
        "grown": grown,
        "holds": bool(told) and not any(one.fault for one in told) and not (grown and grown.fault),
        "keys": known(settings.HOME),
    }


@require_safe
@with_power("audit.read")
def act(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """One act of the audit trail with its proof."""
    found = evidence.proof_of(viewer=acting.viewer, event_id=number)
    if found is None:
        raise Http404
    entry, proven = found
    words = {"entry": entry, "what": ACTS.get(entry.action, entry.action), "waiting": proven is None}
    return render(request, "officer/evidence/act.html", words | _shown(acting, [proven] if proven else []))


@require_http_methods(["GET", "HEAD", "POST"])
@with_power("document.read")
def document_proof(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Everything that was done with a document, proved; POST takes up what waits, or hands a package out."""
    file = papers.document(viewer=acting.viewer, document_id=number)
    if file is None:
        raise Http404
    targets, refusal = [f"document:{number}"], ""
    may_hand_out = not HANDING_OUT.isdisjoint(acting.actor.powers)
    if request.method == "POST" and "why" not in request.POST:
        sealing.seal_log(page_clock().now())
        return HttpResponseRedirect(reverse("officer:document-proof", args=[number]))
    if request.method == "POST":
        if not may_hand_out:
            raise Http404
        try:
            return _package(acting, targets, request.POST["why"], f"document-{number}.zip")
        except NothingToProveError as error:
            refusal = str(error)
    found = proving.logged(targets)
    words = _shown(acting, found)
    issued = next((one for one, _what in words["proofs"] if one.action == "DOCUMENT_ISSUED"), None)  # type: ignore[attr-defined]
    more = {
        "here": "documents",
        "file": file,
        "waiting": len(file.steps) > len(found),
        "refusal": refusal,
        "issued": issued is not None,
        "same": issued is not None and file.intact and file.card.content_hash in issued.detail,
        "may_hand_out": may_hand_out,
    }
    return render(request, "officer/evidence/document.html", words | more, status=400 if refusal else 200)


def _package(acting: Acting, targets: Sequence[str], why: str, name: str) -> HttpResponse:
    at = page_clock().now()
    if not why.strip():
        raise NothingToProveError(_("请写明用途"))
    body = proving.package(by=acting.actor, at=at, targets=targets, reason=why.strip()[:500])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type="application/zip", headers=headers)

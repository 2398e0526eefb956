"""What was done to a business and what it handed in, with the proofs: shown, and handed out as a package."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.foundation.attachments import queries as attachments
from zhunsheng.foundation.attachments.actions import check as is_sound
from zhunsheng.foundation.attachments.sniffing import ENDINGS
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.handing_out import hand_out
from zhunsheng.foundation.evidence.proofs import Proven
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.workflows.sealing import seal_log

VIEWER = Viewer.bureau("prove")


def targets_of(subject: str) -> list[str]:
    """What acts about a business are filed under: itself, and its touches with their reviews."""
    touches = triggers.touches(viewer=VIEWER, subject=subject)
    return [f"subject:{subject}", *(f"touch:{touch.id}" for touch in touches)]


def proofs(targets: Sequence[str], at: datetime) -> list[Proven]:
    """The proofs of everything done to these targets up to now."""
    seal_log(at)
    return evidence.proofs_of(viewer=VIEWER, targets=targets)


def _stamps(found: Sequence[Proven]) -> dict[str, bytes]:
    if not found:
        return {}
    return evidence.stamps(viewer=VIEWER, origin=found[-1].origin, size=found[-1].size)


def logged(targets: Sequence[str]) -> list[Proven]:
    """The proofs of everything done to these targets as far as it is in the log already; writes nothing."""
    return evidence.proofs_of(viewer=VIEWER, targets=targets)


def _papers(targets: Sequence[str]) -> dict[str, bytes]:
    """The content of issued documents, as it was hashed when they were issued."""
    found: dict[str, bytes] = {}
    for target in targets:
        kind, _, number = target.partition(":")
        if kind == "document" and number.isascii() and number.isdigit():
            body = documents.issued_bytes(viewer=VIEWER, document_id=int(number))
            found |= {f"document-{number}.json": body} if body is not None else {}
    return found


def package(*, by: Actor, at: datetime, targets: Sequence[str], reason: str) -> bytes:
    """Acts, proofs, the files handed in for them and the documents themselves, as one zip for a notary or
    a court."""
    found = proofs(targets, at)
    files = {
        f"{card.sha256[:16]}{ENDINGS[card.media_type]}": card.path(original=True).read_bytes()
        for owner in targets
        for card in attachments.of_owner(viewer=VIEWER, owner=owner)
        if is_sound(by=by, at=at, attachment_id=card.id)
    }
    files |= _papers(targets)
    return hand_out(
        by=by, at=at, home=settings.HOME, proofs=found, files=files, more=_stamps(found), reason=reason
    )

"""Reading files: the bureau, and the one they are shared with. What is broken is shown as such."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.attachments.sniffing import PICTURES
from zhunsheng.foundation.attachments.soundness import is_sound
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.queries import Entry


@dataclass(frozen=True, slots=True)
class AttachmentCard:
    """A file as pages show it; `picture` says whether there is a copy to be shown."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    received_at: datetime
    sealed_at: datetime | None
    picture: bool
    method: str = CaptureMethod.UPLOAD.value
    redacts: int | None = None
    broken: bool = False

    def path(self, *, original: bool) -> Path:
        """Where the bytes are."""
        return store.path_of(self.sha256, "original" if original else "shown")


def of_owner(*, viewer: Viewer, owner: str) -> list[AttachmentCard]:
    """The standing files of an owner, oldest first; those that the viewer may see."""
    rows = Attachment.objects.filter(owner=owner, withdrawn_at=None).order_by("id")
    return [_card(row) for row in rows if viewer.may_see_subject(row.shared_with)]


def _card(row: Attachment) -> AttachmentCard:
    return AttachmentCard(
        row.id,
        row.name,
        row.media_type,
        row.size_bytes,
        row.sha256,
        row.received_at,
        row.sealed_at,
        row.media_type in PICTURES,
        row.method,
        row.redacts_id,
        row.broken_at is not None,
    )


def custody(*, viewer: Viewer, attachment_id: int) -> list[Entry]:
    """Everything that was done with a file, oldest first: kept, sealed, redacted, read, found broken."""
    row = Attachment.objects.filter(id=attachment_id).first()
    if row is None:
        return []
    told = evidence.entries_of(target=row.owner, viewer=viewer)
    return [entry for entry in told if _speaks_of(entry, row.sha256)]


def _speaks_of(entry: Entry, digest: str) -> bool:
    named = entry.detail.get("sha256")
    return digest in (named if isinstance(named, list) else [named, entry.detail.get("original")])


def unsound(*, viewer: Viewer) -> list[AttachmentCard]:
    """Every standing file whose bytes are no longer those that were captured; each is read anew."""
    if not viewer.audits:
        return []
    rows = Attachment.objects.filter(withdrawn_at=None).order_by("id")
    return [_card(row) for row in rows.iterator() if not is_sound(row)]

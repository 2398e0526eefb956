"""Reading files: the bureau, and the one they are shared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.attachments.sniffing import PICTURES


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

    def path(self, *, original: bool) -> Path:
        """Where the bytes are."""
        return store.path_of(self.sha256, "original" if original else "shown")


def of_owner(*, viewer: Viewer, owner: str) -> list[AttachmentCard]:
    """The standing files of an owner, oldest first; those that the viewer may see."""
    rows = Attachment.objects.filter(owner=owner, withdrawn_at=None).order_by("id")
    return [
        AttachmentCard(
            r.id,
            r.name,
            r.media_type,
            r.size_bytes,
            r.sha256,
            r.received_at,
            r.sealed_at,
            r.media_type in PICTURES,
        )
        for r in rows
        if viewer.may_see_subject(r.shared_with)
    ]

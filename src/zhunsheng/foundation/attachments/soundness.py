"""Whether files are still what was captured: their bytes are hashed again, nothing stored is believed."""

from __future__ import annotations

from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.models import Attachment


def is_sound(row: Attachment) -> bool:
    """Whether original and shown copy are what was captured."""
    shown = not row.shown_sha256 or store.is_whole(store.path_of(row.sha256, "shown"), row.shown_sha256)
    return shown and store.is_whole(store.path_of(row.sha256, "original"), row.sha256)

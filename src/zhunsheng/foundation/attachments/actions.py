"""Taking files in, back, and for good."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.attachments.sniffing import (
    ENDINGS,
    FILES_MAX,
    PICTURES,
    AttachmentError,
    media_type,
    shown_copy,
)
from zhunsheng.foundation.evidence import actions as evidence


def keep(*, by: Actor, at: datetime, owner: str, shared_with: str, name: str, content: bytes) -> int:
    """Keep a file for an owner; its id. The same bytes twice are one file. AttachmentError says why not."""
    told = media_type(content)
    digest = hashlib.sha256(content).hexdigest()
    copy = shown_copy(content, told) if told in PICTURES else b""
    with transaction.atomic():
        standing = list(Attachment.objects.select_for_update().filter(owner=owner, withdrawn_at=None))
        known = next((row for row in standing if row.sha256 == digest), None)
        if known is not None:
            return known.id
        if len([row for row in standing if row.sealed_at is None]) >= FILES_MAX:
            raise AttachmentError(f"最多上传 {FILES_MAX} 个文件，请先删去一个")
        store.keep(store.path_of(digest, "original"), content)
        if copy:
            store.keep(store.path_of(digest, "shown"), copy)
        row = Attachment.objects.create(
            owner=owner,
            shared_with=shared_with,
            name=_clean_name(name, told),
            media_type=told,
            size_bytes=len(content),
            sha256=digest,
            received_at=at,
            by_name=by.name,
        )
        detail = {"sha256": digest, "size_bytes": len(content), "media_type": told}
        evidence.record(by=by, at=at, action="FILE_KEPT", target=owner, detail=detail)
    return row.id


def withdraw(*, by: Actor, at: datetime, owner: str, attachment_id: int) -> bool:
    """Take a file back before it is sealed; False when there is none to take back. Its bytes stay."""
    with transaction.atomic():
        rows = Attachment.objects.filter(owner=owner, id=attachment_id, sealed_at=None, withdrawn_at=None)
        row = rows.select_for_update().first()
        if row is None:
            return False
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        detail = {"sha256": row.sha256}
        evidence.record(by=by, at=at, action="FILE_WITHDRAWN", target=owner, detail=detail)
    return True


def seal(*, by: Actor, at: datetime, owner: str) -> list[str]:
    """The files are part of something sent now; their digests."""
    with transaction.atomic():
        rows = Attachment.objects.select_for_update().filter(owner=owner, sealed_at=None, withdrawn_at=None)
        digests = [row.sha256 for row in rows]
        if digests:
            rows.update(sealed_at=at)
            detail = {"sha256": digests}
            evidence.record(by=by, at=at, action="FILES_SEALED", target=owner, detail=detail)
    return digests


def _clean_name(name: str, told: str) -> str:
    stem = PurePath(name.replace("\\", "/")).name
    stem = "".join(c for c in stem if c.isprintable()).rpartition(".")[0] or stem or "file"
    return stem[:100] + ENDINGS[told]

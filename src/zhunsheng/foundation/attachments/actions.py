"""Taking files in, back, and for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.attachments.sniffing import (
    ENDINGS,
    FILES_MAX,
    PICTURES,
    AttachmentError,
    media_type,
    shown_copy,
    table_type,
)
from zhunsheng.foundation.attachments.soundness import is_sound
from zhunsheng.foundation.evidence import actions as evidence


@dataclass(frozen=True, slots=True)
class Capture:
    """How a file was captured: by what means, with which device, when. The device is kept apart, erasable."""

    method: CaptureMethod = CaptureMethod.UPLOAD
    device: str = ""
    captured_at: datetime | None = None


PLAIN = Capture()


def keep(
    *,
    by: Actor,
    at: datetime,
    owner: str,
    shared_with: str,
    name: str,
    content: bytes,
    capture: Capture = PLAIN,
) -> int:
    """Keep a file for an owner; its id. The same bytes twice are one file. AttachmentError says why not."""
    return _keep(by, at, owner, shared_with, name, content, media_type(content), capture)


def keep_table(*, by: Actor, at: datetime, owner: str, name: str, content: bytes) -> int:
    """Keep a table that a reader of tables found sound, for the bureau alone; its id."""
    return _keep(by, at, owner, "", name, content, table_type(name, len(content)), PLAIN)


def _keep(
    by: Actor,
    at: datetime,
    owner: str,
    shared_with: str,
    name: str,
    content: bytes,
    told: str,
    capture: Capture,
) -> int:
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
            shown_sha256=hashlib.sha256(copy).hexdigest() if copy else "",
            method=capture.method.value,
            captured_at=capture.captured_at,
            received_at=at,
            by_name=by.name,
        )
        detail = {"sha256": digest, "size_bytes": len(content), "media_type": told}
        detail |= _captured(by, at, capture)
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


def _captured(by: Actor, at: datetime, capture: Capture) -> dict[str, Any]:
    """Means and time in the entry itself; the device, which leads to a person, sealed apart."""
    told: dict[str, Any] = {"method": capture.method.value}
    if capture.captured_at is not None:
        told["captured_at"] = capture.captured_at.isoformat()
    if capture.device:
        told |= evidence.seal_detail(by=by, at=at, person=by.key, told={"device": capture.device})
    return told


def redact(*, by: Actor, at: datetime, attachment_id: int, content: bytes, reason: str) -> int:
    """A copy of a sealed file in which something was made unreadable; its id. The original stays as it is.

    A named person's act with a reason. AttachmentError for a file not sealed, broken or of another type.
    """
    by.require_person("制作遮盖件")
    told = media_type(content)
    digest = hashlib.sha256(content).hexdigest()
    copy = shown_copy(content, told) if told in PICTURES else b""
    with transaction.atomic():
        original = Attachment.objects.select_for_update().filter(id=attachment_id, withdrawn_at=None).first()
        if original is None or original.sealed_at is None or original.redacts_id is not None:
            raise AttachmentError("只能对已封存的原件制作遮盖件")
        if original.broken_at is not None or told != original.media_type or not reason.strip():
            raise AttachmentError("原件摘要不符、类型不同，或未写明理由")
        store.keep(store.path_of(digest, "original"), content)
        if copy:
            store.keep(store.path_of(digest, "shown"), copy)
        row = Attachment.objects.create(
            owner=original.owner,
            shared_with=original.shared_with,
            name=original.name,
            media_type=told,
            size_bytes=len(content),
            sha256=digest,
            shown_sha256=hashlib.sha256(copy).hexdigest() if copy else "",
            method=CaptureMethod.REDACTION.value,
            redacts=original,
            received_at=at,
            by_name=by.name,
            sealed_at=at,
        )
        detail = {"sha256": digest, "original": original.sha256, "why": reason}
        evidence.record(by=by, at=at, action="FILE_REDACTED", target=original.owner, detail=detail)
    return row.id


def check(*, by: Actor, at: datetime, attachment_id: int) -> bool:
    """Whether a file is still what was captured. One that is not is unusable from now on, in sight of all."""
    row = Attachment.objects.get(id=attachment_id)
    if row.broken_at is not None:
        return False
    if is_sound(row):
        return True
    with transaction.atomic():
        Attachment.objects.filter(id=row.id).update(broken_at=at)
        detail = {"sha256": row.sha256}
        evidence.record(by=by, at=at, action="FILE_BROKEN", target=row.owner, detail=detail)
    return False


def read(*, by: Actor, at: datetime, attachment_id: int, purpose: str) -> bytes:
    """The original of a file for somebody who states why; that he read it is an act.

    AttachmentError for a file that is broken, withdrawn, or when no purpose is stated.
    """
    row = Attachment.objects.filter(id=attachment_id, withdrawn_at=None).first()
    if row is None or not purpose.strip():
        raise AttachmentError("没有这个文件，或未写明用途")
    if not check(by=by, at=at, attachment_id=attachment_id):
        raise AttachmentError("文件与采集时的摘要不符，不能再用")
    with transaction.atomic():
        detail = {"sha256": row.sha256, "why": purpose}
        evidence.record(by=by, at=at, action="FILE_READ", target=row.owner, detail=detail)
    return store.path_of(row.sha256, "original").read_bytes()


def _clean_name(name: str, told: str) -> str:
    stem = PurePath(name.replace("\\", "/")).name
    stem = "".join(c for c in stem if c.isprintable()).rpartition(".")[0] or stem or "file"
    return stem[:100] + ENDINGS[told]

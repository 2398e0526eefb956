"""Files that a business hands in with an answer or an objection."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX, AttachmentError
from zhunsheng.portals.enterprise.visiting import Visit


def take_files(request: HttpRequest, visit: Visit, owner: str) -> dict[str, str]:
    """Keep what was uploaded under this owner; what could not be kept is said in one sentence."""
    problems: dict[str, str] = {}
    for upload in request.FILES.getlist("files"):
        try:
            attachments.keep(
                by=visit.actor,
                at=visit.at,
                owner=owner,
                shared_with=visit.subject.key,
                name=upload.name or "",
                content=_bytes_of(upload),
            )
        except AttachmentError as error:
            problems["files"] = f"{upload.name}：{error}"
    return problems


def _bytes_of(upload: UploadedFile[Any]) -> bytes:
    """No more than one byte over the limit is read into memory: that much is enough to refuse it."""
    content: bytes = upload.read(FILE_BYTES_MAX + 1)
    return content

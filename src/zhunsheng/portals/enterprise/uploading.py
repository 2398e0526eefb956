"""Files that a business hands in with an answer, an objection or a self-check, and sees again."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest

from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX, SHOWN, AttachmentError
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


def shown(visit: Visit, owner: str, number: int) -> FileResponse:
    """A picture's clean copy to be shown; any other file as it was handed in, only ever to be saved."""
    told = files.of_owner(viewer=visit.viewer, owner=owner)
    card = next((card for card in told if card.id == number), None)
    if card is None or not attachments.check(by=visit.actor, at=visit.at, attachment_id=number):
        raise Http404
    return FileResponse(
        card.path(original=not card.picture).open("rb"),
        as_attachment=not card.picture,
        filename=card.name,
        content_type=SHOWN if card.picture else card.media_type,
    )

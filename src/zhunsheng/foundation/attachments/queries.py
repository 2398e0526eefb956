"""Reading files: the bureau, and the one they are shared with. What is broken is shown as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.attachments import store
from zhunsheng.foundation.attachments.capturing import CaptureMethod
from zhunsheng.foundation.attachments.models import Attachment
from zhunsheng.foundation.attachments.sniffing import PICTURES
from zhunsheng.foundation.attachments.soundness import is_sound
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.evidence.actions import SEALED
from zhunsheng.foundation.evidence.queries import Entry
from zhunsheng.foundation.seeking import beginning, seek

READER = Viewer.bureau("attachments")


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


@dataclass(frozen=True, slots=True)
class CaptureCard:
    """A file with how it came: for whom it was handed in, by whom, by what means, and what became of it."""

    card: AttachmentCard
    owner: str
    subject: str
    by_name: str
    captured_at: datetime | None
    broken_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def id(self) -> int:
        """The file's number."""
        return self.card.id


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files: of an owner or subject, by means, by the beginning of the digest, broken, by day."""

    owner: str = ""
    subject: str = ""
    method: str = ""
    sha256: str = ""
    broken: bool = False
    since: datetime | None = None
    until: datetime | None = None


Narrow = Callable[[QuerySet[Attachment]], QuerySet[Attachment]]


def listed(*, viewer: Viewer, part: Part, wanted: FileFilter, narrowed: Narrow) -> Listed[CaptureCard]:
    """A part of the files that `narrowed` leaves: whose file a subject is, is not known here."""
    if not viewer.is_supervisor:
        return Listed()
    rows = narrowed(Attachment.objects.all())
    for name, value in (
        ("owner", wanted.owner),
        ("shared_with", wanted.subject),
        ("method", wanted.method),
        ("received_at__gte", wanted.since),
        ("received_at__lt", wanted.until),
    ):
        if value:
            rows = rows.filter(**{name: value})
    if wanted.sha256:
        rows = rows.filter(**beginning("sha256", wanted.sha256.lower()))
    if wanted.broken:
        rows = rows.filter(broken_at__isnull=False)
    return seek(rows, part, _capture)


def _capture(row: Attachment) -> CaptureCard:
    return CaptureCard(
        _card(row),
        row.owner,
        row.shared_with,
        row.by_name,
        row.captured_at,
        row.broken_at,
        row.withdrawn_at,
    )


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """One file: `sound` is whether its bytes, hashed now, are those of the capture; `sealed` names the
    device that is kept apart, '' if none; `copies` are its redaction copies; `story` its custody."""

    file: CaptureCard
    sound: bool
    sealed: str
    copies: tuple[CaptureCard, ...]
    story: tuple[Entry, ...]


def captured(*, viewer: Viewer, attachment_id: int, narrowed: Narrow) -> CapturedFile | None:
    """One file with its custody, if it is among those that `narrowed` leaves."""
    if not viewer.is_supervisor:
        return None
    row = narrowed(Attachment.objects.filter(id=attachment_id)).first()
    if row is None:
        return None
    story = _story(row)
    sealed = next((str(one.detail[SEALED]) for one in story if one.detail.get(SEALED)), "")
    copies = tuple(_capture(copy) for copy in row.redactions.order_by("id"))
    return CapturedFile(_capture(row), row.broken_at is None and is_sound(row), sealed, copies, story)


def _story(row: Attachment) -> tuple[Entry, ...]:
    """Who may see a file may see what was done with it, though not the audit trail as a whole."""
    told = evidence.entries_of(target=row.owner, viewer=READER)
    return tuple(entry for entry in told if _speaks_of(entry, row.sha256))


def custody(*, viewer: Viewer, attachment_id: int) -> list[Entry]:
    """Everything that was done with a file, oldest first: kept, sealed, redacted, read, found broken."""
    row = Attachment.objects.filter(id=attachment_id).first()
    if row is None:
        return []
    return list(_story(row)) if viewer.audits else []


def _speaks_of(entry: Entry, digest: str) -> bool:
    named = entry.detail.get("sha256")
    return digest in (named if isinstance(named, list) else [named, entry.detail.get("original")])


def unsound(*, viewer: Viewer) -> list[AttachmentCard]:
    """Every standing file whose bytes are no longer those that were captured; each is read anew."""
    if not viewer.audits:
        return []
    rows = Attachment.objects.filter(withdrawn_at=None).order_by("id")
    return [_card(row) for row in rows.iterator() if not is_sound(row)]

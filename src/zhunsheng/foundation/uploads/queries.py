"""Reading uploads: one's own, and all for whoever sees the whole bureau."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.attachments import queries as attachments
from zhunsheng.foundation.attachments.queries import AttachmentCard
from zhunsheng.foundation.seeking import seek
from zhunsheng.foundation.uploads.lifecycle import WORK, UploadState
from zhunsheng.foundation.uploads.models import Mapping, Problem, Upload
from zhunsheng.foundation.uploads.names import owner_of


@dataclass(frozen=True, slots=True)
class UploadCard:
    """An upload as pages show it."""

    id: int
    owner: str
    owner_name: str
    grant: int
    target: str
    kind: str
    name: str
    batch: str
    encoding: str
    header: tuple[str, ...]
    signature: str
    base: str
    columns: dict[str, str]
    values: dict[str, dict[str, str]]
    as_of: date | None
    state: UploadState
    rows: int
    done: int
    accepted: int
    duplicates: int
    refused: int
    reason: str
    corrects: int | None
    received_at: datetime
    changed_at: datetime

    @property
    def at_work(self) -> bool:
        """Whether a worker is at it or is waited for."""
        return self.state in WORK


def _card(row: Upload) -> UploadCard:
    return UploadCard(
        row.id,
        row.owner,
        row.owner_name,
        row.grant,
        row.target,
        row.kind,
        row.name,
        row.batch,
        row.encoding,
        tuple(row.header),
        row.signature,
        row.base,
        dict(row.columns),
        dict(row.values),
        row.as_of,
        UploadState(row.state),
        row.rows,
        row.done,
        row.accepted,
        row.duplicates,
        row.refused,
        row.reason,
        row.corrects_id,
        row.received_at,
        row.changed_at,
    )


def _open(viewer: Viewer) -> QuerySet[Upload]:
    if not viewer.is_supervisor:
        return Upload.objects.none()
    rows = Upload.objects.exclude(state=UploadState.DROPPED.value)
    return rows if viewer.sees_all else rows.filter(owner=viewer.key)


def upload(*, viewer: Viewer, upload_id: int) -> UploadCard | None:
    """One upload, if it is open to the viewer."""
    row = _open(viewer).filter(id=upload_id).first()
    return _card(row) if row else None


def opened(*, viewer: Viewer, upload_id: int) -> UploadCard:
    """An upload that the caller knows to be there."""
    return _card(_open(viewer).get(id=upload_id))


def corrections(*, viewer: Viewer, upload_id: int) -> list[UploadCard]:
    """The uploads that bring an upload's refused rows again, oldest first."""
    rows = _open(viewer).filter(corrects_id=upload_id)
    return [_card(row) for row in rows.order_by("id")]


def same_file(*, viewer: Viewer, batch: str, but: int) -> UploadCard | None:
    """The newest other upload of the same bytes whose rows stand; shown to whoever brings them again."""
    if not viewer.is_supervisor:
        return None
    rows = Upload.objects.filter(batch=batch, state=UploadState.TAKEN.value).exclude(id=but)
    row = rows.order_by("-id").first()
    return _card(row) if row else None


def listed(
    *,
    viewer: Viewer,
    part: Part,
    state: str = "",
    target: str = "",
    owner: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Listed[UploadCard]:
    """A part of the uploads: own ones, or everybody's for whoever sees the whole bureau."""
    rows = _open(viewer)
    for field, wanted in (("state", state), ("target", target), ("owner_name", owner)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    if since:
        rows = rows.filter(received_at__gte=since)
    if until:
        rows = rows.filter(received_at__lt=until)
    return seek(rows, part, _card)


@dataclass(frozen=True, slots=True)
class ProblemCard:
    """One cell that cannot be taken."""

    row_number: int
    field: str
    reason: str
    cure: str


def problems(*, viewer: Viewer, upload_id: int, part: Part) -> Listed[ProblemCard]:
    """A part of an upload's problems, in the order of the file; the caller has opened the upload."""
    if not viewer.is_supervisor:
        return Listed()
    rows = Problem.objects.filter(upload_id=upload_id)
    return seek(rows, part, lambda r: ProblemCard(r.row_number, r.field, r.reason, r.cure))


def problems_of_rows(*, viewer: Viewer, upload_id: int) -> dict[int, list[ProblemCard]]:
    """Row number → its problems; the caller has opened the upload."""
    if not viewer.is_supervisor:
        return {}
    told: dict[int, list[ProblemCard]] = {}
    for r in Problem.objects.filter(upload_id=upload_id).order_by("id").iterator():
        told.setdefault(r.row_number, []).append(ProblemCard(r.row_number, r.field, r.reason, r.cure))
    return told


@contextmanager
def table_of(*, viewer: Viewer, upload_id: int) -> Iterator[Path]:
    """The original under a name that says what it is."""
    card = _original(viewer, upload_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{Path(card.name).suffix}"
        path.symlink_to(card.path(original=True))
        yield path


def file_id(*, viewer: Viewer, upload_id: int) -> int:
    """The attachment that holds the original."""
    return _original(viewer, upload_id).id


def _original(viewer: Viewer, upload_id: int) -> AttachmentCard:
    """Of whom an upload is, only this context knows; files that are shared with nobody are the bureau's."""
    owner = owner_of(opened(viewer=viewer, upload_id=upload_id).id)
    (card,) = attachments.of_owner(viewer=Viewer.bureau("uploads"), owner=owner)
    return card


@dataclass(frozen=True, slots=True)
class MappingCard:
    """A remembered mapping. `own` says whether the viewer may forget it."""

    id: int
    name: str
    base: str
    columns: dict[str, str]
    values: dict[str, dict[str, str]]
    own: bool
    shared: bool


def mappings(*, viewer: Viewer, unit: str, target: str, kind: str) -> list[MappingCard]:
    """Mappings kept under a name: own ones and those of the unit, oldest first."""
    if not viewer.is_supervisor:
        return []
    rows = Mapping.objects.filter(Q(owner=viewer.key) | Q(unit=unit) & ~Q(unit=""), target=target, kind=kind)
    return [_mapping(row, viewer) for row in rows.exclude(name="").order_by("id")]


def remembered(*, viewer: Viewer, target: str, kind: str, signature: str) -> MappingCard | None:
    """What the viewer chose last for a table with this header."""
    rows = Mapping.objects.filter(owner=viewer.key, target=target, kind=kind, signature=signature)
    row = rows.order_by("-saved_at", "-id").first()
    return _mapping(row, viewer) if row and viewer.is_staff else None


def _mapping(row: Mapping, viewer: Viewer) -> MappingCard:
    own = row.owner == viewer.key
    return MappingCard(row.id, row.name, row.base, dict(row.columns), dict(row.values), own, bool(row.unit))

"""Reading a desk: the own things, and what colleagues of the unit share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.desk.models import BatchAct, ColumnChoice, Notice, SavedView


@dataclass(frozen=True, slots=True)
class ViewCard:
    """A saved view. `own` says whether the viewer may remove it, `shared` whether colleagues see it.

    `seen`: the newest row that the owner has seen, where the owner watches the view.
    """

    id: int
    list_name: str
    name: str
    query: str
    own: bool
    shared: bool
    seen: int | None


def columns(*, viewer: Viewer, list_name: str) -> list[str]:
    """The columns that the viewer chose for a list, in order; [] for the usual ones."""
    row = ColumnChoice.objects.filter(owner=viewer.key, list_name=list_name).first()
    return list(row.columns) if row and viewer.is_staff else []


def views(*, viewer: Viewer, unit: str, list_name: str = "") -> list[ViewCard]:
    """The viewer's own views and those shared within the unit in which the viewer works, oldest first."""
    if not viewer.is_staff:
        return []
    rows = SavedView.objects.filter(Q(owner=viewer.key) | Q(unit=unit) & ~Q(unit=""))
    if list_name:
        rows = rows.filter(list_name=list_name)
    return [
        ViewCard(r.id, r.list_name, r.name, r.query, r.owner == viewer.key, bool(r.unit), r.seen)
        for r in rows.order_by("id")
    ]


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A notice on somebody's desk."""

    id: int
    owner: str
    sender: str
    sender_name: str
    kind: str
    text: str
    address: str
    sent_at: datetime
    read_at: datetime | None


def notices(
    *, viewer: Viewer, sent: bool = False, unread: bool = False, kind: str = "", rows_max: int = 100
) -> list[NoticeCard]:
    """Notices to the viewer, newest first, or those that the viewer has sent."""
    if not viewer.is_staff:
        return []
    rows = Notice.objects.filter(sender=viewer.key) if sent else Notice.objects.filter(owner=viewer.key)
    if unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    return [
        NoticeCard(r.id, r.owner, r.sender, r.sender_name, r.kind, r.text, r.address, r.sent_at, r.read_at)
        for r in rows.order_by("-id")[:rows_max]
    ]


@dataclass(frozen=True, slots=True)
class BatchCard:
    """An act on many rows of a list, as (key, before, after)."""

    id: int
    list_name: str
    act: str
    rows: tuple[tuple[str, str, str], ...]
    done_at: datetime
    undone_at: datetime | None


def batch(*, viewer: Viewer, batch_id: int) -> BatchCard | None:
    """An own act on many rows."""
    row = BatchAct.objects.filter(id=batch_id, owner=viewer.key).first()
    if row is None or not viewer.is_staff:
        return None
    rows = tuple((key, before, after) for key, before, after in row.rows)
    return BatchCard(row.id, row.list_name, row.act, rows, row.done_at, row.undone_at)

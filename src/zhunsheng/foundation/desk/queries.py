"""Reading a desk: the own things, and what colleagues of the unit share."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.desk.models import ColumnChoice, SavedView


@dataclass(frozen=True, slots=True)
class ViewCard:
    """A saved view. `own` says whether the viewer may remove it, `shared` whether colleagues see it."""

    id: int
    list_name: str
    name: str
    query: str
    own: bool
    shared: bool
    watched: bool
    seen_key: str


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
        ViewCard(
            r.id, r.list_name, r.name, r.query, r.owner == viewer.key, bool(r.unit), r.watched, r.seen_key
        )
        for r in rows.order_by("id")
    ]

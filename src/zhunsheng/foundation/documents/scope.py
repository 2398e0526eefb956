"""Which documents a viewer may see: its desk's, what it wrote, what is addressed to it and was issued."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import ScopeKind, Viewer
from zhunsheng.foundation.documents.models import ISSUED_STATES, Document


def documents(viewer: Viewer) -> QuerySet[Document]:
    """Rows open to a viewer. A recipient sees what was issued to it, never drafts or internal papers."""
    rows = Document.objects.all()
    if viewer.sees_all:
        return rows
    if not viewer.is_staff:
        return rows.filter(shared_with__in=viewer.subjects, state__in=ISSUED_STATES, internal=False)
    if viewer.scope.kind is ScopeKind.NONE:
        return rows.none()
    own = Q(author_key=viewer.key)
    if viewer.scope.kind is ScopeKind.OWN:
        return rows.filter(own)
    scope = viewer.scope
    told = own | Q(district__in=scope.districts) | Q(district__in=scope.without_station, station="")
    for district, station in sorted(scope.stations):
        told |= Q(district=district, station=station)
    return rows.filter(told)

"""The one place where scopes meet rows: which subjects a viewer may see, and the rows that speak of them.

Every list and every count of rows that speak of subjects goes through `within`; single rows through `opens`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from zhunsheng.core.actors import FieldLevel, Scope, ScopeKind, Viewer
from zhunsheng.registers.registry.models import Subject

M = TypeVar("M", bound=Model)
FIELD_LEVELS = {"phone": FieldLevel.SENSITIVE}
MASK_KEEPS = 4


def subjects(viewer: Viewer) -> QuerySet[Subject]:
    """The subjects open to a viewer: by scope inside the bureau, its own for a business, none for others."""
    rows = Subject.objects.all()
    if viewer.sees_all:
        return rows
    if not viewer.is_staff:
        return rows.filter(key__in=viewer.subjects)
    if viewer.scope.kind is ScopeKind.NONE:
        return rows.none()
    rows = rows.filter(_places(viewer.scope))
    return rows.filter(officer=viewer.key) if viewer.scope.kind is ScopeKind.OWN else rows


def _places(scope: Scope) -> Q:
    """Empty sets open nothing: `IN ()` is false, never left out."""
    told = Q(division__in=scope.districts) | Q(division__in=scope.without_station, station="")
    by_district: dict[str, set[str]] = {}
    for district, station in scope.stations:
        by_district.setdefault(district, set()).add(station)
    for district, stations in sorted(by_district.items()):
        told |= Q(division=district, station__in=stations)
    return told


def within(rows: QuerySet[M], viewer: Viewer, field: str = "subject") -> QuerySet[M]:
    """Only the rows whose subject is open to this viewer. `field` holds the subject's key."""
    if viewer.sees_all:
        return rows
    if not viewer.is_staff:
        return rows.filter(**{f"{field}__in": viewer.subjects})
    return rows.filter(**{f"{field}__in": subjects(viewer).values("key")})


def opens(viewer: Viewer, key: str) -> bool:
    """Whether the file of one subject is open to this viewer."""
    return viewer.may_see_subject(key) or (viewer.is_staff and subjects(viewer).filter(key=key).exists())


def opened(viewer: Viewer, key: str) -> Viewer:
    """The viewer with this file in hand, for contexts below that know no scopes; unchanged if closed."""
    return replace(viewer, subjects=viewer.subjects | {key}) if opens(viewer, key) else viewer


def shown(viewer: Viewer, field: str, value: str) -> str:
    """The value, or its last characters behind a mask when the viewer is not cleared for the field."""
    if viewer.clearance >= FIELD_LEVELS[field] or not value:
        return value
    kept = value[-MASK_KEEPS:] if len(value) > 2 * MASK_KEEPS else ""
    return "*" * (len(value) - len(kept)) + kept

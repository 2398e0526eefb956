"""Finding subjects: by key, any number, name; the one that stands for another after a merger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Audience, Viewer
from zhunsheng.registers.registry.models import Belonging, Subject, SubjectLink


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """A subject as lists and pages show it."""

    key: str
    kind: str
    name: str
    state: str
    division: str
    industry: str
    established_on: date
    station: str
    phone: str


@dataclass(frozen=True, slots=True)
class BelongingCard:
    """One thing that belongs to a subject."""

    kind: str
    number: str
    name: str
    category: str
    valid_to: date | None


def _card(row: Subject) -> SubjectCard:
    return SubjectCard(
        row.key,
        row.kind,
        row.name,
        row.state,
        row.division,
        row.industry,
        row.established_on,
        row.station,
        row.phone,
    )


def get(*, viewer: Viewer, key: str) -> SubjectCard | None:
    """The subject, or None when there is none or the viewer may not see it."""
    if not viewer.may_see_subject(key):
        return None
    row = Subject.objects.filter(key=key).first()
    return _card(row) if row else None


def known_keys(*, viewer: Viewer, keys: set[str]) -> set[str]:
    """Those of the keys under which somebody is registered; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return set()
    told: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), 2_000):
        part = wanted[start : start + 2_000]
        told |= set(Subject.objects.filter(key__in=part, withdrawn_at=None).values_list("key", flat=True))
    return told


def names(*, viewer: Viewer, keys: set[str]) -> dict[str, str]:
    """The name of each key that the viewer may see, in one query."""
    rows = _visible(viewer).filter(key__in=sorted(keys))
    return dict(rows.values_list("key", "name"))


def areas(*, viewer: Viewer, keys: set[str]) -> dict[str, str]:
    """`industry/division` of each key: what an area alert groups by; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return {}
    rows = Subject.objects.filter(key__in=sorted(keys)).values_list("key", "industry", "division")
    return {key: f"{industry}/{division}" for key, industry, division in rows}


def search(
    *,
    viewer: Viewer,
    text: str = "",
    division: str = "",
    industry: str = "",
    state: str = "",
    offset: int = 0,
    rows_max: int = 50,
) -> tuple[list[SubjectCard], int]:
    """A page of subjects and how many there are; text matches name, former name or any number."""
    rows = _visible(viewer)
    if text:
        rows = rows.filter(
            Q(name__contains=text) | Q(names__name__contains=text) | Q(key=text) | Q(identifiers__number=text)
        ).distinct()
    for field, wanted in (("division", division), ("industry", industry), ("state", state)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    return [_card(row) for row in rows.order_by("key")[offset : offset + rows_max]], rows.count()


def _visible(viewer: Viewer) -> QuerySet[Subject]:
    rows = Subject.objects.filter(withdrawn_at=None)
    return rows if viewer.audience is Audience.BUREAU else rows.filter(key__in=viewer.subjects)


def canonical(*, viewer: Viewer, key: str, on: date) -> str:
    """The key of the subject that stands for this one on a day, mergers followed; itself if none."""
    if viewer.audience is not Audience.BUREAU:
        return key
    seen = {key}
    while True:
        row = SubjectLink.objects.filter(
            subject__key=key, kind="MERGED_INTO", reversed_at=None, since_on__lte=on
        ).first()
        if row is None or row.other.key in seen:
            return key
        key = row.other.key
        seen.add(key)


def links(*, viewer: Viewer, key: str) -> list[tuple[str, str, date]]:
    """(kind, other key, since) of the standing links of a subject, in both directions; bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return []
    rows = SubjectLink.objects.filter(Q(subject__key=key) | Q(other__key=key), reversed_at=None)
    told = rows.select_related("subject", "other").order_by("id")
    return [(r.kind, r.other.key if r.subject.key == key else r.subject.key, r.since_on) for r in told]


def belongings(*, viewer: Viewer, key: str) -> list[BelongingCard]:
    """What belongs to a subject."""
    if not viewer.may_see_subject(key):
        return []
    rows = Belonging.objects.filter(subject__key=key, withdrawn_at=None)
    return [BelongingCard(r.kind, r.number, r.name, r.category, r.valid_to) for r in rows]


def successor(*, viewer: Viewer, key: str, on: date) -> tuple[str, date] | None:
    """Who stands in the place of a subject that changed its form, and since when; for the bureau only."""
    if viewer.audience is not Audience.BUREAU:
        return None
    rows = SubjectLink.objects.filter(
        other__key=key, kind="SUCCEEDS", reversed_at=None, since_on__lte=on
    ).select_related("subject")
    row = rows.order_by("since_on").first()
    return (row.subject.key, row.since_on) if row else None

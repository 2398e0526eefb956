"""Finding subjects: by key, any number, name; the one that stands for another after a merger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.reference import DIVISIONS, INDUSTRIES, Edition, Table, read_edition
from zhunsheng.engine.referencefiles import shipped_editions
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.seeking import beginning, few_first, seek
from zhunsheng.registers.registry import scoping, searching
from zhunsheng.registers.registry.models import (
    Belonging,
    ReferenceEdition,
    Subject,
    SubjectIdentifier,
    SubjectLink,
    SubjectName,
)

Row = tuple[int, str, datetime]


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
    officer: str


@dataclass(frozen=True, slots=True)
class BelongingCard:
    """One thing that belongs to a subject."""

    kind: str
    number: str
    name: str
    category: str
    valid_to: date | None


def _card(row: Subject, viewer: Viewer) -> SubjectCard:
    return SubjectCard(
        row.key,
        row.kind,
        row.name,
        row.state,
        row.division,
        row.industry,
        row.established_on,
        row.station,
        scoping.shown(viewer, "phone", row.phone),
        row.officer if viewer.is_staff else "",
    )


def get(*, viewer: Viewer, key: str) -> SubjectCard | None:
    """The subject, or None when there is none or the viewer may not see it."""
    row = scoping.subjects(viewer).filter(key=key).first()
    return _card(row, viewer) if row else None


def cards(*, viewer: Viewer, keys: Iterable[str]) -> dict[str, SubjectCard]:
    """Those of the subjects that the viewer may see, by key."""
    rows = scoping.subjects(viewer).filter(key__in=sorted(keys))
    return {row.key: _card(row, viewer) for row in rows}


def known_keys(*, viewer: Viewer, keys: set[str]) -> set[str]:
    """Those of the keys under which somebody is registered; for the bureau, within its scope."""
    if not viewer.is_staff:
        return set()
    told: set[str] = set()
    wanted = sorted(keys)
    for start in range(0, len(wanted), 2_000):
        part = wanted[start : start + 2_000]
        told |= set(
            scoping.subjects(viewer).filter(key__in=part, withdrawn_at=None).values_list("key", flat=True)
        )
    return told


def names(*, viewer: Viewer, keys: set[str]) -> dict[str, str]:
    """The name of each key that the viewer may see, in one query."""
    rows = scoping.subjects(viewer).filter(key__in=sorted(keys), withdrawn_at=None)
    return dict(rows.values_list("key", "name"))


def areas(*, viewer: Viewer, keys: set[str]) -> dict[str, str]:
    """`industry/division` of each key: what an area alert groups by; for the bureau, within its scope."""
    if not viewer.is_staff:
        return {}
    rows = scoping.subjects(viewer).filter(key__in=sorted(keys)).values_list("key", "industry", "division")
    return {key: f"{industry}/{division}" for key, industry, division in rows}


def divisions(*, viewer: Viewer, keys: Iterable[str] | None = None) -> dict[str, str]:
    """The division in which each of these subjects lies, or each of all; for the bureau, within its scope."""
    if not viewer.is_staff:
        return {}
    rows = scoping.subjects(viewer)
    if keys is not None:
        rows = rows.filter(key__in=sorted(keys))
    return dict(rows.values_list("key", "division"))


def number(*, viewer: Viewer) -> int:
    """How many subjects are open to this viewer.

    Those withdrawn, few with an index of their own, are taken off all: both numbers come from an index alone.
    """
    rows = scoping.subjects(viewer)
    return rows.count() - rows.filter(withdrawn_at__isnull=False).count()


@dataclass(frozen=True, slots=True)
class SubjectFilter:
    """What is wanted of subjects; empty means everything. Division and industry are beginnings of codes."""

    text: str = ""
    state: str = ""
    kind: str = ""
    division: str = ""
    industry: str = ""
    station: str = ""
    officer: str = ""


# As many digits as the longest code has: no other begins like it.
CODE_DIGITS = {"division": 6, "industry": 8}


def listed(*, viewer: Viewer, wanted: SubjectFilter, part: Part) -> Listed[SubjectCard]:
    """A part of the subjects within the viewer's scope."""
    rows = scoping.subjects(viewer).filter(withdrawn_at=None)
    for field in ("state", "kind", "station", "officer"):
        if told := getattr(wanted, field):
            rows = rows.filter(**{field: told})
    for field, digits in CODE_DIGITS.items():
        if told := getattr(wanted, field):
            rows = rows.filter(**({field: told} if len(told) >= digits else beginning(field, told)))
    if wanted.text:
        named = searching.found_by(rows, wanted.text)
        rows = rows.none() if named is None else named
    elif wanted != SubjectFilter():
        rows = few_first(rows)
    return seek(rows, part, lambda row: _card(row, viewer))


def find(*, viewer: Viewer, text: str, rows_max: int = 20) -> list[tuple[SubjectCard, str]]:
    """Subjects by number, telephone, part of a name or first letters of its pinyin; with the number met.

    A telephone must be given in full, by somebody who may have it shown.
    """
    rows = scoping.subjects(viewer).filter(withdrawn_at=None)
    named = searching.found_by(rows, text, phones=viewer.reveals >= scoping.FIELD_LEVELS["phone"])
    if named is None:
        return []
    found = list(named.order_by("id")[:rows_max])
    plain, ids = text.strip().upper(), [row.id for row in found]
    met: dict[int, str] = {}
    for kept in (Belonging.objects, SubjectIdentifier.objects):
        met.update(kept.filter(subject__in=ids, number__startswith=plain).values_list("subject", "number"))
    return [(_card(row, viewer), met.get(row.id, "")) for row in found]


def canonical(*, viewer: Viewer, key: str, on: date) -> str:
    """The key of the subject that stands for this one on a day, mergers followed; itself if none."""
    if not viewer.is_staff:
        return key
    seen = {key}
    while True:
        row = (
            _links(viewer)
            .filter(subject__key=key, kind="MERGED_INTO", reversed_at=None, since_on__lte=on)
            .first()
        )
        if row is None or row.other.key in seen:
            return key
        key = row.other.key
        seen.add(key)


def links(*, viewer: Viewer, key: str) -> list[tuple[str, str, date]]:
    """(kind, other key, since) of the standing links of a subject, in both directions; bureau only."""
    if not viewer.is_staff:
        return []
    rows = _links(viewer).filter(Q(subject__key=key) | Q(other__key=key), reversed_at=None)
    told = rows.select_related("subject", "other").order_by("id")
    return [(r.kind, r.other.key if r.subject.key == key else r.subject.key, r.since_on) for r in told]


def _links(viewer: Viewer) -> QuerySet[SubjectLink]:
    """A link to somebody out of scope would tell of them, so both ends must be open."""
    rows = scoping.within(SubjectLink.objects.all(), viewer, "subject__key")
    return scoping.within(rows, viewer, "other__key")


def standing_link(*, viewer: Viewer, link_id: int) -> tuple[str, str, str] | None:
    """(kind, subject key, other key) of a link that stands; for the bureau, both ends in its scope."""
    if not viewer.is_staff:
        return None
    rows = _links(viewer).filter(id=link_id, reversed_at=None)
    return rows.values_list("kind", "subject__key", "other__key").first()


def borne_names(*, viewer: Viewer, key: str) -> list[str]:
    """The names that a subject bore by the list, the last first; nothing if the viewer may not see it."""
    if not scoping.opens(viewer, key):
        return []
    rows = SubjectName.objects.filter(subject__key=key).order_by("-valid_from")
    return list(rows.values_list("name", flat=True))


def belongings(*, viewer: Viewer, key: str) -> list[BelongingCard]:
    """What belongs to a subject."""
    if not scoping.opens(viewer, key):
        return []
    rows = Belonging.objects.filter(subject__key=key, withdrawn_at=None)
    return [BelongingCard(r.kind, r.number, r.name, r.category, r.valid_to) for r in rows]


def successors(*, viewer: Viewer, keys: Iterable[str], on: date) -> dict[str, tuple[str, date]]:
    """Who stands in the place of each subject that changed its form, and since when; for the bureau only."""
    if not viewer.is_staff:
        return {}
    rows = _links(viewer).filter(other__key__in=sorted(keys), kind="SUCCEEDS", reversed_at=None)
    told = rows.filter(since_on__lte=on).order_by("since_on", "id")
    found: dict[str, tuple[str, date]] = {}
    for key, its, since in told.values_list("other__key", "subject__key", "since_on"):
        found.setdefault(key, (its, since))
    return found


def why_visible(
    *, viewer: Viewer, keys: Iterable[str], on: date, power: str = "subject.read"
) -> dict[str, tuple[str, ...]]:
    """Subject → who can see what is recorded of it on a day, and why, a sentence each; subjects that the
    viewer cannot see are left out, and nobody outside the bureau is told. `power` is the permission of the
    page. The empty key stands for a record about nobody, which only bureau-wide viewers see."""
    if not viewer.is_staff:
        return {}
    wanted = set(keys)
    rows = scoping.subjects(viewer).filter(key__in=sorted(wanted - {""}))
    places = {
        key: access.Place(*place) for key, *place in rows.values_list("key", "division", "station", "officer")
    }
    if "" in wanted:
        places[""] = access.Place("")
    return access.who_see(viewer=viewer, places=places, on=on, power=power)


def reference_table(*, viewer: Viewer, kind: str) -> Table:
    """The reference table of a kind: what comes with the installation and every edition loaded since.

    Codes of public tables are no secret: every viewer gets the same.
    """
    shipped = shipped_editions(Path(settings.PACKS) / "reference")
    loaded = ReferenceEdition.objects.filter(kind=kind).values_list("id", "name", "recorded_at")
    return _table(kind, shipped, connection.settings_dict["NAME"], tuple(loaded))


def area_names(*, viewer: Viewer, areas: Iterable[str], on: date) -> dict[str, str]:
    """`industry/division` of area alerts → its words on a day; a code that no table knows stands."""
    industries = reference_table(viewer=viewer, kind=INDUSTRIES)
    divisions = reference_table(viewer=viewer, kind=DIVISIONS)
    told: dict[str, str] = {}
    for area in areas:
        industry, _, division = area.partition("/")
        trade = industries.in_force(industry, on) or industries.in_force(industry[:2], on)
        place = divisions.in_force(division, on)
        told[area] = f"{place.name if place else division} {trade.name if trade else industry}"
    return told


@lru_cache(maxsize=8)
def _table(kind: str, shipped: tuple[Edition, ...], _database: str, loaded: tuple[Row, ...]) -> Table:
    """Editions are never changed, so their names say what is in them; read once for each set."""
    told = [e for e in shipped if e.kind == kind]
    for row in ReferenceEdition.objects.filter(id__in=[number for number, _, _ in loaded]):
        told.append(read_edition(kind, row.document, where=row.name, known=Table.of(kind, told)))
    return Table.of(kind, told)

"""Reading documents: of a matter, one with its history, its page, changes between two revisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import unified_diff
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.clauses import Clause
from zhunsheng.core.documents.composing import Content, content_hash, lacking
from zhunsheng.core.documents.fields import Field, FieldType, written
from zhunsheng.core.documents.template import Template, canonical_bytes
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.documents import scope
from zhunsheng.foundation.documents.lifecycle import ISSUED
from zhunsheng.foundation.documents.models import Document, DocumentRevision
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import page, template_of
from zhunsheng.foundation.seeking import beginning, seek

ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document as lists show it."""

    id: int
    kind: str
    title: str
    serial: str
    state: str
    owner: str
    recipient: str
    shared_with: str
    author: str
    reviewer: str
    issuer: str
    revision: int
    opened_at: datetime
    issued_at: datetime | None
    served_on: date | None
    content_hash: str
    version: str


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step of a document's history."""

    at: datetime
    kind: str
    by_name: str
    note: str


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One document with everything that is known of it.

    `intact`: its content still has the hash it was issued with. `corrections` and `corrects` are the
    numbers of what corrects it and what it corrects. `template` is the version under which it was begun,
    `clauses` the law it relies on, by `clause_key`, bound to the text of the day of the act.
    """

    card: DocumentCard
    acted_on: date | None
    values: dict[str, Any]
    template: Template
    clauses: dict[str, Clause]
    lacking: tuple[str, ...]
    review: bool
    serve: bool
    intact: bool
    corrects: str
    corrections: tuple[tuple[int, str], ...]
    steps: tuple[StepCard, ...]
    revisions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two revisions, as people read it; empty when it had no value."""

    field: str
    before: str
    after: str

    def lines(self) -> list[str]:
        """The change line by line, as `-` and `+`."""
        told = unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=0)
        return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def _card(row: Document) -> DocumentCard:
    """The card of a row."""
    return DocumentCard(
        row.id,
        row.kind,
        row.title,
        row.serial,
        row.state,
        row.owner,
        row.recipient,
        row.shared_with,
        row.author_name,
        row.reviewer_name,
        row.issuer_name,
        row.revision,
        row.opened_at,
        row.issued_at,
        row.served_on,
        row.content_hash,
        row.version,
    )


def listing(
    *,
    viewer: Viewer,
    states: Collection[str] = (),
    owner: str = "",
    kind: str = "",
    recipient: str = "",
    rows_max: int = ROWS_MAX,
) -> list[DocumentCard]:
    """Documents that the viewer may see, newest first."""
    rows = scope.documents(viewer)
    if states:
        rows = rows.filter(state__in=states)
    wanted = {"owner": owner, "kind": kind, "shared_with": recipient}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return [_card(row) for row in rows[:rows_max]]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents: of a state, of a kind, for these recipients (None: for any), by number and author,
    begun from one instant on and before another."""

    state: str = ""
    kind: str = ""
    recipients: Collection[str] | None = None
    serial: str = ""
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None


def listed(*, viewer: Viewer, part: Part, wanted: DocumentFilter) -> Listed[DocumentCard]:
    """A part of the documents within the viewer's scope; for the bureau."""
    if not viewer.is_staff:
        return Listed()
    rows = scope.documents(viewer)
    for name, value in (
        ("state", wanted.state),
        ("kind", wanted.kind),
        ("opened_at__gte", wanted.since),
        ("opened_at__lt", wanted.until),
    ):
        if value:
            rows = rows.filter(**{name: value})
    if wanted.recipients is not None:
        rows = rows.filter(shared_with__in=sorted(wanted.recipients))
    if wanted.serial:
        rows = rows.filter(**beginning("serial", wanted.serial))
    if wanted.author:
        rows = rows.filter(**beginning("author_name", wanted.author))
    return seek(rows, part, _card)


def districts(*, viewer: Viewer, document_ids: Iterable[int]) -> dict[int, str]:
    """The district of the desk of each of these documents that the viewer may see; for the bureau only."""
    if not viewer.is_staff:
        return {}
    rows = scope.documents(viewer).filter(id__in=sorted(document_ids))
    return dict(rows.order_by().values_list("id", "district"))


def why_visible(*, viewer: Viewer, document_id: int, on: date, power: str) -> tuple[str, ...]:
    """Who can see a document on a day on pages that a permission opens, and why; for the bureau only, and
    nothing when the viewer cannot see it. It is what `scope.documents` does, in words."""
    row = scope.documents(viewer).filter(id=document_id).first() if viewer.is_staff else None
    if row is None:
        return ()
    place = access.Place(row.district, row.station, author=row.author_key)
    told = access.who_see(viewer=viewer, places={"": place}, on=on, power=power)
    return told.get("", ())


def document(*, viewer: Viewer, document_id: int) -> DocumentFile | None:
    """One document, or None when there is none that the viewer may see."""
    row = scope.documents(viewer).filter(id=document_id).first()
    if row is None:
        return None
    template = template_of(row)
    return DocumentFile(
        card=_card(row),
        acted_on=row.acted_on,
        values=row.values,
        template=template,
        clauses={key: Clause.read(body) for key, body in row.clauses.items()},
        lacking=tuple(lacking(template, row.values)),
        review=template.review,
        serve=template.serve,
        intact=row.content is None or content_hash(row.content) == row.content_hash,
        corrects=row.corrects.serial if row.corrects else "",
        corrections=tuple((c.id, c.serial) for c in row.corrections.filter(state__in=ISSUED)),
        steps=tuple(StepCard(s.at, s.kind, s.by_name, s.note) for s in row.steps.all())
        if viewer.is_staff
        else (),
        revisions=tuple(row.revisions.values_list("number", flat=True)) if viewer.is_staff else (),
    )


def content(*, viewer: Viewer, document_id: int, terms: DocumentTerms, on: date) -> Content | None:
    """The page: as issued, or a draft as it would be issued on a day, without a number.

    IncompleteError says what a draft lacks.
    """
    row = scope.documents(viewer).filter(id=document_id).first()
    if row is None:
        return None
    return row.content if row.stage in ISSUED else page(row, template_of(row), terms, on)


def issued_bytes(*, viewer: Viewer, document_id: int) -> bytes | None:
    """The bytes that the hash of an issued document is over; None for what is not issued or not open."""
    row = scope.documents(viewer).filter(id=document_id).first()
    return canonical_bytes(row.content) if row is not None and row.content is not None else None


def changes(*, viewer: Viewer, document_id: int, old: int, new: int) -> list[Change]:
    """What differs between two revisions of a document, field by field; for the bureau."""
    row = scope.documents(viewer).filter(id=document_id).first() if viewer.is_staff else None
    if row is None:
        return []
    template = template_of(row)
    before, after = (row.revisions.filter(number=number).first() for number in (old, new))
    told = []
    for name, field in template.fields.items():
        pair = [_words(template, field, name, revision) for revision in (before, after)]
        if pair[0] != pair[1]:
            told.append(Change(field.name_zh, pair[0], pair[1]))
    return told


def _words(template: Template, field: Field, name: str, revision: DocumentRevision | None) -> str:
    if revision is None or name not in revision.values:
        return ""
    clauses = {key: Clause.read(body) for key, body in revision.clauses.items()}
    value = revision.values[name]
    return "\n".join(value) if field.type is FieldType.LIST else written(field, value, clauses)

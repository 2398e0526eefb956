"""Drafting, revising, submitting, reviewing, discarding: everything before a document has a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.documents.clauses import Clause, clause_key
from zhunsheng.core.documents.composing import accepted, laws_of
from zhunsheng.core.documents.template import Template
from zhunsheng.foundation.documents.lifecycle import ISSUED, DocumentState, DocumentStepError, StepKind
from zhunsheng.foundation.documents.models import Document, DocumentRevision
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import day_of, kept, locked, move, note, page, template_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a document is for. `key` opens it to them; district and station say whose desk it lies on."""

    key: str
    name: str
    code: str = ""
    district: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What a draft begins with. `acted_on` is the day of the act: clauses are those of that day."""

    kind: str
    organ: str
    owner: str
    recipient: Recipient
    values: Mapping[str, object]
    acted_on: date | None = None
    corrects: int | None = None


def draft(
    *, by: Actor, at: datetime, new: NewDocument, clauses: Mapping[str, Clause], terms: DocumentTerms
) -> int:
    """Begin a document; its id. `clauses` holds every law that the values refer to, resolved by the caller.

    FieldError, IncompleteError (no wording) and DocumentStepError say what is wrong.
    """
    by.require_power("document.draft")
    template = terms.template(new.kind, day_of(at))
    terms.organ_name(new.organ)
    values = accepted(template, new.values)
    with transaction.atomic():
        row = Document(
            kind=template.id,
            version=kept(template, at).version,
            template_hash=template.content_hash,
            title=template.name_zh,
            organ=new.organ,
            owner=new.owner,
            shared_with=new.recipient.key,
            recipient=new.recipient.name,
            recipient_code=new.recipient.code,
            district=new.recipient.district,
            station=new.recipient.station,
            internal=not template.serve,
            state=DocumentState.DRAFT.value,
            acted_on=new.acted_on or day_of(at),
            values=values,
            clauses=_clauses(template, values, clauses),
            authors=[by.key],
            author_key=by.key,
            author_name=by.name,
            corrects=_original(template, new),
            opened_at=at,
        )
        row.save()
        _keep_revision(by, at, row)
        note(by, at, row, StepKind.DRAFTED, version=row.version)
    return row.id


def revise(
    *,
    by: Actor,
    at: datetime,
    document_id: int,
    values: Mapping[str, object],
    clauses: Mapping[str, Clause],
) -> int:
    """Other values for a draft; the number of the revision. Earlier ones stay to be compared."""
    by.require_power("document.draft")
    with transaction.atomic():
        row = locked(document_id)
        if row.stage is not DocumentState.DRAFT:
            raise DocumentStepError("只有草稿可以修改；已送审的请先退回")
        template = template_of(row)
        row.values = accepted(template, values)
        row.clauses = _clauses(template, row.values, clauses)
        row.revision += 1
        row.authors = sorted({*row.authors, by.key})
        row.save()
        _keep_revision(by, at, row)
        note(by, at, row, StepKind.REVISED, str(row.revision))
    return row.revision


def submit(*, by: Actor, at: datetime, document_id: int, terms: DocumentTerms) -> None:
    """Hand a complete draft over for review; IncompleteError says what is lacking."""
    by.require_power("document.draft")
    with transaction.atomic():
        row = locked(document_id)
        template = template_of(row)
        if not template.review:
            raise DocumentStepError(f"{row.title}不需要审核，可以直接签发")
        page(row, template, terms, day_of(at))
        move(row, DocumentState.REVIEWING)
        row.save(update_fields=["state"])
        note(by, at, row, StepKind.SUBMITTED, str(row.revision))


def review(*, by: Actor, at: datetime, document_id: int, approve: bool, text: str = "") -> None:
    """A second person approves, or sends the draft back with a reason. Whoever wrote any of it may not."""
    by.require_person("审核文书", "document.review")
    with transaction.atomic():
        row = locked(document_id)
        if by.key in row.authors:
            raise DocumentStepError("起草或者修改过文书的人不得审核同一份文书")
        if not approve and not text.strip():
            raise DocumentStepError("退回须写明理由")
        move(row, DocumentState.APPROVED if approve else DocumentState.DRAFT)
        if approve:
            row.reviewer, row.reviewer_name = by.key, by.name
        row.save(update_fields=["state", "reviewer", "reviewer_name"])
        kind = StepKind.APPROVED if approve else StepKind.SENT_BACK
        note(by, at, row, kind, text, revision=row.revision)


def take_back(*, by: Actor, at: datetime, document_id: int, text: str) -> None:
    """An approved document turns into a draft again before it is issued; the approval is gone."""
    by.require_power("document.draft")
    with transaction.atomic():
        row = locked(document_id)
        if not text.strip():
            raise DocumentStepError("收回须写明理由")
        move(row, DocumentState.DRAFT)
        row.reviewer = row.reviewer_name = ""
        row.save(update_fields=["state", "reviewer", "reviewer_name"])
        note(by, at, row, StepKind.SENT_BACK, text)


def discard(*, by: Actor, at: datetime, document_id: int, text: str) -> None:
    """Give a draft up. It had no number, so none is lost."""
    by.require_power("document.draft")
    with transaction.atomic():
        row = locked(document_id)
        if not text.strip():
            raise DocumentStepError("作废草稿须写明理由")
        move(row, DocumentState.DISCARDED)
        row.save(update_fields=["state"])
        note(by, at, row, StepKind.DISCARDED, text)


def _clauses(
    template: Template, values: Mapping[str, Any], clauses: Mapping[str, Clause]
) -> dict[str, dict[str, Any]]:
    wanted = [clause_key(one) for one in laws_of(template, values)]
    missing = [key for key in wanted if key not in clauses]
    if missing:
        raise DocumentStepError(f"没有查到条文：{'、'.join(missing)}")
    return {key: clauses[key].as_json() for key in wanted}


def _original(template: Template, new: NewDocument) -> Document | None:
    """The document that is corrected: issued, and to the same recipient."""
    if template.corrects is not (new.corrects is not None):
        raise DocumentStepError("更正须用更正通知书，并指明被更正的文书")
    if new.corrects is None:
        return None
    row = locked(new.corrects)
    if row.stage not in ISSUED or row.stage is DocumentState.CANCELLED:
        raise DocumentStepError("只能更正已签发的文书；未签发的请修改草稿")
    if row.shared_with != new.recipient.key:
        raise DocumentStepError("更正通知书应当发给原文书的当事人")
    return row


def _keep_revision(by: Actor, at: datetime, row: Document) -> None:
    DocumentRevision.objects.create(
        document=row,
        number=row.revision,
        values=row.values,
        clauses=row.clauses,
        at=at,
        by_name=by.name,
    )

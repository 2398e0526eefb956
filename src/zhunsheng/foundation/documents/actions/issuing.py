"""Issuing: the number, the fixed content, the clock of service; cancelling what was not served yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.documents.clauses import Clause
from zhunsheng.core.documents.composing import content_hash
from zhunsheng.foundation.documents.actions.drafting import NewDocument, draft
from zhunsheng.foundation.documents.lifecycle import DocumentState, DocumentStepError, ServiceState, StepKind
from zhunsheng.foundation.documents.serials import next_number
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import (
    day_of,
    end_serve_clock,
    locked,
    move,
    note,
    page,
    serve_key,
    template_of,
)
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter


@dataclass(frozen=True, slots=True)
class Issued:
    """What an issue gave: the number as written, and the hash that stands for the content."""

    id: int
    serial: str
    content_hash: str


def issue(*, by: Actor, at: datetime, document_id: int, terms: DocumentTerms) -> Issued:
    """A named person issues an approved document, or one whose kind needs no second person.

    The software itself may issue automatic kinds only. From here on the database refuses every change.
    """
    with transaction.atomic():
        row = locked(document_id)
        template = template_of(row)
        if not template.automatic:
            by.require_person("签发文书", "document.issue")
        if template.review and row.stage is not DocumentState.APPROVED:
            raise DocumentStepError("文书未经审核，不能签发")
        day = day_of(at)
        number = next_number(row.organ, day.year, template.serial)
        serial = terms.catalogue.serial(row.organ, template.serial, day.year, number)
        content = page(row, template, terms, day, serial)
        move(row, DocumentState.ISSUED)
        row.content, row.content_hash, row.issued_at, row.issuer_name = (
            content,
            content_hash(content),
            at,
            by.name,
        )
        row.serial_year, row.serial_type = day.year, template.serial
        row.serial_number, row.serial = number, serial
        row.save()
        note(by, at, row, StepKind.ISSUED, serial, serial=serial, sha256=row.content_hash)
        if row.corrects is not None:
            note(by, at, row.corrects, StepKind.CORRECTED, serial, by_document=row.id)
        if template.serve_clock:
            deadlines.open_deadline(
                by=by,
                at=at,
                of=Matter(
                    serve_key(row.id), row.owner, f"送达 {serial} {row.title}", by.key, row.shared_with
                ),
                clock=template.serve_clock,
                started_at=at,
                terms=terms.clocks,
            )
    return Issued(row.id, serial, row.content_hash)


def issue_new(
    *, by: Actor, at: datetime, new: NewDocument, clauses: Mapping[str, Clause], terms: DocumentTerms
) -> Issued:
    """Draft and issue in one: for kinds that need no second person. Nothing is kept if either fails."""
    with transaction.atomic():
        document_id = draft(by=by, at=at, new=new, clauses=clauses, terms=terms)
        return issue(by=by, at=at, document_id=document_id, terms=terms)


def cancel(*, by: Actor, at: datetime, document_id: int, text: str, terms: DocumentTerms) -> None:
    """A named person cancels an issued document that was not served; its number stays in sight."""
    by.require_person("作废文书", "document.issue")
    with transaction.atomic():
        row = locked(document_id)
        if not text.strip():
            raise DocumentStepError("作废须写明理由")
        if row.services.filter(service__state=ServiceState.STARTED.value).exists():
            raise DocumentStepError("正在送达，不能作废；请先登记送达结果")
        move(row, DocumentState.CANCELLED)
        row.save(update_fields=["state"])
        note(by, at, row, StepKind.CANCELLED, text, serial=row.serial)
        end_serve_clock(by=by, at=at, row=row, done_at=at, terms=terms)

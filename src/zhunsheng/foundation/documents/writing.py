"""What the actions of this context share: the locked row, its template, its page, its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.documents.clauses import Clause
from zhunsheng.core.documents.composing import Content, Frame, compose
from zhunsheng.core.documents.template import Template, read_template
from zhunsheng.foundation.documents.lifecycle import DocumentState, DocumentStepError, StepKind, check_step
from zhunsheng.foundation.documents.models import Document, DocumentStep, KeptTemplate
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.schedule.actions import deadlines

KEPT = "kept"


def day_of(at: datetime) -> date:
    """The day in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


def locked(document_id: int) -> Document:
    """The row, held until the transaction ends."""
    row = Document.objects.select_for_update().filter(id=document_id).first()
    if row is None:
        raise DocumentStepError(f"没有文书 {document_id}")
    return row


def kept(template: Template, at: datetime) -> Template:
    """The template, kept word for word on first use; the same version with another text is refused."""
    body = json.dumps(template.document, ensure_ascii=False, default=str)
    row, _created = KeptTemplate.objects.get_or_create(
        kind=template.id,
        version=template.version,
        defaults={"content_hash": template.content_hash, "body": body, "kept_at": at},
    )
    if row.content_hash != template.content_hash:
        raise DocumentStepError(f"{template.name_zh}：内容变了，版本号 {template.version} 没有变，请改版本号")
    return template


def template_of(row: Document) -> Template:
    """The template version under which a document was begun."""
    found = KeptTemplate.objects.get(kind=row.kind, version=row.version)
    return read_template(json.loads(found.body), KEPT)


def page(row: Document, template: Template, terms: DocumentTerms, on: date, serial: str = "") -> Content:
    """The content of a document as it would be issued on a day; IncompleteError says what is lacking."""
    frame = Frame(
        organ=terms.organ_name(row.organ),
        contact=terms.contact,
        recipient=row.recipient,
        recipient_code=row.recipient_code,
        serial=serial,
        issued_on=on,
        acted_on=row.acted_on,
        original=row.corrects.serial if row.corrects else "",
        rights=terms.rights(template, on),
    )
    clauses = {key: Clause.read(body) for key, body in row.clauses.items()}
    return compose(template, row.values, clauses, frame)


def move(row: Document, to: DocumentState) -> None:
    """Set the next state, if the table of steps has it."""
    check_step(row.stage, to)
    row.state = to.value


def note(by: Actor, at: datetime, row: Document, kind: StepKind, text: str = "", **detail: Any) -> None:
    """The step in the document's history and in the audit trail."""
    DocumentStep.objects.create(document=row, kind=kind.value, at=at, by_name=by.name, note=text)
    told: Mapping[str, object] = {"kind": row.kind, "owner": row.owner, "note": text, **detail}
    evidence.record(by=by, at=at, action=f"DOCUMENT_{kind.value}", target=f"document:{row.id}", detail=told)


def serve_key(document_id: int) -> str:
    """Under which key the clock of service runs."""
    return f"document:{document_id}:serve"


def end_serve_clock(
    *, by: Actor, at: datetime, row: Document, done_at: datetime, terms: DocumentTerms
) -> None:
    """Nothing is left to be served: the clock of service is met, if the kind has one."""
    if template_of(row).serve_clock:
        deadlines.meet(by=by, at=at, key=serve_key(row.id), met_at=done_at, terms=terms.clocks)

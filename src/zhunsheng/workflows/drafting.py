"""A document is begun for a business: its name and desk from the register, its clauses from the law base."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.foundation.documents.actions import drafting
from zhunsheng.foundation.documents.actions.drafting import NewDocument, Recipient
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.registers.registry import queries as registry
from zhunsheng.workflows.citing import clauses_of, refuse_barred
from zhunsheng.workflows.terms import document_terms

VIEWER = Viewer.bureau("draft")


def begin(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    subject: str,
    owner: str,
    values: Mapping[str, object],
    acted_on: date | None = None,
    corrects: int | None = None,
) -> int:
    """A draft for a business in a matter; its id. DocumentStepError for a key of nobody, and for law that
    was not in force on the day of the act."""
    terms = document_terms()
    today = day_of(instant(at))
    day = acted_on or today
    new = NewDocument(kind, organ_of(subject, terms), owner, recipient_of(subject), values, day, corrects)
    template = terms.template(kind, today)
    refuse_barred(template, values, day)
    clauses = clauses_of(template, values, day, terms)
    return drafting.draft(by=by, at=at, new=new, clauses=clauses, terms=terms)


def again(*, by: Actor, at: datetime, document_id: int, values: Mapping[str, object]) -> int:
    """Other values for a draft, its clauses picked again for the same day; the number of the revision."""
    file = documents.document(viewer=VIEWER, document_id=document_id)
    if file is None:
        raise DocumentStepError(f"没有文书 {document_id}")
    day = file.acted_on or day_of(instant(at))
    refuse_barred(file.template, values, day)
    clauses = clauses_of(file.template, values, day, document_terms())
    return drafting.revise(by=by, at=at, document_id=document_id, values=values, clauses=clauses)


def recipient_of(subject: str) -> Recipient:
    """A registered business as the one a document is for."""
    found = registry.get(viewer=VIEWER, key=subject)
    if found is None:
        raise DocumentStepError(f"没有登记的主体 {subject}")
    return Recipient(found.key, found.name, found.key, found.division, found.station)


def organ_of(subject: str, terms: DocumentTerms) -> str:
    """The organ of the division in which the business lies, or the first of the catalogue: the bureau."""
    found = registry.get(viewer=VIEWER, key=subject)
    organs = terms.catalogue.organs
    return found.division if found is not None and found.division in organs else next(iter(organs))

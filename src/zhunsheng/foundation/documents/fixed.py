"""What the database itself keeps: issued documents, serial books that count by one, finished services."""

from __future__ import annotations

from collections.abc import Iterator

from zhunsheng.foundation.evidence.append_only import refuse_changes
from zhunsheng.foundation.evidence.guarded import DIFFERS, changed, guard_rows
from zhunsheng.foundation.evidence.laying import Lay

FREE_STATES = "('DRAFT', 'REVIEWING', 'APPROVED', 'DISCARDED')"
FIXED = (
    *("kind", "version", "template_hash", "organ", "owner", "shared_with", "recipient", "recipient_code"),
    *("title", "internal", "author_key", "opened_at"),
    *("acted_on", "values", "clauses", "authors", "author_name", "reviewer", "reviewer_name", "issuer_name"),
    *("corrects_id", "content", "content_hash", "serial_year", "serial_type", "serial_number", "serial"),
    *("issued_at", "revision"),
)
# A served or cancelled document stays so, and its day of service is told once.
ENDED = (
    "(OLD.state IN ('SERVED', 'CANCELLED') AND NEW.state <> OLD.state) OR "
    "(OLD.served_on IS NOT NULL AND (NEW.served_on IS NULL OR NEW.served_on <> OLD.served_on))"
)
FIXED_SERVICE = (
    *("shared_with", "owner", "method", "state", "started_at", "started_by", "start", "receipt"),
    *("address_id", "done_at", "done_by", "served_on", "note", "receipt_document_id"),
)
BEGUN_SERVICE = ("shared_with", "owner", "method", "started_at", "started_by", "start", "address_id")


def kept_by_the_database() -> Iterator[Lay]:
    """Migration operations that put up the triggers."""
    for table in ("documents_documentrevision", "documents_documentstep", "documents_kepttemplate"):
        yield refuse_changes(table)
    yield refuse_changes("documents_serveddocument")
    issued = f"OLD.state NOT IN {FREE_STATES}"
    columns = changed(f'"{name}"' for name in FIXED)
    yield guard_rows(
        "documents_document",
        update={v: f"{issued} AND (NEW.state IN {FREE_STATES} OR {ENDED} OR {columns[v]})" for v in DIFFERS},
        delete=issued,
        why="an issued document never changes",
    )
    book = changed(("organ", "year", "type"))
    yield guard_rows(
        "documents_serialbook",
        update={v: f"NEW.last <> OLD.last + 1 OR {book[v]}" for v in DIFFERS},
        delete="OLD.last >= 0",
        why="a serial book counts up by one",
    )
    whole, begun = changed(f'"{n}"' for n in FIXED_SERVICE), changed(f'"{n}"' for n in BEGUN_SERVICE)
    yield guard_rows(
        "documents_service",
        update={v: f"{begun[v]} OR (OLD.state <> 'STARTED' AND ({whole[v]}))" for v in DIFFERS},
        delete="OLD.id IS NOT NULL",
        why="a finished service never changes",
    )


FIXED_WORDING = ("kind", "number", "body", "content_hash", "reason", "authors", "author", "author_name")
ENDED_WORDING = (
    *FIXED_WORDING,
    *("state", "approver", "approver_name", "opinion", "drafted_at", "effective_on"),
)


def wording_kept_by_the_database() -> Lay:
    """The migration operation for wordings: only a draft changes, a published or withdrawn one not at all."""
    text, whole = (changed(f'"{n}"' for n in names) for names in (FIXED_WORDING, ENDED_WORDING))
    return guard_rows(
        "documents_wording",
        update={
            v: f"(OLD.state <> 'DRAFT' AND ({text[v]})) OR "
            f"(OLD.state IN ('PUBLISHED', 'WITHDRAWN') AND ({whole[v]}))"
            for v in DIFFERS
        },
        delete="OLD.id IS NOT NULL",
        why="a wording that was handed in never changes",
    )

"""A published version of a list is fixed by the database itself: its content, author, approver and origin."""

from __future__ import annotations

from zhunsheng.foundation.evidence.guarded import changed, guard_rows
from zhunsheng.foundation.evidence.laying import Lay

FIXED = (
    "list_key",
    "number",
    "title",
    "issuer",
    "level",
    "content",
    "content_hash",
    "author",
    "reviews",
    "approver",
)
FREE_STATES = "('DRAFT', 'CONSULTING', 'REVIEWING', 'APPROVED')"


def fix_published() -> Lay:
    """A migration operation that puts the triggers on the table."""
    published = f"OLD.state NOT IN {FREE_STATES}"
    return guard_rows(
        "statutes_listversion",
        update={
            vendor: f"{published} AND (NEW.state IN {FREE_STATES} OR {condition})"
            for vendor, condition in changed(FIXED).items()
        },
        delete=published,
        why="a published list never changes",
    )

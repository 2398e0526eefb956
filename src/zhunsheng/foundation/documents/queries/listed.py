"""The list of documents: a part of those that a viewer may see, narrowed by what lists filter by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.documents import scope
from zhunsheng.foundation.documents.queries.documents import DocumentCard, card_of
from zhunsheng.foundation.seeking import beginning, seek


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
    return seek(rows, part, card_of)

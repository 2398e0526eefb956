"""Reading objections, and which facts are under objection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.objections.lifecycle import ObjectionState
from zhunsheng.sensing.objections.models import Objection

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class ObjectionCard:
    """An objection as both sides see it."""

    id: int
    subject: str
    fact: str
    kind: str
    reason: str
    filed_by: str
    filed_at: datetime
    state: str
    decided_at: datetime | None
    decision: str


def _card(row: Objection) -> ObjectionCard:
    return ObjectionCard(
        *(row.id, row.subject, row.fact, row.kind, row.reason, row.filed_by),
        *(row.filed_at, row.state, row.decided_at, row.decision),
    )


def waiting(*, viewer: Viewer) -> list[ObjectionCard]:
    """Those not decided yet within the viewer's scope, oldest first."""
    rows = scoping.within(Objection.objects.filter(state=ObjectionState.MARKED.value), viewer)
    return [_card(row) for row in rows.order_by("id")[:ROWS_MAX]]


def decided(*, viewer: Viewer) -> list[ObjectionCard]:
    """Those decided, newest first."""
    rows = scoping.within(Objection.objects.exclude(state=ObjectionState.MARKED.value), viewer)
    return [_card(row) for row in rows.order_by("-decided_at", "-id")[:ROWS_MAX]]


def of_subject(*, viewer: Viewer, subject: str) -> list[ObjectionCard]:
    """Every objection of a subject, newest first."""
    rows = scoping.within(Objection.objects.filter(subject=subject), viewer)
    return [_card(row) for row in rows.order_by("-id")]


def one(*, viewer: Viewer, objection_id: int) -> ObjectionCard | None:
    """One objection, if its subject is open to the viewer."""
    row = scoping.within(Objection.objects.filter(id=objection_id), viewer).first()
    return _card(row) if row else None


def marked(*, viewer: Viewer, subject: str) -> frozenset[str]:
    """Ids of the facts of a subject that are under objection now."""
    rows = scoping.within(Objection.objects.filter(subject=subject), viewer)
    return frozenset(rows.filter(state=ObjectionState.MARKED.value).values_list("fact", flat=True))

"""Reading objections, and which facts are under objection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.core.facts import Scalar
from zhunsheng.core.listing import Listed, Part
from zhunsheng.foundation.seeking import seek
from zhunsheng.registers.registry import scoping
from zhunsheng.sensing.objections.lifecycle import ObjectionState
from zhunsheng.sensing.objections.models import Objection
from zhunsheng.sensing.objections.proposals import files_of

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
    proposed: Mapping[str, Scalar]
    accepted: Mapping[str, Scalar]
    decided_by: str

    @property
    def files(self) -> str:
        """Under which name what was handed in with it is kept."""
        return files_of(self.fact)


def _card(row: Objection) -> ObjectionCard:
    return ObjectionCard(
        *(row.id, row.subject, row.fact, row.kind, row.reason, row.filed_by),
        *(row.filed_at, row.state, row.decided_at, row.decision),
        *(row.proposed, row.accepted, row.decided_by),
    )


@dataclass(frozen=True, slots=True)
class ObjectionFilter:
    """What is wanted; empty means everything. The end of the days is not included."""

    state: str = ""
    subject: str = ""
    ids: tuple[int, ...] = ()
    filed_from: datetime | None = None
    filed_to: datetime | None = None


def listed(*, viewer: Viewer, wanted: ObjectionFilter, part: Part) -> Listed[ObjectionCard]:
    """A part of the objections within the viewer's scope; for the bureau."""
    if not viewer.is_staff:
        return Listed()
    rows = scoping.within(Objection.objects.all(), viewer)
    for name, told in (
        ("state", wanted.state),
        ("subject", wanted.subject),
        ("id__in", wanted.ids),
        ("filed_at__gte", wanted.filed_from),
        ("filed_at__lt", wanted.filed_to),
    ):
        if told:
            rows = rows.filter(**{name: told})
    return seek(rows, part, _card)


def waiting(*, viewer: Viewer) -> list[ObjectionCard]:
    """Those not decided yet within the viewer's scope, oldest first."""
    rows = scoping.within(Objection.objects.filter(state=ObjectionState.MARKED.value), viewer)
    return [_card(row) for row in rows.order_by("id")[:ROWS_MAX]]


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

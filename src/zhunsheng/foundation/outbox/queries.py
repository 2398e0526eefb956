"""What waits, what is unclear, what is dead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outbox.models import Attempt, IsOpen, OutboxRow

OPEN = [RowState.PENDING.value, RowState.SENDING.value]
FOR_A_PERSON = [RowState.UNKNOWN.value, RowState.DEAD.value]


def counts(*, viewer: Viewer) -> dict[tuple[str, str], int]:
    """Rows by (topic, state); nothing for anybody outside the bureau."""
    if not viewer.sees_all:
        return {}
    rows = OutboxRow.objects.values_list("topic", "state").annotate(n=Count("id")).order_by("topic", "state")
    return {(topic, state): n for topic, state, n in rows}


def states_of(*, topic: str, keys: list[str], viewer: Viewer) -> dict[str, str]:
    """The state of each row of a topic that has one of the keys; for the bureau only.

    Whose file a row is about is not known here: the caller has opened it for this viewer.
    """
    if not viewer.is_supervisor:
        return {}
    told: dict[str, str] = {}
    for start in range(0, len(keys), 2_000):
        rows = OutboxRow.objects.filter(topic=topic, key__in=keys[start : start + 2_000])
        told |= dict(rows.values_list("key", "state"))
    return told


def unclear_keys(*, topic: str, viewer: Viewer) -> list[str]:
    """The keys of the UNKNOWN rows of a topic, oldest first; for the bureau only."""
    if not viewer.sees_all:
        return []
    rows = OutboxRow.objects.filter(topic=topic, state=RowState.UNKNOWN.value)
    return list(rows.order_by("id").values_list("key", flat=True))


def oldest_pending_at(*, topic: str, viewer: Viewer) -> datetime | None:
    """Since when the oldest open row of a topic waits: the age alarm's input."""
    if not viewer.sees_all:
        return None
    found = OutboxRow.objects.filter(IsOpen("state"), topic=topic, state=RowState.PENDING.value).aggregate(
        oldest=Min("created_at")
    )
    oldest: datetime | None = found["oldest"]
    return oldest


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that a person must settle: since when, whose it is, and what is known."""

    id: int
    topic: str
    key: str
    state: str
    owner: str
    since_at: datetime
    attempts: int
    note: str


def for_a_person(*, viewer: Viewer, owner: str = "") -> list[Waiting]:
    """Unclear and dead rows, oldest first, of one owner or of all; for the bureau only."""
    if not viewer.sees_all:
        return []
    rows = OutboxRow.objects.filter(state__in=[RowState.UNKNOWN.value, RowState.DEAD.value])
    if owner:
        rows = rows.filter(owner=owner)
    return [_waiting(r) for r in rows.order_by("id")]


def key_of(*, viewer: Viewer, row_id: int, topic: str) -> str:
    """The key of a row, where it is of this topic; else empty. For the bureau only."""
    rows = OutboxRow.objects.filter(id=row_id, topic=topic) if viewer.sees_all else OutboxRow.objects.none()
    return rows.values_list("key", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class Age:
    """Rows of one topic in one state that are not at their end, and since when the oldest waits."""

    topic: str
    state: str
    rows: int
    since_at: datetime


def ages(*, viewer: Viewer, at: datetime) -> list[Age]:
    """The age alarm's input: what is not at its end, by topic and state; for the bureau only.

    A row that waits for an hour to come (a message for the morning) is not late before that hour.
    """
    if not viewer.is_supervisor:
        return []
    states = [state.value for state in RowState if state not in {RowState.DONE, RowState.REFUSED}]
    rows = OutboxRow.objects.filter(state__in=states, created_at__lte=at).values_list("topic", "state")
    told = rows.annotate(n=Count("id"), since=Min("created_at")).order_by("topic", "state")
    return [Age(topic, state, n, since) for topic, state, n, since in told]


def unsettled(*, viewer: Viewer, topic: str) -> list[Waiting]:
    """Unclear and dead rows of a topic, oldest first; the caller leaves out what is closed to the viewer."""
    if not viewer.is_supervisor:
        return []
    return [_waiting(r) for r in OutboxRow.objects.filter(topic=topic, state__in=FOR_A_PERSON).order_by("id")]


def row_of(*, viewer: Viewer, topic: str, key: str) -> Waiting | None:
    """The row of a key, whatever its state; the caller has opened what it is about for this viewer."""
    if not viewer.is_supervisor:
        return None
    row = OutboxRow.objects.filter(topic=topic, key=key).first()
    return _waiting(row) if row else None


def _waiting(r: OutboxRow) -> Waiting:
    return Waiting(r.id, r.topic, r.key, r.state, r.owner, r.finished_at or r.created_at, r.attempts, r.note)


@dataclass(frozen=True, slots=True)
class Try:
    """One call to a target; without an outcome nobody knows how it ended."""

    started_at: datetime
    outcome: str
    note: str


def tries(*, viewer: Viewer, row_id: int) -> list[Try]:
    """The calls made for a row, oldest first; the caller has opened what it is about for this viewer."""
    if not viewer.is_supervisor:
        return []
    rows = Attempt.objects.filter(row_id=row_id).order_by("id")
    return [Try(row.started_at, row.outcome, row.note) for row in rows]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of one topic with every attempt at it."""

    key: str
    payload: dict[str, Any]
    state: str
    created_at: datetime
    not_before: datetime
    tries: tuple[Try, ...]


def deliveries(*, viewer: Viewer, topic: str, rows_max: int) -> list[Delivery]:
    """The newest rows of a topic, attempts included; for the bureau only."""
    if not viewer.sees_all:
        return []
    rows = OutboxRow.objects.filter(topic=topic).order_by("-id").prefetch_related("tries")[:rows_max]
    return [
        Delivery(
            r.key,
            r.payload,
            r.state,
            r.created_at,
            r.not_before,
            tuple(Try(t.started_at, t.outcome, t.note) for t in r.tries.all()),
        )
        for r in rows
    ]


def payload_of(*, viewer: Viewer, topic: str, key: str) -> dict[str, Any] | None:
    """What a row carries; for the bureau only."""
    if not viewer.sees_all:
        return None
    return OutboxRow.objects.filter(topic=topic, key=key).values_list("payload", flat=True).first()


def last_attempt(*, viewer: Viewer, topic: str) -> tuple[datetime, str] | None:
    """When the last finished call of a topic ended, and how; for the bureau only."""
    if not viewer.sees_all:
        return None
    last = Attempt.objects.filter(row__topic=topic, finished_at__isnull=False).order_by("-id").first()
    return (last.finished_at, last.outcome) if last is not None and last.finished_at else None

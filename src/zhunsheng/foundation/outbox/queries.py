"""What waits, what is unclear, what is dead."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outbox.models import OutboxRow


def counts(*, viewer: Viewer) -> dict[tuple[str, str], int]:
    """Rows by (topic, state); nothing for anybody outside the bureau."""
    if not viewer.sees_all:
        return {}
    rows = OutboxRow.objects.values_list("topic", "state").annotate(n=Count("id")).order_by("topic", "state")
    return {(topic, state): n for topic, state, n in rows}


def states_of(*, topic: str, keys: list[str], viewer: Viewer) -> dict[str, str]:
    """The state of each row of a topic that has one of the keys; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    told: dict[str, str] = {}
    for start in range(0, len(keys), 2_000):
        rows = OutboxRow.objects.filter(topic=topic, key__in=keys[start : start + 2_000])
        told |= dict(rows.values_list("key", "state"))
    return told


def oldest_pending_at(*, topic: str, viewer: Viewer) -> datetime | None:
    """Since when the oldest open row of a topic waits: the age alarm's input."""
    if not viewer.sees_all:
        return None
    found = OutboxRow.objects.filter(topic=topic, state=RowState.PENDING.value).aggregate(
        oldest=Min("created_at")
    )
    oldest: datetime | None = found["oldest"]
    return oldest

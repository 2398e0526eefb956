"""What waits, what is unclear, what is dead."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min

from zhunsheng.core.actors import Audience, Viewer
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outbox.models import OutboxRow


def counts(*, viewer: Viewer) -> dict[tuple[str, str], int]:
    """Rows by (topic, state); nothing for anybody outside the bureau."""
    if viewer.audience is not Audience.BUREAU:
        return {}
    rows = OutboxRow.objects.values_list("topic", "state").annotate(n=Count("id")).order_by("topic", "state")
    return {(topic, state): n for topic, state, n in rows}


def oldest_pending_at(*, topic: str, viewer: Viewer) -> datetime | None:
    """Since when the oldest open row of a topic waits: the age alarm's input."""
    if viewer.audience is not Audience.BUREAU:
        return None
    found = OutboxRow.objects.filter(topic=topic, state=RowState.PENDING.value).aggregate(
        oldest=Min("created_at")
    )
    oldest: datetime | None = found["oldest"]
    return oldest

"""What time will trigger."""

from __future__ import annotations

from datetime import datetime

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.schedule.models import DueRow


def next_due_at(*, viewer: Viewer) -> datetime | None:
    """The earliest instant anybody waits for; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return None
    row = DueRow.objects.order_by("due_at").first()
    return row.due_at if row else None


def instants_of(*, topic: str, viewer: Viewer) -> dict[str, datetime]:
    """Key → instant of a topic; for bureau-wide viewers only."""
    if not viewer.sees_all:
        return {}
    return dict(DueRow.objects.filter(topic=topic).values_list("key", "due_at"))

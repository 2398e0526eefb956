"""Setting instants and handing over those that are due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation import bulk
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.schedule.models import DueRow


def set_due(*, by: Actor, at: datetime, topic: str, instants: Mapping[str, datetime | None]) -> None:
    """For each key the instant at which to look, replacing an earlier one; None takes it out.

    What stands already is left alone.
    """
    with transaction.atomic():
        rows = DueRow.objects.filter(bulk.among("key", instants), topic=topic)
        known: dict[str, datetime] = dict(rows.values_list("key", "due_at"))
        gone = [key for key, due in instants.items() if due is None and key in known]
        kept = [
            DueRow(topic=topic, key=key, due_at=due)
            for key, due in instants.items()
            if due is not None and known.get(key) != due
        ]
        if not gone and not kept:
            return
        for start in range(0, len(gone), 1_000):
            DueRow.objects.filter(topic=topic, key__in=gone[start : start + 1_000]).delete()
        DueRow.objects.bulk_create(
            kept,
            batch_size=1_000,
            update_conflicts=True,
            unique_fields=["topic", "key"],
            update_fields=["due_at"],
        )


def hand_over(*, by: Actor, at: datetime, rows_max: int = 1_000) -> int:
    """Put what is due into the outbox (topic `due.<topic>`) in order, once; how many rows."""
    with transaction.atomic():
        rows = list(DueRow.objects.select_for_update().filter(due_at__lte=at)[:rows_max])
        for due_at, due in groupby(rows, key=lambda row: row.due_at):
            said = due_at.isoformat()
            told = [(f"due.{r.topic}", f"{r.key}@{said}", {"key": r.key, "due_at": said}, r.key) for r in due]
            outbox.put_all(by=by, at=due_at, entries=told)
        DueRow.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)

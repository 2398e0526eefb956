"""Has this database been restored from a backup? A mark outside it knows.

Every start of a dispatcher raises a number in the database and in a file of the home folder. A restored
database is behind the file; a database without its file has been moved. Both start in wary mode: what is
open at that moment is in doubt for good, also what waits for the morning; what the restored database puts
anew is in doubt until a turn finds nothing left to send.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.db import transaction

from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outbox.models import DispatcherEpoch, OutboxRow

MARK = "dispatcher_epoch"


def _marked(home: Path) -> int | None:
    path = home / MARK
    return int(path.read_text(encoding="ascii")) if path.exists() else None


def _mark(home: Path, number: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"{MARK}.new"
    with fresh.open("w", encoding="ascii") as handle:
        handle.write(str(number))
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(home / MARK)


def begin(home: Path) -> bool:
    """Start a dispatcher; whether it must be wary. The mark is raised before the database is."""
    with transaction.atomic():
        row, _ = DispatcherEpoch.objects.select_for_update().get_or_create(id=1, defaults={"number": 0})
        marked = _marked(home)
        restored = row.wary or (marked is None and row.number > 0) or (marked or 0) > row.number
        number = max(marked or 0, row.number) + 1
        _mark(home, number)
        row.number, row.wary = number, restored
        row.save(update_fields=["number", "wary"])
        if restored:
            open_states = [RowState.PENDING.value, RowState.SENDING.value]
            OutboxRow.objects.filter(state__in=open_states).update(in_doubt=True)
    return restored


def settled() -> None:
    """Every open row has been reconciled: the next start need not be wary."""
    DispatcherEpoch.objects.filter(id=1).update(wary=False)

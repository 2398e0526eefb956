"""Committed audit entries become leaves: in order, without a gap, many with one commit.

Nobody who writes waits for this. One sequencer works at a time (the era's row is its lock); if it dies
anywhere, a part is in the log as a whole or not at all, and the next one goes on.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from zhunsheng.core.tlog.leaves import SALT_BYTES, Event, entry_of
from zhunsheng.core.tlog.merkle import leaf_hash
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence.horizon import look
from zhunsheng.foundation.evidence.models import AuditEvent, Leaf, LeafSalt, LogEra, LogTile
from zhunsheng.foundation.evidence.tree import new_tiles

LEAVES_A_COMMIT = 1_024


def event_of(row: AuditEvent) -> Event:
    """An audit entry as the log commits to it."""
    return Event(
        row.id, row.at, row.actor_kind, row.actor_key, row.actor_name, row.action, row.target, row.detail
    )


def current_era() -> LogEra | None:
    """The log that grows; None before the first."""
    return LogEra.objects.order_by("-number").first()


def begin(*, origin: str, at: datetime) -> LogEra:
    """The first log, begun under this name unless somebody else has just done so."""
    era, _ = LogEra.objects.get_or_create(number=1, defaults={"origin": origin, "began_at": at})
    return era


def sequence(number: int) -> int:
    """Take up every committed entry into the log with this number; how many were taken up."""
    total = 0
    while taken := _take_up(number):
        total += taken
        if taken < LEAVES_A_COMMIT:
            break
    return total


def _take_up(number: int) -> int:
    with transaction.atomic():
        era = LogEra.objects.select_for_update().get(number=number)
        decided = look(era)
        there = Leaf.objects.filter(event_id=OuterRef("pk"))
        fresh = AuditEvent.objects.filter(~Exists(there), id__gt=era.settled_id).order_by("id")
        events = [event_of(row) for row in fresh[:LEAVES_A_COMMIT]]
        salts = [secrets.token_bytes(SALT_BYTES) for _ in events]
        entries = [entry_of(event, salt) for event, salt in zip(events, salts, strict=True)]
        places = range(era.size, era.size + len(events))
        made = new_tiles(era.number, era.size, [leaf_hash(entry) for entry in entries])
        leaves = zip(places, events, entries, strict=True)
        names = ("era", "index", "event_id", "entry")
        bulk.insert(Leaf, names, [(era.number, place, event.number, entry) for place, event, entry in leaves])
        pairs = zip(events, salts, strict=True)
        bulk.insert(LeafSalt, ("event_id", "salt"), [(event.number, salt) for event, salt in pairs])
        LogTile.objects.bulk_create(made)
        era.size += len(events)
        if len(events) < LEAVES_A_COMMIT:
            era.settled_id = max(era.settled_id, decided)
        era.save()
    return len(events)

"""Saving and taking drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.drafts.models import Draft


def save(*, by: Actor, at: datetime, owner: str, values: Mapping[str, str]) -> None:
    """Keep what is filled in; the last saving counts."""
    told = {"values": dict(values), "saved_at": at, "shared_with": by.key}
    Draft.objects.update_or_create(owner=owner, defaults=told)


def take(*, by: Actor, at: datetime, owner: str) -> dict[str, str] | None:
    """Read and remove in the caller's transaction; None when it was taken already or is another's."""
    del at
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(owner=owner, shared_with=by.key).first()
        if row is None:
            return None
        told: dict[str, str] = row.values
        row.delete()
    return told

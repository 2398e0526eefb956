"""Reading the audit trail: for bureau-wide viewers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.evidence.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as it is shown."""

    at: datetime
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


def entries_of(*, target: str, viewer: Viewer) -> list[Entry]:
    """Everything done to a target, oldest first; nothing for anybody outside the bureau."""
    if not viewer.audits:
        return []
    rows = AuditEvent.objects.filter(target=target).order_by("id")
    return [Entry(r.at, r.actor_name, r.action, r.target, r.detail) for r in rows]

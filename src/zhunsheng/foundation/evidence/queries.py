"""Reading the audit trail and the log: for those who audit, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhunsheng.core.actors import Viewer
from zhunsheng.core.tlog.checkpoints import Checkpoint
from zhunsheng.core.tlog.notes import Verifier
from zhunsheng.foundation.evidence.checking import Checked, check_all
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.evidence.proofs import Proven, prove
from zhunsheng.foundation.evidence.sequencer import current_era
from zhunsheng.foundation.evidence.signing import latest


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


def proofs_of(*, viewer: Viewer, targets: Iterable[str]) -> list[Proven]:
    """The proofs of everything done to these targets that a signed checkpoint covers, oldest first."""
    if not viewer.audits:
        return []
    rows = AuditEvent.objects.filter(target__in=list(targets)).order_by("id")
    return [proven for row in rows if (proven := prove(row)) is not None]


def checkpoint(*, viewer: Viewer) -> tuple[Checkpoint, str] | None:
    """The newest signed checkpoint of the log that grows, and its note."""
    era = current_era() if viewer.audits else None
    return latest(era=era.number) if era is not None else None


def check(*, viewer: Viewer, verifiers: list[Verifier]) -> Checked:
    """Every log of this database, put together again from its leaves. Nothing for those who do not audit."""
    return check_all(verifiers) if viewer.audits else Checked()

"""Reading the audit trail and the log: for those who audit, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.tlog.checkpoints import Checkpoint
from zhunsheng.core.tlog.notes import Verifier
from zhunsheng.foundation.evidence.checking import Checked, check_all
from zhunsheng.foundation.evidence.models import AuditEvent, Leaf, LogEra, LogTimestamp
from zhunsheng.foundation.evidence.others import Authority
from zhunsheng.foundation.evidence.proofs import Proven, prove, stamp_files
from zhunsheng.foundation.evidence.sequencer import current_era
from zhunsheng.foundation.evidence.signing import latest
from zhunsheng.foundation.seeking import seek


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


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which acts: by whom (key or name), to what, which kind, when. `looks`: only who read or took what."""

    actor: str = ""
    target: str = ""
    action: str = ""
    looks: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One act as a list shows it; `leaf` is its place in the log, None while it waits for it."""

    id: int
    at: datetime
    actor: str
    actor_kind: str
    actor_key: str
    action: str
    target: str
    why: str
    version: str
    told: str
    leaf: int | None


# Where an entry carries the reason or purpose, and the version that was in force.
WHY, VERSIONS = ("why", "purpose", "reason", "opinion"), ("pack", "version", "hash")
LOOKS = ("FIELD_REVEALED", "FILE_READ", "LIST_EXPORTED", "PACKAGE_HANDED_OUT", "SEALED_OPENED")


def listed(*, viewer: Viewer, part: Part, wanted: AuditFilter) -> Listed[AuditRow]:
    """Acts by record, by person, by kind and by day; for those who audit."""
    if not viewer.audits:
        return Listed()
    rows = AuditEvent.objects.all()
    if wanted.actor:
        rows = rows.filter(Q(actor_key=wanted.actor) | Q(actor_name=wanted.actor))
    if wanted.looks:
        rows = rows.filter(action__in=LOOKS)
    for name, value in (
        ("target", wanted.target),
        ("action", wanted.action),
        ("at__gte", wanted.since),
        ("at__lt", wanted.until),
    ):
        if value:
            rows = rows.filter(**{name: value})
    found = seek(rows, part, lambda row: row)
    places = dict(
        Leaf.objects.filter(event_id__in=[row.id for row in found.rows]).values_list("event_id", "index")
    )
    return Listed(
        tuple(_audit_row(row, places.get(row.id)) for row in found.rows), found.next, found.previous
    )


def _audit_row(row: AuditEvent, leaf: int | None) -> AuditRow:
    return AuditRow(
        row.id,
        row.at,
        row.actor_name,
        row.actor_kind,
        row.actor_key,
        row.action,
        row.target,
        _first(row.detail, WHY),
        _first(row.detail, VERSIONS)[:19],
        json.dumps(row.detail, ensure_ascii=False, sort_keys=True),
        leaf,
    )


def _first(detail: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(detail[name]) for name in names if detail.get(name)), "")


def proofs_of(*, viewer: Viewer, targets: Iterable[str]) -> list[Proven]:
    """The proofs of everything done to these targets that a signed checkpoint covers, oldest first."""
    if not viewer.audits:
        return []
    rows = AuditEvent.objects.filter(target__in=list(targets)).order_by("id")
    return [proven for row in rows if (proven := prove(row)) is not None]


def proof_of(*, viewer: Viewer, event_id: int) -> tuple[Entry, Proven | None] | None:
    """One act, and its proof once a signed checkpoint covers it; None when there is no such act."""
    row = AuditEvent.objects.filter(id=event_id).first() if viewer.audits else None
    return (Entry(row.at, row.actor_name, row.action, row.target, row.detail), prove(row)) if row else None


def checkpoint(*, viewer: Viewer) -> tuple[Checkpoint, str] | None:
    """The newest signed checkpoint of the log that grows, and its note."""
    era = current_era() if viewer.audits else None
    return latest(era=era.number) if era is not None else None


def stamps(*, viewer: Viewer, origin: str, size: int) -> dict[str, bytes]:
    """The first and the last time stamp over the first `size` leaves of a log, as files of a package."""
    era = LogEra.objects.filter(origin=origin).first()
    if not viewer.audits or era is None:
        return {}
    rows = LogTimestamp.objects.filter(era=era.number, size__lte=size).order_by("size", "id")
    found = {row.size: row for row in (rows.first(), rows.last()) if row is not None}
    return {name: data for row in found.values() for name, data in stamp_files(row, size).items()}


def check(*, viewer: Viewer, verifiers: list[Verifier], who: Authority | None = None) -> Checked:
    """Every log of this database, put together again from its leaves. Nothing for those who do not audit."""
    return check_all(verifiers, who) if viewer.audits else Checked()


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """An act with its place in the log: the order in which it is known to everybody."""

    era: int
    index: int
    at: datetime
    action: str
    target: str


def log_end(*, viewer: Viewer) -> tuple[int, int]:
    """(era, index) of the next leaf; (1, 0) while there is no log."""
    era = current_era() if viewer.audits else None
    return (era.number, era.size) if era is not None else (1, 0)


def acts_from(*, viewer: Viewer, era: int, index: int, rows_max: int) -> list[LoggedAct]:
    """Acts from a leaf on, in the order of the log, over the end of an era into the next."""
    if not viewer.audits:
        return []
    here = Q(era=era, index__gte=index) | Q(era__gt=era)
    return _logged(list(Leaf.objects.filter(here).order_by("era", "index")[:rows_max]))


def acts_between(
    *, viewer: Viewer, since: datetime, until: datetime, actions: list[str], rows_max: int
) -> list[LoggedAct]:
    """Acts of some kinds in a span of time, both ends included, as far as they are in the log."""
    if not viewer.audits:
        return []
    events = AuditEvent.objects.filter(at__gte=since, at__lte=until, action__in=actions).order_by("id")
    ids = list(events.values_list("id", flat=True)[:rows_max])
    return _logged(list(Leaf.objects.filter(event_id__in=ids).order_by("era", "index")))


def _logged(leaves: list[Leaf]) -> list[LoggedAct]:
    events = AuditEvent.objects.in_bulk([leaf.event_id for leaf in leaves])
    found = ((leaf, events[leaf.event_id]) for leaf in leaves if leaf.event_id in events)
    return [LoggedAct(leaf.era, leaf.index, row.at, row.action, row.target) for leaf, row in found]

"""Handing a table in, saying how it is read, and the work on it; mappings."""

from __future__ import annotations

from collections.abc import Mapping as Told
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from zhunsheng.core.actors import Actor
from zhunsheng.foundation import bulk
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.uploads.lifecycle import (
    AFTER,
    AFTER_FAILURE,
    WORK,
    UploadState,
    UploadStepError,
    check_step,
)
from zhunsheng.foundation.uploads.models import Mapping, Problem, Upload
from zhunsheng.foundation.uploads.names import owner_of, signature_of

LEASE = timedelta(minutes=10)
MAPPINGS_MAX = 50
VALUES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What is known when a table is handed in. `unit` and `grant` are those under which the person works."""

    unit: str
    grant: int
    target: str
    kind: str
    name: str
    batch: str
    header: Sequence[str]
    rows: int
    encoding: str = ""
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows so far."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """Rows looked at."""
        return self.accepted + self.duplicates + self.refused


def receive(*, by: Actor, at: datetime, new: NewUpload, content: bytes) -> int:
    """Keep a table that was read and found sound; the upload's id. AttachmentError when it is too large."""
    with transaction.atomic():
        row = Upload.objects.create(
            owner=by.key,
            owner_name=by.name,
            unit=new.unit,
            grant=new.grant,
            target=new.target,
            kind=new.kind,
            name=new.name[:120],
            batch=new.batch,
            encoding=new.encoding,
            header=list(new.header),
            signature=signature_of(new.header),
            rows=new.rows,
            corrects_id=new.corrects,
            received_at=at,
            changed_at=at,
        )
        attachments.keep_table(by=by, at=at, owner=owner_of(row.id), name=new.name, content=content)
        detail = {"target": new.target, "kind": new.kind, "rows": new.rows, "batch": new.batch}
        evidence.record(by=by, at=at, action="TABLE_RECEIVED", target=owner_of(row.id), detail=detail)
    return row.id


def _step(by: Actor, at: datetime, upload_id: int, after: UploadState, why: str = "") -> Upload:
    """The row at its next state, in the caller's transaction, on record."""
    row = Upload.objects.select_for_update().filter(id=upload_id).first()
    if row is None:
        raise UploadStepError("没有这个文件")
    check_step(row.state, after)
    row.state, row.changed_at, row.leased_until = after.value, at, None
    row.done, row.reason = 0, why[:500]
    detail = {"state": after.value, "why": why}
    evidence.record(by=by, at=at, action="TABLE_STEP", target=owner_of(row.id), detail=detail)
    return row


def map_columns(
    *,
    by: Actor,
    at: datetime,
    upload_id: int,
    grant: int,
    base: str,
    columns: Told[str, str],
    as_of: date | None,
    values: Told[str, Told[str, str]] | None = None,
) -> None:
    """Say which column feeds which field; the dry run waits for a worker. Remembered for the same header.

    `values` is field → text → value, for at most VALUES_MAX texts of a field.
    """
    by.require_person("对应列")
    with transaction.atomic():
        row = _step(by, at, upload_id, UploadState.CHECKING)
        row.grant, row.base, row.columns, row.as_of = grant, base, dict(columns), as_of
        row.values = {f: dict(list(told.items())[:VALUES_MAX]) for f, told in (values or {}).items() if told}
        row.save()
        _remember(by, at, row, name="", unit="")


def save_mapping(*, by: Actor, at: datetime, upload_id: int, name: str, unit: str) -> None:
    """Keep an upload's mapping under a name; with a unit colleagues there find it too."""
    name = name.strip()
    if not 0 < len(name) <= 60:
        raise UploadStepError("请给列对应起一个不超过 60 个字的名字")
    with transaction.atomic():
        row = Upload.objects.get(id=upload_id)
        if Mapping.objects.filter(owner=by.key).exclude(name="").count() >= MAPPINGS_MAX:
            raise UploadStepError(f"最多保存 {MAPPINGS_MAX} 个列对应，请先删去不用的")
        _remember(by, at, row, name=name, unit=unit)


def _remember(by: Actor, at: datetime, row: Upload, *, name: str, unit: str) -> None:
    told = {
        "base": row.base,
        "columns": row.columns,
        "values": row.values,
        "saved_at": at,
        "unit": unit,
    }
    Mapping.objects.update_or_create(
        owner=by.key,
        target=row.target,
        kind=row.kind,
        signature=row.signature,
        name=name,
        defaults=told,
    )


def forget_mapping(*, by: Actor, at: datetime, mapping_id: int) -> bool:
    """Forget an own mapping; False when there is none."""
    del at
    return Mapping.objects.filter(id=mapping_id, owner=by.key).delete()[0] > 0


def ask(*, by: Actor, at: datetime, upload_id: int, grant: int, work: UploadState, why: str = "") -> None:
    """Let a worker take the rows, or take them back, under a grant; UploadStepError when that is not next."""
    by.require_person("导入或撤销")
    with transaction.atomic():
        row = _step(by, at, upload_id, work, why)
        row.grant = grant
        row.save()
        if work is UploadState.TAKING:
            attachments.seal(by=by, at=at, owner=owner_of(upload_id))


def drop(*, by: Actor, at: datetime, upload_id: int) -> None:
    """Put a file away that was not taken: it is shown no more, its problems are forgotten."""
    with transaction.atomic():
        row = _step(by, at, upload_id, UploadState.DROPPED)
        row.save()
        row.problems.all().delete()


def claim(*, by: Actor, at: datetime) -> int | None:
    """The oldest upload that waits for a worker or whose worker is gone, now the caller's; None if none."""
    del by
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    with transaction.atomic():
        waiting = Upload.objects.select_for_update().filter(free, state__in=[s.value for s in WORK])
        row = waiting.order_by("changed_at", "id").first()
        if row is None:
            return None
        row.leased_until = at + LEASE
        row.save(update_fields=["leased_until"])
    return row.id


def note_progress(*, by: Actor, at: datetime, upload_id: int, counts: Counts) -> None:
    """How far the work is; the lease begins anew."""
    del by
    Upload.objects.filter(id=upload_id).update(done=counts.done, leased_until=at + LEASE)


def finish(
    *,
    by: Actor,
    at: datetime,
    upload_id: int,
    counts: Counts,
    problems: Sequence[tuple[int, str, str, str]],
) -> None:
    """The work is done; problems are (row number, field, reason, cure) and replace those known before."""
    with transaction.atomic():
        row = _step(by, at, upload_id, AFTER[_at_work(upload_id)])
        row.done, row.accepted = counts.done, counts.accepted
        row.duplicates, row.refused = counts.duplicates, counts.refused
        row.save()
        row.problems.all().delete()
        told = ((row.id, n, f[:200], r[:500], c[:500]) for n, f, r, c in problems)
        bulk.insert(Problem, ("upload", "row_number", "field", "reason", "cure"), told)


def fail(*, by: Actor, at: datetime, upload_id: int, why: str) -> None:
    """The file as a whole cannot be worked on, and why; what could not be undone stays taken."""
    with transaction.atomic():
        _step(by, at, upload_id, AFTER_FAILURE[_at_work(upload_id)], why).save()


def finish_undo(*, by: Actor, at: datetime, upload_id: int) -> None:
    """Everything that came with the file is taken back."""
    with transaction.atomic():
        _step(by, at, upload_id, UploadState.UNDONE).save()


def _at_work(upload_id: int) -> UploadState:
    return UploadState(Upload.objects.get(id=upload_id).state)

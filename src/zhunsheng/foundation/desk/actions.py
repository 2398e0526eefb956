"""Arranging the own desk. None of this is an act of supervision, so only exports leave an audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.desk.models import BatchAct, ColumnChoice, Notice, NoticeKind, SavedView
from zhunsheng.foundation.evidence import actions as evidence

VIEWS_MAX = 50


class NoticeError(Exception):
    """A notice that cannot be sent; the text says why."""


class ViewError(Exception):
    """A view that cannot be saved; the text says why."""


def save_view(
    *, by: Actor, at: datetime, list_name: str, name: str, query: str, unit: str = "", seen: int | None = None
) -> int:
    """Keep a view under a name, own names being overwritten; with `unit` colleagues there see it. Its id.

    With `seen`, the number of the newest row, rows that come later are told to the owner.
    """
    name = name.strip()
    if not 0 < len(name) <= 60 or len(query) > 1_000:
        raise ViewError("请给视图起一个不超过 60 个字的名字")
    with transaction.atomic():
        own = SavedView.objects.filter(owner=by.key)
        if own.count() >= VIEWS_MAX and not own.filter(list_name=list_name, name=name).exists():
            raise ViewError(f"最多保存 {VIEWS_MAX} 个视图，请先删去不用的")
        told = {"query": query, "unit": unit, "seen": seen, "saved_at": at}
        row, _ = SavedView.objects.update_or_create(
            owner=by.key, list_name=list_name, name=name, defaults=told
        )
    return row.id


def remove_view(*, by: Actor, at: datetime, view_id: int) -> bool:
    """Forget an own view; False when there is none."""
    del at
    return SavedView.objects.filter(id=view_id, owner=by.key).delete()[0] > 0


def look_at_view(*, by: Actor, at: datetime, view_id: int, seen: int) -> bool:
    """The owner looks at a watched view: what is there now is no news any more; False when there is none."""
    del at
    return SavedView.objects.filter(id=view_id, owner=by.key, seen__isnull=False).update(seen=seen) > 0


def choose_columns(*, by: Actor, at: datetime, list_name: str, columns: Sequence[str]) -> None:
    """Show these columns of a list in this order; none means the usual ones."""
    told = {"columns": list(columns), "chosen_at": at}
    ColumnChoice.objects.update_or_create(owner=by.key, list_name=list_name, defaults=told)


def note_export(
    *, by: Actor, at: datetime, list_name: str, said: Sequence[str], rows: int, form: str
) -> None:
    """Put on record that somebody took a list away as a file, and which."""
    detail = {"filters": list(said), "rows": rows, "form": form}
    with transaction.atomic():
        evidence.record(by=by, at=at, action="LIST_EXPORTED", target=f"list:{list_name}", detail=detail)


def send_notice(*, by: Actor, at: datetime, to: str, kind: str, text: str, address: str) -> int:
    """Lay something on a colleague's desk; its id. The caller knows that the colleague works here."""
    by.require_person("抄送")
    if not to or to == by.key or not text.strip():
        raise NoticeError("请选择一位同事并写一句话")
    with transaction.atomic():
        row = Notice.objects.create(
            owner=to,
            sender=by.key,
            sender_name=by.name,
            kind=NoticeKind(kind).value,
            text=text.strip()[:500],
            address=address,
            sent_at=at,
        )
        detail = {"to": to, "kind": kind, "address": address}
        evidence.record(by=by, at=at, action="NOTICE_SENT", target=f"person:{to}", detail=detail)
    return row.id


def read_notices(*, by: Actor, at: datetime, ids: Sequence[int]) -> int:
    """Mark own notices as read; how many were not yet."""
    return Notice.objects.filter(owner=by.key, id__in=list(ids), read_at=None).update(read_at=at)


def note_batch(
    *, by: Actor, at: datetime, list_name: str, act: str, rows: Sequence[tuple[str, str, str]]
) -> int:
    """Keep what an act on many rows changed, in the transaction of the act, to be undone; its id."""
    told = [list(row) for row in rows]
    row = BatchAct.objects.create(owner=by.key, list_name=list_name, act=act, rows=told, done_at=at)
    return row.id


def take_batch_back(*, by: Actor, at: datetime, batch_id: int) -> list[tuple[str, str, str]]:
    """What an own act changed, once: the caller puts it back in the same transaction; [] when it cannot."""
    found = BatchAct.objects.select_for_update().filter(id=batch_id, owner=by.key, undone_at=None).first()
    if found is None:
        return []
    found.undone_at = at
    found.save(update_fields=["undone_at"])
    return [(key, before, after) for key, before, after in found.rows]

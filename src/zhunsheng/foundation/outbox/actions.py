"""Putting effects into the outbox and handling the internal ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation import bulk
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox.lifecycle import SETTLED, Finding, RowState
from zhunsheng.foundation.outbox.models import IsOpen, OutboxRow

Payload = Mapping[str, Any]
Handler = Callable[[Payload, datetime], None]
ROWS_A_COMMIT = 50
ATTEMPTS_MAX = 8
SETTLE = "message.settle"
FOR_A_PERSON = [RowState.UNKNOWN.value, RowState.DEAD.value]
BACK_OFF_SECONDS = 30
FRESH = (
    *("topic", "key", "order_key", "payload", "state", "created_at", "not_before"),
    *("fence", "attempts", "in_doubt", "owner", "note"),
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Together:
    """A handler that does with many payloads of one topic in one go what it would do with one by one."""

    many: Callable[[Sequence[Payload], datetime], None]

    def __call__(self, payload: Payload, at: datetime) -> None:
        """One alone."""
        self.many([payload], at)


class NothingToSettleError(Exception):
    """There is no such row, or it is not in a state that a person settles in this way."""


class OutsideTransactionError(RuntimeError):
    """An effect was to be put without the transaction of its cause."""


def put(
    *,
    by: Actor,
    at: datetime,
    topic: str,
    key: str,
    payload: Mapping[str, object],
    order_key: str = "",
) -> None:
    """One row in the caller's transaction; a key that exists already in the topic changes nothing."""
    put_many(by=by, at=at, topic=topic, entries=[(key, payload, order_key)])


def put_many(
    *,
    by: Actor,
    at: datetime,
    topic: str,
    entries: Iterable[tuple[str, Mapping[str, object], str]],
) -> None:
    """Rows for (key, payload, order key), keys that exist left alone."""
    put_all(by=by, at=at, entries=[(topic, *entry) for entry in entries])


def put_all(
    *, by: Actor, at: datetime, entries: Iterable[tuple[str, str, Mapping[str, object], str]]
) -> None:
    """Rows for (topic, key, payload, order key) of several topics, keys that exist left alone."""
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    rows = (
        (topic, key, order_key, dict(payload), RowState.PENDING.value, at, at, 0, 0, False, by.key, "")
        for topic, key, payload, order_key in entries
    )
    bulk.insert(OutboxRow, FRESH, rows, leave_known=True)


def handle_internal(*, by: Actor, at: datetime, handlers: Mapping[str, Handler], rows_max: int = 500) -> int:
    """Work off rows whose topic has a handler, oldest first; the number of rows handled.

    Handler and done mark are one transaction, some dozens of rows a commit. A handler that fails leaves
    nothing behind and is tried again later; after eight times its row is DEAD with the reason, in sight of
    its owner.
    """
    open_rows = OutboxRow.objects.filter(
        IsOpen("state"), topic__in=list(handlers), state=RowState.PENDING.value, not_before__lte=at
    )
    waiting = list(open_rows.order_by("id").values_list("id", flat=True)[:rows_max])
    parts = (waiting[k : k + ROWS_A_COMMIT] for k in range(0, len(waiting), ROWS_A_COMMIT))
    return sum(_handle_some(by, at, handlers, part) for part in parts)


def _handle_some(by: Actor, at: datetime, handlers: Mapping[str, Handler], row_ids: Sequence[int]) -> int:
    """These rows in one transaction; whoever else works off the same rows waits, and then finds them done.

    Neighbours of one topic go together where their handler can; if that fails, one by one.
    """
    done: list[int] = []
    with transaction.atomic():
        rows = OutboxRow.objects.select_for_update().filter(id__in=row_ids, state=RowState.PENDING)
        told = rows.order_by("id").values_list("id", "topic", "payload")
        for topic, group in groupby(list(told), key=lambda row: row[1]):
            neighbours = {row_id: payload for row_id, _, payload in group}
            if not _together(handlers[topic], neighbours, at):
                neighbours = {k: p for k, p in neighbours.items() if _handled(by, at, handlers[topic], k, p)}
            done += neighbours
        OutboxRow.objects.filter(id__in=done).update(state=RowState.DONE, finished_at=at)
    return len(done)


def _together(handler: Handler, rows: Mapping[int, Payload], at: datetime) -> bool:
    """Whether all were handled in one go; if not, nothing of it stays."""
    if not isinstance(handler, Together) or len(rows) < 2:
        return False
    try:
        with transaction.atomic():
            handler.many(list(rows.values()), at)
    except Exception:
        log.exception("outbox rows %s failed together, now one by one", list(rows))
        return False
    return True


def _handled(by: Actor, at: datetime, handler: Handler, row_id: int, payload: Payload) -> bool:
    try:
        with transaction.atomic():
            handler(payload, at)
    except Exception as error:
        log.exception("outbox row %s failed", row_id)
        _put_off(by, at, row_id, repr(error))
        return False
    return True


def _put_off(by: Actor, at: datetime, row_id: int, reason: str) -> None:
    with transaction.atomic():
        row = OutboxRow.objects.select_for_update().get(id=row_id)
        attempts = row.attempts + 1
        dead = attempts >= ATTEMPTS_MAX
        OutboxRow.objects.filter(id=row_id).update(
            attempts=attempts,
            note=reason[:2000],
            state=RowState.DEAD if dead else RowState.PENDING,
            not_before=at + timedelta(seconds=BACK_OFF_SECONDS * 2**attempts),
        )
        if dead:
            evidence.record(
                by=by, at=at, action="OUTBOX_DEAD", target=f"outbox:{row_id}", detail={"why": reason}
            )


def settle(*, by: Actor, at: datetime, row_id: int, finding: Finding, reason: str) -> RowState:
    """A named person says what became of an unclear row, or revives a dead one; the state afterwards.

    SEND_AGAIN is the statement that nothing arrived: the row starts afresh and is no longer in doubt.
    """
    by.require_person("处置结果不明或未能送出的事项", SETTLE)
    with transaction.atomic():
        row = OutboxRow.objects.select_for_update().filter(id=row_id).first()
        after = None if row is None else SETTLED.get((RowState(row.state), finding))
        if row is None or after is None:
            raise NothingToSettleError(f"发件 {row_id} 现在不能这样处置")
        row.state, row.owner, row.note = after.value, by.key, reason[:2000]
        if after is RowState.PENDING:
            row.attempts, row.in_doubt, row.not_before, row.finished_at = 0, False, at, None
        else:
            row.in_doubt, row.finished_at = False, at
        row.save()
        detail = {"finding": finding.value, "why": reason}
        evidence.record(by=by, at=at, action="OUTBOX_SETTLED", target=f"outbox:{row_id}", detail=detail)
    return after


def settle_told(*, by: Actor, at: datetime, topic: str, told: Mapping[str, str]) -> int:
    """Unclear rows whose target has spoken since (key → its words) are done; how many were unclear.

    That the target speaks of the key proves that it has it, whatever became of it there. The entry names
    who brought the word, and no person; rows that are not UNKNOWN stay as they are.
    """
    unclear = OutboxRow.objects.filter(topic=topic, state=RowState.UNKNOWN.value, key__in=list(told))
    with transaction.atomic():
        rows = list(unclear.select_for_update().order_by("id"))
        for row in rows:
            row.state, row.in_doubt, row.owner = RowState.DONE.value, False, ""
            row.note, row.finished_at = told[row.key][:2000], at
            row.save(update_fields=["state", "in_doubt", "owner", "note", "finished_at"])
            detail = {"topic": topic, "key": row.key, "told": told[row.key]}
            target = f"outbox:{row.id}"
            evidence.record(by=by, at=at, action="OUTBOX_SETTLED_BY_RECEIPT", target=target, detail=detail)
    return len(rows)


def hand_to(*, by: Actor, at: datetime, row_id: int, owner: str) -> None:
    """Somebody else looks after a row that waits for a person."""
    with transaction.atomic():
        row = OutboxRow.objects.select_for_update().filter(id=row_id, state__in=FOR_A_PERSON).first()
        if row is None:
            raise NothingToSettleError(f"发件 {row_id} 不在待人处理之列")
        row.owner = owner
        row.save(update_fields=["owner"])
        detail = {"owner": owner}
        evidence.record(by=by, at=at, action="OUTBOX_HANDED", target=f"outbox:{row_id}", detail=detail)

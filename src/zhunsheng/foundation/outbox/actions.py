"""Putting effects into the outbox and handling the internal ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox.lifecycle import SETTLED, Finding, RowState
from zhunsheng.foundation.outbox.models import OutboxRow

Handler = Callable[[Mapping[str, Any], datetime], None]
ROWS_A_COMMIT = 50
ATTEMPTS_MAX = 8
FOR_A_PERSON = [RowState.UNKNOWN.value, RowState.DEAD.value]
BACK_OFF_SECONDS = 30
log = logging.getLogger(__name__)


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
    OutboxRow.objects.bulk_create(
        (
            OutboxRow(
                topic=topic,
                key=key,
                order_key=order_key,
                payload=dict(payload),
                created_at=at,
                not_before=at,
                owner=by.key,
            )
            for topic, key, payload, order_key in entries
        ),
        ignore_conflicts=True,
    )


def handle_internal(*, by: Actor, at: datetime, handlers: Mapping[str, Handler], rows_max: int = 500) -> int:
    """Work off rows whose topic has a handler, oldest first; the number of rows handled.

    Handler and done mark are one transaction, some dozens of rows a commit. A handler that fails leaves
    nothing behind and is tried again later; after eight times its row is DEAD with the reason, in sight of
    its owner.
    """
    open_rows = OutboxRow.objects.filter(
        topic__in=list(handlers), state=RowState.PENDING.value, not_before__lte=at
    )
    waiting = list(open_rows.order_by("id").values_list("id", flat=True)[:rows_max])
    parts = (waiting[k : k + ROWS_A_COMMIT] for k in range(0, len(waiting), ROWS_A_COMMIT))
    return sum(_handle_some(by, at, handlers, part) for part in parts)


def _handle_some(by: Actor, at: datetime, handlers: Mapping[str, Handler], row_ids: Sequence[int]) -> int:
    """These rows in one transaction; whoever else works off the same rows waits, and then finds them done."""
    with transaction.atomic():
        rows = OutboxRow.objects.select_for_update().filter(id__in=row_ids, state=RowState.PENDING)
        done = [row.id for row in list(rows.order_by("id")) if _handled(by, at, handlers, row)]
        OutboxRow.objects.filter(id__in=done).update(state=RowState.DONE, finished_at=at)
    return len(done)


def _handled(by: Actor, at: datetime, handlers: Mapping[str, Handler], row: OutboxRow) -> bool:
    try:
        with transaction.atomic():
            handlers[row.topic](row.payload, at)
    except Exception as error:
        log.exception("outbox row %s failed", row.id)
        _put_off(by, at, row.id, repr(error))
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
    by.require_person("处置结果不明或未能送出的事项")
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

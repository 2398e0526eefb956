"""Sending rows to the outside: attempt before call, lease with fence, verdict by connector class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import Clock
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.outbox.connectors import Answer, Connector, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.lifecycle import FINAL, RowState
from zhunsheng.foundation.outbox.models import Attempt, IsOpen, OutboxRow

OPEN = (RowState.PENDING.value, RowState.SENDING.value)
BLOCKING = [state.value for state in RowState if state not in FINAL]


@dataclass(frozen=True, slots=True)
class Terms:
    """How patient the dispatcher is: seconds of a lease and of the first pause, attempts before DEAD."""

    lease_seconds: int = 60
    pause_seconds: int = 30
    attempts_max: int = 10


@dataclass(frozen=True, slots=True)
class _Claim:
    row: OutboxRow
    fence: int
    in_doubt: bool


def dispatch(
    connector: Connector, *, by: Actor, clock: Clock, terms: Terms, rows_max: int = 1_000, wary: bool = False
) -> Counter[RowState]:
    """Work through the open rows of the connector's topic once; how many ended in which state.

    `wary` is the reconcile-only mode after a restart from a backup: every open row is treated as perhaps
    sent already, so nothing is sent that a KEYED target would not recognise or a QUERYABLE one deny.
    """
    told: Counter[RowState] = Counter()
    for row_id in _ready(connector.topic, clock.now(), rows_max):
        claim = _claim(row_id, clock.now(), terms, wary=wary)
        if claim is not None:
            answer = _call(connector, claim, clock)
            told[_conclude(connector, claim, answer, clock.now(), terms, by)] += 1
    return told


def _ready(topic: str, at: datetime, rows_max: int) -> list[int]:
    waiting = Q(state=RowState.PENDING.value, not_before__lte=at)
    abandoned = Q(state=RowState.SENDING.value, leased_until__lt=at)
    rows = OutboxRow.objects.filter(waiting | abandoned, IsOpen("state"), topic=topic)
    return list(rows.order_by("id").values_list("id", flat=True)[:rows_max])


def _claim(row_id: int, at: datetime, terms: Terms, *, wary: bool) -> _Claim | None:
    """Take the row and write the attempt, committed before any call is made."""
    with transaction.atomic():
        row = OutboxRow.objects.select_for_update().get(id=row_id)
        taken = row.state == RowState.SENDING and row.leased_until is not None and row.leased_until >= at
        if row.state not in OPEN or taken or _must_wait(row):
            return None
        in_doubt = wary or row.in_doubt or row.state == RowState.SENDING
        row.fence += 1
        row.attempts += 1
        row.state = RowState.SENDING.value
        row.leased_until = at + timedelta(seconds=terms.lease_seconds)
        row.in_doubt = True
        row.save(update_fields=["fence", "attempts", "state", "leased_until", "in_doubt"])
        Attempt.objects.create(row=row, fence=row.fence, started_at=at)
    return _Claim(row, row.fence, in_doubt)


def _must_wait(row: OutboxRow) -> bool:
    """Whether an earlier row with the same order key is not settled yet."""
    if not row.order_key:
        return False
    earlier = OutboxRow.objects.filter(topic=row.topic, order_key=row.order_key, id__lt=row.id)
    return earlier.filter(state__in=BLOCKING).exists()


def _call(connector: Connector, claim: _Claim, clock: Clock) -> Answer:
    """Ask, send or do neither, as the class allows. No transaction is open here.

    A worker that was frozen since it took the lease does not call: another may have done so.
    """
    if claim.in_doubt:
        if connector.kind is ConnectorClass.BLIND:
            return Answer(Verdict.UNCLEAR, "可能已经发出，无法查询")
        if connector.kind is ConnectorClass.QUERYABLE:
            known = connector.ask(claim.row.key)
            if known.verdict is not Verdict.NOT_SENT:
                return known
    if claim.row.leased_until is not None and clock.now() > claim.row.leased_until:
        return Answer(Verdict.NOT_SENT, "租约已过期，未发送")
    return connector.send(claim.row.key, claim.row.payload)


def _conclude(
    connector: Connector, claim: _Claim, answer: Answer, at: datetime, terms: Terms, by: Actor
) -> RowState:
    """Write the outcome if the fence still holds; a worker that was overtaken changes nothing."""
    with transaction.atomic():
        row = OutboxRow.objects.select_for_update().get(id=claim.row.id)
        tries = Attempt.objects.filter(row=row, fence=claim.fence)
        tries.update(finished_at=at, outcome=answer.verdict.value, note=answer.note[:2000])
        if row.fence != claim.fence:
            return RowState(row.state)
        row.in_doubt = _doubtful(connector, claim, answer)
        row.state = _next_state(connector, claim, answer, terms, row.in_doubt).value
        row.note = answer.note[:2000]
        row.leased_until = None
        if row.state == RowState.PENDING:
            row.not_before = at + timedelta(seconds=terms.pause_seconds * 2 ** min(row.attempts, 8))
        else:
            row.finished_at = at
        row.save()
        if row.state in {RowState.DEAD, RowState.UNKNOWN, RowState.REFUSED}:
            detail = {"topic": row.topic, "key": row.key, "why": answer.note}
            evidence.record(
                by=by, at=at, action=f"OUTBOX_{row.state}", target=f"outbox:{row.id}", detail=detail
            )
    return RowState(row.state)


def _doubtful(connector: Connector, claim: _Claim, answer: Answer) -> bool:
    """Whether something may have arrived. That this call was not sent says nothing about an earlier one;
    only a target that was asked takes that doubt away.
    """
    if answer.verdict is Verdict.ACCEPTED:
        return False
    before = claim.in_doubt and connector.kind is not ConnectorClass.QUERYABLE
    return before or answer.verdict is Verdict.UNCLEAR


def _next_state(
    connector: Connector, claim: _Claim, answer: Answer, terms: Terms, in_doubt: bool
) -> RowState:
    """What the verdict allows. A refusal after a doubtful call does not prove that nothing arrived."""
    match answer.verdict:
        case Verdict.ACCEPTED:
            return RowState.DONE
        case Verdict.REFUSED:
            return RowState.UNKNOWN if in_doubt else RowState.REFUSED
        case Verdict.UNCLEAR if connector.kind is ConnectorClass.BLIND:
            return RowState.UNKNOWN
    if claim.row.attempts < terms.attempts_max:
        return RowState.PENDING
    return RowState.UNKNOWN if in_doubt else RowState.DEAD

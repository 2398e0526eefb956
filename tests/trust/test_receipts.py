"""F-12: receipts in every order, each told twice: a message never moves back, final states are final."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.db import transaction

from tests.trust.workers import NOW, WORKER
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.foundation.outreach import actions
from zhunsheng.foundation.outreach.actions import NewMessage
from zhunsheng.foundation.outreach.lifecycle import TRANSITIONS, MessageState
from zhunsheng.foundation.outreach.models import Receipt

POLICY = MessagePolicy.read(
    yaml.safe_load((Path(__file__).parents[2] / "packs/general/messages/policy.yaml").read_text("utf-8"))
)
RECEIPTS = [MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED]
ORDERS = sorted(set(itertools.permutations(RECEIPTS + RECEIPTS)))


def states_after(orders: list[tuple[MessageState, ...]]) -> Iterator[list[MessageState]]:
    """For each order of receipts, the states of one message after each of them."""
    message = NewMessage("m", "SMS", "13900000000", "T01-1:L-7", "请核对")
    with transaction.atomic():
        actions.queue(by=WORKER, at=NOW, message=message, policy=POLICY)
        yield from _after([MessageState.QUEUED], orders)
        transaction.set_rollback(True)


def _after(seen: list[MessageState], orders: list[tuple[MessageState, ...]]) -> Iterator[list[MessageState]]:
    """Orders that begin alike share their beginning."""
    if not orders[0]:
        assert Receipt.objects.count() == len(seen) - 1, "late receipts are kept too"
        yield seen
        return
    for told, alike in itertools.groupby(orders, key=lambda order: order[0]):
        with transaction.atomic():
            after = actions.take_receipt(by=WORKER, at=NOW, key="m", told=told, policy=POLICY)
            assert after is not None
            yield from _after([*seen, after], [order[1:] for order in alike])
            transaction.set_rollback(True)


def regressed(states: list[MessageState]) -> bool:
    """Whether a message moved against the table."""
    return any(now is not then and now not in TRANSITIONS[then] for then, now in itertools.pairwise(states))


@pytest.mark.slow
@pytest.mark.django_db
def test_no_order_of_receipts_moves_a_message_back() -> None:
    assert len(ORDERS) == 2_520
    told = list(states_after(ORDERS))
    assert len(told) == len(ORDERS)
    for order, states in zip(ORDERS, told, strict=True):
        finals = [receipt for receipt in order if not TRANSITIONS[receipt]]
        assert states[-1] is finals[0], "the first final receipt stays"
        assert not regressed(states)


@pytest.mark.django_db
def test_planted_fault_without_the_guard_a_late_receipt_moves_a_message_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "moved", lambda before, told: told)
    assert all(regressed(states) for states in states_after(ORDERS[:20]))

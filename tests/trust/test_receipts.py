"""F-12: receipts in every order, each told twice: a message never moves back, final states are final."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import yaml
from django.db import transaction

from tests.trust.workers import NOW, WORKER
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.foundation.outreach import actions, lifecycle
from zhunsheng.foundation.outreach.lifecycle import TRANSITIONS, MessageState
from zhunsheng.foundation.outreach.models import Receipt
from zhunsheng.foundation.outreach.new_messages import NewMessage

POLICY = MessagePolicy.read(
    yaml.safe_load((Path(__file__).parents[2] / "packs/general/messages/policy.yaml").read_text("utf-8"))
)
RECEIPTS = [MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED]
Order = tuple[MessageState, ...]
ORDERS = sorted(set(itertools.permutations(RECEIPTS + RECEIPTS)))
DOUBLED = [tuple(r for told in order for r in (told, told)) for order in itertools.permutations(RECEIPTS)]


def states_by_table(order: Order) -> list[MessageState]:
    """The states of a message after each receipt, as the table decides."""
    return list(itertools.accumulate(order, lifecycle.moved, initial=MessageState.QUEUED))


def states_in_database(order: Order) -> list[MessageState]:
    """The same through the door; every receipt is kept, also those that change nothing."""
    message = NewMessage("m", "SMS", "13900000000", "T01-1:L-7", "请核对")
    states = [MessageState.QUEUED]
    with transaction.atomic():
        assert actions.queue(by=WORKER, at=NOW, message=message, policy=POLICY)
        for told in order:
            after = actions.take_receipt(by=WORKER, at=NOW, key="m", told=told, policy=POLICY)
            assert after is not None
            states.append(after)
        assert Receipt.objects.count() == len(order)
        transaction.set_rollback(True)
    return states


def regressed(states: list[MessageState]) -> bool:
    """Whether a message moved against the table."""
    return any(now is not then and now not in TRANSITIONS[then] for then, now in itertools.pairwise(states))


def assert_right(order: Order, states: list[MessageState]) -> None:
    finals = [receipt for receipt in order if not TRANSITIONS[receipt]]
    assert states[-1] is finals[0], "the first final receipt stays"
    assert not regressed(states)


def test_no_order_of_receipts_moves_a_message_back() -> None:
    assert len(ORDERS) == 2_520
    for order in ORDERS:
        assert_right(order, states_by_table(order))


@pytest.mark.django_db
def test_the_door_decides_by_the_table_and_keeps_every_receipt() -> None:
    assert len(DOUBLED) == 24
    for order in [*DOUBLED, *ORDERS[::40]]:
        states = states_in_database(order)
        assert_right(order, states)
        assert states == states_by_table(order)


@pytest.mark.django_db
def test_planted_fault_without_the_guard_a_late_receipt_moves_a_message_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "moved", lambda before, told: told)
    assert all(regressed(states_in_database(order)) for order in DOUBLED)

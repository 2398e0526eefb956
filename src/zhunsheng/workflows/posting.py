"""Other programs are told what was created or changed: fed from the log, sent, and switched off when deaf."""

from __future__ import annotations

from collections import Counter

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import Clock
from zhunsheng.foundation.outbox import dispatch
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.webhooks import actions as webhooks
from zhunsheng.foundation.webhooks import queries
from zhunsheng.foundation.webhooks.terms import webhook_terms

BY = Actor.service("webhooks")
ROWS_A_TURN = 100


def turn(clock: Clock, *, wary: bool = False) -> Counter[RowState]:
    """One turn: how many deliveries ended in which state. Each receiver has its own share of a turn."""
    terms, told = webhook_terms(), Counter[RowState]()
    webhooks.feed(by=BY, at=clock.now())
    patience = Terms(pause_seconds=terms.first_pause_seconds, attempts_max=terms.attempts_max)
    for connector in queries.connectors(viewer=queries.EVERYTHING, clock=clock):
        told += dispatch.dispatch(
            connector, by=BY, clock=clock, terms=patience, rows_max=ROWS_A_TURN, wary=wary
        )
    webhooks.judge(by=BY, at=clock.now())
    return told

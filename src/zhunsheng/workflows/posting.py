"""Other programs are told what was created or changed: fed from the log, sent, and switched off when deaf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import Clock
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.foundation.outbox import dispatch
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.webhooks import actions as webhooks
from zhunsheng.foundation.webhooks import queries
from zhunsheng.foundation.webhooks.queries import EVERYTHING
from zhunsheng.foundation.webhooks.terms import webhook_terms
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.registers.registry import queries as registry

BY = Actor.service("webhooks")
ROWS_A_TURN = 100


def districts_of(targets: Collection[str]) -> Mapping[str, str]:
    """Target of the audit trail → the district in which that record lies; it moves with its subject.

    What is about no one record (a source, a batch) lies in none.
    """
    by_kind: dict[str, list[str]] = {}
    for target in targets:
        kind, _, name = target.partition(":")
        by_kind.setdefault(kind, []).append(name)
    numbers = {kind: [int(name) for name in by_kind.get(kind, ())] for kind in ("touch", "document")}
    touched = {c.id: c.subject for c in triggers.cards(viewer=EVERYTHING, touch_ids=numbers["touch"])}
    keys = {*by_kind.get("subject", ()), *touched.values()}
    lies = registry.divisions(viewer=EVERYTHING, keys=keys)
    desks = documents.districts(viewer=EVERYTHING, document_ids=numbers["document"])
    return {
        **{f"subject:{key}": division for key, division in lies.items()},
        **{f"touch:{number}": lies[key] for number, key in touched.items() if key in lies},
        **{f"document:{number}": district for number, district in desks.items()},
    }


def turn(clock: Clock, *, wary: bool = False) -> Counter[RowState]:
    """One turn: how many deliveries ended in which state. Each receiver has its own share of a turn."""
    terms, told = webhook_terms(), Counter[RowState]()
    webhooks.feed(by=BY, at=clock.now(), places=districts_of)
    patience = Terms(pause_seconds=terms.first_pause_seconds, attempts_max=terms.attempts_max)
    for connector in queries.connectors(viewer=EVERYTHING, clock=clock):
        told += dispatch.dispatch(
            connector, by=BY, clock=clock, terms=patience, rows_max=ROWS_A_TURN, wary=wary
        )
    webhooks.judge(by=BY, at=clock.now())
    return told

"""Effects inside the house: with their cause or not at all, once, in order, and never lost in silence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outbox import actions, queries
from zhunsheng.foundation.outbox.lifecycle import FINAL, TRANSITIONS, RowState
from zhunsheng.foundation.outbox.models import OutboxRow

NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
WORKER = Actor.service("worker")
BUREAU = Viewer.bureau("test")
pytestmark = pytest.mark.django_db


def put(key: str) -> None:
    with transaction.atomic():
        actions.put(by=WORKER, at=NOW, topic="t", key=key, payload={"key": key})


def work(seen: list[str], at: datetime = NOW, *, fails: frozenset[str] = frozenset()) -> int:
    def handle(payload: Mapping[str, Any], when: datetime) -> None:
        if payload["key"] in fails:
            raise RuntimeError("gateway of the mind")
        seen.append(payload["key"])

    return actions.handle_internal(by=WORKER, at=at, handlers={"t": handle})


def test_rows_are_handled_once_and_in_order() -> None:
    seen: list[str] = []
    for key in ("a", "b", "a"):
        put(key)
    assert work(seen) == 2
    assert work(seen) == 0
    assert seen == ["a", "b"]


def test_without_its_cause_there_is_no_effect() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.put(by=WORKER, at=NOW, topic="t", key="a", payload={})
        _ = 1 // 0
    assert queries.counts(viewer=BUREAU) == {}


def test_a_failing_handler_is_put_off_and_others_go_on() -> None:
    seen: list[str] = []
    for key in ("bad", "good"):
        put(key)
    assert work(seen, fails=frozenset({"bad"})) == 1
    assert work(seen, NOW + timedelta(seconds=59)) == 0
    assert work(seen, NOW + timedelta(seconds=60)) == 1
    assert seen == ["good", "bad"]


def test_what_fails_eight_times_is_dead_and_in_sight() -> None:
    put("bad")
    at = NOW
    for _ in range(actions.ATTEMPTS_MAX):
        work([], at, fails=frozenset({"bad"}))
        at += timedelta(days=1)
    assert queries.counts(viewer=BUREAU) == {("t", "DEAD"): 1}
    row = OutboxRow.objects.get().pk
    assert evidence.entries_of(target=f"outbox:{row}", viewer=BUREAU)[0].action == "OUTBOX_DEAD"


def test_final_states_lead_nowhere_but_dead_may_be_revived_by_a_person() -> None:
    for state in FINAL - {RowState.DEAD}:
        assert TRANSITIONS[state] == frozenset()

"""Effects inside the house: with their cause or not at all, once, in order, and never lost in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

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


def together(seen: list[list[str]], *, fails: frozenset[str] = frozenset()) -> actions.Together:
    """Notes which keys came together; one that fails takes the others along, in a transaction of its own."""

    def many(payloads: Sequence[Mapping[str, Any]], when: datetime) -> None:
        keys = [payload["key"] for payload in payloads]
        for key in keys:
            actions.put(by=WORKER, at=when, topic="followed", key=key, payload={})
        if fails & set(keys):
            raise RuntimeError("one of them")
        seen.append(keys)

    return actions.Together(many)


def test_neighbours_of_one_topic_go_together_and_the_order_of_topics_is_kept() -> None:
    told: list[list[str]] = []
    for topic, key in (("t", "a"), ("t", "b"), ("other", "c"), ("t", "d")):
        with transaction.atomic():
            actions.put(by=WORKER, at=NOW, topic=topic, key=key, payload={"key": key})
    handlers = {"t": together(told), "other": together(told)}
    assert actions.handle_internal(by=WORKER, at=NOW, handlers=handlers) == 4
    assert told == [["a", "b"], ["c"], ["d"]]


def test_one_that_fails_does_not_keep_its_neighbours_waiting_and_nothing_counts_twice() -> None:
    told: list[list[str]] = []
    for key in ("a", "bad", "b"):
        put(key)
    handlers = {"t": together(told, fails=frozenset({"bad"}))}
    assert actions.handle_internal(by=WORKER, at=NOW, handlers=handlers) == 2
    assert told == [["a"], ["b"]]
    assert queries.counts(viewer=BUREAU) == {
        ("t", "DONE"): 2,
        ("t", "PENDING"): 1,
        ("followed", "PENDING"): 2,
    }


@pytest.mark.only_on("sqlite")  # PostgreSQL reads the conditions of a query and finds the index by itself
def test_what_is_open_is_found_without_reading_what_was_done(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as asked:
        actions.handle_internal(by=WORKER, at=NOW, handlers={"t": lambda payload, at: None})
    (query,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
        told = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "outbox_open" in told, told

"""Rows that wait for a person: unclear and dead ones have an owner, an age, and a way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.trust.workers import BUREAU, NOW, TOPIC, WORKER, gateway, put, told
from zhunsheng.core.actors import Actor, ActorKind, HumanDecisionRequiredError, Viewer
from zhunsheng.core.clock import FixedClock
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.foundation.outbox import actions, dispatch, epoch, queries
from zhunsheng.foundation.outbox.actions import NothingToSettleError
from zhunsheng.foundation.outbox.connectors import Answer, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import SETTLED, TRANSITIONS, Finding, RowState
from zhunsheng.foundation.outbox.models import DispatcherEpoch, OutboxRow

OFFICER = Actor(ActorKind.PERSON, "9801-07", "程岚")
pytestmark = pytest.mark.django_db


class Saying:
    """A target that gives these answers, one a call."""

    topic = TOPIC

    def __init__(self, kind: ConnectorClass, *verdicts: Verdict) -> None:
        self.kind, self.verdicts = kind, list(verdicts)

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        return Answer(self.verdicts.pop(0), "said")

    def ask(self, key: str) -> Answer:
        return self.send(key, {})


def send(target: Saying, *, attempts_max: int = 30) -> None:
    clock = FixedClock(NOW)
    while target.verdicts:
        dispatch.dispatch(target, by=WORKER, clock=clock, terms=Terms(attempts_max=attempts_max))
        clock.move_to(clock.now() + timedelta(days=1))


def waiting() -> list[tuple[str, str]]:
    return [(row.state, row.owner) for row in queries.for_a_person(viewer=BUREAU)]


def settle(finding: Finding, by: Actor = OFFICER) -> RowState:
    (row,) = queries.for_a_person(viewer=BUREAU)
    return actions.settle(by=by, at=NOW, row_id=row.id, finding=finding, reason="已电话核实")


def test_an_unclear_row_is_settled_by_a_named_person_and_leaves_a_trace() -> None:
    put(1)
    send(Saying(ConnectorClass.BLIND, Verdict.UNCLEAR))
    assert waiting() == [("UNKNOWN", "dispatch")]
    with pytest.raises(HumanDecisionRequiredError):
        settle(Finding.ARRIVED, by=WORKER)
    (row,) = queries.for_a_person(viewer=BUREAU)
    assert settle(Finding.ARRIVED) is RowState.DONE
    assert waiting() == []
    trail = evidence.entries_of(target=f"outbox:{row.id}", viewer=BUREAU)
    (found,) = [entry.detail["finding"] for entry in trail if entry.action == "OUTBOX_SETTLED"]
    assert found == "ARRIVED"


def test_what_did_not_arrive_is_sent_again_without_doubt() -> None:
    put(1)
    send(Saying(ConnectorClass.BLIND, Verdict.UNCLEAR))
    assert settle(Finding.SEND_AGAIN) is RowState.PENDING
    with gateway(ConnectorClass.BLIND, tricks={}, seconds=5.0) as (server, connector):
        dispatch.dispatch(connector, by=WORKER, clock=FixedClock(NOW), terms=Terms())
    assert told() == {"DONE": 1} and server.book.delivered == {"m0": 1}


def test_what_is_given_up_may_be_revived_but_not_called_arrived() -> None:
    put(1)
    send(Saying(ConnectorClass.BLIND, Verdict.UNCLEAR))
    assert settle(Finding.GIVE_UP) is RowState.DEAD
    with pytest.raises(NothingToSettleError):
        settle(Finding.ARRIVED)
    assert settle(Finding.SEND_AGAIN) is RowState.PENDING
    with pytest.raises(NothingToSettleError):
        actions.settle(by=OFFICER, at=NOW, row_id=0, finding=Finding.GIVE_UP, reason="")


def test_a_row_gets_another_owner_and_stands_in_the_list_of_nobody_else() -> None:
    put(1)
    send(Saying(ConnectorClass.KEYED, Verdict.NOT_SENT), attempts_max=1)
    (row,) = queries.for_a_person(viewer=BUREAU)
    actions.hand_to(by=OFFICER, at=NOW, row_id=row.id, owner="9801-08")
    assert [r.id for r in queries.for_a_person(viewer=BUREAU, owner="9801-08")] == [row.id]
    assert queries.for_a_person(viewer=BUREAU, owner="dispatch") == []
    assert queries.for_a_person(viewer=Viewer.business("x")) == []
    with pytest.raises(NothingToSettleError):
        actions.hand_to(by=OFFICER, at=NOW, row_id=0, owner="9801-08")


def test_what_waits_too_long_raises_the_alarm() -> None:
    put(2)
    day = timedelta(days=1)
    put(1, first=2, at=NOW + 3 * day)
    (age,) = queries.ages(viewer=BUREAU, at=NOW + day)
    assert (age.topic, age.state, age.rows, age.since_at) == (TOPIC, "PENDING", 2, NOW)
    assert queries.ages(viewer=BUREAU, at=NOW - day) == []
    assert queries.ages(viewer=Viewer.business("x"), at=NOW + day) == []


@pytest.mark.parametrize("last", [Verdict.REFUSED, Verdict.NOT_SENT])
def test_a_call_that_was_not_made_does_not_end_the_doubt_about_an_earlier_one(last: Verdict) -> None:
    """A keyed target timed out, then could not be reached: perhaps the first call arrived after all."""
    put(1)
    target = Saying(ConnectorClass.KEYED, Verdict.UNCLEAR, Verdict.NOT_SENT, last)
    send(target, attempts_max=3)
    assert told() == {"UNKNOWN": 1}


def test_a_target_that_was_asked_takes_the_doubt_away() -> None:
    put(1)
    answers = (Verdict.UNCLEAR, Verdict.NOT_SENT, Verdict.REFUSED)
    send(Saying(ConnectorClass.QUERYABLE, *answers))
    assert told() == {"REFUSED": 1}


def test_a_worker_whose_lease_has_run_out_before_the_call_does_not_call() -> None:
    put(1)
    asked = FixedClock(NOW)

    class Slow(Saying):
        def ask(self, key: str) -> Answer:
            asked.move_to(asked.now() + timedelta(minutes=5))
            return Answer(Verdict.NOT_SENT)

        def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
            raise AssertionError

    slow = Slow(ConnectorClass.QUERYABLE)
    dispatch.dispatch(slow, by=WORKER, clock=asked, terms=Terms(), wary=True)
    assert told() == {"PENDING": 1}


def test_rows_with_one_order_key_go_one_after_the_other() -> None:
    put(3, order_key="subject-1")
    with gateway(ConnectorClass.KEYED, tricks={}, seconds=5.0) as (server, connector):
        dispatch.dispatch(connector, by=WORKER, clock=FixedClock(NOW), terms=Terms())
    assert list(server.book.delivered) == ["m0", "m1", "m2"]


def test_people_move_rows_only_as_the_table_of_states_allows() -> None:
    assert all(after in TRANSITIONS[before] for (before, _), after in SETTLED.items())


def test_what_follows_in_order_waits_for_what_is_unclear() -> None:
    put(2, order_key="13900000001")
    send(Saying(ConnectorClass.BLIND, Verdict.UNCLEAR))
    assert told() == {"UNKNOWN": 1, "PENDING": 1}
    target = Saying(ConnectorClass.BLIND)
    late = FixedClock(NOW + timedelta(days=2))
    assert not dispatch.dispatch(target, by=WORKER, clock=late, terms=Terms())
    settle(Finding.GIVE_UP)
    target.verdicts = [Verdict.ACCEPTED]
    dispatch.dispatch(target, by=WORKER, clock=late, terms=Terms())
    assert told() == {"DEAD": 1, "DONE": 1}


def test_a_worker_that_overslept_while_it_asked_does_not_send() -> None:
    put(1)
    send(Saying(ConnectorClass.QUERYABLE, Verdict.UNCLEAR))
    clock = FixedClock(NOW + timedelta(days=1))

    class Slow(Saying):
        def ask(self, key: str) -> Answer:
            clock.move_to(clock.now() + timedelta(seconds=Terms().lease_seconds + 1))
            return Answer(Verdict.NOT_SENT)

    # It has no answer to give: a call would fail the test.
    dispatch.dispatch(Slow(ConnectorClass.QUERYABLE), by=WORKER, clock=clock, terms=Terms())
    assert told() == {"PENDING": 1}


@pytest.mark.parametrize(
    ("kind", "answers", "state"),
    [
        (ConnectorClass.BLIND, (), "UNKNOWN"),
        (ConnectorClass.QUERYABLE, (Verdict.ACCEPTED,), "DONE"),
        (ConnectorClass.QUERYABLE, (Verdict.NOT_SENT, Verdict.ACCEPTED), "DONE"),
        (ConnectorClass.KEYED, (Verdict.ACCEPTED,), "DONE"),
    ],
)
def test_in_the_wary_mode_nothing_goes_out_that_the_target_would_take_for_new(
    kind: ConnectorClass, answers: tuple[Verdict, ...], state: str
) -> None:
    """A blind target is not called at all, one that can be asked is asked first."""
    put(1)
    target = Saying(kind, *answers)
    dispatch.dispatch(target, by=WORKER, clock=FixedClock(NOW), terms=Terms(), wary=True)
    assert (told(), target.verdicts) == ({state: 1}, [])


def begun(database: int, home: int | None, folder: Path) -> bool:
    """Whether a dispatcher must be wary whose database says one number and whose home another."""
    DispatcherEpoch.objects.update_or_create(id=1, defaults={"number": database, "wary": False})
    (folder / epoch.MARK).unlink(missing_ok=True)
    if home is not None:
        (folder / epoch.MARK).write_text(str(home))
    return epoch.begin(folder)


def test_a_database_that_is_behind_its_home_was_restored(tmp_path: Path) -> None:
    put(1)
    cases = {(0, None): False, (3, 3): False, (3, 2): False, (3, None): True, (3, 4): True}
    assert {case: begun(*case, tmp_path) for case in cases} == cases
    assert OutboxRow.objects.get().in_doubt
    assert epoch.begin(tmp_path), "until all is reconciled the next start is wary too"
    epoch.settled()
    assert not epoch.begin(tmp_path)


def test_a_worker_that_was_overtaken_changes_nothing() -> None:
    put(1)
    clock = FixedClock(NOW)

    class Overtaken(Saying):
        def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
            clock.move_to(NOW + timedelta(seconds=Terms().lease_seconds + 1))
            dispatch.dispatch(
                Saying(ConnectorClass.KEYED, Verdict.ACCEPTED), by=WORKER, clock=clock, terms=Terms()
            )
            return Answer(Verdict.REFUSED, "too late")

    dispatch.dispatch(Overtaken(ConnectorClass.KEYED), by=WORKER, clock=clock, terms=Terms())
    assert told() == {"DONE": 1}


def test_nobody_outside_the_bureau_learns_what_waits() -> None:
    put(1)
    firm = Viewer.business("91980102MA100A1B2U")
    assert queries.counts(viewer=firm) == {}
    assert queries.states_of(topic=TOPIC, keys=["m0"], viewer=firm) == {}
    assert queries.states_of(topic=TOPIC, keys=["m0", "m1"], viewer=BUREAU) == {"m0": "PENDING"}
    assert queries.oldest_pending_at(topic=TOPIC, viewer=firm) is None
    assert queries.oldest_pending_at(topic=TOPIC, viewer=BUREAU) == NOW
    assert queries.oldest_pending_at(topic="none", viewer=BUREAU) is None


@pytest.mark.django_db(transaction=True)
def test_no_effect_is_put_outside_the_transaction_of_its_cause() -> None:
    with pytest.raises(actions.OutsideTransactionError):
        actions.put(by=WORKER, at=NOW, topic=TOPIC, key="m0", payload={})
    assert told() == {}

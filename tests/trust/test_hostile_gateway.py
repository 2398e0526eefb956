"""F-11: five thousand messages, half of them on each database, through gateways that refuse, hang, drip,
lie and cut the line, by workers that die. The gateway's own book is the judge: keyed and queryable targets
receive each message exactly once, a blind one never twice, and what is unclear there ends UNKNOWN, in sight
of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.trust import workers
from tests.trust.workers import Dying, gateway, put, told, work_until_quiet
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.messages import MessagePolicy
from zhunsheng.demo.gateway import HOSTILE_RECEIPTS, HOSTILE_TRICKS, SandboxGateway
from zhunsheng.foundation.outbox import dispatch
from zhunsheng.foundation.outbox.connectors import Answer, Connector, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.dispatch import Terms
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.foundation.outreach.http_calls import HttpConnector
from zhunsheng.foundation.outreach.lifecycle import MessageState
from zhunsheng.foundation.outreach.new_messages import NewMessage

pytestmark = [pytest.mark.django_db, pytest.mark.faults, pytest.mark.slow]
KEYED, QUERYABLE, BLIND = 750, 750, 500
WITH_RECEIPTS = 500
POLICY = MessagePolicy.read(
    yaml.safe_load((Path(__file__).parents[2] / "packs/general/messages/policy.yaml").read_text("utf-8"))
)


def dying(connector: Connector) -> Dying:
    """Two in a hundred calls are a worker's last."""
    return Dying(connector, every=50)


@pytest.mark.parametrize(
    ("kind", "number"), [(ConnectorClass.KEYED, KEYED), (ConnectorClass.QUERYABLE, QUERYABLE)]
)
def test_each_message_arrives_exactly_once(kind: ConnectorClass, number: int) -> None:
    put(number)
    with gateway(kind, tricks=HOSTILE_TRICKS) as (server, connector):
        work_until_quiet(dying(connector))
    states = told()
    assert server.book.told_twice() == []
    assert sum(states.values()) == states["DONE"] + states["REFUSED"] + states.get("UNKNOWN", 0) == number
    assert states["DONE"] <= len(server.book.delivered) <= states["DONE"] + states.get("UNKNOWN", 0)
    assert 0 < states["REFUSED"] < number / 10
    assert states.get("UNKNOWN", 0) < number / 50


def test_a_blind_target_is_never_told_twice_and_what_is_unclear_waits_for_a_person() -> None:
    put(BLIND)
    with gateway(ConnectorClass.BLIND, tricks=HOSTILE_TRICKS) as (server, connector):
        work_until_quiet(dying(connector))
    states = told()
    assert server.book.told_twice() == []
    assert sum(states.values()) == states["DONE"] + states["REFUSED"] + states["UNKNOWN"] == BLIND
    assert states["UNKNOWN"] > BLIND / 10
    assert states["DONE"] <= len(server.book.delivered) <= states["DONE"] + states["UNKNOWN"]


@pytest.mark.parametrize("kind", [ConnectorClass.QUERYABLE, ConnectorClass.BLIND])
def test_planted_fault_blind_retry_is_caught(kind: ConnectorClass) -> None:
    """The judge must see it when a connector lies about its class."""
    put(300)
    with gateway(kind, tricks=HOSTILE_TRICKS) as (server, connector):
        work_until_quiet(replace(connector, kind=ConnectorClass.KEYED))
    assert len(server.book.told_twice()) > 10


def queue(number: int) -> None:
    for n in range(number):
        message = NewMessage(f"m{n}", "SMS", f"139{n:08d}", "T01-1:L-7", "请核对")
        assert outreach.queue(by=workers.WORKER, at=workers.NOW, message=message, policy=POLICY)


def test_receipts_early_doubled_contradicting_and_of_strangers_move_nothing_back() -> None:
    queue(WITH_RECEIPTS)
    seen: dict[str, list[str]] = {}
    answers: Counter[MessageState | None] = Counter()
    with gateway(ConnectorClass.KEYED, tricks=HOSTILE_TRICKS, receipts=HOSTILE_RECEIPTS) as (
        server,
        connector,
    ):

        def take_receipts(at: datetime) -> None:
            for key, state in server.book.receipts():
                after = outreach.take_receipt(
                    by=workers.WORKER, at=at, key=key, told=MessageState(state), policy=POLICY
                )
                seen.setdefault(key, []).append(after or "")
                answers[after] += 1

        class HearingFirst(Dying):
            """Hears what the gateway calls back with before it hears the answer."""

            def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
                answer = super().send(key, payload)
                take_receipts(workers.NOW)
                return answer

        def follow(at: datetime) -> None:
            take_receipts(at)
            outreach.follow_outbox(by=workers.WORKER, at=at, policy=POLICY)

        work_until_quiet(HearingFirst(connector, every=50), between=follow)
    assert server.book.told_twice() == []
    assert {len(set(states)) for states in seen.values()} == {1}, "a receipt moved a message back"
    assert answers[None] > 0 and answers[MessageState.FAILED] > 0
    totals = messages.totals(viewer=workers.BUREAU)
    silent = totals.get("ACCEPTED", 0) + totals.get("QUEUED", 0)
    assert totals["DELIVERED"] + totals["FAILED"] + silent == WITH_RECEIPTS
    assert totals["DELIVERED"] > WITH_RECEIPTS * 0.8


def test_a_failed_handshake_has_sent_nothing_and_is_tried_again() -> None:
    put(20)
    with SandboxGateway() as plain:
        secure = HttpConnector(plain.address.replace("http:", "https:"), ConnectorClass.BLIND)
        clock = FixedClock(workers.NOW)
        done = dispatch.dispatch(secure, by=workers.WORKER, clock=clock, terms=Terms())
        assert done == {RowState.PENDING: 20}
        assert plain.book.delivered == {}
    with gateway(ConnectorClass.BLIND, tricks={}) as (server, connector):
        work_until_quiet(connector)
    assert told() == {"DONE": 20}
    assert set(server.book.delivered.values()) == {1}


def test_an_answer_that_drips_does_not_hold_the_worker() -> None:
    with gateway(ConnectorClass.KEYED, tricks={t: 1000 for t in HOSTILE_TRICKS if t == "SLOW_DRIP"}) as (
        _,
        slow,
    ):
        before = datetime.now()  # noqa: DTZ005 - how long it took
        assert slow.send("m0", {"to": "1", "text": "x"}).verdict is Verdict.UNCLEAR
        assert datetime.now() - before < timedelta(seconds=0.6)  # noqa: DTZ005

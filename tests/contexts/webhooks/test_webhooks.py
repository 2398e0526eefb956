"""Other programs are told in the order of the log until it arrives; a hostile receiver gains nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.contexts.webhooks.receiver import Receiver, listening
from zhunsheng.core.actors import (
    Actor,
    ActorKind,
    Audience,
    HumanDecisionRequiredError,
    PowerLackingError,
    Viewer,
)
from zhunsheng.core.clock import SHANGHAI, FixedClock
from zhunsheng.foundation import wire
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.evidence import queries as log
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.webhooks import actions, queries, sending
from zhunsheng.foundation.webhooks.actions import WebhookError
from zhunsheng.foundation.webhooks.models import Subscription
from zhunsheng.foundation.webhooks.sending import refuse_private, why_closed
from zhunsheng.workflows import posting, sealing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)
ADMIN = Actor(ActorKind.PERSON, "9801-91", "卫东篱", frozenset({"connector.manage"}))
SHELL = Actor.service("shell")
BUREAU = Viewer.bureau("test")
TYPES = ("touch.created", "touch.changed", "document.created")


@pytest.fixture
def receiver(settings: Any, tmp_path: Path) -> Iterator[Receiver]:
    settings.HOME, settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = tmp_path, frozenset({"127.0.0.1"}), True
    settings.PUBLIC_ADDRESS = "http://log.example"
    with listening() as one:
        yield one


class Day:
    """A clock that is moved on, and acts that come into the log."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)

    def act(self, action: str, target: str) -> None:
        evidence.record(by=SHELL, at=self.clock.now(), action=action, target=target, detail={"name": "程岚"})

    def turn(self, **later: float) -> None:
        """Some time later: what was committed is sealed and told."""
        self.clock = FixedClock(self.clock.now() + timedelta(**later))
        sealing.seal_log(self.clock.now())
        posting.turn(self.clock)


@pytest.fixture
def day() -> Day:
    return Day()


def subscribed(receiver: Receiver, types: tuple[str, ...] = TYPES) -> tuple[int, str]:
    return actions.subscribe(by=ADMIN, at=NOW, name="大数据局", url=receiver.address, types=types)


def state_of(number: int) -> str:
    found = queries.subscription(viewer=BUREAU, number=number)
    assert found is not None
    return found.state


def test_what_changes_is_told_in_the_order_of_the_log_and_nothing_else(receiver: Receiver, day: Day) -> None:
    day.act("TOUCHED", "touch:1")
    day.turn()
    _number, key = subscribed(receiver)  # what was before is not told
    for action, target in (
        ("TOUCHED", "touch:2"),
        ("DOCUMENT_DRAFTED", "document:7"),
        ("SIGN_IN_REFUSED", "account:x"),
        ("SUBJECT_RECORDED", "subject:S"),
        ("TOUCH_STEP", "touch:2"),
    ):
        day.act(action, target)
    day.turn()
    told = [(one["type"], one["id"]) for one in receiver.told]
    assert told == [
        ("touch.created", "touch:2"),
        ("document.created", "document:7"),
        ("touch.changed", "touch:2"),
    ]
    assert {frozenset(one) for one in receiver.told} == {frozenset({"type", "id", "timestamp"})}
    assert all(receiver.good(key, n) == [True] for n in range(3))
    day.turn()
    assert len(receiver.got) == 3


def test_a_subscription_is_made_by_a_person_with_the_permission_for_a_host_on_the_list(
    receiver: Receiver, settings: Any
) -> None:
    bare = Actor(ActorKind.PERSON, "1", "李敏")
    for by, error in ((bare, PowerLackingError), (SHELL, HumanDecisionRequiredError)):
        with pytest.raises(error):
            actions.subscribe(by=by, at=NOW, name="x", url=receiver.address, types=TYPES)
    with pytest.raises(WebhookError, match="名单"):
        actions.subscribe(by=ADMIN, at=NOW, name="x", url="https://evil.example/", types=TYPES)
    for types in ((), ("touch.created", "everything")):
        with pytest.raises(WebhookError, match="事件"):
            actions.subscribe(by=ADMIN, at=NOW, name="x", url=receiver.address, types=types)
    settings.WEBHOOK_PRIVATE = False
    with pytest.raises(WebhookError, match="https"):
        actions.subscribe(by=ADMIN, at=NOW, name="x", url=receiver.address, types=TYPES)
    assert Subscription.objects.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://good.example@evil.example/",
        "https://evil.example/#good.example",
        "https://good.example:0/",
        "ftp://good.example/",
        "//good.example/",
        "https://good.example.evil.example/",
        "https://user:pw@good.example/",
        "https://[::1/",
        "",
    ],
)
def test_an_address_that_only_looks_like_one_on_the_list_is_closed(settings: Any, url: str) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_PRIVATE = frozenset({"good.example"}), False
    assert why_closed(url)
    assert not why_closed("https://GOOD.example:8443/hooks?x=1")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_a_name_that_leads_inside_is_told_nothing(settings: Any, address: str) -> None:
    settings.WEBHOOK_PRIVATE = False
    with pytest.raises(wire.NotConnectedError):
        refuse_private(address)
    refuse_private("93.184.216.34")


def test_the_address_that_was_reached_counts_and_not_the_name(
    receiver: Receiver, day: Day, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list lets the name through; what it means by now is this machine."""
    number, _key = subscribed(receiver)
    day.act("TOUCHED", "touch:1")
    settings.WEBHOOK_PRIVATE = False
    monkeypatch.setattr(sending, "why_closed", lambda url: "")
    day.turn()
    assert receiver.got == [] and state_of(number) == "ACTIVE"
    tries = queries.deliveries(viewer=BUREAU, number=number, rows_max=9)[0].tries
    assert "private address 127.0.0.1" in tries[0].note


@pytest.mark.parametrize("answer", [500, 302, 410, 404, 429, "redirect", "cut"])
def test_whatever_is_not_a_clear_yes_is_tried_again_with_growing_pauses(
    receiver: Receiver, day: Day, answer: Any
) -> None:
    number, _key = subscribed(receiver)
    day.act("TOUCHED", "touch:1")
    receiver.answer = answer
    day.turn()
    day.turn(seconds=10)
    assert len(receiver.got) == 1 and receiver.elsewhere == 0
    day.turn(seconds=60)
    day.turn(seconds=60)
    assert len(receiver.got) == 2  # the second pause is twice as long
    receiver.answer = 200
    day.turn(hours=1)
    assert len(receiver.got) == 3 and len(set(receiver.names)) == 1
    (row,) = queries.deliveries(viewer=BUREAU, number=number, rows_max=9)
    assert row.state == "DONE" and [one.outcome for one in row.tries] == ["NOT_SENT", "NOT_SENT", "ACCEPTED"]


def test_a_receiver_that_is_deaf_for_long_is_switched_off_and_catches_up_when_it_hears_again(
    receiver: Receiver, day: Day
) -> None:
    number, _key = subscribed(receiver)
    receiver.answer = 503
    for n in range(9):
        day.act("TOUCHED", f"touch:{n}")
        day.turn(hours=9)
    assert state_of(number) == "DISABLED"
    assert [card.id for card in queries.disabled(viewer=BUREAU, owner="9801-91")] == [number]
    assert AuditEvent.objects.filter(action="WEBHOOK_DISABLED", target=f"webhook:{number}").count() == 1
    calls = len(receiver.got)
    day.act("TOUCHED", "touch:late")
    day.turn(hours=1)
    assert len(receiver.got) == calls
    receiver.answer = 204
    actions.set_state(by=ADMIN, at=day.clock.now(), number=number, state="ACTIVE", reason="对方已修复")
    day.turn(hours=9)
    told = [one["id"] for one in receiver.told[calls:]]
    assert told[-1] == "touch:late" and state_of(number) == "ACTIVE"


def test_a_key_changes_while_both_are_good(receiver: Receiver, day: Day) -> None:
    number, old = subscribed(receiver)
    new = actions.change_key(by=ADMIN, at=NOW, number=number)
    day.act("TOUCHED", "touch:1")
    day.turn()
    assert receiver.good(new) == [True, False] and receiver.good(old) == [False, True]
    day.act("TOUCHED", "touch:2")
    day.turn(hours=25)
    assert receiver.good(new) == [True] and receiver.good(old) == [False]
    stored = Subscription.objects.values_list("key", "old_key").get()
    assert not {new.removeprefix("whsec_"), old.removeprefix("whsec_")} & set(stored)


def test_one_or_a_span_is_sent_again_under_the_same_ids(receiver: Receiver, day: Day) -> None:
    number, _key = subscribed(receiver)
    for n in range(3):
        day.act("TOUCHED", f"touch:{n}")
        day.turn(days=1)
    first = receiver.names[:]
    key = queries.deliveries(viewer=BUREAU, number=number, rows_max=9)[0].key
    actions.replay_one(by=ADMIN, at=day.clock.now(), number=number, key=key)
    day.turn(minutes=1)
    assert receiver.names == [*first, first[-1]]
    span: dict[str, Any] = {
        "places": posting.districts_of,
        "since": NOW,
        "until": NOW + timedelta(days=1, hours=1),
    }
    assert actions.replay(by=ADMIN, at=day.clock.now(), number=number, **span) == 2
    day.turn(minutes=1)
    assert receiver.names == [*first, first[-1], *first[:2]]
    with pytest.raises(WebhookError):
        actions.replay_one(by=ADMIN, at=NOW, number=number, key="msg_9_9")


def test_paused_it_says_nothing_and_then_everything_in_order(receiver: Receiver, day: Day) -> None:
    number, _key = subscribed(receiver)
    actions.set_state(by=ADMIN, at=NOW, number=number, state="PAUSED", reason="对方停机")
    for n in range(3):
        day.act("TOUCHED", f"touch:{n}")
    day.turn()
    assert receiver.got == []
    actions.set_state(by=ADMIN, at=NOW, number=number, state="ACTIVE", reason="恢复")
    day.turn()
    assert [one["id"] for one in receiver.told] == ["touch:0", "touch:1", "touch:2"]


def test_what_is_not_committed_is_not_told(receiver: Receiver, day: Day) -> None:
    subscribed(receiver)
    day.act("TOUCHED", "touch:1")
    posting.turn(day.clock)  # not in the log yet
    assert receiver.got == []
    day.turn()
    assert len(receiver.got) == 1


def test_whoever_stands_outside_reads_nothing_of_it(receiver: Receiver, day: Day) -> None:
    number, _key = subscribed(receiver)
    day.act("TOUCHED", "touch:1")
    day.turn()
    nobody, topic = Viewer(Audience.PUBLIC, ""), f"webhook.{number}"
    assert queries.subscriptions(viewer=nobody) == queries.disabled(viewer=nobody, owner="9801-91") == []
    assert queries.subscription(viewer=nobody, number=number) is None
    assert queries.deliveries(viewer=nobody, number=number, rows_max=9) == []
    assert queries.connectors(viewer=nobody, clock=day.clock) == []
    assert outbox.deliveries(viewer=nobody, topic=topic, rows_max=9) == []
    assert outbox.last_attempt(viewer=nobody, topic=topic) is None
    assert outbox.payload_of(viewer=nobody, topic=topic, key=receiver.names[0]) is None
    assert log.log_end(viewer=nobody) == (1, 0)
    assert log.acts_from(viewer=nobody, era=1, index=0, rows_max=9) == []
    assert log.acts_between(viewer=nobody, since=NOW, until=NOW, actions=["TOUCHED"], rows_max=9) == []
    assert [card.id for card in queries.subscriptions(viewer=BUREAU)] == [number]
    assert log.acts_between(viewer=BUREAU, since=NOW, until=NOW, actions=["TOUCHED"], rows_max=9)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(["act", "feed", "pause", "go"]), max_size=12))
def test_every_act_is_put_once_whatever_the_order_of_turns(
    receiver: Receiver, db: None, steps: list[str]
) -> None:
    """Feeding may stop and go on anywhere: no act is lost and none is put twice."""
    OutboxRow.objects.filter(topic__startswith="webhook.").delete()
    day = Day()
    made: list[str] = []
    sealing.seal_log(NOW)
    number, _key = subscribed(receiver)
    for step in [*steps, "go", "feed"]:
        if step == "act":
            made.append(f"touch:{len(made)}")
            day.act("TOUCHED", made[-1])
        elif step == "feed":
            sealing.seal_log(NOW)
            actions.feed(by=SHELL, at=NOW, places=posting.districts_of)
        else:
            state = "PAUSED" if step == "pause" else "ACTIVE"
            actions.set_state(by=ADMIN, at=NOW, number=number, state=state, reason="x")
    rows = OutboxRow.objects.filter(topic=f"webhook.{number}").order_by("id")
    assert [row.payload["id"] for row in rows] == made

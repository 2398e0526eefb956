"""What may be said, when, how often; and what receipts do."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from socket import socket
from unittest.mock import Mock

import pytest
import yaml

from zhunsheng.core.actors import Actor, Audience, Scope, ScopeKind, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.listing import Part
from zhunsheng.core.messages import MessageError, MessagePolicy, Template, fill, not_before, segments
from zhunsheng.foundation import wire
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outbox.connectors import ConnectorClass, Verdict
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.outreach import actions, queries
from zhunsheng.foundation.outreach.http_calls import HttpConnector, Reply
from zhunsheng.foundation.outreach.lifecycle import MessageState
from zhunsheng.foundation.outreach.new_messages import NewMessage

PACK = Path(__file__).parents[3] / "packs/general/messages"
NOW = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)
DESK = Actor.service("outreach")
BUREAU = Viewer.bureau("test")
POLICY = MessagePolicy.read(yaml.safe_load((PACK / "policy.yaml").read_text(encoding="utf-8")))
WORDS = {
    "name": "阿福小吃",
    "matter": "电梯 L-7 检验日期",
    "reply_by": "10月14日",
    "link": "https://x.example/b/1",
    "contact": "0900-1234",
    "bureau": "云汀市市场监管局",
    "explain": "下次检验日期在30天内。",
}


def template(name: str) -> Template:
    return Template.read(yaml.safe_load((PACK / f"{name}.yaml").read_text(encoding="utf-8")), POLICY)


@pytest.mark.parametrize("name", ["reminder", "letter"])
def test_our_own_templates_say_who_what_where_and_whom_to_ask(name: str) -> None:
    text = fill(template(name), WORDS, POLICY, own=frozenset())
    assert all(WORDS[k] in text for k in ("name", "matter", "link", "contact"))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"matter": "涉嫌违法"}, "不作指控"),
        ({"matter": "投诉人 13900001111 反映的问题"}, "不作指控"),
        ({"matter": "请联系 13900001111"}, "手机号"),
        ({"matter": "110101199003070011"}, "身份证号"),
        ({"matter": "91980102MA100A1B2U"}, "信用代码"),
    ],
)
def test_no_allegation_and_no_third_party(values: dict[str, str], told: str) -> None:
    with pytest.raises(MessageError, match=told):
        fill(template("reminder"), WORDS | values, POLICY, own=frozenset())


def test_the_recipient_s_own_number_may_be_named_and_a_blank_must_be_filled() -> None:
    own = frozenset({"91980102MA100A1B2U"})
    fill(template("reminder"), WORDS | {"matter": "91980102MA100A1B2U"}, POLICY, own=own)
    with pytest.raises(MessageError, match="没有内容"):
        fill(template("reminder"), {"name": "x"}, POLICY, own=own)


def test_a_template_without_a_contact_is_refused() -> None:
    document = {"id": "x", "version": "1", "needs": ["contact"], "zh": "请核对", "en": "check"}
    with pytest.raises(MessageError, match="contact"):
        Template.read(document, POLICY)


@pytest.mark.parametrize(
    ("text", "number"),
    [("a" * 160, 1), ("a" * 161, 2), ("准" * 70, 1), ("准" * 71, 2), ("准" * 135, 3), ("😀" * 35, 1)],
)
def test_segments(text: str, number: int) -> None:
    assert segments(text) == number


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        ("2026-09-30 20:59", "2026-09-30 20:59"),
        ("2026-09-30 21:00", "2026-10-01 08:00"),
        ("2026-10-01 03:00", "2026-10-01 08:00"),
        ("2026-10-01 08:00", "2026-10-01 08:00"),
    ],
)
def test_quiet_hours(at: str, sent: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert not_before(moment, POLICY) == datetime.fromisoformat(sent).replace(tzinfo=SHANGHAI)


def queue(key: str, at: datetime = NOW, purpose: str = "T01-1:L-7", channel: str = "SMS") -> bool:
    message = NewMessage(key, channel, "13900000000", purpose, "请核对")
    return actions.queue(by=DESK, at=at, message=message, policy=POLICY)


@pytest.mark.django_db
def test_one_identical_reminder_in_a_day() -> None:
    assert queue("m1")
    assert not queue("m2", NOW + timedelta(hours=23, minutes=59))
    assert queue("m3", NOW + timedelta(hours=24))
    assert not queue("m1", NOW + timedelta(days=9))


@pytest.mark.django_db
def test_a_day_holds_only_so_many_messages_but_letters_are_not_counted() -> None:
    sent = [queue(f"m{n}", purpose=f"p{n}") for n in range(7)]
    assert sent == [True] * 5 + [False] * 2
    assert queue("letter", channel="INBOX")


@pytest.mark.django_db
def test_at_night_the_message_waits_in_the_outbox() -> None:
    queue("m1", NOW.replace(hour=22))
    assert outbox.counts(viewer=BUREAU) == {("sms.send", "PENDING"): 1}
    assert outbox.oldest_pending_at(topic="sms.send", viewer=BUREAU) == NOW.replace(
        year=2026, month=10, day=1, hour=8
    )


@pytest.mark.django_db
def test_after_two_failures_somebody_goes_there_and_strange_keys_change_nothing() -> None:
    for n in range(2):
        queue(f"m{n}", NOW + timedelta(days=n))
        actions.take_receipt(by=DESK, at=NOW, key=f"m{n}", told=MessageState.FAILED, policy=POLICY)
    assert outbox.counts(viewer=BUREAU)[("outreach.undeliverable", "PENDING")] == 1
    assert actions.take_receipt(by=DESK, at=NOW, key="?", told=MessageState.FAILED, policy=POLICY) is None
    assert queries.totals(viewer=BUREAU) == {"FAILED": 2, "segments": 2}


@pytest.mark.django_db
def test_a_business_reads_its_own_inbox_only() -> None:
    queue("m1", channel="INBOX")
    assert len(queries.to_recipient(viewer=Viewer.business("13900000000"), recipient="13900000000")) == 1
    assert queries.to_recipient(viewer=Viewer.business("x"), recipient="13900000000") == []
    assert queries.to_recipient(viewer=BUREAU, recipient="13900000000", channel="SMS") == []
    assert len(queries.to_recipient(viewer=BUREAU, recipient="13900000000", channel="INBOX")) == 1


@pytest.mark.django_db
def test_what_became_of_a_message_is_read_by_the_bureau_only() -> None:
    queue("SMS:7:1")
    queue("SMS:70:1", NOW + timedelta(days=2))
    actions.take_receipt(
        by=DESK, at=NOW, key="SMS:7:1", told=MessageState.DELIVERED, policy=POLICY, note="到达"
    )
    again = actions.take_receipt(by=DESK, at=NOW, key="SMS:7:1", told=MessageState.FAILED, policy=POLICY)
    assert again is MessageState.DELIVERED
    ((card, receipts),) = queries.about(viewer=BUREAU, number=7)
    assert (card.key, card.state) == ("SMS:7:1", "DELIVERED")
    assert [(r.told, r.note) for r in receipts] == [("DELIVERED", "到达"), ("FAILED", "")]
    firm = Viewer.business("91980102MA100A1B2U")
    assert queries.about(viewer=firm, number=7) == []
    assert queries.totals(viewer=firm) == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("http_keyed", ConnectorClass.KEYED),
        ("http_queryable", ConnectorClass.QUERYABLE),
        ("http_blind", ConnectorClass.BLIND),
    ],
)
def test_a_gateway_s_folder_says_its_class_and_a_closed_door_was_not_passed(
    name: str, kind: ConnectorClass
) -> None:
    with socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody can be reached there
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        gateway = import_module(f"zhunsheng.foundation.outreach.gateways.{name}.connector").connect(address)
        assert gateway.kind is kind
        assert gateway.send("m1", {"to": "13900000001", "text": "请查收"}).verdict is Verdict.NOT_SENT
        # That it could not be asked now says nothing about an earlier call.
        assert gateway.ask("m1").verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, {"key": "m1"}, Verdict.ACCEPTED),
        (404, {"key": "m1"}, Verdict.NOT_SENT),
        (404, {}, Verdict.UNCLEAR),
        (200, {"key": "m2"}, Verdict.UNCLEAR),
        (500, {"key": "m1"}, Verdict.UNCLEAR),
    ],
)
def test_only_a_plain_word_about_our_key_takes_doubt_away(
    status: int, body: dict[str, str], verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpConnector, "_call", lambda *_call: Reply(status, body))
    assert HttpConnector("http://127.0.0.1:1", ConnectorClass.QUERYABLE).ask("m1").verdict is verdict


@pytest.mark.parametrize(
    ("status", "key", "verdict"),
    [
        (202, "m1", Verdict.ACCEPTED),
        (202, "m2", Verdict.UNCLEAR),
        (302, "m1", Verdict.UNCLEAR),
        (400, "m1", Verdict.REFUSED),
        (409, "m1", Verdict.UNCLEAR),
        (429, "m1", Verdict.NOT_SENT),
        (503, "m1", Verdict.UNCLEAR),
    ],
)
def test_what_an_answer_to_a_message_proves(
    status: int, key: str, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpConnector, "_call", lambda *_call: Reply(status, {"key": key}))
    gateway = HttpConnector("http://127.0.0.1:1", ConnectorClass.KEYED)
    assert gateway.send("m1", {"to": "13900000001", "text": "请查收"}).verdict is verdict


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (wire.Reply(202, b'{"key": "m1"}'), Verdict.ACCEPTED),
        (wire.Reply(202, b"\xff"), Verdict.UNCLEAR),
        (wire.Reply(202, b'["m1"]'), Verdict.UNCLEAR),
        (wire.NotConnectedError(), Verdict.NOT_SENT),
        (wire.BrokenOffError(), Verdict.UNCLEAR),
    ],
)
def test_a_line_that_broke_and_an_answer_that_is_no_json_leave_it_open(
    reply: wire.Reply | Exception, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "call", Mock(side_effect=[reply]))
    gateway = HttpConnector("http://127.0.0.1:1", ConnectorClass.KEYED)
    assert gateway.send("m1", {"to": "13900000001", "text": "请查收"}).verdict is verdict


@pytest.mark.django_db
def test_a_message_comes_as_far_as_its_outbox_row() -> None:
    keys = {"done": MessageState.ACCEPTED, "refused": MessageState.FAILED, "open": MessageState.QUEUED}
    for key in keys:
        assert queue(key, purpose=key)
    OutboxRow.objects.filter(key="done").update(state="DONE")
    OutboxRow.objects.filter(key="refused").update(state="REFUSED")
    assert actions.follow_outbox(by=DESK, at=NOW, policy=POLICY) == 2
    assert actions.follow_outbox(by=DESK, at=NOW, policy=POLICY) == 0
    rows = queries.listed(viewer=BUREAU, part=Part()).rows
    assert {row.key: row.state for row in rows} == keys


@pytest.mark.django_db
def test_messages_are_found_by_how_far_they_came_by_way_and_by_day() -> None:
    queue("sms")
    queue("letter", NOW + timedelta(days=1), channel="INBOX")

    def found(viewer: Viewer = BUREAU, **wanted: object) -> list[str]:
        return [card.key for card in queries.listed(viewer=viewer, part=Part(), **wanted).rows]  # type: ignore[arg-type]

    later = NOW + timedelta(days=1)
    assert found() == ["letter", "sms"]
    assert found(state="QUEUED") == found(channel="SMS") == found(until=later) == ["sms"]
    assert found(state="DELIVERED") == found(channel="INBOX") == found(since=later) == ["letter"]
    assert found(subject="91980102MA100A1B2U") == []
    district = Viewer(Audience.BUREAU, "0001", scope=Scope(ScopeKind.UNIT_AND_BELOW, frozenset({"980102"})))
    assert found(district) == found(Viewer.business("13900000000")) == []
    assert found(district, narrowed=lambda rows: rows.filter(key="sms")) == ["sms"]
    assert queries.totals(viewer=district) == {}
    assert queries.totals(viewer=district, narrowed=lambda rows: rows)["QUEUED"] == 1


@pytest.mark.django_db
def test_keys_are_told_to_who_may_read_what_was_sent() -> None:
    queue("sms")
    who = {"recipients": ["13900000000", "13900000001"], "channel": "SMS"}
    assert queries.keys_to(viewer=BUREAU, **who) == {"13900000000": ["sms"]}
    assert queries.keys_to(viewer=Viewer.business("13900000001"), **who) == {}


@pytest.mark.django_db
def test_a_receipt_for_a_message_that_is_not_ours_stays_in_sight() -> None:
    queue("m1")
    for key in ("m1", "theirs"):
        actions.take_receipt(by=DESK, at=NOW, key=key, told=MessageState.DELIVERED, policy=POLICY)
    ((key, receipt),) = queries.strange_receipts(viewer=BUREAU)
    assert (key, receipt.told) == ("theirs", "DELIVERED")
    assert queries.strange_receipts(viewer=Viewer.business("x")) == []

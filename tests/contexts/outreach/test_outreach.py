"""What may be said, when, how often; and what receipts do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.messages import MessageError, MessagePolicy, Template, fill, not_before, segments
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.outreach import actions, queries
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

"""The SMS monitor: a message and its way, what nobody can tell, the rules, previews, and the trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU, MACHINE, Bureau, at
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.messages import GSM7, Prices, length
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.outbox.connectors import Answer, ConnectorClass, Verdict
from zhunsheng.foundation.outbox.models import OutboxRow
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.outreach import queries, trials
from zhunsheng.foundation.outreach.lifecycle import MessageState
from zhunsheng.foundation.outreach.models import Message, Receipt
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.officer.lists.messages import without_link
from zhunsheng.workflows import notifying, running

pytestmark = pytest.mark.django_db
NOW = "2026-07-02 10:00"
KEEPER = {"0009": ("system_admin", "9801")}


@dataclass
class Gateway:
    """A target that can only be sent to; it counts, and answers as told."""

    verdict: Verdict = Verdict.UNCLEAR
    topic: str = outreach.SMS_TOPIC
    kind: ConnectorClass = ConnectorClass.BLIND
    sent: list[str] = field(default_factory=list)

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """Note the key."""
        self.sent.append(key)
        return Answer(self.verdict, "网关超时")

    def ask(self, key: str) -> Answer:
        """Never."""
        raise AssertionError(key)


@pytest.fixture
def bureau(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    stand_at(settings, NOW)
    staffed(monkeypatch)
    for key, (role, unit) in KEEPER.items():
        office.hire(key, "卫东篱", unit)
        office.give(key, role, unit)
        office.open_account(key, f"demo-{key}")
    return Bureau()


def dispatch(gateway: Gateway, bureau: Bureau) -> None:
    running.turn_outside(gateway, FixedClock(at(NOW)), bureau.library.message_policy, wary=False)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_nobody_can_tell_what_became_of_a_message_until_a_person_settles_it(bureau: Bureau) -> None:
    reminded(bureau)
    dispatch(Gateway(), bureau)
    sms = Message.objects.get(channel="SMS")
    address = f"/messages/{sms.id}/"
    officer, other, head = (as_(Client(), key) for key in ("0002", "0003", "0006"))
    queue = text(officer, "/messages/unclear/")
    assert address in queue and "网关超时" in queue and "结果不明" in queue
    assert address not in text(other, "/messages/unclear/"), "another district's"
    for gone in (address, f"/messages/preview/{E1}/"):
        assert other.get(gone).status_code == 404
    page = text(officer, address)
    assert 'value="云汀电梯物业' not in page, "the search box keeps its own words"
    assert "没有明确答复" in page and "UCS-2" in page and "/b/……/" in page and sms.text not in page
    assert "按 2026-01-01 起的单价" in page and "0.090 元" in page
    assert sms.recipient not in page or "0002" in page, "a telephone is shown as far as one is cleared"
    assert "请选择查明的情况" in officer.post(f"{address}settle/").content.decode()
    assert "请写明怎样查明的" in officer.post(f"{address}settle/", {"finding": "ARRIVED"}).content.decode()
    assert other.post(f"{address}settle/", {"finding": "ARRIVED", "reason": "x"}).status_code == 404
    told = {"finding": "ARRIVED", "reason": "电话核实收到"}
    assert officer.post(f"{address}settle/", told).status_code == 302
    assert AuditEvent.objects.filter(action="OUTBOX_SETTLED", actor_key="0002").count() == 1
    assert officer.post(f"{address}settle/", told).status_code == 200, "once is enough: the page says why"
    dispatch(Gateway(), bureau)
    sms.refresh_from_db()
    assert sms.state == "ACCEPTED" and "没有要人核对的短信" in text(head, "/messages/unclear/")


def test_several_are_settled_by_one_finding_and_that_is_for_good(bureau: Bureau) -> None:
    reminded(bureau)
    dispatch(Gateway(), bureau)
    officer, sms = as_(Client(), "0002"), Message.objects.get(channel="SMS")
    assert 'name="row"' in text(officer, "/messages/unclear/")
    chosen = {"list": "unclear", "row": str(sms.id), "act": "ARRIVED"}
    page = officer.post("/batch/", {**chosen, "confirm": "1"}).content.decode()
    assert "请填写：怎样查明的" in page and "1 条消息" in page and "不能撤销" in page
    assert "没有选中可办的" in as_(Client(), "0003").post("/batch/", chosen).content.decode()
    done = officer.post("/batch/", {**chosen, "confirm": "1", "reason": "逐一电话核实"}).headers["Location"]
    assert "已办" in text(officer, done) and officer.post(f"{done}undo/").status_code == 404
    assert AuditEvent.objects.filter(action="OUTBOX_SETTLED", actor_key="0002").count() == 1
    assert "没有要人核对的短信" in text(officer, "/messages/unclear/")


def test_what_is_not_delivered_leads_to_the_visit_list(bureau: Bureau) -> None:
    reminded(bureau)
    policy = bureau.library.message_policy
    sms = Message.objects.get(channel="SMS")
    outreach.take_receipt(
        by=MACHINE, at=at(NOW), key=sms.key, told=MessageState.FAILED, policy=policy, note="空号"
    )
    bureau.work(at(NOW))
    bureau.pass_time("2026-07-03 10:00")
    again = Message.objects.filter(channel="SMS").latest("id")
    outreach.take_receipt(
        by=MACHINE, at=at("2026-07-03 11:00"), key=again.key, told=MessageState.FAILED, policy=policy
    )
    bureau.work(at("2026-07-03 12:00"))
    page = text(as_(Client(), "0002"), f"/messages/{sms.id}/")
    assert "未送达" in page and "空号" in page and "走访名单" in page
    assert Receipt.objects.count() == 2


def test_a_preview_is_what_is_then_said_and_says_nothing(bureau: Bureau) -> None:
    touch_id = reminded(bureau)
    written = {m.channel: without_link(m.text) for m in Message.objects.all()}
    count = (Message.objects.count(), OutboxRow.objects.count(), AuditEvent.objects.count())
    page = text(as_(Client(), "0002"), f"/messages/preview/{E1}/")
    assert written["SMS"] in page and "相同的提醒 24 小时内已发过" not in page
    assert "今天已向该号码发 0 条，上限 5 条" in page
    assert AuditEvent.objects.exclude(action__startswith="SIGN").count() <= count[2] + 2
    assert (Message.objects.count(), OutboxRow.objects.count()) == count[:2]
    told = notifying.tellings(triggers.cards(viewer=BUREAU, touch_ids=[touch_id]), at(NOW))
    assert [without_link(m.text) for m in told[0].messages] == [written["INBOX"], written["SMS"]]
    letter, policy = told[0].messages[0], bureau.library.message_policy
    soon, late = (
        queries.bearings(viewer=BUREAU, at=at(when), wanted=[letter], policy=policy)[0]
        for when in ("2026-07-01 20:00", NOW)
    )
    assert (soon.repeated, late.repeated) == (True, False)
    bureau.register("92980102MA400G4H2X", "云汀市静水商行")
    assert "没有在观察中的触线" in text(as_(Client(), "0002"), "/messages/preview/92980102MA400G4H2X/")


def test_the_rules_in_force_stand_there_with_their_source(bureau: Bureau) -> None:
    page = text(as_(Client(), "0002"), "/messages/terms/")
    for said in ("每天最多 5 条", "21:00 至次日 08:00", "通知的共同规则", "0.045", "建议值"):
        assert said in page
    assert as_(Client(), "0009").get("/messages/terms/").status_code == 404


def test_a_trial_writes_and_sends_nothing_and_its_end_sends_nothing_old(
    bureau: Bureau,
) -> None:
    reminded(bureau)
    earlier = Message.objects.get(channel="SMS").key
    keeper, officer = as_(Client(), "0009"), as_(Client(), "0002")
    assert "请写明理由" in keeper.post("/messages/trial/", {"act": "begin"}).content.decode()
    assert officer.post("/messages/trial/", {"act": "begin", "reason": "x"}).status_code == 404
    assert "短信试运行中" not in text(officer, "/work/")
    assert keeper.post("/messages/trial/", {"act": "begin", "reason": "上线前演练"}).status_code == 302
    assert "已经开始" in keeper.post("/messages/trial/", {"act": "begin", "reason": "x"}).content.decode()
    assert "短信试运行中" in text(officer, "/work/")
    bureau.enrol(E1, "T02")
    for n in range(3):
        bureau.tell(E1, "ELEVATOR_TRAPPED", f"2026-07-01 09:0{n}", object="L-7", number=f"N-{n}")
    tried = Message.objects.filter(state="TRIAL")
    assert tried.count() == 1 and tried[0].channel == "SMS"
    assert not OutboxRow.objects.filter(topic=outreach.SMS_TOPIC, key=tried[0].key).exists()
    gateway = Gateway(Verdict.ACCEPTED)
    dispatch(gateway, bureau)
    assert gateway.sent == [], "nothing at all goes out, not even what waited before"
    page = text(officer, f"/messages/{tried[0].id}/")
    assert "没有交给网关" in page and "未发出，不计费" in page
    assert "试运行，未发出" in text(officer, "/messages/?state=TRIAL")
    assert keeper.post("/messages/trial/", {"act": "end", "reason": "演练结束"}).status_code == 302
    bureau.pass_time("2026-07-02 10:00")
    dispatch(gateway, bureau)
    assert gateway.sent == [earlier] and tried.count() == 1, "what was written in the trial stays where it is"
    assert "短信试运行中" not in text(officer, "/work/") and "演练结束" in text(keeper, "/messages/trial/")


def test_the_guard_is_what_keeps_a_trial_from_going_out(bureau: Bureau, monkeypatch: Any) -> None:
    keeper = as_(Client(), "0009")
    assert keeper.post("/messages/trial/", {"act": "begin", "reason": "演练"}).status_code == 302
    monkeypatch.setattr(trials, "standing", lambda: None)
    monkeypatch.setattr(running, "on_trial", lambda: False)
    reminded(bureau)
    gateway = Gateway(Verdict.ACCEPTED)
    dispatch(gateway, bureau)
    assert len(gateway.sent) == 1


def test_length_alphabet_and_price_of_a_day() -> None:
    told = length("a" * 161)
    assert (told.alphabet, told.units, told.segments) == ("GSM-7", 161, 2)
    told = length("云" * 71)
    assert (told.alphabet, told.units, told.segments) == ("UCS-2", 71, 2)
    assert length("😀").units == 2 and "`" not in GSM7
    prices = Prices.read(
        {
            "source": "x",
            "prices": [
                {"from": "2026-01-01", "li_a_segment": 45},
                {"from": "2026-07-01", "li_a_segment": 40},
            ],
        }
    )
    assert prices.on(date(2025, 12, 31)) is None
    assert prices.on(date(2026, 6, 30)) == (date(2026, 1, 1), 45)
    assert prices.on(date(2026, 7, 1)) == (date(2026, 7, 1), 40)

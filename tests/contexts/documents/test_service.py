"""Service in six ways, each with its receipt and day; what is no service; what may not go without what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.documents.office import (
    AUTHOR,
    BUREAU,
    CHIEF,
    MACHINE,
    NOW,
    OTHER,
    SHOP,
    TERMS,
    at,
    issued,
)
from zhunsheng.core.actors import HumanDecisionRequiredError, Viewer
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.documents.composing import lines_of
from zhunsheng.core.documents.service import Method, ServiceRuleError
from zhunsheng.foundation.documents.actions import addresses, issuing, serving
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.models import Service
from zhunsheng.foundation.documents.queries import documents, registers
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.workflows import serving as story
from zhunsheng.workflows.running import turn_inside

pytestmark = pytest.mark.django_db
SERVERS = [{"name": "程岚", "number": "示例 007"}, {"name": "闻笛", "number": "示例 009"}]
SIGNED = {"signed_on": "2026-06-30", "receiver": "方舟", "standing": "REPRESENTATIVE", "servers": SERVERS}
STARTS: dict[str, dict[str, object]] = {
    "DIRECT": {"place": "柳汀路 8 号"},
    "LEFT": {"place": "柳汀路 8 号"},
    "ELECTRONIC": {"channel": "INBOX", "address": SHOP.key},
    "POSTAL": {"address": "柳汀路 8 号", "tracking": "EM123456789CN", "posted_on": "2026-06-30"},
    "ENTRUSTED": {"organ": "晴岚区市场监督管理局", "letter": "委〔2026〕3号", "sent_on": "2026-06-30"},
    "ANNOUNCEMENT": {
        "published_on": "2026-06-30",
        "places": ["公告栏", "住所地"],
        "reason": "多次上门无人，电话停机",
        "proof": "照片 3 张",
    },
}
RECEIPTS: dict[str, tuple[Mapping[str, object], str]] = {
    "DIRECT": (SIGNED, "2026-06-30"),
    "LEFT": (
        {
            "left_on": "2026-07-01",
            "refusal": "拒绝签收",
            "record": "WITNESS",
            "proof": "居委会 方圆",
            "servers": SERVERS,
        },
        "2026-07-01",
    ),
    "ELECTRONIC": ({"arrived_on": "2026-06-30", "proof": "系统回执 88"}, "2026-06-30"),
    "POSTAL": ({"received_on": "2026-07-02", "proof": "回执 1"}, "2026-07-02"),
    "ENTRUSTED": ({"signed_on": "2026-07-06", "receiver": "方舟", "proof": "回证 2"}, "2026-07-06"),
}
LATER = at("2026-07-10 09:00")


def start(document: int, method: str, when: dt.datetime = NOW, **changes: object) -> int:
    values = {**STARTS[method], **changes}
    return serving.start(by=AUTHOR, at=when, documents=[document], method=method, values=values, terms=TERMS)


def confirm(channel: str = "INBOX", address: str = SHOP.key, signed_on: str = "2026-06-01") -> int:
    return addresses.confirm_address(
        by=AUTHOR,
        at=NOW,
        recipient=SHOP.key,
        channel=channel,
        address=address,
        signed_by="方舟",
        signed_on=dt.date.fromisoformat(signed_on),
        proof="确认书 1",
        terms=TERMS,
    )


def state(document: int) -> tuple[str, str]:
    found = documents.document(viewer=BUREAU, document_id=document)
    assert found is not None
    return found.card.state, str(found.card.served_on)


@pytest.mark.parametrize("method", sorted(RECEIPTS))
def test_each_way_has_its_receipt_and_its_day(method: str) -> None:
    document = issued()
    if method == "ELECTRONIC":
        confirm()
    service = start(document, method)
    receipt, day = RECEIPTS[method]
    told = serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt=receipt, terms=TERMS)
    assert state(document) == ("SERVED", day) == ("SERVED", str(told))
    card = registers.services(viewer=BUREAU, document_id=document)[0]
    assert (card.state, str(card.served_on)) == ("DONE", day)
    paper = documents.content(
        viewer=BUREAU, document_id=card.receipt_document or 0, terms=TERMS, on=LATER.date()
    )
    assert paper is not None
    lines = lines_of(paper)
    assert f"送达方式：{TERMS.catalogue.services.rule(method).name_zh}" in lines
    assert "1. 汀前市监责改〔2026〕1号 责令改正通知书" in lines
    assert any("申请行政复议：至 2026-" in line for line in lines)


def test_every_way_is_tried_here() -> None:
    assert {*RECEIPTS, "ANNOUNCEMENT"} == set(Method)


@pytest.mark.parametrize("method", ["SMS", "PHONE", "sms", ""])
def test_a_short_message_is_not_a_service(method: str) -> None:
    document = issued()
    with pytest.raises(ServiceRuleError, match="不是送达方式"):
        serving.start(by=AUTHOR, at=NOW, documents=[document], method=method, values={}, terms=TERMS)
    with pytest.raises(ServiceRuleError, match="不能用于电子送达"):
        start(document, "ELECTRONIC", channel="SMS", address="13900000000")
    with pytest.raises(ServiceRuleError, match="不能用于电子送达"):
        confirm("SMS", "13900000000")
    assert state(document) == ("ISSUED", "None")


def test_electronic_service_needs_the_confirmed_address() -> None:
    document = issued()
    with pytest.raises(ServiceRuleError, match="确认书"):
        start(document, "ELECTRONIC")
    confirm("EMAIL", "kite@example.invalid")
    with pytest.raises(ServiceRuleError, match="确认书"):
        start(document, "ELECTRONIC", channel="EMAIL", address="other@example.invalid")
    addresses.end_address(by=AUTHOR, at=NOW, recipient=SHOP.key, channel="EMAIL", why="当事人书面撤回")
    with pytest.raises(ServiceRuleError, match="确认书"):
        start(document, "ELECTRONIC", channel="EMAIL", address="kite@example.invalid")
    confirm("EMAIL", "new@example.invalid")
    assert start(document, "ELECTRONIC", channel="EMAIL", address="new@example.invalid")
    told = registers.addresses(viewer=Viewer.business(SHOP.key), recipient=SHOP.key)
    assert [(a.address, a.ended_at is None) for a in told] == [
        ("kite@example.invalid", False),
        ("new@example.invalid", True),
    ]
    assert registers.addresses(viewer=Viewer.business(OTHER.key), recipient=SHOP.key) == []


def test_returned_mail_counts_only_from_a_confirmed_address() -> None:
    returned = {"returned_on": "2026-07-03", "proof": "退件 1"}
    first = issued()
    service = start(first, "POSTAL")
    with pytest.raises(ServiceRuleError, match="确认过的地址"):
        serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt=returned, terms=TERMS)
    serving.fail(by=AUTHOR, at=LATER, service_id=service, text="退回：查无此人", terms=TERMS)
    assert state(first) == ("ISSUED", "None")
    confirm("POSTAL", "柳汀路 8 号")
    again = start(first, "POSTAL", when=at("2026-07-01 09:00"))
    serving.complete(by=AUTHOR, at=LATER, service_id=again, receipt=returned, terms=TERMS)
    assert state(first) == ("SERVED", "2026-07-03")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"receiver": ""}, "签收人"),
        ({"standing": "NEIGHBOUR"}, "身份"),
        ({"weather": "晴"}, "没有这些栏目"),
        ({"signed_on": "2026-06-29"}, "不能早于"),
        ({"signed_on": "2026-08-01"}, "不能早于"),
    ],
)
def test_a_receipt_that_proves_nothing_is_refused(change: dict[str, object], match: str) -> None:
    service = start(issued(), "DIRECT")
    with pytest.raises(ValueError, match=match):
        serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt={**SIGNED, **change}, terms=TERMS)


def test_only_people_serve_and_only_what_is_issued_and_not_yet_out() -> None:
    document = issued()
    with pytest.raises(HumanDecisionRequiredError):
        serving.start(
            by=MACHINE, at=NOW, documents=[document], method="DIRECT", values=STARTS["DIRECT"], terms=TERMS
        )
    service = start(document, "DIRECT")
    with pytest.raises(DocumentStepError, match="正在送达"):
        start(document, "POSTAL")
    with pytest.raises(DocumentStepError, match="正在送达"):
        issuing.cancel(by=CHIEF, at=NOW, document_id=document, text="x", terms=TERMS)
    serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt=SIGNED, terms=TERMS)
    for again in (document, issued("inspection_record")):
        with pytest.raises(DocumentStepError, match="只有已签发"):
            start(again, "DIRECT")
    both = [issued(), issued(recipient=OTHER)]
    with pytest.raises(ServiceRuleError, match="一个受送达人"):
        serving.start(
            by=AUTHOR, at=NOW, documents=both, method="DIRECT", values=STARTS["DIRECT"], terms=TERMS
        )


def test_a_finished_service_never_changes() -> None:
    service = start(issued(), "DIRECT")
    with pytest.raises(DatabaseError), transaction.atomic():
        Service.objects.filter(id=service).update(method="LEFT")
    serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt=SIGNED, terms=TERMS)
    changes: tuple[dict[str, object], ...] = (
        {"served_on": dt.date(2026, 7, 1)},
        {"receipt": {}},
        {"state": "FAILED"},
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Service.objects.filter(id=service).update(**change)


def no_filing() -> int:
    return issued("no_filing_notice")


def test_what_may_not_go_without_another_is_blocked_until_it_does() -> None:
    notice = no_filing()
    with pytest.raises(ServiceRuleError, match="缺少责令改正通知书"):
        start(notice, "DIRECT")
    elsewhere = issued(owner="case:2")
    serving.complete(by=AUTHOR, at=LATER, service_id=start(elsewhere, "DIRECT"), receipt=SIGNED, terms=TERMS)
    with pytest.raises(ServiceRuleError, match="缺少责令改正通知书"):
        start(notice, "DIRECT")
    order = issued()
    service = serving.start(
        by=AUTHOR,
        at=NOW,
        documents=[notice, order],
        method="DIRECT",
        values=STARTS["DIRECT"],
        terms=TERMS,
    )
    serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt=SIGNED, terms=TERMS)
    assert state(notice)[0] == state(order)[0] == "SERVED"
    assert start(no_filing(), "DIRECT")


def test_the_decision_may_not_go_without_the_repair_letter() -> None:
    rule = next(rule for rule in TERMS.catalogue.bundles if rule.kind == "penalty_decision")
    assert rule.lacking(["penalty_decision"], []) == ["repair_notice"]
    assert rule.lacking(["penalty_decision", "repair_notice"], []) == []
    assert rule.lacking(["penalty_decision"], ["repair_notice"]) == []
    assert rule.lacking(["guidance"], []) == []


def work(*moments: str) -> None:
    clock = FixedClock(at(moments[0]))
    for moment in moments:
        clock.move_to(at(moment))
        turn_inside(clock, story.HANDLES)


def test_an_announcement_counts_as_service_when_its_clock_has_run() -> None:
    document = issued()
    start(document, "ANNOUNCEMENT")
    due = clocks.due_list(viewer=BUREAU, at=NOW, terms=TERMS.clocks)
    assert [(card.clock, str(card.due_on)) for card in due] == [("service.announcement", "2026-07-30")]
    work("2026-07-30 23:59")
    assert state(document) == ("ISSUED", "None")
    work("2026-08-01 00:00")
    assert state(document) == ("SERVED", "2026-07-30")
    assert clocks.due_list(viewer=BUREAU, at=NOW, terms=TERMS.clocks) == []
    work("2026-08-02 00:00")
    card = registers.services(viewer=BUREAU, document_id=document)[0]
    assert (card.state, card.receipt_document is not None) == ("DONE", True)


def test_an_announcement_that_ends_on_a_holiday_waits_for_the_first_day_after() -> None:
    document = issued(when=at("2026-09-03 09:00"))
    start(document, "ANNOUNCEMENT", when=at("2026-09-03 09:00"), published_on="2026-09-03")
    work("2026-10-04 00:00", "2026-10-07 23:59")
    assert state(document)[0] == "ISSUED"
    work("2026-10-09 00:00")
    assert state(document) == ("SERVED", "2026-10-08")


def test_found_after_all_the_announcement_ends_and_another_way_is_taken() -> None:
    document = issued()
    service = start(document, "ANNOUNCEMENT")
    with pytest.raises(ServiceRuleError, match="期满自动"):
        serving.complete(by=AUTHOR, at=LATER, service_id=service, receipt={}, terms=TERMS)
    serving.fail(by=AUTHOR, at=LATER, service_id=service, text="当事人已找到", terms=TERMS)
    work("2026-08-01 00:00")
    assert state(document) == ("ISSUED", "None")
    direct = start(document, "DIRECT", when=LATER)
    receipt = {**SIGNED, "signed_on": "2026-07-10"}
    serving.complete(by=AUTHOR, at=LATER, service_id=direct, receipt=receipt, terms=TERMS)
    assert [c.state for c in registers.services(viewer=BUREAU, document_id=document)] == ["FAILED", "DONE"]


def test_a_future_announcement_is_refused() -> None:
    with pytest.raises(ServiceRuleError, match="不能晚于"):
        start(issued(), "ANNOUNCEMENT", published_on="2026-07-01")


def test_the_clock_of_service_runs_from_the_issue_and_is_met_by_it() -> None:
    decision = issued("no_penalty_decision")
    key = f"document:{decision}:serve"
    due = clocks.due_list(viewer=BUREAU, at=NOW, terms=TERMS.clocks)
    assert [(card.key, card.clock, str(card.due_on)) for card in due] == [
        (key, "decision.serve", "2026-07-09")
    ]
    serving.complete(by=AUTHOR, at=LATER, service_id=start(decision, "DIRECT"), receipt=SIGNED, terms=TERMS)
    assert [s.kind for s in clocks.steps_of(viewer=BUREAU, key=key)] == ["STARTED", "MET"]
    cancelled = issued("no_penalty_decision")
    issuing.cancel(by=CHIEF, at=NOW, document_id=cancelled, text="发错对象", terms=TERMS)
    assert clocks.due_list(viewer=BUREAU, at=LATER, terms=TERMS.clocks) == []


def test_periods_of_the_bureau_start_with_the_service() -> None:
    old = TERMS.catalogue.template("correction_order")
    asks = dataclasses.replace(old, version="9", served_clocks=("fine.pay",), content_hash="9" * 64)
    asks = dataclasses.replace(
        asks, document={**old.document, "clocks": {"served": ["fine.pay"]}, "version": "9"}
    )
    catalogue = dataclasses.replace(TERMS.catalogue, templates={**TERMS.catalogue.templates, old.id: asks})
    terms = dataclasses.replace(TERMS, catalogue=catalogue)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.contexts.documents.office.TERMS", terms)
        document = issued()
    serving.complete(by=AUTHOR, at=LATER, service_id=start(document, "DIRECT"), receipt=SIGNED, terms=terms)
    due = clocks.due_list(viewer=BUREAU, at=LATER, terms=TERMS.clocks)
    assert [(card.clock, str(card.due_on)) for card in due] == [("fine.pay", "2026-07-15")]

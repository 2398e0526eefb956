"""From law to served document to correction in pages alone (docs/how-to/issue-a-document.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.contexts.statutes.test_law_base import NEW as KITES
from tests.contexts.statutes.test_law_base import NOW, OFFICER, bring
from tests.contexts.statutes.test_law_base import OLD as KITES_OLD
from tests.journeys.city import Bureau
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from zhunsheng.foundation.documents.models import Document
from zhunsheng.registers.statutes.actions.laws import repeal

pytestmark = pytest.mark.django_db
LAW = (
    "# 中华人民共和国市场主体登记管理条例\n\n自2022年3月1日起施行\n\n"
    "第三十六条 执照须置于醒目位置。\n\n第四十八条 责令改正。"
)
ORDER = {
    "subject": E1,
    "acted_on": "2026-07-01",
    "f-facts": "没有悬挂营业执照。",
    "f-evidence": "现场照片\r\n现场笔录",
    "f-broken": "市场主体登记管理条例 36",
    "f-ground": "市场主体登记管理条例 48",
    "f-demands": "悬挂营业执照",
    "f-correct_by": "2026-07-15",
    "f-officers": "李敏 示例001\n方砚",
}


@pytest.fixture
def officer(settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client) -> Client:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    reminded(Bureau())
    bring(LAW)
    return as_(client, "0002")


def page(client: Client, address: str, code: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == code
    return response.content.decode()


def send(client: Client, address: str, code: int = 302, **told: str) -> str:
    response = client.post(address, told)
    assert response.status_code == code, response.content.decode()
    return str(response.headers.get("Location", "")) or response.content.decode()


def issued(officer: Client) -> str:
    where = send(officer, "/documents/new/correction_order/", **ORDER)
    send(officer, f"{where}step/", step="submit")
    send(as_(Client(), "0001"), f"{where}step/", step="approve")
    send(as_(Client(), "0006"), f"{where}step/", step="issue")
    return where


def test_from_law_to_served_document_in_pages(officer: Client) -> None:
    assert "起草文书" in page(officer, "/documents/")
    assert "责令改正通知书" in page(officer, "/documents/new/")
    assert "在法律库里查" in page(officer, f"/documents/new/correction_order/?subject={E1}")
    where = issued(officer)
    told = page(officer, where)
    assert "执照须置于醒目位置" in told and "李敏（示例001）、方砚" in told and "短信只是告知" in told
    send(officer, f"{where}serve/DIRECT/", **{"f-place": "柳汀路8号"})
    link = page(officer, where).partition("/receipt/")[2].partition("/")[0]
    receipt = {"f-signed_on": "2026-07-02", "f-receiver": "方舟", "f-standing": "SELF", "f-servers": "李敏"}
    send(officer, f"{where}receipt/{link}/", **receipt)
    assert Document.objects.get(kind="correction_order").state == "SERVED"
    assert "送达回证" in page(officer, where)
    page(officer, f"{where}receipt/{link}/", 404)


def test_a_clause_is_picked_from_the_law_base_and_bound_to_the_text_of_the_day(officer: Client) -> None:
    bring(KITES_OLD)
    bring(KITES)
    where = send(officer, "/documents/new/correction_order/", **ORDER, pick="broken")
    assert where.endswith("/clauses/broken/") and "执照须置于" not in page(officer, where)
    told = page(officer, f"{where}?q=纸鸢办法 2")
    assert "条文待核对" in told and "2026-04-15 起施行的文本" in told and "第二款第二项　（二）演练" in told
    picked = {"law": "云汀市纸鸢办法", "article": "2(2)(2)", "valid_from": "2026-04-15"}
    assert send(officer, f"{where}?q={quote('演练')}", **picked).endswith(quote("演练"))
    send(officer, where, **picked)
    same = {"law": "中华人民共和国市场主体登记管理条例", "article": "36", "valid_from": "2022-03-01"}
    send(officer, where, **same)
    assert Document.objects.latest("id").revision == 2
    told = page(officer, where.partition("clauses/")[0])
    assert "、《云汀市纸鸢办法》第二条第二款第二项的规定" in told and "2026-04-15 起施行的文本" in told
    clause = Document.objects.latest("id").clauses["云汀市纸鸢办法#2(2)(2)"]
    assert clause["valid_from"] == "2026-04-15" and "演练" in clause["text"]
    send(officer, where, drop="市场主体登记管理条例#36")
    assert [one["law"] for one in Document.objects.latest("id").values["broken"]] == ["云汀市纸鸢办法"]
    page(officer, where.replace("broken", "facts"), 404)
    page(as_(Client(), "0003"), where, 404)


def test_law_that_was_not_in_force_on_the_day_is_refused_with_the_cure(officer: Client) -> None:
    bring(KITES)
    repeal(by=OFFICER, at=NOW, law="云汀市纸鸢办法", on=dt.date(2026, 6, 1), reason="新办法")
    where = send(officer, "/documents/new/correction_order/", **ORDER, pick="broken")
    ended = "《云汀市纸鸢办法》自 2026-06-01 起失效"
    told = page(officer, f"{where}?q=纸鸢")
    assert ended in told and "请引用当日有效的规定" in told and "选这一条" not in told
    picked = {"law": "云汀市纸鸢办法", "article": "1", "valid_from": "2026-04-15"}
    assert ended in send(officer, where, 400, **picked)
    typed = ORDER | {"f-broken": "市场监督管理投诉举报处理暂行办法 3"}
    assert "起失效" in send(officer, "/documents/new/correction_order/", 400, **typed)
    assert "请改引《市场监督管理投诉举报处理办法》" in page(officer, f"{where}?q=投诉举报处理暂行办法")
    licence = {"law": "中华人民共和国市场主体登记管理条例", "article": "36", "valid_from": "2020-01-01"}
    assert "文本换过了" in send(officer, where, 400, **licence)
    assert "请核对条、款、项" in send(officer, where, 400, **licence | {"article": "99"})
    assert "先查找" in send(officer, where, 400, **licence | {"valid_from": ""})
    assert Document.objects.latest("id").revision == 1


def test_what_is_refused_is_said_and_what_was_typed_stays(officer: Client) -> None:
    told = send(officer, "/documents/new/correction_order/", 400, **{**ORDER, "subject": "NOBODY"})
    assert "范围内没有登记的主体 NOBODY" in told and "没有悬挂营业执照。" in told
    told = send(officer, "/documents/new/correction_order/", 400, **{**ORDER, "f-correct_by": "明天"})
    assert "日期写成" in told
    other = as_(Client(), "0003")
    assert "范围内没有" in send(other, "/documents/new/correction_order/", 400, **ORDER)
    assert Document.objects.filter(kind="correction_order").count() == 0


def test_a_draft_is_changed_and_both_are_compared(officer: Client) -> None:
    where = send(officer, "/documents/new/correction_order/", **ORDER)
    assert "现场照片\n现场笔录" in page(officer, f"{where}revise/")
    send(officer, f"{where}revise/", **{**ORDER, "f-demands": "悬挂营业执照\n拍照回复"})
    told = page(officer, f"{where}compare/")
    assert "<ins>" in told and "拍照回复" in told and "现场笔录" not in told
    assert "两稿相同" in page(officer, f"{where}compare/?old=2&new=2")
    page(as_(Client(), "0003"), f"{where}revise/", 404)


def test_a_service_that_failed_leaves_another_way_and_a_fault_is_corrected(officer: Client) -> None:
    where = issued(officer)
    assert "确认" in send(
        officer, f"{where}serve/ELECTRONIC/", 400, **{"f-channel": "INBOX", "f-address": "x"}
    )
    send(officer, f"{where}serve/DIRECT/", **{"f-place": "柳汀路8号"})
    link = page(officer, where).partition("/receipt/")[2].partition("/")[0]
    send(officer, f"{where}receipt/{link}/", failed="店门锁闭")
    assert "店门锁闭" in page(officer, where) and "怎样送达" in page(officer, where)
    number = where.strip("/").rpartition("/")[2]
    form = page(officer, f"/documents/new/correction_notice/?corrects={number}")
    assert "更正 " in form and "责改〔2026〕1号" in form
    page(officer, "/documents/new/correction_notice/", 404)

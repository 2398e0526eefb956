"""Documents at the desk: read, reviewed by another, issued, kept as a file; a button for each power."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.contexts.documents import office as papers
from tests.contexts.documents.office import Recipient
from tests.journeys.city import Bureau
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from zhunsheng.foundation.documents.actions import drafting
from zhunsheng.foundation.documents.models import Document

pytestmark = pytest.mark.django_db
LIFT = Recipient(E1, "云汀电梯物业", E1, "980102", "汀前所")


@pytest.fixture
def order(settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client) -> int:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    reminded(Bureau())
    return papers.begin(recipient=LIFT)


def text(client: Client, address: str, code: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == code
    return response.content.decode()


def press(client: Client, document: int, step: str, code: int = 302, why: str = "") -> str:
    response = client.post(f"/documents/{document}/step/", {"step": step, "why": why})
    assert response.status_code == code, response.content.decode()
    return response.content.decode()


def test_the_list_and_the_page_speak_in_words(client: Client, order: int) -> None:
    as_(client, "0002")
    page = text(client, "/documents/")
    for words in ("责令改正通知书", "草稿", "风险预警提醒函", "已签发", "提醒〔2026〕1号"):
        assert words in page
    assert "提醒函" not in text(client, "/documents/?state=DRAFT").partition("<table")[2]
    page = text(client, f"/documents/{order}/")
    for words in ("将营业执照置于经营场所的醒目位置", "起草", "送审", "2026"):
        assert words in page
    assert "审核通过" not in page


def test_the_list_is_filtered_kept_and_taken_as_it_is_seen(client: Client, order: int) -> None:
    as_(client, "0002")

    def titles(query: str) -> list[str]:
        table = text(client, f"/documents/?{query}").partition("<table")[2]
        return [title for title in ("责令改正通知书", "风险预警提醒函") if title in table]

    serial = Document.objects.get(kind="reminder").serial
    assert titles("") == ["责令改正通知书", "风险预警提醒函"]
    assert titles("kind=reminder") == titles(f"serial={serial[:-4]}") == ["风险预警提醒函"]
    assert titles("author=程") == titles("opened_to=2026-06-30") == ["责令改正通知书"]
    assert len(titles("q=电梯物业")) == len(titles(f"q={E1}")) == 2
    assert titles("q=晴岚茶馆") == titles("serial=提醒") == []
    told = {"query": "state=DRAFT", "name": "我的草稿", "watched": "1"}
    assert client.post("/lists/documents/views/", told).status_code == 302
    assert "我的草稿" in text(client, "/documents/")
    wanted = {"column-title": "1", "column-version": "2", "query": ""}
    assert client.post("/lists/documents/columns/", wanted).status_code == 302
    file = client.post("/lists/documents/export/", {"query": "state=DRAFT", "form": "csv"})
    told_rows = file.content.decode("utf-8-sig").splitlines()
    assert "李敏" in file.content.decode() and "责令改正通知书,1" in told_rows
    assert "提醒函" not in file.content.decode()


def test_from_draft_to_number_by_three_people(client: Client, order: int) -> None:
    drafting_officer = as_(client, "0002")
    press(drafting_officer, order, "submit")
    assert "岗位授权不含" in press(drafting_officer, order, "approve", 400)
    head = as_(Client(), "0001")
    assert "退回须写明理由" in press(head, order, "back", 400)
    press(head, order, "approve")
    assert "签发" not in text(head, f"/documents/{order}/").partition("全文")[0].partition("下一步")[2]
    leader = as_(Client(), "0006")
    press(leader, order, "issue")
    assert Document.objects.get(id=order).state == "ISSUED"
    assert "责改〔2026〕1号" in text(leader, f"/documents/{order}/")
    press(leader, order, "fly", 404)


def test_nobody_reviews_what_he_wrote(client: Client, order: int) -> None:
    head = as_(client, "0001")
    values = papers.sample("correction_order")
    author = papers.AUTHOR.__class__(papers.AUTHOR.kind, "0001", "沈知秋", papers.POWERS)
    drafting.revise(
        by=author,
        at=papers.NOW,
        document_id=order,
        values=values,
        clauses=papers.clauses("correction_order", values),
    )
    press(head, order, "submit")
    assert "不得审核" in press(head, order, "approve", 400)


def test_files_and_what_a_draft_lacks(client: Client, order: int) -> None:
    as_(client, "0001")
    word = client.get(f"/documents/{order}/file.docx")
    assert word.status_code == 200 and word.content.startswith(b"PK")
    assert client.get(f"/documents/{order}/file.exe").status_code == 404
    bare = papers.begin(recipient=LIFT, facts="")
    assert "还缺 查明的事实" in text(client, f"/documents/{bare}/")
    assert "还缺 查明的事实" in press(client, bare, "submit", 400)


def test_another_district_sees_nothing_of_it(client: Client, order: int) -> None:
    as_(client, "0003")
    assert "责令改正" not in text(client, "/documents/").rpartition("</select>")[2]
    text(client, f"/documents/{order}/", 404)
    assert client.post(f"/documents/{order}/step/", {"step": "submit"}).status_code == 404
    assert client.get(f"/documents/{order}/file.docx").status_code == 404

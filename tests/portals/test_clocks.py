"""Deadlines at the desk: in their part of the queue, each with why, one's own, and as a calendar file."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.contexts.documents import office as papers
from tests.contexts.documents.office import Recipient
from tests.journeys.city import Bureau
from tests.portals.pages import E1, as_, reminded, staffed, stand_at
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter

pytestmark = pytest.mark.django_db
LIFT = Recipient(E1, "云汀电梯物业", E1, "980102", "汀前所")


@pytest.fixture
def city(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    reminded(Bureau())


def page(client: Client, address: str = "/clocks/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("now", "part"),
    [
        ("2026-07-02 10:00", "LATER"),
        ("2026-07-07 10:00", "THIS_WEEK"),
        ("2026-07-10 10:00", "TODAY"),
        ("2026-07-11 10:00", "OVERDUE"),
    ],
)
def test_a_reply_stands_in_the_part_of_its_day(
    settings: Any, client: Client, city: None, now: str, part: str
) -> None:
    stand_at(settings, now)
    as_(client, "0002")
    for near in ("LATER", "THIS_WEEK", "TODAY", "OVERDUE", "UNKNOWN"):
        told = page(client, f"/clocks/?near={near}").partition("<main")[2]
        assert ("云汀电梯物业" in told) is (near == part)
    assert "没有未办结的期限" in page(client, "/clocks/?kind=statutory")
    assert "云汀电梯物业" not in page(client, "/clocks/?q=别家").partition("<main")[2]


def test_a_statutory_deadline_says_why_and_only_to_whom_it_concerns(client: Client, city: None) -> None:
    order = papers.begin(recipient=LIFT)
    of = Matter(f"document:{order}:serve", f"subject:{E1}", "送达 责改〔2026〕1号", "0002")
    deadlines.open_deadline(
        by=papers.MACHINE,
        at=papers.NOW,
        of=of,
        clock="decision.serve",
        started_at=papers.NOW,
        terms=papers.TERMS.clocks,
    )
    told = page(as_(client, "0002"))
    assert (
        f'href="/documents/{order}/"' in told
        and "为什么是这一天" in told
        and "李敏" in told
        and "开始" in told
    )
    assert "送达 " not in page(as_(Client(), "0003")).partition("<main")[2]


def test_the_answer_has_its_reason_and_a_red_one_gives_way_to_its_review(
    settings: Any, client: Client, city: None
) -> None:
    told = page(as_(client, "0002"), "/clocks/?kind=work").partition("<main")[2]
    assert "企业答复 " in told and "期限：7 个工作日" in told and 'href="/touches/' in told
    stand_at(settings, "2026-07-11 10:00")
    Bureau().pass_time("2026-07-11 09:00")
    told = page(as_(Client(), "0002"), "/clocks/?kind=work").partition("<main")[2]
    assert "非现场核查" in told and "企业答复 " not in told and "期限：5 个工作日" in told
    assert "云汀电梯物业" not in page(as_(Client(), "0003")).partition("<main")[2]


def test_the_same_dates_go_into_a_calendar(client: Client, city: None) -> None:
    told = as_(client, "0002").get("/clocks/dates.ics")
    assert told["Content-Type"].startswith("text/calendar")
    body = told.content.decode()
    assert body.count("BEGIN:VEVENT") == 1 and "20260710" in body
    assert "BEGIN:VEVENT" not in client.get("/clocks/dates.ics?near=x&q=%00x").content.decode()


def test_a_long_queue_goes_page_by_page_and_says_how_much_there_is(client: Client, city: None) -> None:
    for n in range(60):
        deadlines.open_deadline(
            by=papers.MACHINE,
            at=papers.NOW,
            of=Matter(f"m:{n:02d}", "m", f"送达 第{n:02d}件", "0002", E1),
            clock="decision.serve",
            started_at=papers.NOW,
            terms=papers.TERMS.clocks,
        )
    first = page(as_(client, "0002"), "/clocks/?q=李敏&kind=statutory")
    assert "共 60 条，第 1/2 页" in first and "（60）" in first
    assert "第49件" in first and "第50件" not in first
    second = page(client, "/clocks/?q=李敏&kind=statutory&page=2")
    assert "第50件" in second and "第59件" in second and "第49件" not in second
    assert "共 1 条" in page(client, "/clocks/?q=第07件") and "共 61 条" in page(client)
    assert "没有未办结的期限" in page(client, "/clocks/?near=UNKNOWN")

"""The law base at the desk: the text of a day, two side by side, a search, what is cited, what follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.contexts.statutes.test_law_base import NEW, OFFICER, OLD, bring, day
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.cli.days import now
from zhunsheng.core.statutes.references import Place, asked_place
from zhunsheng.registers.statutes.actions import laws as actions
from zhunsheng.registers.statutes.models import Law

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    return as_(client, "0002")


def page(client: Client, address: str, code: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == code, address
    return response.content.decode()


def kites() -> int:
    for text in (OLD, NEW):
        bring(text)
    return Law.objects.get(name="云汀市纸鸢办法").id


def test_an_empty_base_says_how_to_fill_it(reader: Client) -> None:
    assert "zhunsheng law import" in page(reader, "/laws/")
    assert "没有找到" in page(reader, "/laws/search/?q=放飞")
    told = page(reader, "/laws/references/")
    assert "文本未导入" in told and "广告法 9(3)" in told
    assert "没有这种结果" in page(reader, "/laws/references/?standing=RESOLVED")


def test_the_list_tells_what_is_in_force_repealed_and_not_yet(reader: Client) -> None:
    kites()
    bring(OLD.replace("纸鸢", "陀螺"))
    bring(OLD.replace("纸鸢", "风筝").replace("2020", "2027"))
    actions.repeal(by=OFFICER, at=now(), law="云汀市陀螺办法", on=day("2026-07-02"), reason="新办法")
    for state, name in (("IN_FORCE", "纸鸢"), ("REPEALED", "陀螺"), ("NOT_YET", "风筝")):
        rows = page(reader, f"/laws/?state={state}").partition("<tbody>")[2]
        assert [other in rows for other in ("纸鸢", "陀螺", "风筝")] == [
            other == name for other in ("纸鸢", "陀螺", "风筝")
        ]
    assert "陀螺" not in page(reader, "/laws/?name=纸鸢").partition("<tbody>")[2]


def test_the_whole_text_of_the_day_and_what_changed(reader: Client) -> None:
    number = kites()
    assert "罚款二百元" in page(reader, f"/laws/{number}/?on=2026-04-14")
    now_told = page(reader, f"/laws/{number}/")
    assert "罚款一百元" in now_told and "罚款二百元" not in now_told and "文本载明" in now_told
    assert "没有有效的文本" in page(reader, f"/laws/{number}/?on=2019-01-01")
    told = page(reader, f"/laws/{number}/compare/")
    assert "<del>" in told and "第二条" in told and "第一条" not in told
    assert "<del>" in page(reader, f"/laws/{number}/compare/?old=x&new=%00")


def test_an_article_of_the_day_of_the_act_beside_todays_and_nobody_chooses(reader: Client) -> None:
    number = kites()
    told = page(reader, f"/laws/{number}/2/?on=2025-01-01")
    assert "罚款二百元" in told and "罚款一百元" in told and "从旧兼从轻" in told
    assert "从旧兼从轻" not in page(reader, f"/laws/{number}/1/?on=2025-01-01")
    assert "里没有这一条" in page(reader, f"/laws/{number}/9/", 404)
    page(reader, f"/laws/{number}/x/", 404)


def test_found_by_words_by_number_and_by_a_lay_question(reader: Client) -> None:
    kites()
    for asked in ("近电放飞", "纸鸢办法 2", "云汀市纸鸢办法第二条"):
        told = page(reader, f"/laws/search/?q={asked}").partition('class="hits"')[2]
        assert told.index("第二条") < (told.find("第一条") % 10**6), asked
    assert "罚款二百元" in page(reader, "/laws/search/?q=近电&on=2021-01-01")
    assert "日常问题" in page(reader, "/laws/search/?q=%00&on=%00")
    assert asked_place("行政处罚法 33") == ("行政处罚法", Place(33, 0, ()))
    assert asked_place("《刑法》第八十八条之一") == ("刑法", Place(88, 1, ()))
    assert asked_place("食品过期怎么罚") is None


def test_conduct_duty_range_and_exemption(reader: Client) -> None:
    assert "广告使用绝对化用语" in page(reader, "/laws/conduct/?q=绝对化")
    told = page(reader, "/laws/conduct/AD-ABSOLUTE/")
    for words in (
        "首次发现即可处罚",
        "罚款 200,000.00 至 1,000,000.00 元",
        "行政处罚法 33(1)",
        "M-09",
        "文本未导入",
    ):
        assert words in told, words
    page(reader, "/laws/conduct/NOBODY/", 404)
    for nonsense in ("?goods=x", "?goods=-1", "?goods=" + "9" * 30):
        page(reader, f"/laws/conduct/AD-ABSOLUTE/{nonsense}")


def test_all_citations_cost_the_same_few_looks(reader: Client) -> None:
    law = (
        "# 中华人民共和国{}\n\n自2015年9月1日起施行\n\n第九条 甲。\n\n（一）乙；\n\n（二）丙；\n\n（三）丁。"
    )
    told = []
    for name in ("广告法", "价格法"):
        bring(law.format(name))
        with CaptureQueriesContext(connection) as looks:
            told.append((page(reader, "/laws/references/?standing=RESOLVED"), len(looks)))
    assert "广告法 9(3)" in told[0][0] and told[0][1] == told[1][1]

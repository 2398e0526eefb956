"""The officer's pages: closed without the demo, internal, in words, and as cheap for a million as for one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.journeys.city import MACHINE, Bureau, at
from tests.portals.pages import E1, as_, link, reminded, staffed, stand_at
from zhunsheng.cli.main import main
from zhunsheng.config.env import demo_clock
from zhunsheng.workflows.answering import take_answer

pytestmark = pytest.mark.django_db
CODES = re.compile(r">[^<]*\b(OBSERVING|OFFSITE_REVIEW|YELLOW|DELIVERED|QUEUED|TOUCH_ANSWERED|RECTIFIED)\b")


@pytest.fixture
def touch_id(settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client) -> int:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    as_(client, "0001")
    return reminded(Bureau())


def addresses(touch_id: int) -> list[str]:
    return [
        "/",
        "/touches/",
        f"/touches/{touch_id}/",
        "/subjects/",
        f"/subjects/{E1}/",
        "/tasks/",
        "/messages/",
    ]


@pytest.mark.parametrize("demo", [True, False])
def test_nothing_opens_without_signing_in(client: Client, touch_id: int, settings: Any, demo: bool) -> None:
    assert [client.get(a).status_code for a in addresses(touch_id)] == [200] * len(addresses(touch_id))
    settings.DEMO = demo
    for address in addresses(touch_id):
        closed = Client().get(address)
        assert (closed.status_code, closed.headers["Location"]) == (302, "/sign-in/")
        assert "云汀电梯物业" not in closed.content.decode()


def test_every_page_is_marked_internal_and_speaks_in_words(client: Client, touch_id: int) -> None:
    for address in addresses(touch_id):
        response = client.get(address)
        page = response.content.decode()
        assert "仅供内部配置监管资源" in page and "no-store" in response["Cache-Control"]
        assert CODES.search(page) is None, address
        assert client.post(address).status_code == 405


def test_a_touch_explains_itself(client: Client, touch_id: int) -> None:
    take_answer(by=MACHINE, at=at("2026-07-02 09:00"), touch_id=touch_id, answer="HELP", reason="不会填")
    page = client.get(f"/touches/{touch_id}/").content.decode()
    for words in (
        "29天",
        "≤30天",
        "L-7",
        "特种设备安全法",
        "7 个工作日",
        "站内信",
        "待发",
        "不会填",
        "办理一次",
    ):
        assert words in page, words


def test_an_officer_reads_the_message_without_the_link(client: Client, touch_id: int) -> None:
    page = client.get(f"/touches/{touch_id}/").content.decode()
    assert "办理：" in page and "/b/……/" in page and link(touch_id) not in page


def test_the_subject_page_shows_a_sum_and_one_timeline(client: Client, touch_id: int) -> None:
    page = client.get(f"/subjects/{E1}/").content.decode()
    assert "按现有事实" in page and "电梯" in page and "T01-1" in page


def test_a_dormant_business_is_told_with_what_stands_still_since_when_and_why(
    client: Client, touch_id: int
) -> None:
    address, bureau = f"/subjects/{E1}/", Bureau()
    assert "停住" not in client.get(address).content.decode()
    bureau.tell(E1, "SUBJECT_STATE", "2026-06-05", state="DORMANT")
    stand_still = "自 2026-06-05 起停住，因最近一条为"
    assert client.get(address).content.decode().count(stand_still) == 8
    done = CliRunner().invoke(main, ["explain", E1, "--as-of", "2026-07-02", "--json"])
    told = {f["indicator"]: (f["since"], f["while"]) for f in json.loads(done.stdout)["frozen"]}
    assert told["I20"][0] == "2026-06-05" and "歇业" in told["I20"][1] and len(told) == 8
    assert stand_still in CliRunner().invoke(main, ["explain", E1, "--as-of", "2026-07-02"]).stdout
    bureau.tell(E1, "SUBJECT_STATE", "2026-07-01", state="ACTIVE")
    assert "停住" not in client.get(address).content.decode()


def test_filters_stand_in_the_address(client: Client, touch_id: int) -> None:
    assert "云汀电梯物业" in client.get("/touches/?item=T01&colour=YELLOW").content.decode()
    page = client.get("/touches/?colour=RED").content.decode()
    assert "没有符合条件的记录" in page and re.search(r'value="RED"\s+selected', page)
    nonsense_s = (
        "?after=x",
        "?before=~",
        "?after=1~²",
        "?after=9~99999999999999999999",
        "?item=%00",
        "?sort=x",
    )
    for nonsense in (*nonsense_s, "?begun_from=2026-13-01", "?sort=x", "?sort=due&after=x~1"):
        assert client.get("/touches/" + nonsense).status_code == 200, nonsense
    assert client.get("/subjects/?q=%00").status_code == 200
    assert "云汀电梯物业" in client.get("/subjects/?q=电梯").content.decode()


def test_no_page_asks_more_of_the_database_when_the_city_grows(client: Client, touch_id: int) -> None:
    def asked() -> list[int]:
        told = []
        for address in addresses(touch_id):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address)
            told.append(len(queries))
        return told

    asked()
    before, bureau = asked(), Bureau()
    for number in range(8):
        key = f"9198010{number % 6}MA{number:03d}A1B2U"
        bureau.register(key, f"云汀物业{number}")
        bureau.enrol(key, "T01")
        bureau.tell(key, "ELEVATOR_RECORD", "2026-07-01", object="L", inspection_due_on="2026-07-20")
        bureau.tell(E1, "ELEVATOR_RECORD", "2026-07-01", object=f"M-{number}", inspection_due_on="2026-07-20")
    assert client.get("/touches/").content.decode().count("<tr>") > 10
    assert asked() == before


def test_only_the_demo_has_a_clock_that_stands() -> None:
    with pytest.raises(ImproperlyConfigured, match="ZHUNSHENG_DEMO"):
        demo_clock("2026-06-30T18:00:00+08:00", demo=False)
    with pytest.raises(ImproperlyConfigured, match="时区"):
        demo_clock("2026-06-30T18:00:00", demo=True)
    assert demo_clock("", demo=False) is None

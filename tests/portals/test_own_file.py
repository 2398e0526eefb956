"""A business reads its own file: every reminder line with its distance, its records, and nothing internal."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as live
from django.core.cache import cache
from django.test import Client

from tests.journeys.city import Bureau
from tests.portals.pages import E1, link, reminded, stand_at
from tests.portals.test_enterprise import INTERNAL, seen
from zhunsheng.engine.library import open_library

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(settings: Any) -> Bureau:
    cache.clear()
    stand_at(settings, "2026-07-02 10:00")
    return Bureau()


def read(client: Client, touch: int) -> str:
    page = client.get(link(touch) + "file/").content.decode()
    assert INTERNAL.search(seen(page)) is None
    return page


def test_a_line_that_is_reached_and_one_that_is_far(bureau: Bureau, client: Client) -> None:
    touch = reminded(bureau)
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-07-01", object="L-8", inspection_due_on="2027-05-31")
    page = read(client, touch)
    assert page.index("（L-7）") < page.index("（L-8）")
    near, far = page[page.index("（L-7）") : page.index("（L-8）")], page[page.index("（L-8）") :]
    assert "已到提醒线" in near and "现在 29天" in near and "≤30天" in near and "2026-06-29" in near
    assert "在线内" in far[:400] and "现在 333天" in far[:1500]
    assert 'href="' + link(touch) + 'file/"' in client.get(link(touch)).content.decode()


def test_records_of_others_and_of_judging_are_not_in_the_file(bureau: Bureau, client: Client) -> None:
    touch = reminded(bureau)
    bureau.tell(E1, "REPORT_VERIFIED", "2026-06-20", source="12315", number="J-1")
    bureau.tell(E1, "INSPECTION_RESULT", "2026-06-21", source="daily_inspection", result="CORRECTED")
    page = read(client, touch)
    assert "检查结果" in page and "已改正" in page and "登记事项" in page
    for words in ("举报查实", "触发式监管登记", "同业", "固有风险"):
        assert words not in page, words


def test_only_kinds_that_exist_are_shown_and_none_that_may_betray_a_reporter() -> None:
    library = open_library(live.PACKS)
    shown = set(library.policy("zhunsheng.own-file-policy/1")["shown"])
    assert shown <= set(library.contracts.kinds)
    assert not shown & {"COMPLAINT", "REPORT_VERIFIED", "REVIEW_HIT", "CREDIT_CLASS", "TOUCH", "PEER_GROUP"}


def test_a_withheld_number_stays_withheld(bureau: Bureau, client: Client) -> None:
    touch = reminded(bureau)
    bureau.enrol(E1, "T17")
    bureau.tell(E1, "SHOP", "2026-06-01", object="S-1", platform="云集市", state="OPEN")
    bureau.tell(E1, "FAKE_TRADE_SCORE", "2026-07-01", object="S-1", score_permille=887, suspicious_orders=61)
    bureau.pass_time("2026-07-02")
    newest = bureau.last_touch(E1)
    page = read(client, newest)
    assert "这一条的具体数值不公开" in page and not [n for n in ("887", "800", "61个", "≥50") if n in page]
    reminder = client.get(link(newest)).content.decode()
    assert newest != touch and "这一条的具体数值不公开" in reminder
    assert not [n for n in ("887", "＞800", "≥50") if n in reminder]

"""The service package: the business's own pages in one file: the same bytes each time, nothing internal."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.journeys.city import MACHINE, Bureau, at
from tests.portals import business
from tests.portals.pages import E1, link, reminded, staffed, stand_at
from zhunsheng.foundation.documents.rendering.pdf import RenderError
from zhunsheng.portals.enterprise import packaging
from zhunsheng.registers.registry import actions as registry

pytestmark = pytest.mark.django_db
NOW = at("2026-07-02 10:00")


@pytest.fixture
def there(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str, str]:
    """The representative's browser, the address of the package, and the same behind the reminder's link."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    touch = reminded(Bureau())
    for number, ends in (("许可-1", date(2026, 8, 1)), ("许可-2", date(2029, 8, 1))):
        record = registry.BelongingRecord(E1, "PERMIT", number, "特种设备使用登记", "EQUIPMENT", ends)
        registry.record_belonging(by=MACHINE, at=NOW, record=record)
    chief = business.somebody("chief", "陈明", at=NOW)
    own = business.represent(E1, chief, NOW)
    return business.signed_in(chief, NOW), f"/business/{own}/package.zip", link(touch) + "package.zip"


def taken(client: Client, where: str) -> bytes:
    """The package; while it leaves the database is asked nothing more."""
    response = client.get(where)
    assert response.status_code == 200 and response.streaming
    assert response["Content-Type"] == "application/zip" and "no-store" in response["Cache-Control"]
    with CaptureQueriesContext(connection) as asked:
        told = b"".join(response)
    assert len(asked) == 0
    return told


def files_of(told: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(told)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages as lines, as they leave where a sign cannot be drawn."""

    def refused(**_told: Any) -> None:
        raise RenderError("字体缺字")

    monkeypatch.setattr(packaging, "drawn", refused)


def words_of(told: bytes) -> str:
    return "\n".join(body.decode("utf-8-sig") for body in files_of(told).values())


def test_everything_of_the_own_pages_in_one_file(there: tuple[Client, str, str]) -> None:
    own, where, signed = there
    assert where in own.get(where.replace("package.zip", "")).content.decode()
    assert where in own.get(where.replace("package.zip", "file/")).content.decode()
    first = taken(own, where)
    files = files_of(first)
    assert list(files)[:2] == ["服务包.pdf", "合规指引.pdf"] and "自查表 电梯使用单位自查.pdf" in files
    assert all(body.startswith(b"%PDF") for name, body in files.items() if name.endswith(".pdf"))
    days = files["日历.ics"].decode()
    assert "DTSTART;VALUE=DATE:20260710" in days and "到期：特种设备使用登记 许可-1" in days
    assert "许可-2" not in days and "/b/" not in days
    assert taken(own, where) == first
    assert list(files_of(taken(Client(), signed))) == list(files)


def test_in_words_it_tells_what_brings_it_back_and_nothing_internal(
    there: tuple[Client, str, str], in_words: None
) -> None:
    own, where, signed = there
    before = taken(own, where)
    told = words_of(before)
    for said in (
        "怎样回到线内",
        "2026-07-10",
        "特种设备使用登记 许可-1",
        "汀前所",
        "0900-12345",
        "容易漏掉的",
    ):
        assert said in told
    for internal in ("分类", "积分", "风险等级", "类企业", "红", "李敏", "/b/"):
        assert internal not in told
    # Another business, its facts, and what the bureau keeps to itself about this one change no byte.
    bureau = Bureau()
    bureau.register("91980103MA200C2D2N", "西浦布行")
    bureau.tell(
        "91980103MA200C2D2N", "ELEVATOR_RECORD", "2026-06-29", object="L-9", inspection_due_on="2026-07-05"
    )
    bureau.tell(E1, "PLATFORM_RATING", "2026-07-01", percentile=1)
    assert taken(own, where) == before
    assert "怎样回到线内" in words_of(taken(Client(), signed))
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-07-01", object="L-7", inspection_due_on="2027-07-31")
    after = words_of(taken(own, where))
    assert "现在没有等您处理的提醒" in after

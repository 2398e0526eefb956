"""The credit status report: due by itself, counted once, the same bytes again, nobody in what leaves."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.journeys.city import BUREAU, Bureau, at
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.workflows import counting, monthly, reporting

pytestmark = pytest.mark.django_db
HEAD_OFFICE = "0006"


@pytest.fixture
def bureau(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    as_(client, HEAD_OFFICE)
    bureau = Bureau()
    bureau.register(E1, "云汀电梯物业")
    for number in range(11):
        bureau.register(f"919801030MA{number:03d}A1B2"[:18], f"云汀商行{number}", industry="5211")
    bureau.tell(E1, "INSPECTION_RESULT", "2026-06-10", source="daily_inspection", result="CORRECTED")
    monthly.run(at("2026-06-01"), at("2026-06-01 00:05"))
    monthly.run(at("2026-07-01"), at("2026-07-01 00:05"))
    return bureau


def test_it_is_due_on_the_morning_after_and_once_more_a_quarter(bureau: Bureau) -> None:
    reporting.ensure(at("2026-06-15"))
    assert clocks.instants_of(topic=reporting.TOPIC, viewer=BUREAU) == {"general": at("2026-07-01 06:00")}
    reporting.on_due({"due_at": "2026-07-01T06:00:00+08:00"}, at("2026-07-01 06:00"))
    assert [card.period for card in portraits.reports(viewer=BUREAU)] == ["MONTH", "QUARTER"]
    assert clocks.instants_of(topic=reporting.TOPIC, viewer=BUREAU) == {"general": at("2026-08-01 06:00")}
    reporting.on_due({"due_at": "2026-08-01T06:00:00+08:00"}, at("2026-08-01 06:00"))
    assert clocks.instants_of(topic=reporting.TOPIC, viewer=BUREAU) == {"general": at("2026-08-02 06:00")}
    assert len(portraits.reports(viewer=BUREAU)) == 2


def test_what_is_learnt_later_changes_no_report(bureau: Bureau) -> None:
    (run,) = portraits.monthly_runs(viewer=BUREAU, until=at("2026-07-01"), rows_max=1)
    before = counting.content_of(run, 1)
    tables = {t["id"]: dict(t["rows"]) for t in before["tables"]}
    assert sum(sum(v) for v in tables["area"].values()) == before["subjects"] == 12
    assert (before["as_of"], before["known_at"]) == ("2026-07-01 00:00", "2026-07-01 00:05")
    assert sum(v[0] for v in tables["discovery"].values()) == 1 and before["before"] == "2026-06-01"
    bureau.tell(
        E1,
        "REGISTRATION",
        "2026-06-20",
        known="2026-07-03",
        established_on="2018-03-01",
        industry="5211",
        division="980105",
    )
    assert counting.content_of(run, 1) == before


def test_page_and_files_are_the_same_bytes_again(bureau: Bureau, client: Client) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = next(c.id for c in portraits.reports(viewer=BUREAU) if c.period == "MONTH")
    assert f"/reports/{number}/" in client.get("/reports/").content.decode()
    page = client.get(f"/reports/{number}/").content.decode()
    assert page.count("<svg xmlns") == 7 and "各行业的类别分布" in page and "云汀电梯物业" not in page
    pdf, word = (client.get(f"/reports/{number}/{form}/") for form in ("pdf", "docx"))
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    assert pdf.content == client.get(f"/reports/{number}/pdf/").content
    assert word.content == client.get(f"/reports/{number}/docx/").content
    with zipfile.ZipFile(io.BytesIO(word.content)) as parts:
        assert len([n for n in parts.namelist() if n.endswith(".png")]) == 7
        assert "类别迁移" in parts.read("word/document.xml").decode()
    assert client.get(f"/reports/{number}/exe/").status_code == 404


def test_the_one_that_leaves_hides_small_cells_and_says_so(bureau: Bureau, client: Client) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = portraits.reports(viewer=BUREAU)[0].id
    inside = client.get(f"/reports/{number}/").content.decode()
    outside = client.get(f"/reports/{number}/?for=outside").content.decode()
    assert "类别迁移" in inside and "类别迁移" not in outside and "检查发现问题" not in outside
    assert "＊" in outside and "＊" not in inside
    assert "不是对经营主体的信用评价" not in outside
    assert client.get(f"/reports/{number}/pdf/?for=outside").status_code == 200


def test_a_district_does_not_read_the_sums_of_the_bureau(bureau: Bureau, client: Client) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = portraits.reports(viewer=BUREAU)[0].id
    as_(client, "0002")
    assert f"/reports/{number}/" not in client.get("/reports/").content.decode()
    assert client.get(f"/reports/{number}/").status_code == 404


def test_nobody_outside_the_bureau_gets_one(bureau: Bureau) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = portraits.reports(viewer=BUREAU)[0].id
    business = Viewer.business(E1)
    assert (
        portraits.reports(viewer=business) == []
        and portraits.report(viewer=business, report_id=number) is None
    )

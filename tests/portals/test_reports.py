"""The credit status report: due by itself, counted once, the same bytes again, nobody in what leaves."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.journeys.city import BUREAU, Bureau, at
from tests.portals.pages import E1, as_, staffed, stand_at
from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Part
from zhunsheng.core.reporting.credit import Cells
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.workflows import counting, monthly, reported, reporting

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
    assert page.count("<svg xmlns") == 8 and "各行业的类别分布" in page and "云汀电梯物业" not in page
    pdf, word = (client.get(f"/reports/{number}/{form}/") for form in ("pdf", "docx"))
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    assert pdf.content == client.get(f"/reports/{number}/pdf/").content
    assert word.content == client.get(f"/reports/{number}/docx/").content
    with zipfile.ZipFile(io.BytesIO(word.content)) as parts:
        assert len([n for n in parts.namelist() if n.endswith(".png")]) == 8
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


LINK = re.compile(r'href="(/reports/rows/[^"]+)"')
MARK = re.compile(r'<a class="mark m\d" href="([^"]+)" aria-label="[^"]*：(\d+) 户，占 [\d.]+%"><title>')
NUMBER = re.compile(r'<td class="number"><a href="([^"]+)">(\d+)</a>')


def listed(client: Client, address: str) -> list[str]:
    """The codes in a list, from its first page to its last."""
    found: list[str] = []
    while address:
        page = client.get(address).content.decode()
        found += re.findall(r"<td[^>]*>(9198[0-9A-Z]{14})</td>", page)
        further = re.search(r'href="\?([^"]*after=[^"]*)"', page)
        address = f"/reports/rows/?{html.unescape(further[1])}" if further else ""
    return found


def differing(client: Client, page: str) -> list[str]:
    """Numbers of a page that are not the length of the list to which they lead."""
    found = dict.fromkeys([*MARK.findall(page), *NUMBER.findall(page)])
    assert len(found) >= 15
    return [a for a, n in found if len(set(listed(client, html.unescape(a)))) != int(n)]


def test_every_number_is_the_length_of_its_list(
    bureau: Bureau, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    # Learnt after the report: the list still says what was known.
    for number in range(3):
        key = f"919801030MA{number:03d}A1B2"[:18]
        told = {"established_on": "2018-03-01", "industry": "7020", "division": "980105"}
        bureau.tell(key, "REGISTRATION", "2026-06-20", known="2026-07-03", **told)
    monthly.run(at("2026-08-01"), at("2026-08-01 00:05"))
    for card in portraits.reports(viewer=BUREAU):
        page = client.get(f"/reports/{card.id}/").content.decode()
        assert differing(client, page) == [] and "aria-label" in page and "onclick" not in page
    # A number that is off by one is seen.
    wrong = NUMBER.sub(lambda m: f'<td class="number"><a href="{m[1]}">{int(m[2]) + 1}</a>', page, count=1)
    assert len(differing(client, wrong)) == 1
    # So is a list that forgets the row it was asked for.
    monkeypatch.setattr(Cells, "of", lambda _self, _table, row: ("云汀", row.class_name))
    assert differing(client, page)


def test_a_long_list_goes_on_over_its_pages_both_ways(
    bureau: Bureau, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    card = portraits.reports(viewer=BUREAU)[0]
    monkeypatch.setattr(reported, "SUBJECTS_AT_ONCE", 2)
    monkeypatch.setattr(reported, "PARTS_A_PAGE_MAX", 2)
    (table,) = (t for t in card.content["tables"] if t["id"] == "migration")
    row = max(table["rows"], key=lambda told: sum(told[1]))
    cell = reported.Cell("migration", row[0])
    pages = [reported.behind(BUREAU, card, cell, Part("subject", False, rows_max=3))]
    while pages[-1].next:
        part = Part("subject", False, pages[-1].next, rows_max=3)
        pages.append(reported.behind(BUREAU, card, cell, part))
    keys = [key for told in pages for key, _row in told.rows]
    assert keys == sorted(set(keys)) and len(keys) == sum(row[1]) and len(pages) > 3
    back = reported.behind(BUREAU, card, cell, Part("subject", False, pages[-1].rows[0][0], True, 3))
    assert [key for key, _row in back.rows] == keys[: keys.index(pages[-1].rows[0][0])][-3:]


def test_the_file_is_the_chart_as_arranged(bureau: Bureau, client: Client) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    card = portraits.reports(viewer=BUREAU)[0]
    classes = next(t["columns"] for t in card.content["tables"] if t["id"] == "trend")
    for end in ("", f"?without={classes[0]}&order=size&periods=3", "?for=outside"):
        page = client.get(f"/reports/{card.id}/{end}").content.decode()
        for name in ("area", "industry", "trend"):
            section = re.search(rf'<section class="card" id="{name}">.*?</section>', page, re.DOTALL)
            assert section is not None
            rows = re.findall(r"<tr>(.*?)</tr>", section[0], re.DOTALL)
            shown = [[_bare(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
            address = re.search(r'href="(/reports/\d+/data/[^"]+)"', section[0])
            assert address is not None
            told = client.get(html.unescape(address[1])).content.decode("utf-8-sig")
            assert list(csv.reader(io.StringIO(told))) == shown, (end, name)
    arranged = client.get(f"/reports/{card.id}/?without={classes[0]}").content.decode()
    assert arranged.count(f'class="number">{classes[0]}</th>') == 0 < page.count('class="number"')
    assert LINK.search(client.get(f"/reports/{card.id}/?for=outside").content.decode()) is None


def _bare(cell: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", cell))


def test_a_district_does_not_read_the_sums_of_the_bureau(bureau: Bureau, client: Client) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = portraits.reports(viewer=BUREAU)[0].id
    as_(client, "0002")
    assert f"/reports/{number}/" not in client.get("/reports/").content.decode()
    assert client.get(f"/reports/{number}/").status_code == 404
    assert client.get(f"/reports/{number}/data/area/").status_code == 404
    rows = client.get(f"/reports/rows/?report={number}&table=area&row=不详").content.decode()
    assert "9198010" not in rows and "云汀" not in rows.split("<main")[1]


def test_nobody_outside_the_bureau_gets_one(bureau: Bureau) -> None:
    reporting.make(at("2026-07-01"), at("2026-07-01 06:00"))
    number = portraits.reports(viewer=BUREAU)[0].id
    business = Viewer.business(E1)
    assert (
        portraits.reports(viewer=business) == []
        and portraits.report(viewer=business, report_id=number) is None
    )

"""One kit for every list: what is chosen stands in the address, the file is the screen, nothing counted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.contexts.accounts import office
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Part
from zhunsheng.foundation.desk import queries as desk
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.registers.registry import actions, queries
from zhunsheng.registers.registry.actions import SubjectRecord
from zhunsheng.registers.registry.queries import SubjectFilter

pytestmark = pytest.mark.django_db
ALL = Viewer.bureau("test")


def register(number: int, station: str = "汀前所", district: str = "980102") -> str:
    key = f"91{district}MA{number:07d}K"
    founded = date(2020, 1, 1) + timedelta(days=number % 3)
    record = SubjectRecord(key, "ENTERPRISE", f"商行{number:03d}", district, "5211", founded, station=station)
    actions.record_subject(by=office.SHELL, at=office.NOW, record=record)
    return key


@pytest.fixture
def shops(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    return [register(number) for number in range(120)]


def walk(part: Part, backwards: bool = False) -> Iterator[list[str]]:
    """Page after page, from the start to the end or the other way."""
    while True:
        told = queries.listed(viewer=ALL, wanted=SubjectFilter(), part=part)
        yield [card.key for card in told.rows]
        cursor = told.previous if backwards else told.next
        if not cursor:
            return
        part = Part(part.field, part.descending, cursor, backwards, part.rows_max)


@given(st.sampled_from(["key", "established_on", "recorded_at", "id"]), st.booleans(), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_pages_hold_every_row_once_and_lead_back_the_same_way(field: str, down: bool, rows_max: int) -> None:
    if not queries.known_keys(viewer=ALL, keys={f"91980102MA{0:07d}K"}):
        for number in range(30):
            register(number)
    pages = list(walk(Part(field, down, rows_max=rows_max)))
    (whole,) = walk(Part(field, down, rows_max=1_000))
    assert [key for page in pages for key in page] == whole and len(set(whole)) == 30
    last = queries.listed(viewer=ALL, wanted=SubjectFilter(), part=Part(field, down, rows_max=rows_max))
    while last.next:
        last = queries.listed(
            viewer=ALL, wanted=SubjectFilter(), part=Part(field, down, last.next, False, rows_max)
        )
    if last.previous:
        back = list(walk(Part(field, down, last.previous, True, rows_max), backwards=True))
        before = whole[: -len(last.rows)]
        assert [key for page in reversed(back) for key in page] == before


def test_a_list_is_walked_without_counting(client: Client, shops: list[str]) -> None:
    as_(client, "0001")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/subjects/?state=ACTIVE&sort=young").content.decode()
    assert page.count("<tr>") == 51 and not [q for q in asked.captured_queries if "COUNT(" in q["sql"]]
    following = re.findall(r'rel="next" href="\?([^"]+)"', page)[0].replace("&amp;", "&")
    assert "state=ACTIVE" in following and "sort=young" in following
    again = client.get(f"/subjects/?{following}").content.decode()
    assert set(re.findall(r"商行\d+", page)).isdisjoint(re.findall(r"商行\d+", again))
    assert "回到第一页" in again and 'rel="prev"' in again


def exported(client: Client, query: str, form: str) -> Any:
    response = client.post("/lists/subjects/export/", {"query": query, "form": form})
    assert response.status_code == 200 and "attachment" in response["Content-Disposition"]
    return response.content


def test_the_file_is_the_screen(client: Client, shops: list[str]) -> None:
    as_(client, "0001")
    wanted = {"column-code": "1", "column-name": "2", "column-founded": "3", "query": "q=商行1"}
    assert client.post("/lists/subjects/columns/", wanted).status_code == 302
    query = "q=商行1&sort=code"
    page = client.get(f"/subjects/?{query}").content.decode()
    header = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert header == ["代码", "名称", "成立日期"]
    cells = re.findall(r"<td>(?:<a[^>]*>)?([^<]+)", page)
    screen = [cells[start : start + 3] for start in range(0, len(cells), 3)]
    assert len(screen) == 20
    lines = list(csv.reader(io.StringIO(exported(client, query, "csv").decode("utf-8-sig"))))
    assert lines[4] == header and lines[5:] == screen
    notes = "".join(line[0] for line in lines[:4])
    for words in ("不得对外提供", "沈知秋（0001）", "2026-07-02 10:00", "关键字：商行1", "共 20 条"):
        assert words in notes, words
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(exported(client, query, "xlsx"))).get_sheet_by_index(0)
    rows = [[str(cell) for cell in row] for row in sheet.to_python()]
    assert rows[4] == header and rows[5:] == screen
    kept = AuditEvent.objects.filter(action="LIST_EXPORTED").order_by("id").values_list("detail", flat=True)
    assert [detail["rows"] for detail in kept] == [20, 20] and "关键字：商行1" in kept[0]["filters"]


def test_a_file_goes_beyond_the_first_page_and_no_further_than_the_scope(
    client: Client, shops: list[str]
) -> None:
    register(900, station="西浦所", district="980103")
    as_(client, "0002")
    lines = exported(client, "", "csv").decode("utf-8-sig").splitlines()
    assert len(lines) == 5 + 120 and "商行900" not in "".join(lines)


def test_columns_and_views_are_ones_own_and_views_can_be_shared_with_the_unit(
    client: Client, shops: list[str]
) -> None:
    mine, colleague, elsewhere = as_(Client(), "0002"), as_(Client(), "0004"), as_(Client(), "0003")
    mine.post("/lists/subjects/columns/", {"column-name": "1", "query": ""})
    assert '<th scope="col">代码</th>' not in mine.get("/subjects/").content.decode()
    assert '<th scope="col">代码</th>' in colleague.get("/subjects/").content.decode()
    mine.post("/lists/subjects/columns/", {"usual": "1", "column-name": "1"})
    assert '<th scope="col">代码</th>' in mine.get("/subjects/").content.decode()
    told = {"query": "q=商行1&state=ACTIVE&after=x", "name": "一字头"}
    mine.post("/lists/subjects/views/", told)
    mine.post("/lists/subjects/views/", {**told, "name": "共享的", "shared": "1"})
    assert mine.post("/lists/subjects/views/", {**told, "name": " "}).status_code == 200
    page = mine.get("/subjects/").content.decode()
    assert "一字头" in page and "共享的" in page and "after=x" not in page
    told_to = colleague.get("/subjects/").content.decode()
    assert "一字头" not in told_to and "共享的" in told_to and "删除视图" not in told_to
    assert "共享的" not in elsewhere.get("/subjects/").content.decode()
    (shared,) = desk.views(viewer=Viewer.bureau("0004"), unit="980102/汀前所")
    assert colleague.post(f"/views/{shared.id}/remove/").status_code == 404
    assert mine.post(f"/views/{shared.id}/remove/").status_code == 302


def test_an_empty_list_says_what_would_appear_and_how_to_get_it(client: Client, shops: list[str]) -> None:
    as_(client, "0003")
    # Audit, people and grants are never empty (whoever sits here was let in by an act) and not for officers;
    # neither are alarms (tests/portals/test_alarms.py).
    for name in LISTS.keys() - {"alarms", "audit", "people", "grants"}:
        definition = LISTS[name]
        where = {"files": "/evidence/"}.get(name, f"/{name}/")
        assert str(definition.empty) in client.get(where).content.decode(), name
    assert "没有符合条件的记录" in client.get("/subjects/?q=无此").content.decode()


def test_nonsense_in_an_address_is_left_out() -> None:
    asked = LISTS["touches"].asked(QueryDict("item=T99&colour=RED&begun_from=昨天&sort=no&after=%00"))
    assert {name: text for name, text in asked.chosen.items() if text} == {"colour": "RED"}
    assert asked.query() == "colour=RED" and asked.sort.key == "newest"


def test_who_looked_at_what_is_seen_by_those_who_audit(client: Client, shops: list[str]) -> None:
    as_(client, "0001")
    client.post("/lists/subjects/export/", {"query": "", "form": "csv"})
    assert client.get("/audit/").status_code == 404
    assert "留痕" not in client.get("/subjects/").content.decode()
    as_(client, "0007")
    page = client.get("/audit/?action=LOOKS").content.decode()
    assert (
        page.count("导出清单") > 1
        and "主体登记" not in re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[0]
    )
    page = client.get(f"/audit/?target=subject:{shops[0]}&sort=oldest").content.decode()
    assert re.findall(r"<tbody>.*?主体登记", page, re.DOTALL)

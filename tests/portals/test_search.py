"""Search for anything: part of a name, pinyin initials, codes, numbers, telephones; in scope; by index."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contexts.accounts import office
from tests.journeys.city import BUREAU
from tests.portals.pages import as_, staffed, stand_at
from zhunsheng.registers.registry import actions, queries, searching
from zhunsheng.registers.registry.actions import BelongingRecord, SubjectRecord

pytestmark = pytest.mark.django_db
LIFTS, BANK, FAR = "91980102MA100A1B2U", "92980102MA400G4H2X", "91980103MA200C2D2N"


def register(key: str, name: str, station: str = "汀前所", **more: Any) -> None:
    record = SubjectRecord(
        key, "ENTERPRISE", name, key[2:8], "7020", date(2018, 3, 1), station=station, **more
    )
    actions.record_subject(by=office.SHELL, at=office.NOW, record=record)


@pytest.fixture
def city() -> None:
    register(LIFTS, "云汀电梯物业", phone="09001234567", old_number="980102000000017")
    register(BANK, "重庆路ABC银行（汀前）")
    register(FAR, "西浦电梯维保", station="西浦所")
    number = BelongingRecord(LIFTS, "EQUIPMENT", "梯-31-98-0007")
    actions.record_belonging(by=office.SHELL, at=office.NOW, record=number)


def found(text: str) -> list[str]:
    return [card.key for card, _met in queries.find(viewer=BUREAU, text=text)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("云汀电梯物业", [LIFTS]),
        ("电梯", [LIFTS, FAR]),
        ("业", [LIFTS]),
        ("汀", [LIFTS, BANK]),
        ("dtwy", [LIFTS]),
        ("DT", [LIFTS, FAR]),
        ("cql", [BANK]),
        ("abc银行", [BANK]),
        ("ＡＢＣ", [BANK]),
        ("yinh", []),
        ("梯电", []),
        ("业云", []),
        ("91980102ma", [LIFTS]),
        ("980102000000017", [LIFTS]),
        ("31-98-0007", [LIFTS]),
        ("梯-31-98-0007", [LIFTS]),
        ("0900 1234567", [LIFTS]),
        ("0900123456", []),
        ("x' OR 1=1 --", []),
        ("*", []),
        ("&", []),
        ("", []),
    ],
)
def test_what_finds_whom(city: None, text: str, keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(text) == keys
    monkeypatch.setattr(searching, "FEW", 0)  # as if a great many bore the word
    assert found(text) == keys


def test_a_telephone_is_found_by_whoever_may_have_it_shown(city: None) -> None:
    office.found_bureau()
    office.hire("1", "程岚", "9801")
    clerk = office.at_work(office.give("1", "auditor", "9801")).viewer
    assert [card.key for card, _ in queries.find(viewer=clerk, text="电梯物业")] == [LIFTS]
    assert queries.find(viewer=clerk, text="09001234567") == []


def test_a_new_name_finds_and_so_does_the_old_one(city: None) -> None:
    register(LIFTS, "云汀升降机物业", phone="09001234567")
    assert found("升降机") == found("电梯物业") == found("sjj") == [LIFTS]
    searching.index_all(queries.scoping.subjects(BUREAU))
    assert found("升降机") == found("电梯物业") == [LIFTS]


@given(st.text("云汀电梯物业银行重庆路一二三ABab12（）-", min_size=1, max_size=14), st.data())
@settings(max_examples=60, deadline=None)
def test_every_part_of_every_name_finds_it(name: str, data: st.DataObject) -> None:
    """And what occurs in no name finds nothing: the index answers as looking at each name would."""
    register(LIFTS, name)
    plain = "".join(c for c in name.lower() if c.isalnum())
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    wanted = "".join(c for c in part.lower() if c.isalnum())
    other = data.draw(st.text("云汀电梯物业AB12", min_size=1, max_size=3))
    bears = [n.lower() for n in queries.borne_names(viewer=BUREAU, key=LIFTS)]
    bears = ["".join(c for c in n if c.isalnum()) for n in [*bears, plain]]
    assert found(part) == ([LIFTS] if wanted else [])
    if not other.isascii():
        assert bool(found(other)) == any(other.lower() in n for n in bears)


def test_the_index_is_used_and_no_table_is_scanned(city: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as looks:
            searching.found_by(queries.scoping.subjects(BUREAU), "电梯")
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {looks[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "VIRTUAL TABLE INDEX 0:M" in plan or "registry_searchwords_words" in plan, plan


def test_the_page_keeps_to_the_scope_and_a_full_code_leads_to_its_file(
    city: None, settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    as_(client, "0002")
    page = client.get("/search/?q=电梯").content.decode()
    assert "云汀电梯物业" in page and "西浦电梯维保" not in page
    assert client.get(f"/search/?q={LIFTS.lower()}").headers["Location"] == f"/subjects/{LIFTS}/"
    assert "梯-31-98-0007" in client.get("/search/?q=梯-31-98-0007").content.decode()
    for nothing in ("西浦电梯", FAR, "9" * 30, "%00", "(", '"'):
        told = client.get("/search/", {"q": nothing})
        assert told.status_code == 200 and "没有找到" in told.content.decode(), nothing
    assert "dtwy" in client.get("/subjects/?q=dtwy").content.decode()

"""Rule cards: made from the pack, found by words, read in the version that applied, compared side by side."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.test import Client

from tests.journeys.city import MACHINE, Bureau, at
from tests.portals.pages import as_, reminded, staffed, stand_at
from zhunsheng.core.packs.cards import CardKind, cards
from zhunsheng.engine.library import open_library
from zhunsheng.engine.packfiles import load_pack, read_documents
from zhunsheng.judging.portraits import actions as portraits
from zhunsheng.workflows import monthly

pytestmark = pytest.mark.django_db
T01 = Path("general/items/T01-elevator-inspection.yaml")


@pytest.fixture
def reader(settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    return as_(client, "0001")


def changed_pack(folder: Path, old: str, new: str) -> Path:
    """A copy of the packs in which one line of the first item says something else, under another version."""
    shutil.copytree(live.PACKS, folder)
    (item,) = [p for p in (folder / "general/items").glob("*.yaml") if "id: T01\n" in p.read_text()]
    assert old in item.read_text()
    item.write_text(item.read_text().replace(old, new))
    head = folder / "general/pack.yaml"
    version = open_library(live.PACKS).pack.version
    head.write_text(head.read_text().replace(version, "1999.01"))
    return folder


def kept(folder: Path, when: str) -> str:
    pack = load_pack(folder / "general").pack
    documents = [(name, dict(d)) for name, d in read_documents(folder / "general")]
    portraits.keep_pack(by=MACHINE, at=at(when), pack=pack, documents=documents)
    return pack.content_hash


def test_every_definition_has_a_card_that_says_what_counts_and_the_way_back() -> None:
    library = open_library(live.PACKS)
    told = cards(library.pack, library.contracts)
    points = [p for item in library.pack.items for p in item.points]
    nodes = sum(len(m.indicators) + len(m.rules) for m in library.pack.models)
    assert len(told) == len(points) + nodes
    for card in told.values():
        assert card.lines and card.counts and card.back and card.basis, card.id
    lift = told["T01-1"]
    assert lift.kind is CardKind.POINT and dict(lift.periods)["答复期限"] == "7个工作日"
    assert "别的电梯的记录：每个电梯各自计算" in lift.not_counted
    rate = told["general:I29"]
    assert "样本少于20的：不作判断" in rate.not_counted and any("自然不再计入" in w for w in rate.back)
    listed = dict(told["general:I24"].lines)
    assert "在列" not in listed and any("列入" in words for words in listed.values())


def test_a_card_is_found_by_words_of_its_law_and_filters_stand_in_the_address(reader: Client) -> None:
    page = reader.get("/rules/").content.decode()
    assert "T01-1" in page and "general:I24" in page
    page = reader.get("/rules/?q=特种设备安全法 40&kind=POINT").content.decode()
    assert "T01-1" in page and "general:I24" not in page
    page = reader.get("/rules/?group=F3&kind=INDICATOR").content.decode()
    assert "general:I24" in page and "T01-1" not in page
    assert "没有符合条件的卡片" in reader.get("/rules/?q=龙卷风").content.decode()
    for nonsense in ("?version=x&kind=x&group=%00", "?q=%00", "?basis=NONE"):
        assert reader.get("/rules/" + nonsense).status_code == 200


def test_a_card_tells_lines_measures_by_name_and_basis(reader: Client) -> None:
    page = reader.get("/rules/cards/T01-1/").content.decode()
    for words in (
        "近120天",
        "短信与信箱提醒函",
        "R1 非现场核查",
        "条文已核对",
        "自然不再计入",
        "特种设备安全监察科",
    ):
        assert words in page, words
    assert reader.get("/rules/cards/T99-1/").status_code == 404
    assert "数值不公开" in reader.get("/rules/cards/T17-1/").content.decode()


def test_a_version_that_applied_before_is_read_and_compared(reader: Client, tmp_path: Path) -> None:
    before = kept(changed_pack(tmp_path / "old", "at_most: 30", "at_most: 45"), "2026-01-03 08:00")
    current = open_library(live.PACKS).pack.content_hash
    index = reader.get("/rules/").content.decode()
    assert "1999.01" in index and "2026-01-03 08:00" in index
    assert "≤45天" in reader.get(f"/rules/cards/T01-1/?version={before}").content.decode()
    assert "≤45天" not in reader.get("/rules/cards/T01-1/").content.decode()
    page = reader.get(f"/rules/compare/?old={before}&new={current}").content.decode()
    assert "<del>" in page and "≤45天" in page and "≤30天" in page and 'id="T01-1"' in page
    assert 'id="T02-1"' not in page
    same = reader.get(f"/rules/compare/?old={current}&new={current}").content.decode()
    assert "两个版本说的一样" in same


def test_when_a_version_classed_is_told_by_the_runs(reader: Client) -> None:
    reminded(Bureau())
    monthly.run(at("2026-07-01"), at("2026-07-01 00:10"))
    page = reader.get("/rules/").content.decode()
    assert "截止时点 2026-07-01" in page

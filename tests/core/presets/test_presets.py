"""A preset is refused where it is nonsense, and reads money, dates and words exactly."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from zhunsheng.core.identifiers.uscc import make
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.presets.cells import UnreadableError, read_date, read_money, read_row
from zhunsheng.core.presets.columns import preset_of
from zhunsheng.core.presets.preset import SCHEMA, read_preset
from zhunsheng.core.presets.unread import unread
from zhunsheng.core.reference import NotInForceError
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.engine.presetfiles import load_presets

PACKS = Path(__file__).parents[3] / "packs"
CONTRACTS = load_pack(PACKS / "general").contracts
COLUMNS: dict[str, Any] = {
    "subject": "代码",
    "number": "编号",
    "valid_to": {"from": "到期", "dates": ["%d.%m.%Y"]},
    "permit_kind": {"from": "类别", "values": {"食品": "FOOD"}},
}
GOOD: dict[str, Any] = {"schema": SCHEMA, "id": "x", "name_zh": "例", "target": "permits", "columns": COLUMNS}


def test_every_shipped_preset_is_sound() -> None:
    assert {"registry-export", "permits-export"} <= set(load_presets(PACKS / "presets", CONTRACTS))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"target": "people"}, "x.yaml.target"),
        ({"kind": "PENALTY"}, "x.yaml.kind"),
        ({"colums": {}}, "x.yaml"),
        ({"recognise": ["别的列"]}, "x.yaml.recognise"),
        ({"columns": {"subject": "代码"}}, "x.yaml.columns"),
        ({"columns": COLUMNS | {"height": "高"}}, "x.yaml.columns.height"),
        (
            {"columns": COLUMNS | {"valid_to": {"from": "到期", "dates": ["%Y年"]}}},
            "x.yaml.columns.valid_to.dates",
        ),
        (
            {"columns": COLUMNS | {"valid_to": {"from": "到期", "unit": "万元"}}},
            "x.yaml.columns.valid_to.unit",
        ),
        (
            {"columns": COLUMNS | {"permit_kind": {"from": "类", "values": {"食品": "EAT"}}}},
            "x.yaml.columns.permit_kind.values",
        ),
        (
            {"columns": COLUMNS | {"permit_kind": {"from": "类", "values": {"食品": ""}}}},
            "x.yaml.columns.permit_kind.values",
        ),
        ({"columns": COLUMNS | {"permit_kind": {"value": "EAT"}}}, "x.yaml.columns.permit_kind.value"),
        (
            {"columns": COLUMNS | {"number": {"from": "编", "unreadable": "EMPTY"}}},
            "x.yaml.columns.number.unreadable",
        ),
    ],
)
def test_nonsense_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    read_preset(GOOD, CONTRACTS, where="x.yaml")
    with pytest.raises(PackError) as refused:
        read_preset(GOOD | change, CONTRACTS, where="x.yaml")
    assert refused.value.path == place


def test_texts_without_a_value_are_found_until_somebody_gives_one() -> None:
    """What is found is exactly what the reading refuses; '' says that a text means nothing."""
    flag = {"ended": "已销", "permit_kind": {"from": "类别", "values": {"食品": "FOOD"}}}
    preset = read_preset(GOOD | {"columns": COLUMNS | flag}, CONTRACTS, where="x.yaml")
    rows = [
        {"类别": one, "已销": yes}
        for one, yes in (("食品", "是"), ("FOOD", "未销"), ("餐饮", ""), (" 餐饮 ", "x"))
    ]
    found = {one.field: one for one in unread(rows, preset)}
    assert found["permit_kind"].texts == (("餐饮", 2),) and dict(found["ended"].texts) == {"未销": 1, "x": 1}
    assert dict(found["permit_kind"].known) == {"食品": 1, "FOOD": 1}
    values = {"permit_kind": {"餐饮": "FOOD"}, "ended": {"未销": "false", "x": ""}}
    names = {column.field.name: column.names[0] for column in preset.columns}
    given = preset_of(preset.target, "", names, CONTRACTS, preset, values)
    assert unread(rows, given) == []
    whole = {"代码": make("91", "980102", "MA100A1B"), "编号": "1", "到期": "2030-01-01"}
    read = [read_row(whole | one, given, {}) for one in rows]
    assert [r.refusals for r in read] == [()] * len(rows)
    assert [r.values.get("ended", "-") for r in read] == [True, False, "-", "-"]
    assert {r.values["permit_kind"] for r in read} == {"FOOD"}


def test_every_fault_of_a_row_is_told_at_once() -> None:
    preset = read_preset(GOOD, CONTRACTS, where="x.yaml")
    read = read_row({"代码": "91", "编号": "", "到期": "31.12", "类别": "百货"}, preset, {})
    assert [r.field for r in read.refusals] == [
        "subject（代码）",
        "number（编号）",
        "valid_to（到期）",
        "permit_kind（类别）",
    ]


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("1,000(万元人民币)", "元", 1_000_000_000),
        ("100万人民币", "元", 100_000_000),
        ("180(万)", "元", 180_000_000),
        ("0.01", "元", 1),
        ("120.5", "万元", 120_500_000),
        ("300元", "万元", 30_000),
    ],
)
def test_money_is_exact(text: str, unit: str, fen: int) -> None:
    assert read_money(text, unit) == fen


@pytest.mark.parametrize("text", ["100万美元", "五十", "0.001", "1e9", "９" * 30, "=1+1"])
def test_money_is_never_guessed(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_money(text, "元")


def test_dates() -> None:
    assert {read_date(t) for t in ("2026年7月1日", "2026/7/1", "20260701", "2026-07-01 08:30:00")} == {
        "2026-07-01"
    }
    for text in ("2026-02-30", "七月", "0026-07-01"):
        with pytest.raises(UnreadableError):
            read_date(text)


def test_a_code_that_stands_in_another_column_is_named_and_not_taken() -> None:
    preset = read_preset(GOOD, CONTRACTS, where="x.yaml")
    code = make("91", "980102", "MA100A1B")
    shifted = {"代码": "汀前街1号", "编号": "1", "到期": "31.12.2026", "类别": "食品", "日期": code}
    (refusal,) = read_row(shifted, preset, {}).refusals
    assert f"“日期”列中的 {code} 是正确的代码" in refusal.cure_zh
    two = shifted | {"备注": make("91", "980102", "MA200A1B")}
    assert "错列" not in read_row(two, preset, {}).refusals[0].cure_zh.partition("18 位代码")[2]


def test_division_and_industry_are_looked_up_whether_or_not_the_preset_says_so() -> None:
    columns: dict[str, Any] = {
        "subject": "代码",
        "name": "名称",
        "established_on": "成立",
        "industry": "行业",
        "division": {"from": "区划", "lookup": "division"},
    }
    preset = read_preset(GOOD | {"target": "subjects", "columns": columns}, CONTRACTS, where="x.yaml")

    def industry(text: str, on: dt.date | None) -> str:
        assert on == dt.date(2026, 6, 1)
        raise NotInForceError(f"没有 {text}", "改填 52")

    cells = {"代码": make("91", "980102", "MA100A1B"), "名称": "甲", "成立": "2020-01-01"}
    lookups = {"industry": industry, "division": lambda text, on: {"西浦区": "980103"}[text]}
    read = read_row(cells | {"行业": "5212", "区划": "西浦区"}, preset, lookups, dt.date(2026, 6, 1))
    assert read.values["division"] == "980103"
    assert [(r.field, r.cure_zh) for r in read.refusals] == [("industry（行业）", "改填 52")]
    with pytest.raises(PackError):
        wrong = columns | {"name": {"from": "名称", "lookup": "people"}}
        read_preset(GOOD | {"target": "subjects", "columns": wrong}, CONTRACTS, where="x.yaml")

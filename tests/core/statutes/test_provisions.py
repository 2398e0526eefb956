"""Conduct and what hangs on it: ranges, stages, and what may be spared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.statutes.provisions import SCHEMA, Provision, Stage, read_provisions
from zhunsheng.engine.packfiles import read_documents

PACKS = Path(settings.PACKS)
KNOWN = read_provisions(read_documents(PACKS / "statutes"))
CITE = {"law": "纸鸢办法", "article": "2", "status": "VERIFIED"}


def made(*consequences: dict[str, Any]) -> Provision:
    body = {
        "id": "KITE",
        "field": "X",
        "conduct_zh": "近电放飞",
        "duty": CITE,
        "consequences": [{"stage": "AT_ONCE", "kinds": ["FINE"], "basis": CITE, **c} for c in consequences],
        "exemptions": [],
        "tolerance": [],
    }
    return read_provisions([("x.yaml", {"schema": SCHEMA, "provisions": [body]})])["KITE"]


@pytest.mark.parametrize(
    ("conduct", "stage", "goods_yuan", "low_yuan", "high_yuan"),
    [
        ("AD-ABSOLUTE", Stage.AT_ONCE, 0, 200_000, 1_000_000),
        ("REG-DISPLAY", Stage.AFTER_REFUSAL, 0, 0, 30_000),
        ("FOOD-EXPIRED", Stage.AT_ONCE, 9_999, 50_000, 100_000),
        ("FOOD-EXPIRED", Stage.AT_ONCE, 10_000, 100_000, 200_000),
        ("FOOD-EXPIRED", Stage.AT_ONCE, 12_345, 123_450, 246_900),
        ("PRODUCT-LABEL", Stage.SERIOUS, 1_001, 0, 300.30),
        ("COSMETICS-RECORDS", Stage.SERIOUS, 0, 30_000, 50_000),
    ],
)
def test_the_range_of_a_fine(
    conduct: str, stage: Stage, goods_yuan: int, low_yuan: float, high_yuan: float
) -> None:
    (one,) = [c for c in KNOWN[conduct].following(stage, goods_yuan * 100) if c.fine]
    assert one.fine is not None
    assert one.fine.bounds(goods_yuan * 100) == (round(low_yuan * 100), round(high_yuan * 100))


def test_where_correction_comes_first_no_penalty_is_spared() -> None:
    first = {name for name, one in KNOWN.items() if not one.penalty_at_first()}
    assert first >= {"REG-CHANGE", "REG-DISPLAY", "FOOD-LABEL-FLAW", "COSMETICS-LABEL-FLAW"}
    assert "AD-ABSOLUTE" not in first and all(not KNOWN[name].exemptions for name in first)


def test_every_tolerance_entry_named_exists() -> None:
    entries = {e["code"] for _n, d in read_documents(PACKS / "tolerance") for e in d.get("entries", ())}
    named = {code for one in KNOWN.values() for code in one.tolerance}
    assert named and named <= entries


def test_a_part_of_a_fen_is_never_added() -> None:
    percent = made({"fine": {"high_percent": 30, "of": "GOODS_VALUE"}}).consequences[0].fine
    assert percent is not None and percent.bounds(101) == (0, 30)


@pytest.mark.parametrize(
    ("consequence", "told"),
    [
        ({"fine": {"low": 2, "high": 1}}, "下限"),
        ({"kinds": ["WARNING"], "fine": {"high": 1}}, "没有罚款"),
        ({"stage": "LATER"}, "LATER"),
        ({"kinds": ["PRAISE"]}, "PRAISE"),
        ({"fine": {"high_times": 2, "of": "PROFIT"}}, "PROFIT"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_faulty_record_is_refused_with_its_place(consequence: dict[str, Any], told: str) -> None:
    with pytest.raises(PackError, match=told) as refused:
        made(consequence)
    assert "KITE" in refused.value.path


def test_a_provision_is_written_once_and_whole() -> None:
    body = {"id": "KITE", "field": "X"}
    with pytest.raises(PackError, match="conduct_zh"):
        read_provisions([("x.yaml", {"schema": SCHEMA, "provisions": [body]})])
    whole = {
        "conduct_zh": "x",
        "duty": CITE,
        "consequences": [],
        "exemptions": [],
        "tolerance": [],
        **body,
    }
    with pytest.raises(PackError, match="两次"):
        read_provisions([("x.yaml", {"schema": SCHEMA, "provisions": [whole, whole]})])

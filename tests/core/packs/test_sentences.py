"""Every node can be said, and what is said is what stands in the definition."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.core.packs.nodes import NodeReader
from zhunsheng.core.rules.sentences import (
    Speaker,
    card,
    indicator_sentence,
    model_sentence,
    points_text,
    rule_sentence,
)
from zhunsheng.core.rules.tree import Op, Scope, WindowKind
from zhunsheng.core.rules.tree import Test as FieldTest
from zhunsheng.engine.packfiles import load_pack

GENERAL = Path(__file__).resolve().parents[3] / "packs" / "general"
FIELDS = {
    "fine": {"type": "MONEY_FEN", "name_zh": "罚款"},
    "minutes": {"type": "INTEGER", "name_zh": "分钟数"},
    "open": {"type": "FLAG", "name_zh": "未结"},
    "valid_to": {"type": "DATE", "name_zh": "有效期至"},
}
KIND = {"name_zh": "困人", "sources": ["x"], "object_zh": "电梯", "fields": FIELDS}
CONTRACTS = ContractSet(
    {
        c.kind: c
        for c in parse_contracts(
            {
                "kinds": {
                    "TRAPPED": {"name_zh": "困人", "sources": ["x"], "object_zh": "电梯", "fields": FIELDS}
                }
            },
            where="test",
        )
    }
)
DAYS = {"days": 90}


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        ({"count": "TRAPPED", "window": DAYS, "scope": "same_object", "at_least": 2},
         "近90天（含当日）同一电梯困人≥2次"),
        ({"sum": "TRAPPED.fine", "window": {"months": 12}, "more_than": 500},
         "近12个月（含当日）困人的罚款合计＞500分"),
        ({"count": "TRAPPED", "where": {"open": True}, "window": {"hours": 24}, "less_than": 3},
         "近24小时困人（未结为是）＜3次"),
        ({"objects": "TRAPPED", "where": {"valid_to": {"days_until_at_most": -1}}, "at_least": 1},
         "最新记录符合【困人（有效期至已过≥1天）】的电梯≥1个"),
        ({"days_until": "TRAPPED.valid_to", "at_most": 30}, "距最近一次困人的有效期至还有≤30天"),
        ({"days_since": "TRAPPED", "more_than": 15}, "距最近一次困人已过＞15天"),
        ({"latest": "TRAPPED.minutes", "in": [1, 2]}, "最近一次困人的分钟数为1或2"),
        ({"flag": "TRAPPED", "window": "all", "equals": 1}, "有记录以来有困人"),
        ({"trend": {"count": "TRAPPED", "window": DAYS}, "at_most": 70},
         "每100“截至90天前的90天内困人”中的“近90天（含当日）困人”≤70"),
        ({"ratio": {"of": {"count": "TRAPPED", "window": DAYS}, "to": {"sum": "TRAPPED.minutes", "window": DAYS},  # noqa: E501
                    "per": 1000, "sample_min": 20},
          "more_than": {"peer": {"measure": "m", "statistic": "MEDIAN", "times_percent": 300}}},
         "每1000“近90天（含当日）困人的分钟数合计”中的“近90天（含当日）困人”（样本不少于20，否则不判断）＞同业中位数的3倍"),
        ({"not": {"any": [{"count": "TRAPPED", "window": {"calendar": "YEAR"}, "at_least": 1},
                          {"count": "TRAPPED", "window": {"since": {"fact": "TRAPPED"}}, "at_least": 4}]}},
         "并非（本年困人≥1次，或自最近一次困人之后困人≥4次）"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_it_is_written(node: dict[str, Any], sentence: str) -> None:
    assert Speaker(CONTRACTS, "电梯").condition(NodeReader().condition(node, "x")) == sentence


@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("kind", list(WindowKind))
def test_every_aggregate_in_every_window_has_words(op: Op, kind: WindowKind) -> None:
    reader = NodeReader(Scope.SAME_OBJECT)
    units = {WindowKind.DAYS: "days", WindowKind.HOURS: "hours", WindowKind.MONTHS: "months"}
    window: Any = {"calendar": kind.value.removeprefix("CALENDAR_")}
    if kind in units:
        window = {units[kind]: 7}
    elif kind is WindowKind.ALL:
        window = "all"
    elif kind is WindowKind.SINCE_EVENT:
        window = {"since": {"fact": "TRAPPED"}}
    node = reader.aggregate({op.value.lower(): "TRAPPED.minutes", "window": window}, "x")
    assert "困人" in Speaker(CONTRACTS).aggregate(node)


@pytest.mark.parametrize("test", list(FieldTest))
def test_every_test_has_words(test: FieldTest) -> None:
    node: dict[str, object] = {
        "valid_to": {test.value.lower(): [] if test in {FieldTest.PRESENT, FieldTest.ABSENT} else 5}
    }
    (found,) = NodeReader().filters(node, "x")
    assert "有效期至" in Speaker(CONTRACTS).filter(("TRAPPED",), found)


def test_the_whole_general_pack_can_be_said() -> None:
    loaded = load_pack(GENERAL)
    cards = [card(item, point, loaded.contracts) for item in loaded.pack.items for point in item.points]
    assert all(c.lines and c.basis for c in cards)
    speaker = Speaker(loaded.contracts)
    assert all(speaker.kinds((kind,)) != kind for kind in loaded.contracts.kinds)
    for model in loaded.pack.models:
        assert model.name_zh in model_sentence(model)
        assert all(indicator_sentence(i, loaded.contracts) for i in model.indicators)
        assert all(r.at_least in rule_sentence(r, loaded.contracts) for r in model.rules)


def test_points_are_written_without_trailing_zeros() -> None:
    assert [points_text(n) for n in (150, -25, 300, 0)] == ["1.5", "-0.25", "3", "0"]


def test_a_choice_is_said_by_its_word() -> None:
    told = parse_contracts(
        {"kinds": {"SCAN": {"name_zh": "扫码", "sources": ["x"], "fields": {
            "state": {"type": "CHOICE", "name_zh": "状态", "values": {"GOOD": "正常", "LATE": "逾期"}}}}}},
        where="test",
    )  # fmt: skip
    node = {"count": "SCAN", "where": {"state": "LATE"}, "window": DAYS, "at_least": 1}
    said = Speaker(ContractSet({c.kind: c for c in told})).condition(NodeReader().condition(node, "x"))
    assert said == "近90天（含当日）扫码（状态为逾期）≥1次"


def test_no_stored_code_is_read_to_a_layman() -> None:
    """Every card and every sentence of the general pack speaks words, not stored values."""
    loaded = load_pack(GENERAL)
    cards = [card(item, point, loaded.contracts) for item in loaded.pack.items for point in item.points]
    said = [line for told in cards for pair in told.lines for line in pair]
    said += [indicator_sentence(i, loaded.contracts) for m in loaded.pack.models for i in m.indicators]
    said += [rule_sentence(rule, loaded.contracts) for m in loaded.pack.models for rule in m.rules]
    assert [line for line in said if re.search(r"[A-Z][A-Z_]{2,}", line)] == []

"""Every check of the static proof is shown its planted fault; the shipped pack has no error."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from zhunsheng.core.contracts import ContractSet, parse_contracts
from zhunsheng.core.packs.diff import difference
from zhunsheng.core.packs.findings import Policy, Severity, read_policy
from zhunsheng.core.packs.load import assemble
from zhunsheng.core.packs.proof import prove_pack
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.packfiles import load_pack

PACKS = Path(__file__).resolve().parents[3] / "packs"
KINDS: dict[str, Any] = {
    "COMPLAINT": {
        "name_zh": "投诉",
        "sources": ["12315"],
        "fields": {
            "topic": {"type": "CHOICE", "name_zh": "类别", "values": ["FOOD", "PRICE"]},
            "verified": {"type": "FLAG", "name_zh": "已核实"},
            "amount": {"type": "MONEY_FEN", "name_zh": "金额"},
            "due_on": {"type": "DATE", "name_zh": "到期日"},
            "ownership": {"type": "TEXT", "name_zh": "所有制"},
        },
    },
    "LITIGATION": {"name_zh": "诉讼", "sources": ["court"], "fields": {}},
    "EXEMPTION": {"name_zh": "免罚", "sources": ["cases"], "fields": {}},
    "TIP": {"name_zh": "线索", "sources": ["web"], "fields": {}, "verified": False},
    "PENALTY": {"name_zh": "处罚", "sources": ["cases"], "fields": {}},
    "PEER_STATISTIC": {
        "name_zh": "同业统计",
        "sources": ["judging"],
        "fields": {"MEDIAN": {"type": "INTEGER", "name_zh": "中位数"}},
    },
}
CONTRACTS = ContractSet({c.kind: c for c in parse_contracts({"kinds": KINDS}, where="test")})
BASIS = [{"law": "食品安全法", "article": "109", "status": "VERIFIED"}]
DAYS = {"days": 30}


def complaints(**more: Any) -> dict[str, Any]:
    return {"count": "COMPLAINT", "window": DAYS, **more}


def sound() -> dict[str, Any]:
    point = {
        "id": "T1-1",
        "name_zh": "投诉",
        "risk_zh": "风险",
        "yellow": complaints(at_least=2),
        "red": complaints(at_least=4),
        "clear": complaints(at_most=1),
        "basis": BASIS,
    }
    model = {
        "schema": "zhunsheng.model/1",
        "id": "m",
        "name_zh": "模型",
        "families": [{"id": "F1", "name_zh": "族", "cap": 10}],
        "cut_offs": [{"name": "A", "at_most": 5}, {"name": "B", "at_most": 9}, {"name": "C"}],
        "sufficiency": {"min_permille": 600, "insufficient_class": "B"},
        "rules": [
            {
                "id": "R1",
                "name_zh": "处罚",
                "when": {"count": "PENALTY", "window": DAYS, "at_least": 1},
                "at_least": "C",
                "basis": BASIS,
            }
        ],
    }
    indicator = {
        "schema": "zhunsheng.indicator/1",
        "model": "m",
        "id": "I1",
        "family": "F1",
        "name_zh": "处罚",
        "shape": "level",
        "measure": {"count": "PENALTY", "window": DAYS},
        "bins": [{"at_least": 1, "points": 1}, {"at_least": 2, "points": 3}],
        "basis": BASIS,
    }
    return {
        "pack": {"schema": "zhunsheng.pack/1", "id": "p", "version": "1", "name_zh": "包"},
        "item": {"schema": "zhunsheng.item/1", "id": "T1", "name_zh": "事", "field": "F", "points": [point]},
        "model": model,
        "indicator": indicator,
    }


def built(documents: dict[str, Any]) -> Pack:
    return assemble(documents.items(), CONTRACTS)


def policy() -> Policy:
    text = (PACKS / "policy" / "forbidden_features.yaml").read_text(encoding="utf-8")
    return read_policy(yaml.safe_load(text))


def planted(target: str, changes: dict[str, Any]) -> Pack:
    documents = copy.deepcopy(sound())
    node = documents["item"]["points"][0] if target == "point" else documents[target]
    for key, value in changes.items():
        if value is None:
            node.pop(key, None)
        else:
            node[key] = value
    return built(documents)


def test_the_sound_pack_and_the_shipped_pack_have_no_error() -> None:
    assert prove_pack(built(sound()), CONTRACTS, policy()) == []
    shipped = load_pack(PACKS / "general")
    findings = prove_pack(shipped.pack, shipped.contracts, policy())
    assert [f for f in findings if f.severity is Severity.ERROR] == []


PENALISED = {"count": "PENALTY", "window": DAYS, "at_least": 1}
RULE = {"id": "R1", "name_zh": "处罚", "when": PENALISED}
CASE = {"shape": "cases", "measure": None, "bins": None}


@pytest.mark.parametrize(
    ("target", "changes", "check"),
    [
        ("point", {"yellow": {"count": "NOBODY", "window": DAYS, "at_least": 1}}, "UNKNOWN_KIND"),
        ("point", {"per_object": {"kinds": ["NOBODY"]}}, "UNKNOWN_KIND"),
        ("point", {"yellow": complaints(where={"tpoic": "FOOD"}, at_least=2)}, "UNKNOWN_FIELD"),
        ("point", {"yellow": {"objects": ["COMPLAINT", "PENALTY"], "where": {"tpoic": "X"}, "at_least": 1}},
         "UNKNOWN_FIELD"),
        ("point", {"yellow": complaints(where={"topic": "FOOT"}, at_least=2)}, "VALUE"),
        ("point", {"yellow": complaints(where={"verified": "yes"}, at_least=2)}, "TYPE"),
        ("point", {"yellow": complaints(where={"topic": {"at_least": 3}}, at_least=2)}, "TYPE"),
        ("point", {"yellow": complaints(where={"due_on": {"days_until_at_most": 3}}, at_least=2)}, "TYPE"),
        ("point", {"yellow": {"sum": "COMPLAINT.topic", "window": DAYS, "at_least": 2}}, "TYPE"),
        ("point", {"yellow": {"days_until": "COMPLAINT.topic", "at_most": 2}}, "TYPE"),
        ("point", {"yellow": {"latest": "COMPLAINT.topic", "at_least": 2}}, "TYPE"),
        ("point", {"yellow": {"latest": "COMPLAINT.topic", "in": ["FOOT"]}}, "VALUE"),
        ("point", {"yellow": complaints(**{"in": ["FOOD"]})}, "TYPE"),
        ("point", {"yellow": complaints(more_than={"peer": {"measure": "m", "statistic": "P33"}})}, "PEER"),
        ("point", {"yellow": {"all": [complaints(at_least=5), complaints(at_most=3)]}}, "NEVER"),
        ("point", {"yellow": complaints(at_least=0)}, "ALWAYS"),
        ("point", {"yellow": complaints(at_least=5)}, "SWALLOWED"),
        ("point", {"yellow": {"count": "COMPLAINT", "window": {"days": 7}, "at_least": 4}}, "SWALLOWED"),
        ("point", {"critical": complaints(at_least=3)}, "SWALLOWED"),
        ("point", {"critical": complaints(at_least=9)}, "CRITICAL_YELLOW"),
        ("point", {"unless": complaints(at_least=1)}, "EXCLUDED"),
        ("point", {"clear": complaints(at_least=2)}, "NO_WAY_BACK"),
        ("point", {"clear": {"count": "PENALTY", "window": DAYS, "at_most": 0}}, "CLEAR_UNPROVED"),
        ("point", {"yellow": None, "clear": None, "red": complaints(at_least=1)}, "SINGLE_REPORT"),
        ("point", {"red": {"flag": "TIP", "window": DAYS, "equals": 1}}, "SINGLE_REPORT"),
        ("point", {"yellow": None, "red": None, "clear": None}, "NO_LINE"),
        ("point", {"basis": None}, "NO_BASIS"),
        ("point", {"basis": [{"law": "法", "article": " ", "status": "VERIFIED"}]}, "NO_BASIS"),
        ("point", {"basis": [{"law": "法", "article": "1", "status": "SURE"}]}, "BASIS_STATUS"),
        ("point", {"yellow": complaints(where={"ownership": "私营"}, at_least=2)}, "FORBIDDEN"),
        ("point", {"red": {"count": "LITIGATION", "window": DAYS, "at_least": 4}}, "FORBIDDEN"),
        ("item", {"points": []}, "NO_POINT"),
        ("item", {"points": [{"id": "T1-1", "name_zh": "x", "risk_zh": "x", "basis": BASIS,
                              "critical": complaints(at_least=3)}]}, "ENROLMENT"),
        ("model", {"cut_offs": [{"name": "A", "at_most": 5}, {"name": "B", "at_most": 9},
                                {"name": "C", "at_most": 20}]}, "CUT_OFFS"),
        ("model", {"cut_offs": [{"name": "A", "at_most": 9}, {"name": "B", "at_most": 5},
                                {"name": "C"}]}, "CUT_OFFS"),
        ("model", {"cut_offs": [{"name": "A"}, {"name": "B", "at_most": 5}, {"name": "C"}]}, "CUT_OFFS"),
        ("model", {"cut_offs": [{"name": "C", "at_most": 1}, {"name": "B", "at_most": 5},
                                {"name": "C"}]}, "CUT_OFFS"),
        ("model", {"sufficiency": {"min_permille": 600, "insufficient_class": "Z"}}, "UNKNOWN_CLASS"),
        ("model", {"rules": [{**RULE, "at_least": "Z", "basis": BASIS}]}, "UNKNOWN_CLASS"),
        ("model", {"rules": [{**RULE, "at_least": "C"}]}, "NO_BASIS"),
        ("indicator", {"family": "F9"}, "UNKNOWN_FAMILY"),
        ("indicator", {"basis": None}, "NO_BASIS"),
        ("indicator", {"bins": [{"at_least": 2, "points": 1}, {"at_least": 2, "points": 3}]}, "BINS"),
        ("indicator", {"bins": [{"at_least": 1, "points": 3}, {"at_least": 2, "points": 1},
                                {"at_least": 3, "points": 2}]}, "BINS"),
        ("indicator", {"bins": None}, "SHAPE"),
        ("indicator", {"measure": None}, "SHAPE"),
        ("indicator", {"shape": "steps", "measure": {"flag": "PENALTY", "window": DAYS}}, "SHAPE"),
        ("indicator", {"measure": {"count": "COMPLAINT", "window": DAYS}}, "NO_EXPOSURE"),
        ("indicator", {"measure": {"count": "EXEMPTION", "window": DAYS}}, "FORBIDDEN"),
        ("indicator", {"shape": "each", "bins": None,
                       "grades": [{"where": {"kind": "X"}, "points": 1}]}, "UNKNOWN_FIELD"),
        ("indicator", {**CASE, "cases": [{"when": PENALISED, "points": 1},
                                         {"when": {**PENALISED, "at_least": 2}, "points": 3}]}, "SWALLOWED"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(target: str, changes: dict[str, Any], check: str) -> None:
    findings = prove_pack(planted(target, changes), CONTRACTS, policy())
    assert check in {f.check for f in findings}
    assert all(f.path and f.text_zh and f.cure_zh for f in findings)


def test_a_verified_complaint_may_make_red_alone() -> None:
    red = complaints(where={"verified": True}, at_least=1)
    pack = planted("point", {"yellow": None, "clear": None, "red": red})
    assert prove_pack(pack, CONTRACTS, policy()) == []


def test_a_kind_without_the_field_may_end_the_state_of_an_object() -> None:
    ended = {"objects": ["COMPLAINT", "PENALTY"], "where": {"topic": "FOOD"}, "at_least": 2}
    assert prove_pack(planted("point", {"yellow": ended, "clear": None}), CONTRACTS, policy()) == []


def test_a_changed_line_reads_old_and_new() -> None:
    new = planted("point", {"red": complaints(at_least=3)})
    (change,) = difference(built(sound()), CONTRACTS, new, CONTRACTS)
    assert (change.id, change.label) == ("T1-1", "核查线（红）")
    assert (change.old, change.new) == ("近30天（含当日）投诉≥4次", "近30天（含当日）投诉≥3次")
    assert difference(new, CONTRACTS, new, CONTRACTS) == []

"""Puts a pack together from parsed YAML documents: items with trigger points, models with indicators.

Documents are mappings that say what they are by their `schema` key:
`zhunsheng.item/1`, `zhunsheng.model/1`, `zhunsheng.indicator/1`, `zhunsheng.pack/1`, `zhunsheng.example/1`.
Reading files from disk is not done here; a caller hands over (path, document) pairs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.nodes import NodeReader, PackError, as_int, as_mapping, only_keys, scaled
from zhunsheng.core.rules.tree import (
    Basis,
    Bin,
    Case,
    ClassRule,
    Condition,
    CutOff,
    Family,
    Grade,
    Indicator,
    Item,
    Model,
    Not,
    Pack,
    Scope,
    Select,
    Shape,
    Test,
    TriggerPoint,
)

Document = Mapping[str, Any]
POINT_KEYS = {
    "id",
    "name_zh",
    "risk_zh",
    "yellow",
    "red",
    "critical",
    "unless",
    "clear",
    "clear_at_percent",
    "no_data",
    "per_object",
    "hold_days",
    "cooldown_days",
    "once_per_days",
    "observe_days",
    "reply_workdays",
    "measures",
    "basis",
    "explain_zh",
    "status",
}
INDICATOR_KEYS = {
    "schema",
    "model",
    "id",
    "family",
    "name_zh",
    "shape",
    "measure",
    "bins",
    "grades",
    "cases",
    "decays",
    "repeat",
    "cap",
    "basis",
    "source_zh",
    "freezes",
}


def assemble(documents: Iterable[tuple[str, Document]], contracts: ContractSet) -> Pack:
    """One pack from all documents of a folder; item and indicator order is by id."""
    head: Document | None = None
    items: list[Item] = []
    models: dict[str, tuple[str, Document]] = {}
    indicators: dict[str, list[Indicator]] = {}
    freezing: dict[str, list[tuple[str, Document]]] = {}
    everything: list[Document] = []
    for where, document in documents:
        everything.append(document)
        match document.get("schema"):
            case "zhunsheng.pack/1":
                head = document
            case "zhunsheng.item/1":
                items.append(read_item(document, where))
            case "zhunsheng.model/1":
                models[document["id"]] = (where, document)
            case "zhunsheng.indicator/1":
                indicators.setdefault(document["model"], []).append(read_indicator(document, where))
                freezing.setdefault(document["model"], []).append((where, document.get("freezes", {})))
            case "zhunsheng.example/1":
                pass  # tries the rules and is no rule: it belongs to the text that has the hash
            case other:
                raise PackError(where, f"不认识的 schema {other!r}")
    if head is None:
        raise PackError("pack.yaml", "缺少 schema 为 zhunsheng.pack/1 的文件")
    orphans = sorted(set(indicators) - set(models))
    if orphans:
        raise PackError("model", f"指标引用了不存在的模型 {orphans}")
    for key, told in freezing.items():
        indicators[key] = _frozen(indicators[key], told)
    _unique("事项", [item.id for item in items])
    _unique("触发点", [point.id for item in items for point in item.points])
    return Pack(
        id=head["id"],
        version=str(head["version"]),
        name_zh=head["name_zh"],
        models=tuple(_model(m, w, indicators.get(key, [])) for key, (w, m) in sorted(models.items())),
        items=tuple(sorted(items, key=lambda item: item.id)),
        sources={kind: contract.sources[0] for kind, contract in contracts.kinds.items()},
        content_hash=content_hash(everything),
    )


def content_hash(documents: Iterable[Document]) -> str:
    """SHA-256 over the canonical text of all documents, independent of file order and layout."""
    texts = sorted(json.dumps(d, sort_keys=True, ensure_ascii=False, default=str) for d in documents)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PackError("pack", f"{what}编号重复：{twice}")


def read_basis(node: object, path: str) -> tuple[Basis, ...]:
    """A list of {law, article, status}."""
    found = []
    for index, entry in enumerate(node if isinstance(node, list) else []):
        body = as_mapping(entry, f"{path}[{index}]")
        only_keys(body, {"law", "article", "status"}, f"{path}[{index}]")
        found.append(Basis(str(body["law"]), str(body["article"]), str(body["status"])))
    return tuple(found)


def read_item(document: Document, where: str) -> Item:
    """One item file: {schema, id, name_zh, field, applies?, enrolment_needed?, points: […]}."""
    only_keys(document, {"schema", "id", "name_zh", "field", "applies", "enrolment_needed", "points"}, where)
    applies = document.get("applies")
    return Item(
        id=document["id"],
        name_zh=document["name_zh"],
        field=document["field"],
        applies=None if applies is None else NodeReader().condition(applies, f"{where}.applies"),
        enrolment_needed=bool(document.get("enrolment_needed", True)),
        points=tuple(
            _point(as_mapping(p, f"{where}.points[{i}]"), f"{where}.points[{i}]")
            for i, p in enumerate(document["points"])
        ),
    )


def _point(node: Document, path: str) -> TriggerPoint:
    only_keys(node, POINT_KEYS, path)
    per = as_mapping(node.get("per_object", {}), f"{path}.per_object")
    reader = NodeReader(Scope.SAME_OBJECT if per else Scope.SUBJECT)

    def condition(key: str) -> Condition | None:
        return None if node.get(key) is None else reader.condition(node[key], f"{path}.{key}")

    yellow, clear = condition("yellow"), condition("clear")
    percent = node.get("clear_at_percent")
    if percent is not None:
        if yellow is None or clear is not None:
            raise PackError(path, "clear_at_percent 需要 yellow，且不能与 clear 并用")
        clear = Not(scaled(yellow, as_int(percent, f"{path}.clear_at_percent")))
    measures = as_mapping(node.get("measures", {}), f"{path}.measures")
    kinds = per.get("kinds", [])
    return TriggerPoint(
        id=node["id"],
        name_zh=node["name_zh"],
        risk_zh=node["risk_zh"],
        yellow=yellow,
        red=condition("red"),
        critical=condition("critical"),
        unless=condition("unless"),
        clear=clear,
        no_data=condition("no_data"),
        per_object=tuple(kinds if isinstance(kinds, list) else [kinds]),
        object_zh=str(per.get("name_zh", "")),
        hold_days=int(node.get("hold_days", 0)),
        cooldown_days=int(node.get("cooldown_days", 0)),
        once_per_days=int(node.get("once_per_days", 0)),
        observe_days=int(node.get("observe_days", 30)),
        reply_workdays=int(node.get("reply_workdays", 7)),
        yellow_measures=tuple(measures.get("yellow", ())),
        red_measures=tuple(measures.get("red", ())),
        basis=read_basis(node.get("basis"), f"{path}.basis"),
        explain_zh=node.get("explain_zh", ""),
        status=node.get("status", "PROPOSAL"),
    )


def read_indicator(document: Document, where: str) -> Indicator:
    """One indicator file; points are written with at most two decimals as text or whole numbers."""
    only_keys(document, INDICATOR_KEYS, where)
    reader = NodeReader()
    repeat = as_mapping(document.get("repeat", {}), f"{where}.repeat")
    return Indicator(
        id=document["id"],
        family=document["family"],
        name_zh=document["name_zh"],
        shape=Shape(str(document["shape"]).upper()),
        measure=reader.measure(document["measure"], f"{where}.measure") if "measure" in document else None,
        bins=tuple(
            Bin(as_int(b["at_least"], f"{where}.bins"), hundredths(b["points"], f"{where}.bins"))
            for b in document.get("bins", [])
        ),
        grades=tuple(
            Grade(
                reader.filters(g.get("where", {}), f"{where}.grades"),
                hundredths(g["points"], f"{where}.grades"),
                str(g.get("label_zh", "")),
            )
            for g in document.get("grades", [])
        ),
        cases=tuple(
            Case(
                reader.condition(c["when"], f"{where}.cases[{i}].when"),
                hundredths(c["points"], f"{where}.cases[{i}]"),
                str(c.get("label_zh", "")),
            )
            for i, c in enumerate(document.get("cases", []))
        ),
        decays=bool(document.get("decays", False)),
        repeat_from=int(repeat.get("from", 0)),
        repeat_percent=int(repeat.get("percent", 100)),
        cap=hundredths(document.get("cap", 100), f"{where}.cap"),
        basis=read_basis(document.get("basis"), f"{where}.basis"),
        source_zh=document.get("source_zh", ""),
    )


def _frozen(indicators: list[Indicator], told: list[tuple[str, Document]]) -> list[Indicator]:
    """Indicators with what freezes them, as one indicator of their model says of the others.

    `freezes: {while: {fact: KIND, where: {field: values}}, indicators: [ids]}`; one field, its values listed.
    """
    found: dict[str, Select] = {}
    for where, node in told:
        if not node:
            continue
        path = f"{where}.freezes"
        only_keys(node, {"while", "indicators"}, path)
        state = as_mapping(node["while"], f"{path}.while")
        only_keys(state, {"fact", "where"}, f"{path}.while")
        tests = NodeReader().filters(state["where"], f"{path}.while.where")
        if [test.test for test in tests] != [Test.IN]:
            raise PackError(f"{path}.while.where", "只写一个字段和它的取值")
        unknown = sorted(set(node["indicators"]) - {indicator.id for indicator in indicators})
        twice = sorted(set(node["indicators"]) & set(found))
        if unknown:
            raise PackError(path, f"同一模型中没有指标 {unknown}")
        if twice:
            raise PackError(path, f"已由别处冻结 {twice}")
        found |= dict.fromkeys(node["indicators"], Select((str(state["fact"]),), tests))
    return [replace(indicator, frozen_while=found.get(indicator.id)) for indicator in indicators]


def hundredths(value: object, path: str) -> int:
    """Whole points as int, finer ones as text such as '1.5'; floats are refused."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 100
    if isinstance(value, str):
        whole, _, part = value.lstrip("-").partition(".")
        if whole.isdigit() and len(part) <= 2 and (not part or part.isdigit()):
            amount = int(whole) * 100 + int((part + "00")[:2])
            return -amount if value.startswith("-") else amount
    raise PackError(path, f"分值写整数，或写文字如 '1.5'（至多两位小数），写成了 {value!r}")


def _model(document: Document, where: str, indicators: list[Indicator]) -> Model:
    only_keys(
        document,
        {"schema", "id", "name_zh", "field", "families", "rules", "cut_offs", "sufficiency"},
        where,
    )
    reader = NodeReader()
    sufficiency = document["sufficiency"]
    return Model(
        id=document["id"],
        name_zh=document["name_zh"],
        field=document.get("field", ""),
        families=tuple(
            Family(f["id"], f["name_zh"], hundredths(f["cap"], f"{where}.families"))
            for f in document["families"]
        ),
        indicators=tuple(sorted(indicators, key=lambda indicator: indicator.id)),
        rules=tuple(
            ClassRule(
                r["id"],
                r["name_zh"],
                reader.condition(r["when"], f"{where}.rules[{i}].when"),
                r["at_least"],
                bool(r.get("immediate", False)),
                read_basis(r.get("basis"), f"{where}.rules[{i}].basis"),
            )
            for i, r in enumerate(document.get("rules", []))
        ),
        cut_offs=tuple(
            CutOff(
                c["name"],
                None if c.get("at_most") is None else hundredths(c["at_most"], f"{where}.cut_offs"),
            )
            for c in document["cut_offs"]
        ),
        sufficiency_min_permille=as_int(sufficiency["min_permille"], f"{where}.sufficiency"),
        insufficient_class=sufficiency["insufficient_class"],
    )

"""The four published lists (事项、风险点、触发点、监管措施), made from a pack and never typed twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhunsheng.core.contracts import ContractSet
from zhunsheng.core.packs.diff import Change
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.sentences import Speaker, point_lines
from zhunsheng.core.rules.tree import Basis, Item, Pack, TriggerPoint

COLUMNS = ("编号", "名称", "适用范围", "触发条件", "措施", "责任单位", "依据")
SHOWN = ("提醒线（黄）", "核查线（红）", "安全红线", "不计入")
STATUS_ZH = {"VERIFIED": "已核对", "EXCERPT": "据摘录", "UNVERIFIED": "待核对"}


class ListKind(StrEnum):
    """Which of the four lists."""

    ITEMS = "ITEMS"
    RISK_POINTS = "RISK_POINTS"
    TRIGGER_POINTS = "TRIGGER_POINTS"
    MEASURES = "MEASURES"


@dataclass(frozen=True, slots=True)
class PublicList:
    """One list as it is printed: every row has all of COLUMNS. Days are ISO dates."""

    kind: ListKind
    name_zh: str
    number: str
    version: str
    issuer_zh: str
    published_on: str
    rows: tuple[Mapping[str, str], ...]

    @property
    def content_hash(self) -> str:
        """SHA-256 over name, number and rows; the day of publication and the version do not count."""
        told = json.dumps([self.name_zh, self.number, [dict(r) for r in self.rows]], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Source:
    pack: Pack
    contracts: ContractSet
    measures: Mapping[str, Mapping[str, str]]
    policy: Mapping[str, Any]

    def unit(self, item: Item) -> str:
        if item.field not in self.policy["units"]:
            raise PackError("policy/lists.yaml", f"领域 {item.field} 没有责任单位")
        return str(self.policy["units"][item.field])

    def scope(self, item: Item) -> str:
        pool = "全部经营主体" if item.applies is None else Speaker(self.contracts).condition(item.applies)
        return f"{pool}；{'A、B 类经登记的主体' if item.enrolment_needed else '不须登记'}"

    def named(self, codes: Iterable[str]) -> str:
        unknown = sorted(set(codes) - set(self.measures))
        if unknown:
            raise PackError("measures.yaml", f"措施 {unknown} 没有名称")
        return "；".join(f"{code} {self.measures[code]['name_zh']}" for code in codes)

    def conditions(self, point: TriggerPoint) -> str:
        if point.id in self.policy["withheld_points"]:
            return str(self.policy["withheld_zh"])
        lines = dict(point_lines(point, self.contracts))
        return "；".join(f"{label}：{lines[label]}" for label in SHOWN if label in lines)


def four_lists(
    pack: Pack,
    contracts: ContractSet,
    measures: Mapping[str, Mapping[str, str]],
    policy: Mapping[str, Any],
    published_on: str,
) -> tuple[PublicList, ...]:
    """The four lists of a pack; PackError when a unit or a measure's name is missing."""
    source = _Source(pack, contracts, measures, policy)
    rows = {
        ListKind.ITEMS: [_item(source, item) for item in pack.items],
        ListKind.RISK_POINTS: [_point(source, i, p, p.risk_zh) for i in pack.items for p in i.points],
        ListKind.TRIGGER_POINTS: [_point(source, i, p, p.name_zh) for i in pack.items for p in i.points],
        ListKind.MEASURES: [_measure(source, code) for code in sorted(measures)],
    }
    return tuple(
        PublicList(
            kind,
            policy["lists"][kind.value]["name_zh"],
            policy["lists"][kind.value]["number"],
            pack.version,
            policy["issuer_zh"],
            published_on,
            tuple(found),
        )
        for kind, found in rows.items()
    )


def _row(*values: str) -> Mapping[str, str]:
    return dict(zip(COLUMNS, values, strict=True))


def _basis(basis: Iterable[Basis]) -> str:
    told = dict.fromkeys(f"{b.law} {b.article}（{STATUS_ZH.get(b.status, b.status)}）" for b in basis)
    return "；".join(told)


def _item(source: _Source, item: Item) -> Mapping[str, str]:
    codes = sorted({c for p in item.points for c in (*p.yellow_measures, *p.red_measures)})
    points = "；".join(f"{p.id} {p.name_zh}" for p in item.points)
    basis = _basis(b for p in item.points for b in p.basis)
    return _row(
        item.id, item.name_zh, source.scope(item), points, source.named(codes), source.unit(item), basis
    )


def _point(source: _Source, item: Item, point: TriggerPoint, name: str) -> Mapping[str, str]:
    codes = (*point.yellow_measures, *point.red_measures)
    return _row(
        point.id,
        name,
        source.scope(item) if point.critical is None else f"{source.scope(item)}；安全红线适用于各类主体",
        source.conditions(point),
        source.named(codes),
        source.unit(item),
        _basis(point.basis),
    )


def _measure(source: _Source, code: str) -> Mapping[str, str]:
    used = [
        (i, p) for i in source.pack.items for p in i.points if code in (*p.yellow_measures, *p.red_measures)
    ]
    colour = {"YELLOW": "触及提醒线（黄）", "RED": "触及核查线（红）"}[source.measures[code]["level"]]
    units = "；".join(dict.fromkeys(source.unit(i) for i, _ in used))
    basis = _basis(b for _, p in used for b in p.basis)
    points = "；".join(p.id for _, p in used)
    return _row(code, source.measures[code]["name_zh"], points, colour, source.named((code,)), units, basis)


def as_markdown(told: PublicList) -> str:
    """A page that can be printed: head with number, version, issuer and day, then one section a row."""
    head = f"# {told.name_zh}\n\n| 编号 | 版本 | 发布单位 | 发布日期 | 内容摘要 |\n|---|---|---|---|---|\n"
    line = (told.number, told.version, told.issuer_zh, told.published_on, told.content_hash[:16])
    parts = [head + "| " + " | ".join(map(_cell, line)) + " |"]
    for row in told.rows:
        lines = [f"- {label}：{row[label]}" for label in COLUMNS[2:] if row[label]]
        parts.append(f"## {row['编号']} {row['名称']}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "｜")


def as_record(told: PublicList) -> dict[str, Any]:
    """For scripts and for storing."""
    return {
        "kind": told.kind.value,
        "name_zh": told.name_zh,
        "number": told.number,
        "version": told.version,
        "issuer_zh": told.issuer_zh,
        "published_on": told.published_on,
        "content_hash": told.content_hash,
        "rows": [dict(row) for row in told.rows],
    }


def as_document(told: PublicList, level: str, pack_hash: str) -> dict[str, Any]:
    """The draft of a version of a list (`zhunsheng.list/1`): one entry a row, typed by its kind.

    `edition` is the version of the pack, `pack_hash` what it was made from.
    """
    return {
        "schema": "zhunsheng.list/1",
        "list": f"trigger.{told.kind.value.lower()}",
        "title_zh": told.name_zh,
        "issuer": told.issuer_zh,
        "level": level,
        "document_number": told.number,
        "edition": told.version,
        "pack_hash": pack_hash,
        "shape": {"closed": True, "types": {told.kind.value: len(told.rows)}},
        "entries": [{"code": row[COLUMNS[0]], "type": told.kind.value, **_rest(row)} for row in told.rows],
    }


def _rest(row: Mapping[str, str]) -> dict[str, str]:
    return {label: row[label] for label in COLUMNS[1:]}


def list_changes(old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]) -> list[Change]:
    """What changed between two versions of a list, row by row and column by column."""
    before, after = {r["编号"]: r for r in old}, {r["编号"]: r for r in new}
    return [
        Change(name, label, before.get(name, {}).get(label, ""), after.get(name, {}).get(label, ""))
        for name in sorted(before | after)
        for label in COLUMNS[1:]
        if before.get(name, {}).get(label, "") != after.get(name, {}).get(label, "")
    ]

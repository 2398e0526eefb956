"""A row of a table as a fact: columns by the contract's field names or their Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.contracts import ContractSet, FieldContract, FieldType, Refusal
from zhunsheng.core.facts import Scalar
from zhunsheng.core.identifiers.surrogate import is_surrogate
from zhunsheng.core.identifiers.uscc import CodeRefusal, read
from zhunsheng.foundation.tabular.writing import restored
from zhunsheng.sensing.signals.new_facts import NewFact

ENVELOPE = {
    "kind": ("kind", "事实种类"),
    "subject": ("subject", "统一社会信用代码", "主体"),
    "object": ("object", "对象"),
    "occurred_at": ("occurred_at", "发生时间"),
    "reference": ("reference", "来源编号"),
}
ERROR_COLUMN, NUMBER_COLUMN = "错误", "原行号"
YES, NO = ("true", "1", "是", "有"), ("false", "0", "否", "无")


def fact_from_row(cells: Mapping[str, str], contracts: ContractSet) -> tuple[NewFact | None, list[Refusal]]:
    """The fact, or every reason why the row is none. Times without a zone are Beijing time."""
    cells = {name: restored(text) for name, text in cells.items()}
    told = {key: next((cells[n] for n in names if cells.get(n)), "") for key, names in ENVELOPE.items()}
    kind = told["kind"]
    contract = contracts.get(kind) or next((c for c in contracts.kinds.values() if c.name_zh == kind), None)
    refusals: list[Refusal] = []
    subject = _subject(told["subject"], refusals)
    at = _instant(told["occurred_at"], refusals)
    if contract is None:
        refusals.append(Refusal("kind", f"没有名为 {kind} 的事实种类", "改用已发布契约中的种类"))
        return None, refusals
    by_name = {n: spec for spec in contract.fields.values() for n in (spec.name_zh, spec.name)}
    known = {ERROR_COLUMN, NUMBER_COLUMN} | {name for names in ENVELOPE.values() for name in names}
    payload: dict[str, Scalar] = {}
    for column, text in cells.items():
        if column in known or not text:
            continue
        if column not in by_name:
            refusals.append(Refusal(column, f"{contract.name_zh}没有这一列", "删除该列内容或改列名"))
            continue
        payload[by_name[column].name] = _value(by_name[column], text)
    if refusals or at is None:
        return None, refusals
    return NewFact(contract.kind, subject, at, payload, told["object"], reference=told["reference"]), []


def _subject(text: str, refusals: list[Refusal]) -> str:
    if is_surrogate(text):
        return text
    code = read(text)
    if isinstance(code, CodeRefusal):
        cure = code.cure_zh + (f"；可能是 {code.suggestion}" if code.suggestion else "")
        refusals.append(Refusal("subject", code.reason_zh, cure))
        return ""
    return code.code


def _instant(text: str, refusals: list[Refusal]) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        refusals.append(Refusal("occurred_at", f"时间 {text!r} 读不出", "填写如 2026-07-31 09:30"))
        return None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _value(spec: FieldContract, text: str) -> Scalar:
    """The typed value; what cannot be read stays text, and the contract refuses it with its cure."""
    if spec.type is FieldType.FLAG and text in YES + NO:
        return text in YES
    if spec.type in {FieldType.INTEGER, FieldType.MONEY_FEN, FieldType.INSTANT}:
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else text
    return text

"""A preset as typed data, and the reader that refuses nonsense with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.contracts import ContractSet, FieldContract, FieldType
from zhunsheng.core.packs.nodes import PackError, as_mapping, only_keys
from zhunsheng.core.presets.targets import Target, fields_of

SCHEMA = "zhunsheng.preset/1"
KEYS = frozenset({"schema", "id", "name_zh", "target", "kind", "columns", "recognise", "missing"})
COLUMN_KEYS = frozenset({"from", "values", "value", "dates", "unit", "lookup", "unreadable"})
UNITS = {"分": 1, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
LOOKUPS = frozenset({"division", "industry"})
BY_TYPE = {"values": {FieldType.CHOICE, FieldType.FLAG, FieldType.TEXT}, "unit": {FieldType.MONEY_FEN}}
BY_TYPE |= {"dates": {FieldType.DATE}, "lookup": {FieldType.TEXT}}


@dataclass(frozen=True, slots=True)
class Column:
    """How one field is filled: the first of these columns that has text, or a constant `value`.

    `values` maps texts of the source to ours, or to '' where they say nothing; `dates` are strptime formats
    read before the usual ones; `unit` is that of a bare number of money; `lookup` names a reference table;
    with `leave_unreadable` a text that cannot be read leaves an optional field empty instead of refusing
    the row.
    """

    field: FieldContract
    names: tuple[str, ...]
    value: str = ""
    values: Mapping[str, str] | None = None
    dates: tuple[str, ...] = ()
    unit: str = "元"
    lookup: str = ""
    leave_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """One source's table. `recognise` are columns whose presence together tells the source."""

    id: str
    name_zh: str
    target: Target
    kind: str
    columns: tuple[Column, ...]
    recognise: frozenset[str]
    missing: frozenset[str]


def read_preset(document: Mapping[str, Any], contracts: ContractSet, *, where: str) -> Preset:
    """The preset; PackError names the place and the cure."""
    only_keys(document, KEYS, where)
    for key in ("id", "name_zh", "target", "columns"):
        if not document.get(key):
            raise PackError(f"{where}.{key}", "不能为空")
    target = _target(document["target"], f"{where}.target")
    kind = str(document.get("kind", ""))
    if (target is Target.SIGNALS) != bool(kind):
        raise PackError(f"{where}.kind", "signals 必须写明事实种类，其他目标不写")
    if kind and contracts.get(kind) is None:
        raise PackError(f"{where}.kind", f"没有名为 {kind} 的事实种类")
    fields = fields_of(target, contracts, kind)
    columns = as_mapping(document["columns"], f"{where}.columns")
    told = tuple(_column(name, node, fields, f"{where}.columns.{name}") for name, node in columns.items())
    lacking = sorted({name for name, spec in fields.items() if spec.required} - set(columns))
    if lacking:
        raise PackError(f"{where}.columns", f"缺少必填字段 {lacking}")
    recognise = frozenset(_texts(document.get("recognise", []), f"{where}.recognise"))
    unread = sorted(recognise - {name for column in told for name in column.names})
    if unread:
        raise PackError(f"{where}.recognise", f"没有字段读取这些列：{unread}")
    missing = frozenset(_texts(document.get("missing", []), f"{where}.missing"))
    return Preset(str(document["id"]), str(document["name_zh"]), target, kind, told, recognise, missing)


def _target(text: object, where: str) -> Target:
    try:
        return Target(str(text))
    except ValueError as error:
        raise PackError(where, f"只能是 {'、'.join(Target)}") from error


def _texts(node: object, where: str) -> tuple[str, ...]:
    told = [node] if isinstance(node, str) else node
    if not isinstance(told, list) or not all(isinstance(text, str) and text for text in told):
        raise PackError(where, "写一个列名，或列名的列表")
    return tuple(told)


def _column(name: str, node: object, fields: Mapping[str, FieldContract], where: str) -> Column:
    spec = fields.get(name)
    if spec is None:
        raise PackError(where, f"没有这个字段；可用：{sorted(fields)}")
    # Codes of reference tables are looked up whether or not the preset says so.
    usual = name if name in LOOKUPS else ""
    if isinstance(node, str | list):
        return Column(spec, _texts(node, where), lookup=usual)
    body = as_mapping(node, where)
    only_keys(body, COLUMN_KEYS, where)
    if ("from" in body) == ("value" in body):
        raise PackError(where, "from（列名）与 value（固定值）写且只写一个")
    for key, types in BY_TYPE.items():
        if key in body and spec.type not in types:
            raise PackError(f"{where}.{key}", f"{spec.name_zh}是 {spec.type}，不能用 {key}")
    if body.get("unit", "元") not in UNITS:
        raise PackError(f"{where}.unit", f"只能是 {'、'.join(UNITS)}")
    if body.get("lookup", "") not in LOOKUPS | {""}:
        raise PackError(f"{where}.lookup", f"只能是 {'、'.join(sorted(LOOKUPS))}")
    if body.get("unreadable", "EMPTY") != "EMPTY" or ("unreadable" in body and spec.required):
        raise PackError(f"{where}.unreadable", "只能是 EMPTY，且只用于选填字段")
    _good_dates(body.get("dates", []), f"{where}.dates")
    if spec.values and "value" in body and body["value"] not in spec.values:
        raise PackError(f"{where}.value", f"{spec.name_zh}只能是 {'、'.join(spec.values)}")
    return Column(
        spec,
        _texts(body["from"], f"{where}.from") if "from" in body else (),
        value=str(body.get("value", "")),
        values=_values(body.get("values"), spec, f"{where}.values"),
        dates=_texts(body.get("dates", []), f"{where}.dates"),
        unit=body.get("unit", "元"),
        lookup=body.get("lookup", usual),
        leave_unreadable="unreadable" in body,
    )


def _good_dates(formats: object, where: str) -> None:
    sample = dt.datetime(2026, 11, 23, 14, 5)  # noqa: DTZ001 only its digits are written and read back
    for form in _texts(formats, where):
        try:
            same = dt.datetime.strptime(sample.strftime(form), form).date() == sample.date()  # noqa: DTZ007
        except ValueError:
            same = False
        if not same:
            raise PackError(where, f"{form!r} 不是完整的日期格式，应如 %Y年%m月%d日")


def _values(node: object, spec: FieldContract, where: str) -> Mapping[str, str] | None:
    if node is None:
        return None
    told = {str(text): _plain(ours) for text, ours in as_mapping(node, where).items()}
    good = {FieldType.CHOICE: set(spec.values), FieldType.FLAG: {"true", "false"}}.get(spec.type)
    empty = set() if spec.required else {""}
    strange = sorted({ours for ours in told.values() if good is not None and ours not in good | empty})
    if strange:
        raise PackError(where, f"{spec.name_zh}没有这些值：{strange}")
    return told


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def recognised(presets: Mapping[str, Preset], header: set[str], target: Target) -> list[Preset]:
    """The presets whose telling columns all stand in a header, the most particular first."""
    fit = [p for p in presets.values() if p.target is target and p.recognise and p.recognise <= header]
    most = max((len(p.recognise) for p in fit), default=0)
    return [p for p in fit if len(p.recognise) == most]

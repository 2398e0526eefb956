"""Fact contracts: which fields a kind of fact has, of what type, from which sources.

Contracts are data (`packs/**/contracts/*.yaml`); this module reads and applies them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from zhunsheng.core.actors import FieldLevel
from zhunsheng.core.facts import Scalar

NO_WORDS: Mapping[str, str] = MappingProxyType({})


class FieldType(StrEnum):
    """What a payload field holds."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    MONEY_FEN = "MONEY_FEN"
    FLAG = "FLAG"
    DATE = "DATE"
    CHOICE = "CHOICE"
    INSTANT = "INSTANT"


LEVELS = {
    "NONE": FieldLevel.INTERNAL,
    "PERSONAL": FieldLevel.SENSITIVE,
    "SECRET": FieldLevel.REPORTER_SECRET,
}
NUMERIC = frozenset({FieldType.INTEGER, FieldType.MONEY_FEN, FieldType.FLAG, FieldType.INSTANT})


@dataclass(frozen=True, slots=True)
class FieldContract:
    """One payload field. `pii` is NONE, PERSONAL or SECRET; `values` belongs to CHOICE only.

    `values_zh` says what each stored value means to a reader; a value without a word stands for itself.
    """

    name: str
    type: FieldType
    name_zh: str
    required: bool = False
    values: tuple[str, ...] = ()
    pii: str = "NONE"
    values_zh: Mapping[str, str] = field(default_factory=lambda: NO_WORDS)

    @property
    def level(self) -> FieldLevel:
        """How closely the field is kept."""
        return LEVELS[self.pii]


@dataclass(frozen=True, slots=True)
class FactContract:
    """One kind of fact. `dedupe` names the fields (or @object, @day) that make two reports one fact."""

    kind: str
    name_zh: str
    sources: tuple[str, ...]
    fields: Mapping[str, FieldContract]
    object_zh: str = ""
    dedupe: tuple[str, ...] = ()
    description_zh: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a payload is refused: the field, the reason and the cure, both in Chinese."""

    field: str
    reason_zh: str
    cure_zh: str


@dataclass(frozen=True, slots=True)
class ContractSet:
    """All contracts of an installation, by kind."""

    kinds: Mapping[str, FactContract] = field(default_factory=dict)

    def get(self, kind: str) -> FactContract | None:
        """The contract, or None for an undeclared kind."""
        return self.kinds.get(kind)


class ContractError(ValueError):
    """A contract file that cannot be read; the text names file, kind and field."""


def parse_contracts(document: Mapping[str, Any], *, where: str) -> list[FactContract]:
    """Read one contract file: {kinds: {KIND: {name_zh, sources, object_zh, dedupe, fields: {…}}}}."""
    kinds = document.get("kinds")
    if not isinstance(kinds, Mapping):
        raise ContractError(f"{where}: 缺少 kinds")
    return [_contract(kind, body, where) for kind, body in kinds.items()]


def _contract(kind: str, body: Mapping[str, Any], where: str) -> FactContract:
    try:
        fields = {name: _field(name, spec) for name, spec in (body.get("fields") or {}).items()}
        dedupe = tuple(body.get("dedupe", ()))
        unknown = [name for name in dedupe if not name.startswith("@") and name not in fields]
        if unknown:
            raise ContractError(f"{where}: {kind}.dedupe 引用了未声明的字段 {unknown}")
        return FactContract(
            kind=kind,
            name_zh=body["name_zh"],
            sources=tuple(body["sources"]),
            fields=fields,
            object_zh=body.get("object_zh", ""),
            dedupe=dedupe,
            description_zh=body.get("description_zh", ""),
            verified=body.get("verified", True),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ContractError(f"{where}: {kind}: {error!r}") from error


def _field(name: str, spec: Mapping[str, Any]) -> FieldContract:
    kind = FieldType(spec["type"])
    told = spec.get("values", ())
    words = {str(k): str(v) for k, v in told.items()} if isinstance(told, Mapping) else NO_WORDS
    values = tuple(str(value) for value in told)
    if bool(values) != (kind is FieldType.CHOICE):
        raise ValueError(f"{name}: values 只属于 CHOICE，且 CHOICE 必须有 values")
    return FieldContract(
        name, kind, spec["name_zh"], bool(spec.get("required", False)), values, spec.get("pii", "NONE"), words
    )


def check_payload(contract: FactContract, payload: Mapping[str, Scalar]) -> list[Refusal]:
    """Everything wrong with a payload, field by field; empty when it keeps the contract."""
    refusals = [
        Refusal(name, f"{contract.name_zh}没有字段 {name}", "删除该字段，或改用已声明的字段名")
        for name in payload
        if name not in contract.fields
    ]
    for name, spec in contract.fields.items():
        value = payload.get(name)
        if value is None:
            if spec.required:
                refusals.append(Refusal(name, f"{spec.name_zh}不能为空", f"填写{spec.name_zh}"))
        elif (problem := _type_problem(spec, value)) is not None:
            refusals.append(Refusal(name, *problem))
    return refusals


def _type_problem(spec: FieldContract, value: Scalar) -> tuple[str, str] | None:
    if _fits(spec, value):
        return None
    return f"{spec.name_zh}的值 {value!r} 不合要求", _cure(spec)


def _fits(spec: FieldContract, value: Scalar) -> bool:
    match spec.type:
        case FieldType.FLAG:
            return isinstance(value, bool)
        case FieldType.CHOICE:
            return value in spec.values
        case FieldType.TEXT:
            return isinstance(value, str) and "\x00" not in value
        case FieldType.DATE:
            return isinstance(value, str) and _is_date(value)
        case FieldType.INTEGER | FieldType.MONEY_FEN | FieldType.INSTANT:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62


def _cure(spec: FieldContract) -> str:
    match spec.type:
        case FieldType.FLAG:
            return "填 true 或 false"
        case FieldType.CHOICE:
            return "填写其中之一：" + "、".join(_choice(v, spec) for v in spec.values)
        case FieldType.TEXT:
            return "填写文字"
        case FieldType.DATE:
            return "填写日期，如 2026-07-31"
        case FieldType.INTEGER | FieldType.MONEY_FEN | FieldType.INSTANT:
            return "填整数" + ("（单位：分）" if spec.type is FieldType.MONEY_FEN else "")


def _choice(value: str, spec: FieldContract) -> str:
    word = spec.values_zh.get(value)
    return f"{value}（{word}）" if word else value


def _is_date(value: str) -> bool:
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False

"""Fields of a document template: what a value must be, and how the document writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhunsheng.core.documents.amounts import capital_amount, capital_date, plain_amount, plain_date
from zhunsheng.core.documents.clauses import Clause, clause_key
from zhunsheng.core.packs.nodes import PackError, only_keys

FIELD_KEYS = {"type", "name_zh", "name_en", "required", "choices", "hint_zh"}
TEXT_LENGTH_MAX = 20_000
LIST_LENGTH_MAX = 200


class FieldType(StrEnum):
    """MONEY is an integer of 分; DATE is written 2026-06-30; LAW is a list of {law, article}."""

    LINE = "LINE"
    TEXT = "TEXT"
    LIST = "LIST"
    MONEY = "MONEY"
    NUMBER = "NUMBER"
    DATE = "DATE"
    PEOPLE = "PEOPLE"
    LAW = "LAW"
    CHOICE = "CHOICE"


MEMBERS: dict[FieldType, tuple[tuple[str, ...], tuple[str, ...]]] = {
    FieldType.LAW: (("law", "article"), ("law", "article")),
    FieldType.PEOPLE: (("name", "number"), ("name",)),
}


class FieldError(ValueError):
    """A value that its field cannot hold; the text says which field and what is expected."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `choices` are value → words, for CHOICE only."""

    name: str
    type: FieldType
    name_zh: str
    name_en: str
    required: bool
    choices: Mapping[str, str]
    hint_zh: str = ""


def read_field(name: str, body: Mapping[str, Any], path: str) -> Field:
    """From a template; PackError for a type that does not exist or choices without a CHOICE."""
    only_keys(body, FIELD_KEYS, path)
    try:
        kind = FieldType(body["type"])
    except (KeyError, ValueError):
        raise PackError(path, f"字段类型应为 {[t.value for t in FieldType]} 之一") from None
    choices = dict(body.get("choices", {}))
    if any(not isinstance(part, str) for pair in choices.items() for part in pair):
        raise PackError(path, "choices 的值和说明都应是文字（YAML 中 YES、NO 是真假，请加引号）")
    if (kind is FieldType.CHOICE) is not bool(choices):
        raise PackError(path, "choices 只用于 CHOICE，并且必须写")
    name_zh = str(body.get("name_zh", ""))
    if not name_zh:
        raise PackError(path, "字段缺少 name_zh")
    return Field(
        name,
        kind,
        name_zh,
        str(body.get("name_en", "")),
        bool(body.get("required", True)),
        choices,
        str(body.get("hint_zh", "")),
    )


def accept(field: Field, value: object) -> Any:
    """The value as it is stored (plain JSON); FieldError when the field cannot hold it."""
    match field.type:
        case FieldType.LINE | FieldType.TEXT:
            return _text(field, value)
        case FieldType.CHOICE:
            if value not in field.choices:
                raise FieldError(f"{field.name_zh}：应为 {'、'.join(field.choices.values())} 之一")
            return value
        case FieldType.MONEY | FieldType.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                unit = "以分计的" if field.type is FieldType.MONEY else ""
                raise FieldError(f"{field.name_zh}：应为不小于零的{unit}整数")
            return value
        case FieldType.DATE:
            return _date(field, value).isoformat()
        case _:
            return _list(field, value)


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LENGTH_MAX:
        raise FieldError(f"{field.name_zh}：应为文字，不超过 {TEXT_LENGTH_MAX} 字")
    if field.type is FieldType.LINE and "\n" in value.strip():
        raise FieldError(f"{field.name_zh}：只能写一行")
    if any(ord(sign) < 32 and sign != "\n" for sign in value):
        raise FieldError(f"{field.name_zh}：含有控制字符")
    return value.strip()


def _date(field: Field, value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise FieldError(f"{field.name_zh}：日期写成 2026-06-30") from None


def _list(field: Field, value: object) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not 0 < len(value) <= LIST_LENGTH_MAX:
        raise FieldError(f"{field.name_zh}：应为列表，1 至 {LIST_LENGTH_MAX} 项")
    if field.type is FieldType.LIST:
        return [_text(field, part) for part in value]
    keys, needed = MEMBERS[field.type]
    told = []
    for part in value:
        given = part if isinstance(part, Mapping) else {}
        if set(given) - set(keys) or any(not str(given.get(key, "")).strip() for key in needed):
            raise FieldError(f"{field.name_zh}：每项写明 {'、'.join(needed)}")
        told.append({key: _text(field, str(given[key])) for key in keys if str(given.get(key, "")).strip()})
    return told


def written(field: Field, value: Any, clauses: Mapping[str, Clause], style: str = "") -> str:
    """An accepted value as the document writes it. Style `capital` is for dates only.

    Every law of the value must be among `clauses`.
    """
    match field.type:
        case FieldType.MONEY:
            return f"人民币{capital_amount(value)}（¥{plain_amount(value)}）"
        case FieldType.DATE:
            day = dt.date.fromisoformat(value)
            return capital_date(day) if style == "capital" else plain_date(day)
        case FieldType.CHOICE:
            return field.choices[value]
        case FieldType.PEOPLE:
            return "、".join(
                f"{one['name']}（{one['number']}）" if "number" in one else str(one["name"]) for one in value
            )
        case FieldType.LAW:
            return "、".join(clauses[clause_key(one)].words for one in value)
        case FieldType.LIST:
            return "；".join(value)
        case _:
            return str(value)

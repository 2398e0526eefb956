"""One row of a stranger's table, read by a preset: typed values, or every reason why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhunsheng.core.contracts import FieldType, Refusal
from zhunsheng.core.facts import Scalar
from zhunsheng.core.identifiers.surrogate import is_surrogate
from zhunsheng.core.identifiers.uscc import OLD_LENGTH, CodeRefusal, Uscc, old_number_checks, read
from zhunsheng.core.presets.preset import UNITS, Column, Preset
from zhunsheng.core.reference import NotInForceError

YES, NO = ("true", "1", "是", "有", "Y", "y"), ("false", "0", "否", "无", "N", "n")
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
MONEY = re.compile(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)[(（]?(亿|万)?(元)?(人民币)?(元)?[)）]?")
FIGURES_MAX = 18
Lookup = Callable[[str, dt.date | None], str]
"""A text and the day of the row → our code; NotInForceError with reason and cure when there is none."""


class UnreadableError(ValueError):
    """A text that cannot be read; `cure_zh` says what to write instead."""

    def __init__(self, reason_zh: str, cure_zh: str) -> None:
        super().__init__(reason_zh)
        self.reason_zh = reason_zh
        self.cure_zh = cure_zh


@dataclass(frozen=True, slots=True)
class ReadRow:
    """The values by field name, and what is wrong. A field without text is absent."""

    values: dict[str, Scalar]
    refusals: tuple[Refusal, ...]


def read_row(
    cells: Mapping[str, str], preset: Preset, lookups: Mapping[str, Lookup], on: dt.date | None = None
) -> ReadRow:
    """Everything a row says. The day of the row is read first, because codes are looked up on it.

    `on` is the day of a row that has none.
    """
    values: dict[str, Scalar] = {}
    refusals: list[Refusal] = []
    for column in sorted(preset.columns, key=lambda c: c.field.name != "on"):
        name, text = _text_of(column, cells, preset.missing)
        if not text:
            if column.field.required:
                what = f"{column.field.name_zh}不能为空"
                refusals.append(Refusal(_place(column, name), what, f"填写{column.field.name_zh}"))
            continue
        try:
            value = read_text(column, text, on, lookups)
        except UnreadableError as error:
            if not column.leave_unreadable:
                cure = error.cure_zh
                cure += _rescue(cells, name) if column.field.name == "subject" else ""
                refusals.append(Refusal(_place(column, name), error.reason_zh, cure))
            continue
        values[column.field.name] = value
        if column.field.name == "on" and isinstance(value, str):
            on = dt.date.fromisoformat(value)
    return ReadRow(values, tuple(refusals))


def _text_of(column: Column, cells: Mapping[str, str], missing: frozenset[str]) -> tuple[str, str]:
    if not column.names:
        return "", column.value
    for name in column.names:
        text = cells.get(name, "").strip()
        if text and text not in missing and (column.values or {}).get(text) != "":
            return name, text
    return next((name for name in column.names if name in cells), column.names[0]), ""


def _rescue(cells: Mapping[str, str], told: str) -> str:
    """In a row whose columns have shifted the code stands elsewhere; it is named, never taken."""
    found = {
        read_again.code: name
        for name, text in cells.items()
        if name != told and isinstance(read_again := read(text), Uscc)
    }
    if len(found) != 1:
        return ""
    ((code, name),) = found.items()
    return f"；本行“{name}”列中的 {code} 是正确的代码，该行可能整行错列"


def _place(column: Column, name: str) -> str:
    return f"{column.field.name}（{name}）" if name else column.field.name


def read_text(column: Column, text: str, on: dt.date | None, lookups: Mapping[str, Lookup]) -> Scalar:
    """One text as a value of the column's field; UnreadableError with reason and cure."""
    if column.field.name == "subject":
        return read_code(text)
    if column.values is not None:
        text = column.values.get(text, text)
    if column.lookup:
        try:
            return lookups[column.lookup](text, on)
        except NotInForceError as error:
            raise UnreadableError(error.reason_zh, error.cure_zh) from error
    if column.field.name == "old_number":
        return _old_number(text)
    match column.field.type:
        case FieldType.DATE:
            return read_date(text, column.dates)
        case FieldType.MONEY_FEN:
            return read_money(text, column.unit)
        case FieldType.INTEGER | FieldType.INSTANT:
            return _whole(text)
        case FieldType.FLAG:
            if text not in YES + NO:
                raise UnreadableError(f"{text!r} 不是是或否", "填写 是 或 否")
            return text in YES
        case FieldType.CHOICE:
            return _choice(column, text)
        case FieldType.TEXT:
            return text


def _old_number(text: str) -> str:
    """The number before the credit code; of 15 digits the last is tested, older ones are left alone."""
    plain = "".join(text.split())
    if len(plain) == OLD_LENGTH and plain.isascii() and plain.isdigit() and not old_number_checks(plain):
        raise UnreadableError(f"旧注册号 {plain} 的校验位不符", "对照旧营业执照核对 15 位注册号，或留空")
    return plain


def _choice(column: Column, text: str) -> str:
    if text in column.field.values:
        return text
    known = "、".join(column.values or column.field.values)
    raise UnreadableError(f"不认识的{column.field.name_zh} {text!r}", f"填写其中之一：{known}")


def read_code(text: str) -> str:
    """A credit code or a surrogate identity, its check characters right."""
    if is_surrogate(text):
        return text
    code = read(text)
    if isinstance(code, CodeRefusal):
        cure = code.cure_zh + (f"；可能是 {code.suggestion}" if code.suggestion else "")
        raise UnreadableError(code.reason_zh, cure)
    return code.code


def read_date(text: str, formats: tuple[str, ...] = ()) -> str:
    """An ISO date; a time of day after it is dropped."""
    for form in (*formats, *DATE_FORMATS, *TIME_FORMATS):
        try:
            told = dt.datetime.strptime(text, form)  # noqa: DTZ007 only the day is kept
        except ValueError:
            continue
        if told.year >= 1900:
            return told.date().isoformat()
    raise UnreadableError(f"日期 {text!r} 读不出", "填写日期，如 2026-07-31")


def read_money(text: str, unit: str) -> int:
    """Whole 分 of yuan, exactly; a unit inside the text goes before that of the column."""
    told = MONEY.fullmatch("".join(text.split()))
    if told is None or len(told[1]) > FIGURES_MAX:
        raise UnreadableError(f"金额 {text!r} 读不出", "填写人民币数字，可带 万元；外币先折算")
    inner = {"万": "万元", "亿": "亿元", None: "元" if told[3] or told[5] else unit}[told[2]]
    fen = Decimal(told[1].replace(",", "")) * UNITS[inner]
    if fen != fen.to_integral_value():
        raise UnreadableError(f"金额 {text!r} 不足一分的部分无法表示", "最多写到分")
    return int(fen)


def _whole(text: str) -> int:
    digits = text.replace(",", "").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= FIGURES_MAX):
        raise UnreadableError(f"{text!r} 不是整数", "填写整数")
    return int(text.replace(",", ""))

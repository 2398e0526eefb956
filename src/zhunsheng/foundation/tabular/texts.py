"""CSV and JSON Lines, line by line, each line bounded before it is looked at."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from zhunsheng.foundation.tabular.encodings import encoding_of
from zhunsheng.foundation.tabular.limits import Limits, Row, TableRefusedError

INTEGER_DIGITS_MAX = 19


class _BadValueError(ValueError):
    pass


def _lines(stream: TextIO, limits: Limits) -> Iterator[str]:
    number = 0
    try:
        while line := stream.readline(limits.line_characters + 1):
            number += 1
            if len(line) > limits.line_characters:
                raise TableRefusedError(
                    "LINE_TOO_LONG",
                    f"一行超过 {limits.line_characters} 字符",
                    "检查换行符与引号",
                    f"第 {number} 行",
                )
            if "\x00" in line:
                raise TableRefusedError("NUL", "含有空字符（0x00）", "重新导出文件", f"第 {number} 行")
            yield line
    except UnicodeDecodeError as error:
        raise TableRefusedError(
            "ENCODING_WRONG",
            f"不是 {error.encoding} 编码",
            "核对指明的编码，或另存为 UTF-8",
            f"第 {number + 1} 行",
        ) from error


def check_header(names: Iterable[str], limits: Limits) -> list[str]:
    """Column names, trimmed; refused when empty, repeated or too many."""
    told = [name.strip().lstrip("\ufeff") for name in names]
    while told and not told[-1]:
        told.pop()
    if not told:
        raise TableRefusedError("NO_HEADER", "没有表头", "第一行写列名")
    if len(told) > limits.columns:
        raise TableRefusedError("COLUMNS", f"超过 {limits.columns} 列", "删去无用的列")
    twice = sorted({name for name in told if name and told.count(name) > 1})
    if twice:
        raise TableRefusedError("DUPLICATE_HEADER", f"表头重复：{'、'.join(twice)}", "每列只留一个，或改名")
    return told


def as_row(number: int, names: list[str], values: list[str], limits: Limits) -> Row | None:
    """One row by column; None for a row that is blank throughout."""
    if not any(value.strip() for value in values):
        return None
    if any(value.strip() for value in values[len(names) :]):
        return Row(number, {}, f"有 {len(values)} 格，表头只有 {len(names)} 列", "检查多余的逗号或引号")
    if any(len(value) > limits.cell_characters for value in values):
        return Row(number, {}, f"有单元格超过 {limits.cell_characters} 字符", "缩短内容，全文作为附件提交")
    padded = values + [""] * (len(names) - len(values))
    return Row(number, {name: value.strip() for name, value in zip(names, padded, strict=False) if name})


def csv_rows(path: Path, given: str, limits: Limits) -> Iterator[Row]:
    """Rows of a CSV file; comma, tab or semicolon, whichever the header line uses alone."""
    encoding = encoding_of(path, given, limits)
    csv.field_size_limit(limits.line_characters)
    with path.open(encoding=encoding, errors="strict", newline="") as stream:
        lines = _lines(stream, limits)
        head = next(lines, "")
        mark = next((m for m in ",\t;" if m in head), ",")
        names = check_header(next(csv.reader([head], delimiter=mark), []), limits)
        reader = csv.reader(lines, delimiter=mark, strict=True)
        while True:
            try:
                values = next(reader, None)
            except csv.Error as error:
                raise TableRefusedError(
                    "CSV", f"引号或换行不成对（{error}）", "检查该行的引号", f"第 {reader.line_num + 1} 行"
                ) from error
            if values is None:
                return
            row = as_row(reader.line_num + 1, names, values, limits)
            if row is not None:
                yield row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise _BadValueError("同一个键写了两次")
    return told


def _no_constant(name: str) -> NoReturn:
    raise _BadValueError(f"不接受 {name}")


def _whole(text: str) -> int:
    if len(text) > INTEGER_DIGITS_MAX:
        raise _BadValueError("整数超过 19 位")
    return int(text)


def strict_json(text: str, nesting_max: int) -> Any:
    """JSON without repeated keys, NaN, huge integers or deep nesting; ValueError in Chinese otherwise.

    Decimal numbers stay text, so that no digit is lost.
    """
    depth, inside, skip = 0, False, False
    for character in text:
        if skip:
            skip = False
        elif inside:
            skip, inside = character == "\\", character != '"'
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > nesting_max:
                raise _BadValueError(f"嵌套超过 {nesting_max} 层")
        elif character in "]}":
            depth -= 1
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole, parse_float=str
        )
    except json.JSONDecodeError as error:
        raise _BadValueError(f"不是合格的 JSON（第 {error.colno} 字符）") from error


def as_text(value: object) -> str:
    """A cell as text: None is empty, flags are true and false, whole floats have no fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)


def jsonl_rows(path: Path, given: str, limits: Limits) -> Iterator[Row]:
    """Rows of a JSON Lines file: one flat object a line."""
    encoding = encoding_of(path, given, limits)
    cure = "每行写一个不嵌套的 JSON 对象"
    with path.open(encoding=encoding, errors="strict", newline="") as stream:
        for number, line in enumerate(_lines(stream, limits), start=1):
            if not line.strip():
                continue
            try:
                told = strict_json(line, limits.nesting)
            except ValueError as error:
                yield Row(number, {}, str(error), cure)
                continue
            if not isinstance(told, dict) or any(isinstance(v, dict | list) for v in told.values()):
                yield Row(number, {}, "不是一个平铺的 JSON 对象", cure)
                continue
            row = as_row(number, check_header(told, limits), [as_text(v) for v in told.values()], limits)
            if row is not None:
                yield row

"""XLSX and Parquet. A workbook is measured as it really inflates before anything reads it."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import python_calamine
from pyarrow import ArrowException, parquet

from zhunsheng.foundation.tabular.limits import Limits, Row, TableRefusedError
from zhunsheng.foundation.tabular.texts import as_row, as_text, check_header

CHUNK = 1 << 16
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")
NOT_A_WORKBOOK = ("BROKEN", "不是完整的 XLSX 文件", "用表格软件重新另存为 .xlsx")


class _Part:
    """One XML part, looked through as it inflates: size, cells, formulas; entities are refused."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rows = self.columns = self.depth = 0
        self.formulas: dict[tuple[int, int], str] = {}
        self._cell = (0, 0)
        self._formula: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_told: object) -> None:
        raise TableRefusedError("XML_ENTITY", "文件内含实体声明（DOCTYPE）", "用表格软件重新另存为 .xlsx")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 64:
            raise TableRefusedError("NESTING", "文件内部嵌套过深", "用表格软件重新另存为 .xlsx")
        tag = name.rpartition(" ")[2]
        if tag == "c" and (found := REFERENCE.match(attributes.get("r", ""))):
            self._cell = (int(found[2]), _column(found[1]))
            self.rows, self.columns = max(self.rows, self._cell[0]), max(self.columns, self._cell[1])
            if self.rows * self.columns > self.limits.cells_in_sheet:
                raise TableRefusedError(
                    "SHEET_TOO_LARGE",
                    f"工作表延伸到 {found[0]}，超出可读范围",
                    "删去远处的空单元格，或拆分文件、改用 CSV",
                )
        elif tag == "f":
            self._formula = []

    def _end(self, name: str) -> None:
        self.depth -= 1
        if name.rpartition(" ")[2] == "f" and self._formula is not None:
            self.formulas[self._cell] = "=" + "".join(self._formula)
            self._formula = None

    def _text(self, text: str) -> None:
        if self._formula is not None:
            self._formula.append(text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _examine(path: Path, limits: Limits) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    inflated = 0
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > limits.zip_entries or len(set(names)) != len(names):
            raise TableRefusedError("ZIP", "压缩包内文件过多或重名", "用表格软件重新另存为 .xlsx")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise TableRefusedError("MACRO", "文件含有宏", "另存为不含宏的 .xlsx")
        if "xl/workbook.xml" not in names or any(entry.flag_bits & 1 for entry in entries):
            raise TableRefusedError(*NOT_A_WORKBOOK)
        for entry in entries:
            is_xml = entry.filename.endswith((".xml", ".rels"))
            part = parts.setdefault(entry.filename, _Part(limits)) if is_xml else None
            with archive.open(entry) as stream:
                while chunk := stream.read(CHUNK):
                    inflated += len(chunk)
                    if inflated > limits.inflated_bytes:
                        raise TableRefusedError(
                            "BOMB", f"展开后超过 {limits.inflated_bytes >> 20} MB", "拆分文件，或改用 CSV"
                        )
                    if part is not None:
                        part.parser.Parse(chunk, False)
            if part is not None:
                part.parser.Parse(b"", True)
    return parts


def xlsx_rows(path: Path, limits: Limits) -> Iterator[Row]:
    """Rows of the first sheet. Formulas are kept as the text of the formula, never as a result."""
    try:
        parts = _examine(path, limits)
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        values = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, EOFError, OSError) as error:
        raise TableRefusedError(*NOT_A_WORKBOOK) from error
    except python_calamine.CalamineError as error:
        raise TableRefusedError(*NOT_A_WORKBOOK) from error
    sheets = sorted(name for name in parts if name.startswith("xl/worksheets/sheet"))
    formulas = parts[sheets[0]].formulas if len(sheets) == 1 else _any_formula(parts, sheets)
    names: list[str] | None = None
    for number, line in enumerate(values, start=1):
        cells = [formulas.get((number, c)) or _cell(value) for c, value in enumerate(line, start=1)]
        if names is None:
            if any(cell.strip() for cell in cells):
                names = check_header(cells, limits)
            continue
        row = as_row(number, names, cells, limits)
        if row is not None:
            yield row
    if names is None:
        check_header([], limits)


def _any_formula(parts: dict[str, _Part], sheets: list[str]) -> dict[tuple[int, int], str]:
    """With several sheets the part of the first one is not certain, so none may hold a formula."""
    if any(parts[name].formulas for name in sheets):
        raise TableRefusedError("FORMULA", "多个工作表且含有公式", "只留一个工作表，公式粘贴为数值")
    return {}


def _cell(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return as_text(value)


def parquet_rows(path: Path, limits: Limits) -> Iterator[Row]:
    """Rows of a flat Parquet file, a thousand at a time."""
    try:
        with parquet.ParquetFile(path, memory_map=False) as table:
            told = table.metadata
            size = sum(told.row_group(i).total_byte_size for i in range(told.num_row_groups))
            if told.num_rows > limits.rows or size > limits.inflated_bytes:
                raise TableRefusedError("BOMB", "行数或展开后的大小超过上限", "拆分文件")
            if any("." in told.schema.column(i).path for i in range(told.num_columns)):
                raise TableRefusedError("NESTING", "含有嵌套的列", "只保留平铺的列")
            names = check_header(table.schema_arrow.names, limits)
            number = 0
            for batch in table.iter_batches(batch_size=1_000, use_threads=False):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    row = as_row(number, names, [_cell(value) for value in values], limits)
                    if row is not None:
                        yield row
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        raise TableRefusedError("BROKEN", "不是完整的 Parquet 文件", "重新导出") from error

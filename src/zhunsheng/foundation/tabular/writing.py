"""Tables for people: nothing that a spreadsheet might run, whatever a stranger wrote into it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import xlsxwriter

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text, led by an apostrophe when a spreadsheet might take it for a formula; no zero characters."""
    clean = text.replace("\x00", "")
    return f"'{clean}" if text.startswith(RUNS) else clean


def restored(text: str) -> str:
    """What `harmless` led with an apostrophe, as it was: a corrected file must read as before."""
    return text[1:] if text.startswith("'") and text[1:].startswith(RUNS) else text


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, notes: Sequence[str] = ()
) -> None:
    """CSV (UTF-8 with mark, so that spreadsheets show Chinese) or XLSX, by the file name.

    `notes` stand above the header, one a line, and in print at the head of every page of a workbook.
    """
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(path, header, rows, notes)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([harmless(note)] for note in notes)
        writer.writerow([harmless(name) for name in header])
        writer.writerows([harmless(cell) for cell in row] for row in rows)


def _write_xlsx(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str]
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        if notes:
            # & begins a code in a print header; 255 characters are what a header takes.
            sheet.set_header("&C" + "  ".join(notes[:2]).replace("&", "&&")[:250])
            sheet.freeze_panes(len(notes) + 1, 0)
        for number, row in enumerate(chain([[note] for note in notes], [header], rows)):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell.replace("\x00", ""), text)


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column to be filled: its name, what to write, and the words that are taken (none: any text)."""

    name: str
    note: str
    words: Sequence[str] = ()


ROWS_WITH_CHOICES = 5_000
LIST_CHARACTERS_MAX = 255


def write_template(path: Path, columns: Sequence[TemplateColumn], guide: Sequence[Sequence[str]]) -> None:
    """An empty table to be filled. A workbook has a note at each column and lists to choose from.

    `guide` is a table for a second sheet, its header first; a CSV file has the header line alone, because
    everything below it is data.
    """
    if path.suffix.lower() != ".xlsx":
        write_table(path, [column.name for column in columns], [])
        return
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, text = book.add_worksheet("数据"), book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E3EDF8", "border": 1})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(14, 2 * len(column.name) + 2), text)
            sheet.write_string(0, place, column.name, head)
            sheet.write_comment(0, place, column.note, {"x_scale": 2, "y_scale": 1.5})
            if column.words and len(",".join(column.words)) <= LIST_CHARACTERS_MAX:
                choice = {"validate": "list", "source": list(column.words), "error_type": "warning"}
                sheet.data_validation(1, place, ROWS_WITH_CHOICES, place, choice)
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 3, 24)
        for number, line in enumerate(guide):
            for place, cell in enumerate(line):
                notes.write_string(number, place, cell, text if number else head)

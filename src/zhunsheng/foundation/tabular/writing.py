"""Tables for people: nothing that a spreadsheet might run, whatever a stranger wrote into it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
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

"""Files that no honest person makes, and some that honest people make every day."""

from __future__ import annotations

import zipfile
from pathlib import Path

import xlsxwriter

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
DOCUMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def raw_workbook(path: Path, sheet: str, prolog: str = "", padding: int = 0, extra: str = "") -> Path:
    """A minimal XLSX around the given sheet rows; `padding` zero bytes make it a bomb."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{DOCUMENTS}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENTS}"><sheets><sheet name="a" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{DOCUMENTS}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        if extra:
            archive.writestr(extra, b"x")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{sheet}'.encode())
            block = b" " * (1 << 20)
            for _ in range(padding >> 20):
                part.write(block)
            part.write(b"</sheetData></worksheet>")
    return path


def cell(reference: str, text: str) -> str:
    """One cell with a text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(path: Path, rows: list[list[object]]) -> Path:
    """An XLSX as a spreadsheet program writes it."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def sparse_file(path: Path, head: bytes, size: int) -> Path:
    """A file that seems huge and takes no room: one line of zero bytes after `head`."""
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(size)
    return path

"""The Word file of a document, from the same content as the PDF; the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import docx
from docx.document import Document as WordFile
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhunsheng.core.documents.composing import Content, content_hash
from zhunsheng.foundation.documents.rendering.pdf import DIGEST_SHOWN

BODY_POINTS, TITLE_POINTS, SMALL_POINTS = 14, 22, 9
GREY = RGBColor(0x60, 0x60, 0x60)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
Block = Mapping[str, Any]


def word_of(content: Content, *, on: dt.date, font: str, draw: Callable[[str], bytes] | None = None) -> bytes:
    """One document as .docx. `font` is the face for Chinese on the reader's machine; `on` dates a draft.

    `draw` makes a PNG of an SVG; without it pictures are left out and their tables stand alone.
    """
    told = docx.Document()
    _set_up(told, font)
    _head(told, content)
    for block in content["blocks"]:
        if block["kind"] != "PICTURE":
            DRAWN[block["kind"]](told, block)
        elif draw is not None:
            told.add_picture(io.BytesIO(draw(block["svg"])), width=Mm(156))
    _foot(told, content)
    day = dt.date.fromisoformat(content["issued_on"]) if content["issued_on"] else on
    properties = told.core_properties
    properties.title, properties.author = f"{content['title']} {content['serial']}".strip(), content["organ"]
    properties.created = properties.modified = dt.datetime.combine(day, dt.time(0))
    properties.revision, properties.last_modified_by, properties.comments = 1, content["organ"], ""
    target = io.BytesIO()
    told.save(target)
    return _timeless(target.getvalue())


def _set_up(told: WordFile, font: str) -> None:
    section = told.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(33), Mm(30)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = told.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(BODY_POINTS)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
    told.styles["Heading 1"].font.size = Pt(TITLE_POINTS)
    normal = told.styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after = 1.5, Pt(0)


def _head(told: WordFile, content: Content) -> None:
    organ = told.add_paragraph(content["organ"])
    title = told.add_heading(content["title"], level=1)
    serial = told.add_paragraph(content["serial"] or "（草稿，文号待编，不具有效力）")
    for paragraph in (organ, title, serial):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _foot(told: WordFile, content: Content) -> None:
    paragraph = told.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    mark = f"　摘要 {content_hash(content)[:DIGEST_SHOWN]}" if content["serial"] else "　未签发"
    _field(paragraph.add_run("第 "), "PAGE")
    _field(paragraph.add_run(" 页　共 "), "NUMPAGES")
    paragraph.add_run(f" 页　{content['serial']}{mark}")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(SMALL_POINTS), GREY


def _field(run: Run, code: str) -> None:
    """A page number that Word itself fills in."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)


def _indented(told: WordFile, text: str) -> Paragraph:
    paragraph = told.add_paragraph(text)
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_POINTS)
    return paragraph


def _addressee(told: WordFile, block: Block) -> None:
    told.add_paragraph(f"{block['text']}：")


def _paragraph(told: WordFile, block: Block) -> None:
    _indented(told, block["text"])


def _heading(told: WordFile, block: Block) -> None:
    told.add_heading(block["text"], level=2)


def _items(told: WordFile, block: Block) -> None:
    for number, item in enumerate(block["items"], 1):
        _indented(told, f"{number}．{item}")


def _clauses(told: WordFile, block: Block) -> None:
    for clause in block["clauses"]:
        since = f"（行为发生之日有效的文本，自 {clause['valid_from']} 施行）" if clause["text"] else ""
        lines = [clause["words"], *(clause["text"] or clause["missing_zh"]).split("\n"), since]
        for number, line in enumerate(filter(None, lines)):
            paragraph = told.add_paragraph()
            paragraph.paragraph_format.left_indent = Pt(2 * BODY_POINTS)
            run = paragraph.add_run(line)
            run.bold, run.font.size = number == 0, Pt(12)


def _table(told: WordFile, block: Block) -> None:
    table = told.add_table(rows=0, cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for label, text in block["rows"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, text
        cells[0].width, cells[1].width = Mm(44), Mm(112)
    told.add_paragraph()


def _grid(told: WordFile, block: Block) -> None:
    table = told.add_table(rows=0, cols=len(block["head"]), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, row in enumerate([block["head"], *block["rows"]]):
        for place, (cell, text) in enumerate(zip(table.add_row().cells, row, strict=True)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(10), number == 0
            if place:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    told.add_paragraph()


def _signatures(told: WordFile, block: Block) -> None:
    for label in block["labels"]:
        told.add_paragraph(f"{label}：{'＿' * 14}")


def _note(told: WordFile, block: Block) -> None:
    run = told.add_paragraph().add_run(block["text"])
    run.font.size, run.font.color.rgb = Pt(10.5), GREY


def _seal(told: WordFile, block: Block) -> None:
    told.paragraphs[-1].paragraph_format.keep_with_next = True
    for text in ("（印章）", block["organ"], block["date"]):
        paragraph = told.add_paragraph(text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Mm(12)
        paragraph.paragraph_format.keep_with_next = text != block["date"]
    told.paragraphs[-3].runs[0].font.color.rgb = GREY


DRAWN: Mapping[str, Callable[[WordFile, Block], None]] = {
    "ADDRESSEE": _addressee,
    "PARAGRAPH": _paragraph,
    "HEADING": _heading,
    "ITEMS": _items,
    "CLAUSES": _clauses,
    "TABLE": _table,
    "GRID": _grid,
    "SIGNATURES": _signatures,
    "NOTE": _note,
    "SEAL": _seal,
}


def _timeless(file: bytes) -> bytes:
    """The same parts in the same order, without the time at which they were packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as before, zipfile.ZipFile(target, "w") as after:
        for name in sorted(before.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            part = zipfile.ZipInfo(name, ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(part, before.read(name))
    return target.getvalue()

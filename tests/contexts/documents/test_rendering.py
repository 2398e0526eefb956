"""Pages: PDF/A-2b with real fonts and Word, from one content, the same bytes each time, no glyph missing."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from django.conf import settings

from tests.contexts.documents.office import BUREAU, NOW, SHOP, TERMS, begin, issued
from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.checking import sample_content
from zhunsheng.core.documents.composing import content_hash, lines_of
from zhunsheng.foundation.documents.queries import pages
from zhunsheng.foundation.documents.queries.pages import PageFormat
from zhunsheng.foundation.documents.rendering import pdf
from zhunsheng.foundation.documents.rendering.pdf import FontMissingError, GlyphMissingError, pdf_of
from zhunsheng.foundation.documents.rendering.word import word_of

DAY = NOW.date()
WORDED = sorted(kind for kind, told in TERMS.catalogue.templates.items() if told.worded)


@pytest.fixture(scope="module")
def fonts() -> Path:
    """The folder of the fonts, where they are installed."""
    folder: Path = settings.DOCUMENT_FONTS
    if not list(folder.glob("NotoSerifCJK*")):
        pytest.skip("no fonts-noto-cjk; `make test` as root on Debian brings it")
    return folder


def content(kind: str, **changes: Any) -> dict[str, Any]:
    return {**sample_content(TERMS.catalogue.template(kind)), **changes}


def drawn(fonts: Path, told: dict[str, Any], on: dt.date = DAY) -> bytes:
    return pdf_of(told, on=on, fonts=fonts, family=settings.DOCUMENT_FONT)


@pytest.mark.parametrize("kind", WORDED)
def test_every_kind_is_an_archival_pdf(fonts: Path, kind: str) -> None:
    is_archival(drawn(fonts, content(kind)), "样例")


def is_archival(body: bytes, title: str) -> None:
    """What PDF/A-2b asks and a reader of the file can see."""
    with pikepdf.open(io.BytesIO(body)) as file:
        assert file.check_pdf_syntax() == []
        with file.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
            assert title in told["dc:title"]
        intent = file.Root.OutputIntents[0]
        assert intent.S == "/GTS_PDFA1" and bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"
        assert not file.is_encrypted
        assert not {"/JavaScript", "/EmbeddedFiles"} & set(file.Root.get("/Names", {}).keys())
        assert "/OpenAction" not in file.Root and "/AcroForm" not in file.Root
        used = [font for page in file.pages for font in page.Resources.Font.values()]
        assert used
        for font in used:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())
            assert "NotoSerifCJK" in str(font.BaseFont)
            assert "/ToUnicode" in font


def test_the_same_content_gives_the_same_bytes(fonts: Path) -> None:
    told = content("correction_order")
    once = drawn(fonts, told)
    assert drawn(fonts, told, on=dt.date(2030, 1, 1)) == once
    assert drawn(fonts, {**told, "serial": "别的〔2026〕1号"}) != once
    word = word_of(told, on=DAY, font="仿宋")
    assert word_of(told, on=dt.date(2030, 1, 1), font="仿宋") == word


@pytest.mark.parametrize("sign", ["😀", "\U0010fffd", "\ue000"])
def test_a_character_without_a_glyph_is_refused_and_named(fonts: Path, sign: str) -> None:
    told = content("guidance")
    told["blocks"] = [{"kind": "PARAGRAPH", "text": f"请核对{sign}事项"}]
    with pytest.raises(GlyphMissingError, match=f"U\\+{ord(sign):04X}") as caught:
        drawn(fonts, told)
    assert caught.value.characters == sign


def test_rare_characters_of_names_are_drawn(fonts: Path) -> None:
    told = content("guidance")
    told["blocks"] = [{"kind": "ADDRESSEE", "text": "㐀记𠮷祥餐馆（镕、喆、堃）"}]
    assert drawn(fonts, told).startswith(b"%PDF-1.7")


def test_a_missing_font_is_said_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(FontMissingError, match="fonts-noto-cjk"):
        pdf_of(content("guidance"), on=DAY, fonts=tmp_path, family="Noto Serif CJK SC")


def test_content_is_data_and_never_code(fonts: Path) -> None:
    told = content("guidance")
    plain = len(pikepdf.open(io.BytesIO(drawn(fonts, told))).pages)
    told["blocks"] = [{"kind": "PARAGRAPH", "text": '#pagebreak() #read("/etc/passwd") *粗* $x$ [括号] \\'}]
    assert len(pikepdf.open(io.BytesIO(drawn(fonts, told))).pages) == plain == 1


def words_on_the_last_page(fonts: Path, lines: int) -> int:
    """How many runs of text stand on the page of the seal."""
    told = content("guidance")
    told["blocks"] = [{"kind": "PARAGRAPH", "text": "甲"}] * lines + [told["blocks"][-1]]
    with pikepdf.open(io.BytesIO(drawn(fonts, told))) as file:
        return sum(str(op.operator) in {"Tj", "TJ"} for op in pikepdf.parse_content_stream(file.pages[-1]))


def test_the_seal_never_stands_alone_on_a_page(
    fonts: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lengths = range(16, 30)
    together = min(words_on_the_last_page(fonts, lines) for lines in lengths)
    careless = tmp_path / "page.typ"
    page = pdf.PAGE.read_text(encoding="utf-8")
    careless.write_text(page.replace('sticky: following.kind == "SEAL"', "sticky: false"), encoding="utf-8")
    monkeypatch.setattr(pdf, "PAGE", careless)
    alone = min(words_on_the_last_page(fonts, lines) for lines in lengths)
    assert alone < together


@pytest.mark.parametrize("kind", WORDED)
def test_word_says_what_the_content_says(kind: str) -> None:
    told = content(kind)
    file = word_of(told, on=DAY, font="仿宋")
    read = docx.Document(io.BytesIO(file))
    words = [p.text for p in read.paragraphs]
    words += [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    text = "\n".join(words)
    for line in lines_of(told):
        for piece in re.split("：|\n", re.sub(r"^\d+\. ", "", line)):
            assert piece in text, piece
    assert content_hash(told)[:16] in "".join(p.text for p in read.sections[0].footer.paragraphs)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert "仿宋" in archive.read("word/styles.xml").decode()


@pytest.mark.django_db
def test_pages_of_the_database_for_those_who_may_see_them(fonts: Path) -> None:
    order, draft = issued(), begin()
    shop = Viewer.business(SHOP.key)
    for form in PageFormat:
        told = pages.page_file(viewer=shop, document_id=order, form=form, terms=TERMS, on=DAY)
        assert told is not None
        assert told.name == f"汀前市监责改〔2026〕1号 责令改正通知书.{form.value}"
    assert pages.page_file(viewer=shop, document_id=draft, form=PageFormat.PDF, terms=TERMS, on=DAY) is None
    seen = pages.page_file(viewer=BUREAU, document_id=draft, form=PageFormat.PDF, terms=TERMS, on=DAY)
    assert seen is not None and seen.name.startswith("草稿")

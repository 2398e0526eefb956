"""The PDF of a document: PDF/A-2b with embedded Chinese fonts, the same bytes for the same content.

Typst draws it in this process. A character without a glyph, a missing font, anything it warns of: refused.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from zhunsheng.core.documents.composing import Content, content_hash

PAGE = Path(__file__).with_name("page.typ")
STANDARD: Final = "a-2b"
DIGEST_SHOWN = 16
UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class RenderError(RuntimeError):
    """A page that cannot be drawn truly; the text says why and what to do."""


class FontMissingError(RenderError):
    """The font of documents is not installed here."""


class GlyphMissingError(RenderError):
    """The font has no picture for some characters. `characters` are those."""

    def __init__(self, characters: str) -> None:
        shown = "、".join(f"{sign}（U+{ord(sign):04X}）" for sign in characters)
        super().__init__(f"字体中没有这些字：{shown}；请更换字体（ZHUNSHENG_DOCUMENT_FONT）或者改写")
        self.characters = characters


@lru_cache(maxsize=2)
def _fonts(folder: Path, family: str) -> typst.Fonts:
    """The fonts of a folder and nothing else, so that pages do not depend on what else is installed."""
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    if family not in found.families():
        raise FontMissingError(f"{folder} 中没有字体 {family}；请安装，例如 apt-get install fonts-noto-cjk")
    return found


def paper_of(content: Content, on: date) -> str:
    """What the page is drawn from: the content, its digest, and the day the file carries."""
    day = date.fromisoformat(content["issued_on"]) if content["issued_on"] else on
    shown = content_hash(content)[:DIGEST_SHOWN]
    paper = {**content, "digest": shown, "day": [day.year, day.month, day.day]}
    return json.dumps(paper, ensure_ascii=False)


def pdf_of(content: Content, *, on: date, fonts: Path, family: str) -> bytes:
    """One document as PDF/A-2b. `on` dates a draft; an issued document carries its own day.

    RenderError, GlyphMissingError or FontMissingError say what is in the way.
    """
    inputs = {"paper": paper_of(content, on), "family": family}
    try:
        compiler = typst.Compiler(
            PAGE.read_bytes(), font_paths=_fonts(fonts, family), ignore_system_fonts=True
        )
        drawn, warnings = compiler.compile_with_warnings(
            format="pdf", sys_inputs=inputs, pdf_standards=STANDARD
        )
    except typst.TypstError as error:
        raise _told(error) from error
    if warnings or not isinstance(drawn, bytes):
        raise RenderError("；".join(warning.message for warning in warnings) or "没有生成 PDF")
    return drawn


PICTURE = b'#set page(width: auto, height: auto, margin: 4pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
PICTURE_DPI = 160


def png_of(svg: str, *, fonts: Path, family: str) -> bytes:
    """A drawing as PNG, for files that cannot hold SVG; RenderError or FontMissingError as for a page."""
    try:
        compiler = typst.Compiler(PICTURE, font_paths=_fonts(fonts, family), ignore_system_fonts=True)
        made = compiler.compile(format="png", ppi=PICTURE_DPI, sys_inputs={"svg": svg})
    except typst.TypstError as error:
        raise _told(error) from error
    if not isinstance(made, bytes):
        raise RenderError("没有生成图")
    return made


def _told(error: typst.TypstError) -> RenderError:
    lacking = "".join(UNSHOWN.findall(error.diagnostic))
    if lacking:
        plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), lacking)
        return GlyphMissingError("".join(sorted(set(plain))))
    return RenderError(error.message)

"""The pages of a document as files: PDF for the archive and the printer, Word, plain lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.composing import Content
from zhunsheng.foundation.documents.queries.documents import content
from zhunsheng.foundation.documents.rendering.pdf import pdf_of, png_of
from zhunsheng.foundation.documents.rendering.word import word_of
from zhunsheng.foundation.documents.terms import DocumentTerms


class PageFormat(StrEnum):
    """In which form a document is wanted; the value is the ending of the file."""

    PDF = "pdf"
    WORD = "docx"


MEDIA_TYPES = {
    PageFormat.PDF: "application/pdf",
    PageFormat.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A drawn document with the name under which it is saved."""

    name: str
    media_type: str
    body: bytes


def page_file(
    *, viewer: Viewer, document_id: int, form: PageFormat, terms: DocumentTerms, on: date
) -> PageFile | None:
    """A document as a file, or None when there is none that the viewer may see.

    IncompleteError for a draft that lacks something, RenderError for what cannot be drawn here.
    """
    told = content(viewer=viewer, document_id=document_id, terms=terms, on=on)
    if told is None:
        return None
    return drawn(viewer=viewer, told=told, form=form, on=on)


def drawn(*, viewer: Viewer, told: Content, form: PageFormat, on: date) -> PageFile:
    """Pages of a content that the viewer holds already, such as a report; same content, same bytes."""
    del viewer
    fonts, family = settings.DOCUMENT_FONTS, settings.DOCUMENT_FONT
    if form is PageFormat.PDF:
        body = pdf_of(told, on=on, fonts=fonts, family=family)
    else:
        body = word_of(
            told, on=on, font=settings.WORD_FONT, draw=lambda svg: png_of(svg, fonts=fonts, family=family)
        )
    name = f"{told['serial'] or '草稿'} {told['title']}.{form.value}"
    return PageFile(name, MEDIA_TYPES[form], body)

"""A wording is proved before anybody approves it: its blanks, its sample, and the glyphs of its page."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from zhunsheng.core.documents.template import Template
from zhunsheng.core.documents.wording import WHOLE, Fault, faults, places_of, preview
from zhunsheng.foundation.documents.rendering.pdf import (
    FontMissingError,
    GlyphMissingError,
    RenderError,
    pdf_of,
)
from zhunsheng.foundation.documents.terms import DocumentTerms


def proved(template: Template, terms: DocumentTerms, on: date) -> list[Fault]:
    """Every fault at its place; the page of the sample is drawn only when nothing else hinders.

    Where the font is not installed this is told and hinders nothing: documents cannot be drawn there anyway.
    """
    found = list(faults(template, set(terms.clocks.book.rows)))
    if any(fault.hinders for fault in found):
        return found
    content = preview(template)
    if content is None:
        return found
    try:
        pdf_of(content, on=on, fonts=settings.DOCUMENT_FONTS, family=settings.DOCUMENT_FONT)
    except GlyphMissingError as error:
        found += [Fault(place, str(error)) for place in places_of(template, error.characters)]
    except FontMissingError as error:
        found.append(Fault(WHOLE, str(error), hinders=False))
    except RenderError as error:
        found.append(Fault(WHOLE, str(error)))
    return found

"""What the bureau has set as it stands now: the policy of trigger supervision, the terms of documents."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.engine.documentfiles import open_catalogue
from zhunsheng.engine.library import Library, open_library
from zhunsheng.foundation.documents.queries import wordings
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers.policies import TriggerPolicy


def trigger_policy() -> TriggerPolicy:
    """Read from the pack; changed at once when the file changes."""
    return _read(open_library(settings.PACKS))


@lru_cache(maxsize=4)
def _read(library: Library) -> TriggerPolicy:
    return TriggerPolicy.read(library.policy("zhunsheng.trigger-policy/1"))


def clock_terms() -> ClockTerms:
    """The clocks with the years that were announced."""
    return clocks.terms(viewer=Viewer.bureau("clock"), base=open_library(settings.PACKS).clocks)


def document_terms() -> DocumentTerms:
    """Catalogue, clocks, the bureau's name and telephone, its own wordings."""
    return DocumentTerms(
        catalogue=open_catalogue(settings.PACKS),
        clocks=clock_terms(),
        bureau=settings.BUREAU_NAME,
        contact=settings.BUREAU_CONTACT,
        wordings=wordings.published(viewer=Viewer.bureau("wording")),
    )

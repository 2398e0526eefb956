"""What the bureau has set as it stands now: the policy of trigger supervision, the terms of documents."""

from __future__ import annotations

from django.conf import settings

from zhunsheng.core.actors import Viewer
from zhunsheng.engine.documentfiles import open_catalogue
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers.policies import TriggerPolicy


def trigger_policy() -> TriggerPolicy:
    """Read from the pack; changed at once when the file changes."""
    return TriggerPolicy.read(open_library(settings.PACKS).policy("zhunsheng.trigger-policy/1"))


def document_terms() -> DocumentTerms:
    """Catalogue, clocks with the years that were announced, the bureau's name and telephone."""
    viewer = Viewer.bureau("documents")
    return DocumentTerms(
        catalogue=open_catalogue(settings.PACKS),
        clocks=clocks.terms(viewer=viewer, base=open_library(settings.PACKS).clocks),
        bureau=settings.BUREAU_NAME,
        contact=settings.BUREAU_CONTACT,
    )

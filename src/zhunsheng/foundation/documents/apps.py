"""Official documents: written, reviewed, numbered, served, kept."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Templates are data (packs/documents); what was issued never changes."""

    name = "zhunsheng.foundation.documents"
    label = "documents"

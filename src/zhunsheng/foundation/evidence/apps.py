"""The audit trail."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Who did what, when: append-only."""

    name = "zhunsheng.foundation.evidence"
    label = "evidence"

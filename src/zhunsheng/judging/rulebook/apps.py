"""The life of rules."""

from __future__ import annotations

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    """From draft to published."""

    name = "zhunsheng.judging.rulebook"
    label = "rulebook"

"""Portraits: credit-risk classes and what they are made of. Internal data."""

from __future__ import annotations

from django.apps import AppConfig


class PortraitsConfig(AppConfig):
    """Runs, classes, history."""

    name = "zhunsheng.judging.portraits"
    label = "portraits"

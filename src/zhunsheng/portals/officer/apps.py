"""The officer's pages."""

from __future__ import annotations

from django.apps import AppConfig


class OfficerConfig(AppConfig):
    """What officers see."""

    name = "zhunsheng.portals.officer"
    label = "officer"

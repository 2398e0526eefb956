"""The public's pages."""

from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """What everybody sees."""

    name = "zhunsheng.portals.public"
    label = "public"

"""The HTML kit: base templates, style sheet and small scripts, used by portals only."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Holds templates and static files; no models."""

    name = "zhunsheng.web"
    label = "web"

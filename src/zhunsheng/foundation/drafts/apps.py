"""What is filled in and not sent."""

from __future__ import annotations

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """Kept until sent."""

    name = "zhunsheng.foundation.drafts"
    label = "drafts"

"""Files that people hand in."""

from __future__ import annotations

from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    """Originals kept, copies shown."""

    name = "zhunsheng.foundation.attachments"
    label = "attachments"

"""What somebody keeps on the own desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Saved views, chosen columns, notices, batches that can be undone."""

    name = "zhunsheng.foundation.desk"
    label = "desk"

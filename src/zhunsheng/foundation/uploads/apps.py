"""Tables handed in on a page."""

from __future__ import annotations

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """From the file to the last row."""

    name = "zhunsheng.foundation.uploads"
    label = "uploads"

"""Outreach: an address and a text."""

from __future__ import annotations

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Messages to addresses; knows nobody and no rule."""

    name = "zhunsheng.foundation.outreach"
    label = "outreach"

"""Signals: the only store of facts."""

from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """What we were told or saw, and when we knew."""

    name = "zhunsheng.sensing.signals"
    label = "signals"

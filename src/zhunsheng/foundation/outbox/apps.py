"""The outbox: the queue of record."""

from __future__ import annotations

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Effects that must follow a committed change, exactly once."""

    name = "zhunsheng.foundation.outbox"
    label = "outbox"

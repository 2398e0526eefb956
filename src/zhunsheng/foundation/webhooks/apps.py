"""Telling other programs that something was created or changed."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Who is told of what, and whether it arrived; knows no supervision words."""

    name = "zhunsheng.foundation.webhooks"
    label = "webhooks"

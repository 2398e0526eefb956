"""Bearer tokens for programs."""

from __future__ import annotations

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """Which program may do what until when; knows no supervision words."""

    name = "zhunsheng.foundation.tokens"
    label = "tokens"

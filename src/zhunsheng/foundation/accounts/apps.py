"""Accounts, organisation, grants."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from zhunsheng.foundation.accounts import tenancy


class AccountsConfig(AppConfig):
    """Who works here, in which unit, with which permissions, and how they prove who they are."""

    name = "zhunsheng.foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Every connection is told at once what it may show."""
        connection_created.connect(tenancy.greet)

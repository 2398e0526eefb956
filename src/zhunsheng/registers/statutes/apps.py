"""The law base: what the law says, and since when."""

from __future__ import annotations

from django.apps import AppConfig


class StatutesConfig(AppConfig):
    """Statutes with their versions and articles, their search, and the lists that cite them."""

    name = "zhunsheng.registers.statutes"
    label = "statutes"
